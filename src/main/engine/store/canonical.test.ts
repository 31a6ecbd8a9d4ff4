/**
 * The quick reader against the general way: on random stores in canonical form and on the same with random damage it
 * either holds back or answers the same values and the same judgement of the form. ASSAY_RUNS sets the number of
 * random stores (default 40).
 */
import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { stringify } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { randomStore } from '../../../../tools/random-store.ts'
import { sharedData } from '../../../../tools/reference-store.ts'
import { brand } from '../../../shared/domain.ts'
import type { AuditsFile, VetStore } from '../core/store-model.ts'
import { readCanonicalAudits, readCanonicalExemptions, readCanonicalImports, type UserIdComment } from './canonical.ts'
import { decodeAuditsFile } from './decode-audits.ts'
import { decodeConfigFile, decodeImportsFile } from './decode-config.ts'
import type { Decoding, TomlTable } from './decode.ts'
import { parseStore, readStoreTexts } from './parse-store.ts'
import { readAnyToml } from './toml-text.ts'
import { validateStore } from './validate-store.ts'
import {
  renderConfigFile,
  renderAuditsFile,
  renderImportsFile,
  renderStore,
  userComments,
  type StoreTexts,
} from './write-store.ts'

const WHERE = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }
const TODAY = brand<'IsoDate'>('2026-11-21')
const RUNS = Number(process.env['ASSAY_RUNS'] ?? 40)

/** By the slow reader only. Null when anything is wrong. */
function readGenerally<T>(text: string, decode: (d: Decoding, table: TomlTable) => T): T | null {
  const tree = readAnyToml(text, 'x')
  if (!tree.ok) return null
  const d: Decoding = { problems: [] }
  const value = decode(d, tree.value)
  return d.problems.length === 0 ? value : null
}

/** Maps as lists, so that the order of their keys counts. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each: unknown) =>
      each instanceof Map ? [...each] : typeof each === 'bigint' ? `${each}n` : each,
    ),
  )

/** Without the names that the quick reader leaves alone, which random stores are full of. */
function tame(store: VetStore): VetStore {
  const named = <K extends string, V>(map: ReadonlyMap<K, V>) =>
    new Map(
      [...map].filter(([name]) => /^[A-Za-z0-9_-]+$/.test(name) && !/^(__proto__|dependency-criteria)$/.test(name)),
    )
  const file = (each: AuditsFile): AuditsFile => ({
    criteria: named(each.criteria),
    wildcardAudits: named(each.wildcardAudits),
    audits: named(each.audits),
    trusted: named(each.trusted),
  })
  const { config, imports } = store
  return {
    config: { ...config, exemptions: named(config.exemptions) },
    audits: file(store.audits),
    imports: {
      unpublished: named(imports.unpublished),
      publisher: named(imports.publisher),
      audits: new Map([...named(imports.audits)].map(([name, each]) => [name, file(each)])),
    },
  }
}

function must<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** Lists of strings that need escapes and ids of 19 digits are left alone too. */
function tameValues(value: unknown, key = ''): unknown {
  if (typeof value === 'bigint') return 7
  if (Array.isArray(value))
    return value.map(each => (key === 'who' ? String(each).replace(/[^ -~]|["'\\]/g, 'x') : tameValues(each)))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, tameValues(each, name)]))
}

const canonical = randomStore.map(({ config, audits, imports }): StoreTexts => {
  const text = (file: unknown) => stringify(tameValues(file))
  const texts = { config: text(config), audits: text(audits), imports: text(imports) }
  const first = renderStore(tame(must(parseStore(texts, WHERE))))
  return renderStore(must(parseStore(first, WHERE))) // the comments of some are settled only now
})

/** How often the quick reader answered, so that a test that compares nothing is seen. */
const answered = { config: 0, audits: 0, imports: 0, forms: 0 }

function expectSame(texts: StoreTexts): void {
  const audits = readCanonicalAudits(texts.audits)
  const imports = readCanonicalImports(texts.imports)
  const exemptions = readCanonicalExemptions(texts.config)
  if (audits !== null) {
    answered.audits++
    expect(plain(audits.value)).toEqual(plain(readGenerally(texts.audits, (d, t) => decodeAuditsFile(d, t, null))))
  }
  if (imports !== null) {
    answered.imports++
    expect(plain(imports.value)).toEqual(plain(readGenerally(texts.imports, decodeImportsFile)))
    const comment = userComments(imports.value)
    const fits = (comments: readonly UserIdComment[]) => comments.every(c => comment(c.userId) === c.comment)
    expect(fits(imports.comments)).toBe(renderImportsFile(imports.value, comment) === texts.imports)
    if (audits !== null) expect(fits(audits.comments)).toBe(renderAuditsFile(audits.value, comment) === texts.audits)
  }
  const head = exemptions === null ? null : readGenerally(exemptions.value.head, decodeConfigFile)
  // The exemptions say nothing of the file where what stands before them is not in form.
  if (exemptions !== null && head !== null && renderConfigFile(head) === exemptions.value.head) {
    answered.config++
    const config = readGenerally(texts.config, decodeConfigFile)
    expect(plain(exemptions.value.exemptions)).toEqual(plain(config?.exemptions))
  }
  expectSameJudgement(texts)
}

/** The whole way, with and without what the quick reader found out. */
function expectSameJudgement(texts: StoreTexts): void {
  const read = readStoreTexts(texts, WHERE, () => null)
  const config = readGenerally(texts.config, decodeConfigFile)
  const audits = readGenerally(texts.audits, (d, t) => decodeAuditsFile(d, t, null))
  const imports = readGenerally(texts.imports, decodeImportsFile)
  expect(read.ok).toBe(config !== null && audits !== null && imports !== null)
  if (!read.ok) return
  const { store, forms } = read.value
  expect(plain(store)).toEqual(plain({ config, audits, imports }))
  const input = { store, texts, where: WHERE, today: TODAY, locked: true }
  expect(validateStore({ ...input, forms })).toEqual(validateStore(input))
  if (forms.config !== null && forms.audits !== null && forms.imports !== null) answered.forms++
}

const PIECES = [
  ...[
    '"',
    "'",
    '"""',
    '\n',
    '\n\n',
    '\r',
    '\t',
    ' ',
    '#',
    ' # x',
    '\\',
    '\\u0041',
    '\u0000',
    '\ufeff',
    'é',
    '𝒳',
    '0',
    '-',
  ],
  ...[
    '[',
    ']',
    ', ',
    '->',
    ' = ',
    'a',
    'Z',
    '.',
    '_',
    '1.0.0',
    'who = "a"\n',
    'importable = true\n',
    'suggest = false\n',
  ],
  ...['notes = ""\n', 'criteria = ["a"]\n', 'criteria = []\n', 'user-id = 1\n', 'user-id = 01\n', 'end = "2020-1-1"\n'],
  ...[
    '\n[audits]\n',
    '\n[[audits.a]]\n',
    '\n[[trusted.a]]\n',
    '\n[criteria.a]\n',
    '\n[[exemptions.a]]\n',
    'renew = true\n',
  ],
]
/** Even between 0 and 1; fast-check's doubles are nearly all next to 0. */
const fraction = fc.noBias(fc.nat(1_000_000)).map(millionths => millionths / 1_000_001)
const edit = fc.record({
  key: fc.constantFrom('config', 'audits', 'imports'),
  kind: fc.constantFrom(
    'insert',
    'delete',
    'replace',
    'insert line',
    'delete line',
    'swap lines',
    'move block',
    'repeat block',
  ),
  from: fraction,
  to: fraction,
  piece: fc.constantFrom(...PIECES),
})
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

function edited(text: string, { kind, from, to, piece }: Edit): string {
  const at = Math.floor(from * text.length)
  if (kind === 'insert') return text.slice(0, at) + piece + text.slice(at)
  if (kind === 'delete') return text.slice(0, at) + text.slice(at + 1)
  if (kind === 'replace') return text.slice(0, at) + piece + text.slice(at + 1)
  const separator = kind.endsWith('block') ? '\n\n' : '\n'
  const parts = text.split(separator)
  const [i, j] = [Math.floor(from * parts.length), Math.floor(to * parts.length)]
  if (kind === 'insert line') parts.splice(i, 0, piece.trimEnd())
  else if (kind === 'delete line') parts.splice(i, 1)
  else if (kind === 'swap lines') [parts[i], parts[j]] = [parts[j] ?? '', parts[i] ?? '']
  else if (kind === 'repeat block') parts.splice(j, 0, parts[i] ?? '')
  else parts.splice(j, 0, ...parts.splice(i, 1))
  return parts.join(separator)
}

describe('the quick reader', () => {
  it('answers as the general way for canonical stores', () => {
    fc.assert(fc.property(canonical, expectSame), { numRuns: RUNS })
    for (const count of Object.values(answered)) expect(count).toBeGreaterThan(RUNS / 3)
  }, 600_000)

  it('holds back or answers the same after any damage', () => {
    const before = { ...answered }
    fc.assert(
      fc.property(canonical, fc.array(edit, { minLength: 20, maxLength: 20 }), (texts, edits) => {
        for (const each of edits) expectSame({ ...texts, [each.key]: edited(texts[each.key], each) })
        // Two at once: a comment that changed together with the row it comes from.
        for (let i = 1; i < edits.length; i += 4) {
          const [one, two] = [edits[i - 1] as Edit, edits[i] as Edit]
          const once = { ...texts, [one.key]: edited(texts[one.key], one) }
          expectSame({ ...once, [two.key]: edited(once[two.key], two) })
        }
      }),
      { numRuns: RUNS },
    )
    expect(answered.audits - before.audits).toBeGreaterThan(RUNS)
  }, 600_000)

  const stores = sharedData === null ? [] : fs.readdirSync(path.join(sharedData, 'stores'))
  it.each(stores)('reads all of the store %s', name => {
    const read = (file: string) =>
      fs.readFileSync(path.join(sharedData ?? '', 'stores', name, 'supply-chain', file), 'utf8')
    const texts = { config: read(WHERE.config), audits: read(WHERE.audits), imports: read(WHERE.imports) }
    expectSame(texts)
    expect(readCanonicalAudits(texts.audits)).not.toBeNull()
    expect(readCanonicalImports(texts.imports)).not.toBeNull()
  })
})

const TALL = ['x'.repeat(50), 'y'.repeat(50)]
const tall = (first: string) => `who = [\n    "${first}",\n    "${TALL[1]}",\n]\n`
const audit = (lines: string, crate = 'a') => `\n[[audits.${crate}]]\n${lines}`
const of = (...blocks: string[]) => `\n# cargo-vet audits file\n${blocks.join('')}`
const trusted = (id: string) =>
  `\n[audits]\n\n[[trusted.a]]\ncriteria = "x"\nuser-id = ${id}\nstart = "2020-01-01"\nend = "2021-01-01"\n`
const PLAIN_ENTRY = 'criteria = "x"\nversion = "1.0.0"\n'

it.each([
  ['a list of one', audit('criteria = ["x"]\nversion = "1.0.0"\n')],
  ['an empty list that is left out', audit(`who = []\n${PLAIN_ENTRY}`)],
  ['no criteria', audit('version = "1.0.0"\n')],
  ['a version that is written otherwise', audit(`criteria = "x"\nversion = "1.0.0 @git:${'0a'.repeat(20)}"\n`)],
  ['a range that is written otherwise', audit('criteria = "x"\nviolation = ">= 1"\n')],
  ['a table that is laid out apart', audit(PLAIN_ENTRY, 'dependency-criteria')],
  ['a name that is no key of objects', audit(PLAIN_ENTRY, '__proto__')],
  ['a control character in a comment', trusted('1 # a\u0001')],
  ['an id of 19 digits', trusted('9999999999999999999')],
  ['another header', of(audit(PLAIN_ENTRY)).replace('audits file', 'imports lock')],
  ['a blank line too many', audit(`${PLAIN_ENTRY}\n`)],
  ['a missing line end', audit(PLAIN_ENTRY).slice(0, -1)],
])('leaves %s to the general way', (_, block) => {
  expect(readCanonicalAudits(of(block))).toBeNull()
})

it('tells lists apart that start with the same line', () => {
  const text = of(audit(tall(TALL[0] as string) + PLAIN_ENTRY), audit(tall('z'.repeat(50)) + PLAIN_ENTRY))
  const who = [...(readCanonicalAudits(text)?.value.audits.values() ?? [])].flat().map(entry => entry.who[0]?.[0])
  expect(who).toEqual(['x', 'z'])
})

it('takes a file whose comments are not the writer’s for what it is', () => {
  expect(readCanonicalAudits(of(trusted('1 # somebody')))?.comments).toEqual([{ userId: 1n, comment: 'somebody' }])
})

it.each([
  ['Somebody Else (some)', true],
  ['another name', false],
])('judges a comment by the publisher that imports.lock names: %s', (comment, fits) => {
  const publisher = `version = "1.0.0"\nwhen = "2020-01-01"\nuser-id = 1\nuser-login = "some"\nuser-name = "Somebody Else"\n`
  const texts: StoreTexts = {
    config: '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n',
    audits: of(trusted(`1 # ${comment}`)).replace('"x"', '"safe-to-run"'),
    imports: `\n# cargo-vet imports lock\n\n[[publisher.a]]\n${publisher}`,
  }
  expectSameJudgement(texts)
  const { store, forms } = must(readStoreTexts(texts, WHERE, () => null))
  expect(forms.audits).not.toBeNull()
  const judged = validateStore({ store, texts, where: WHERE, today: TODAY, locked: true, forms })
  expect(judged.map(problem => problem.place?.file)).toEqual(fits ? [] : ['audits.toml'])
})
