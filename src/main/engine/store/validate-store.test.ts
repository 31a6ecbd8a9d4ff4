/** What validateStore finds, where, and in which order. */
import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { storeProblemText } from '../../../shared/failure.ts'
import { parseStore } from './parse-store.ts'
import { unifiedDiff } from './unified-diff.ts'
import { validateStore, yearAfter } from './validate-store.ts'
import { renderStore, type StoreTexts } from './write-store.ts'

const WHERE = { config: 'C', audits: 'A', imports: 'I' }
const TODAY = brand<'IsoDate'>('2024-02-29')

function problems(texts: Partial<StoreTexts>, locked = false): string[] {
  const all = { config: '', audits: '[audits]\n', imports: '', ...texts }
  const parsed = parseStore(all, WHERE)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  const found = validateStore({ store: parsed.value, texts: all, where: WHERE, today: TODAY, locked })
  return found.map(storeProblemText)
}
/** In canonical form, so that only other problems are left when locked. */
function formatted(texts: Partial<StoreTexts>): StoreTexts {
  const parsed = parseStore({ config: '', audits: '[audits]\n', imports: '', ...texts }, WHERE)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return renderStore(parsed.value)
}

it('finds every unknown criteria name at its place, in the order of cargo-vet', () => {
  const found = problems({
    config: `[[exemptions.e]]
version = "1.0.0"
criteria = ["safe-to-run", "x1"]
[policy."p:10.0.0"]
criteria = "x3"
[policy."p:2.0.0"]
dev-criteria = "x2"
dependency-criteria = { d = ["x2a"] }
`,
    audits: `[criteria.good]
implies = ["safe-to-run", "x4"]
[[audits.a]]
version = "1.0.0"
criteria = ["good", "x5"]
[[audits.a]]
version = "1.0.0"
criteria = "x6"
[[wildcard-audits.w]]
criteria = "x7"
user-id = 1
start = "2020-01-01"
end = "2020-01-01"
`,
  })
  const places = ['C:3:28', 'C:7:16', 'C:8:30', 'C:5:12', 'A:2:27', 'A:5:21', 'A:8:12', 'A:10:12']
  const names = ['x1', 'x2', 'x2a', 'x3', 'x4', 'x5', 'x6', 'x7']
  expect(found).toEqual(places.map((place, i) => `${place}: '${names[i]}' is not a valid criteria name`))
})

it('lets a wildcard audit end a year from today, not later', () => {
  const wildcard = (end: string) =>
    problems({
      audits: `[audits]\n[[wildcard-audits.w]]\ncriteria = "safe-to-run"\nuser-id = 1\nstart = "2020-01-01"\nend = "${end}"\n`,
    })
  expect(wildcard('2025-02-28')).toEqual([])
  expect(wildcard('2025-03-01')).toEqual(["A:6:7: '2025-03-01' is more than a year in the future"])
  expect(yearAfter(brand('2026-11-21'))).toBe('2027-11-21')
})

describe('when locked', () => {
  it('wants the canonical form, but not its last line ends', () => {
    const texts = formatted({})
    expect(problems({ ...texts, audits: `${texts.audits}\n\n \t` }, true)).toEqual([])
    const [found = ''] = problems({ ...texts, config: `${texts.config}\n[policy]\n` }, true)
    expect(found).toContain(
      'C:6:1: A file in the store is not correctly formatted:\n\n--- old/config.toml\n+++ new/config',
    )
    expect(found).toContain('\n-[policy]\n')
  })

  it('wants the imports of the configuration in imports.lock, without excluded crates', () => {
    const outdated = ['imports.lock is out-of-date with respect to configuration']
    const config = '[imports.peer]\nurl = "https://x"\nexclude = ["out"]\n'
    const lock = (crate: string) => `[[audits.peer.audits.${crate}]]\nversion = "1.0.0"\ncriteria = "safe-to-run"\n`
    expect(problems(formatted({ config, imports: lock('in') }), true)).toEqual([])
    expect(problems(formatted({ config, imports: lock('out') }), true)).toEqual(outdated)
    expect(problems(formatted({ config }), true)).toEqual(outdated)
    expect(problems(formatted({ imports: lock('in') }), true)).toEqual(outdated)
    expect(problems(formatted({ config }), false)).toEqual([])
  })
})

describe('what cargo-vet would panic on', () => {
  const trusted = '[audits]\n[[trusted.t]]\ncriteria = "gone"\nuser-id = 1\nstart = "2020-01-01"\nend = "2021-01-01"\n'
  const publisher = '[[publisher.t]]\nversion = "1.0.0"\nwhen = "2020-01-01"\nuser-id = 1\nuser-login = "a"\n'
  it('is unknown criteria of a trusted crate that has publishers', () => {
    expect(problems({ audits: trusted, imports: publisher })).toEqual(["A:3:12: 'gone' is not a valid criteria name"])
    expect(problems({ audits: trusted })).toEqual([])
  })
  it('is unknown local criteria in a criteria-map, unless locked', () => {
    const texts = formatted({
      config: '[imports.p]\nurl = "https://x"\n[imports.p.criteria-map]\ntheirs = "gone"\n',
      imports: '[audits.p.audits]\n',
    })
    expect(problems(texts)).toEqual([expect.stringContaining("'gone' is not a valid criteria name")])
    expect(problems(texts, true)).toEqual([])
  })
  it('is a built-in criteria defined again, or too many', () => {
    expect(problems({ audits: '[audits]\n[criteria.safe-to-run]\ndescription = "x"\n' })).toEqual([
      "A:2:11: criteria 'safe-to-run' is built in and cannot be redefined",
    ])
    const many = (count: number) => Array.from({ length: count }, (_, i) => `[criteria.c${i}]\n`).join('')
    expect(problems({ audits: `[audits]\n${many(61)}` })).toEqual([])
    expect(problems({ audits: `[audits]\n${many(62)}` })).toEqual(['64 criteria are defined, 63 are supported'])
  })
})

describe('unifiedDiff', () => {
  it('has three lines of context', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh\n'
    expect(unifiedDiff(before, before.replace('e', 'E'), ['old/x', 'new/x'])).toBe(
      '--- old/x\n+++ new/x\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n',
    )
  })
  it('stays short and quick on texts that have nothing in common', { timeout: 5_000 }, () => {
    const long = (word: string) => Array.from({ length: 20_000 }, (_, i) => `${word}${i}\n`).join('')
    expect(unifiedDiff(long('a'), long('b'), ['old', 'new']).length).toBeLessThan(10_000)
  })
})
