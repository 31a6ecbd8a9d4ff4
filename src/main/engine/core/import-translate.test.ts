import { describe, expect, it } from 'vitest'
import { parseAuditsFile } from '../store/parse-store.ts'
import { buildCriteriaMapper } from './criteria.ts'
import { markFresh, translatePeer, wantedDescriptions, withDescriptions } from './import-translate.ts'
import type { AuditsFile } from './store-model.ts'

function peer(text: string): AuditsFile {
  const parsed = parseAuditsFile(text, 'peer.toml', 'peer')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return parsed.value.audits
}

/** Ours: `strict` implies `safe-to-deploy`, `crypto` stands alone. */
const local = (() => {
  const own = parseAuditsFile(
    '[criteria.strict]\ndescription = "s"\nimplies = "safe-to-deploy"\n[criteria.crypto]\ndescription = "c"\n[audits]\n',
    'audits.toml',
    'own',
  )
  if (!own.ok) throw new Error('own')
  const mapper = buildCriteriaMapper(own.value.audits)
  if (!mapper.ok) throw new Error('mapper')
  return mapper.value
})()

const translate = (text: string, map: Record<string, readonly string[]> = {}, exclude: readonly string[] = []) =>
  translatePeer({ importName: 'peer', file: peer(text), exclude, criteriaMap: new Map(Object.entries(map)), local })

/** Theirs: `reviewed` implies `safe-to-deploy`, `lone` implies nothing. */
const CRITERIA = `
[criteria.reviewed]
description = "r"
implies = "safe-to-deploy"
[criteria.lone]
description = "l"
`

describe('criteria of one audit', () => {
  it.each<[string, string[], Record<string, readonly string[]>, string[]]>([
    ['built-ins mean the same', ['safe-to-run'], {}, ['safe-to-run']],
    ['what is not mapped counts by what it implies', ['reviewed'], {}, ['safe-to-deploy']],
    ['what means nothing here leaves an empty list', ['lone'], {}, []],
    ['mapped', ['lone'], { lone: ['crypto'] }, ['crypto']],
    ['mapped to several', ['lone'], { lone: ['crypto', 'strict'] }, ['crypto', 'strict']],
    ['names in our own order, implied ones left out', ['lone', 'safe-to-run'], { lone: ['strict'] }, ['strict']],
    ['implied criteria are mapped as well', ['reviewed'], { 'safe-to-deploy': ['crypto'] }, ['safe-to-run', 'crypto']],
    ['the map goes before the built-in meaning', ['safe-to-run'], { 'safe-to-run': ['crypto'] }, ['crypto']],
    ['a built-in may be mapped to nothing', ['safe-to-run'], { 'safe-to-run': [] }, []],
    ['unknown names of the peer are no obstacle', ['nowhere', 'safe-to-run'], {}, ['safe-to-run']],
  ])('%s', (_what, criteria, map, expected) => {
    const text = `${CRITERIA}[[audits.leaf]]\ncriteria = ${JSON.stringify(criteria)}\nversion = "1.0.0"\n`
    const result = translate(text, map)
    if (!result.ok) throw new Error(result.error.code)
    expect([...(result.value.audits.values().next().value?.[0]?.criteria ?? [])].sort()).toEqual([...expected].sort())
  })

  it('lists names in the order of our criteria', () => {
    const text = `${CRITERIA}[[audits.leaf]]\ncriteria = "lone"\nversion = "1.0.0"\n`
    const result = translate(text, { lone: ['strict', 'crypto'] })
    expect(result.ok && [...result.value.audits.values()][0]?.[0]?.criteria).toEqual(['crypto', 'strict'])
  })

  it.each([
    ['a mapped name that we do not have', CRITERIA, { lone: ['nowhere'] }, 'criteria-unknown'],
    ['a built-in defined anew', '[criteria.safe-to-run]\ndescription = "x"\n', {}, 'criteria-redefined'],
    ['criteria that imply themselves', '[criteria.a]\ndescription = "x"\nimplies = "a"\n', {}, 'criteria-cycle'],
  ])('fails on %s', (_what, text, map, code) => {
    expect(translate(text, map)).toMatchObject({ ok: false, error: { code } })
  })

  it('does not mind a map for criteria that the peer does not have', () => {
    expect(translate('[audits]\n', { gone: ['nowhere'] }).ok).toBe(true)
  })
})

describe('what is taken', () => {
  const text = `${CRITERIA}
[[wildcard-audits.leaf]]
criteria = "safe-to-deploy"
user-id = 1
start = "2024-01-01"
end = "2025-01-01"

[[audits.leaf]]
criteria = "safe-to-deploy"
version = "1.0.0"

[[audits.leaf]]
criteria = "safe-to-run"
violation = "*"

[[audits.other]]
criteria = "safe-to-run"
version = "1.0.0"
importable = false
`
  it('leaves audits and violations of excluded crates out, but not wildcard audits', () => {
    const result = translate(text, {}, ['leaf'])
    expect(result.ok && [[...result.value.audits.keys()], [...result.value.wildcardAudits.keys()]]).toEqual([
      [],
      ['leaf'],
    ])
  })
  it('leaves audits out that are not for others', () => {
    const result = translate(text)
    expect(result.ok && [...result.value.audits.keys()]).toEqual(['leaf'])
  })
  it('keeps only mapped criteria, without what they imply', () => {
    const result = translate(text, { reviewed: ['strict'] })
    if (!result.ok) throw new Error('translate')
    expect(wantedDescriptions(result.value)).toEqual([])
    expect([...withDescriptions(result.value, new Map()).criteria]).toEqual([
      ['reviewed', { description: 'r', descriptionUrl: null, implies: [], aggregatedFrom: [] }],
    ])
  })
  it('asks for texts that are elsewhere', () => {
    const at = 'https://peer.example/text'
    const result = translate(`[criteria.a]\ndescription-url = "${at}"\n[audits]\n`, { a: [] })
    if (!result.ok) throw new Error('translate')
    expect(wantedDescriptions(result.value)).toEqual([{ criterion: 'a', url: at }])
    const described = withDescriptions(result.value, new Map([['a', 'fetched']]))
    expect(described.criteria.get('a')).toMatchObject({ description: 'fetched', descriptionUrl: null })
  })
})

describe('freshness against imports.lock', () => {
  const audit = (rest: string, criteria = 'safe-to-deploy') => `[[audits.leaf]]\ncriteria = "${criteria}"\n${rest}\n`
  const wildcard = (end: string, who = 'Ann') =>
    `[[wildcard-audits.leaf]]\nwho = "${who}"\ncriteria = "safe-to-run"\nuser-id = 1\nstart = "2024-01-01"\nend = "${end}"\n`
  const full = audit('version = "1.0.0"')

  it.each<[string, string, string, boolean[]]>([
    ['nothing stored: all is new', full, '', [true]],
    ['the same entry is stored', full, full, [false]],
    ['another criteria list', full, audit('version = "1.0.0"', 'safe-to-run'), [true]],
    ['another version', full, audit('version = "1.0.1"'), [true]],
    ['a delta is not a full audit', audit('delta = "0.9.0 -> 1.0.0"'), full, [true]],
    ['who and notes do not count', audit('version = "1.0.0"\nwho = "B"\nnotes = "n"'), full, [false]],
    ['each stored entry accounts for one only', full + full, full, [false, true]],
    ['two stored entries account for two', full + full, full + full, [false, false]],
    ['ranges of violations count', audit('violation = "<2"'), audit('violation = "<3"'), [true]],
    ['the same range', audit('violation = "<2"'), audit('violation = "<2"'), [false]],
    ['a wildcard audit with another end', wildcard('2025-01-01'), wildcard('2026-01-01'), [true]],
    ['a wildcard audit by another author', wildcard('2025-01-01', 'Bo'), wildcard('2025-01-01'), [false]],
  ])('%s', (_what, live, stored, expected) => {
    const file = peer(live)
    const fresh = new Set<object>()
    expect(markFresh(file, stored === '' ? undefined : peer(stored), fresh)).toEqual([])
    const entries = [...(file.audits.values().next().value ?? []), ...(file.wildcardAudits.values().next().value ?? [])]
    expect(entries.map(entry => fresh.has(entry))).toEqual(expected)
  })

  it.each<[string, string, string, number]>([
    ['the same text', '[criteria.a]\ndescription = "x"\n', '[criteria.a]\ndescription = "x"\n', 0],
    ['another text', '[criteria.a]\ndescription = "y"\n', '[criteria.a]\ndescription = "x"\n', 1],
    ['a criterion that is new', '[criteria.a]\ndescription = "y"\n', '', 0],
    ['a criterion that is gone', '', '[criteria.a]\ndescription = "x"\n', 0],
    ['a stored criterion without a text', '[criteria.a]\ndescription = "y"\n', '[criteria.a]\n', 1],
  ])('%s of a criterion', (_what, live, stored, count) => {
    expect(markFresh(peer(live), peer(stored), new Set())).toHaveLength(count)
  })
})
