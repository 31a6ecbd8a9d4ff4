/**
 * The writer and the readers against the real cargo-vet: `cargo vet fmt` must write what we write, for real audit
 * files, for random stores in another writer's layout, and for stores it refuses we must refuse too.
 * ASSAY_RUNS sets the number of random stores (default 20).
 */
import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { stringify } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { randomStore } from '../../../../tools/random-store.ts'
import { hasCargoVet, openReference, sharedData, type Texts } from '../../../../tools/reference-store.ts'
import { brand } from '../../../shared/domain.ts'
import type { StoreProblem } from '../../../shared/failure.ts'
import { parseStore } from './parse-store.ts'
import { readCanonicalLines } from './toml-lines.ts'
import { readAnyToml } from './toml-text.ts'
import { validateStore } from './validate-store.ts'
import { renderStore } from './write-store.ts'

const TODAY = '2026-11-21'
const WHERE = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }
const RUNS = Number(process.env['ASSAY_RUNS'] ?? 20)
const KEYS = ['config', 'audits', 'imports'] as const

const reference = hasCargoVet ? openReference(TODAY) : null
afterAll(() => reference?.dispose())

function rewrite(texts: Texts): Texts {
  const parsed = parseStore(texts, WHERE)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error, null, 1))
  return renderStore(parsed.value)
}

function formatted(texts: Texts): Texts {
  const answer = reference?.run(texts, ['fmt'])
  if (answer?.status !== 0) throw new Error(answer?.output)
  return answer.texts
}

/** The same plain data, whatever objects the reader made. */
const plain = (tree: unknown): unknown =>
  JSON.parse(JSON.stringify(tree, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)))

function expectReadersAgree(text: string): void {
  const quick = readCanonicalLines(text)
  const slow = readAnyToml(text, 'x.toml')
  if (!slow.ok) throw new Error(slow.error.message)
  if (quick !== null) expect(plain(quick)).toEqual(plain(slow.value))
}

describe.skipIf(!hasCargoVet || sharedData === null)('real files (needs cargo-vet and shared data)', () => {
  const registry = path.join(sharedData ?? '', 'registry')
  const files = sharedData === null ? [] : fs.readdirSync(registry).filter(file => file !== 'registry.toml')
  it.each(files)('writes %s as cargo vet fmt does', file => {
    const text = fs.readFileSync(path.join(registry, file), 'utf8')
    const audits = /^\[+audits[.\]]/m.test(text) ? text : `${text}\n[audits]\n`
    const texts = { config: '[cargo-vet]\nversion = "0.10"\n', audits, imports: '' }
    const wanted = formatted(texts)
    expect(rewrite(texts)).toEqual(wanted)
    expectReadersAgree(audits)
    expect(readCanonicalLines(wanted.audits)).not.toBeNull()
  })

  const stores = sharedData === null ? [] : fs.readdirSync(path.join(sharedData, 'stores'))
  it.each(stores)('finds the store %s already formatted', store => {
    const read = (file: string) =>
      fs.readFileSync(path.join(sharedData ?? '', 'stores', store, 'supply-chain', file), 'utf8')
    const texts = { config: read(WHERE.config), audits: read(WHERE.audits), imports: read(WHERE.imports) }
    expect(formatted(texts)).toEqual(texts)
    expect(rewrite(texts)).toEqual(texts)
    for (const key of KEYS) {
      expect(readCanonicalLines(texts[key])).not.toBeNull()
      expectReadersAgree(texts[key])
    }
  })
})

describe.skipIf(!hasCargoVet)('random stores (needs cargo-vet)', () => {
  it('writes them as cargo vet fmt does', () => {
    fc.assert(
      fc.property(randomStore, store => {
        const texts = {
          config: stringify(store.config),
          audits: stringify(store.audits),
          imports: stringify(store.imports),
        }
        const wanted = formatted(texts)
        expect(rewrite(texts)).toEqual(wanted)
        // Not always a fixed point: comments name the first publisher row in the order before sorting.
        const again = rewrite(wanted)
        if (!isDeepStrictEqual(again, wanted)) expect(again).toEqual(formatted(wanted))
        for (const key of KEYS) {
          expectReadersAgree(texts[key])
          expectReadersAgree(wanted[key])
        }
      }),
      { numRuns: RUNS },
    )
  }, 600_000)

  it('refuses what cargo vet refuses, and writes the same for the rest', () => {
    fc.assert(
      fc.property(randomStore, fc.array(damage, { minLength: 4, maxLength: 4 }), (store, damages) => {
        const whole = formatted({
          config: stringify(store.config),
          audits: stringify(store.audits),
          imports: stringify(store.imports),
        })
        for (const { key, ...how } of damages) {
          const texts = { ...whole, [key]: damaged(whole[key], how) }
          const answer = reference?.run(texts, ['fmt'])
          const ours = accepted(texts)
          if (ours === 'stricter') continue
          expect([answer?.status === 0, texts[key]]).toEqual([ours !== null, texts[key]])
          if (ours !== null) expect(ours).toEqual(answer?.texts)
        }
      }),
      { numRuns: RUNS },
    )
  }, 600_000)
})

const TOKENS = [
  ...[
    '"',
    "'",
    '"""',
    "'''",
    '[',
    ']',
    '[[x]]',
    '{',
    '}',
    '{ a = 1, }',
    '=',
    '.',
    ',',
    '#',
    '\n',
    '\r\n',
    '\r',
    '\\',
    ' ',
  ],
  ...[
    '\\e',
    '\\x41',
    '\\u0041',
    '\\ud800',
    '\u0000',
    '\u007f',
    '\ufeff',
    '\t',
    'true',
    '1',
    '1.0',
    '-1',
    '_',
    '0x10',
    '12:30',
  ],
  ...['user-id = 1.0', 'user-id = -1', 'user-id = 9223372036854775808', 'version = "1.0.0"', 'version = "1.0"'],
  ...[
    'delta = "1.0.0"',
    'violation = "1 - 2"',
    'criteria = [1]',
    'who = 1',
    'importable = "x"',
    'unknown = 1',
    'a.b = 1',
  ],
  ...[
    '[audits]',
    '[[audits.x]]',
    '[audits.x]',
    '[cargo-vet]',
    '[unaudited]',
    '[policy."a:1.0.0"]\n[policy.a]',
    '[toString]',
  ],
  ...['end = "2027-11-22"', 'end = "2027-11-21"', 'start = "2023-02-29"', 'start = 2023-01-01', 'start = "2023-1-1"'],
]

/** Even between 0 and 1; fast-check's doubles are nearly all next to 0. */
const fraction = fc.noBias(fc.nat(1_000_000)).map(millionths => millionths / 1_000_001)
/** One way to spoil a text: positions are fractions of its length. */
const damage = fc.record({
  key: fc.constantFrom(...KEYS),
  kind: fc.constantFrom('insert', 'insert line', 'delete', 'delete line', 'repeat line', 'move line'),
  from: fraction,
  to: fraction,
  token: fc.constantFrom(...TOKENS),
})

function damaged(text: string, how: { kind: string; from: number; to: number; token: string }): string {
  const at = Math.floor(how.from * text.length)
  if (how.kind === 'insert') return text.slice(0, at) + how.token + text.slice(at)
  if (how.kind === 'delete') return text.slice(0, at) + text.slice(at + 1)
  const lines = text.split('\n')
  const [i, j] = [Math.floor(how.from * (lines.length - 1)), Math.floor(how.to * (lines.length - 1))]
  if (how.kind === 'insert line') lines.splice(i, 0, how.token)
  else if (how.kind === 'repeat line') lines.splice(j, 0, lines[i] ?? '')
  else {
    const [line = ''] = lines.splice(i, 1)
    if (how.kind === 'move line') lines.splice(j, 0, line)
  }
  return lines.join('\n')
}

/** What we write, null when we refuse; `stricter` when only cargo-vet's later panic makes us refuse. */
function accepted(texts: Texts): Texts | null | 'stricter' {
  const parsed = parseStore(texts, WHERE)
  if (!parsed.ok) return null
  const input = { store: parsed.value, texts, where: WHERE, today: brand<'IsoDate'>(TODAY) }
  const problems = validateStore({ ...input, locked: false })
  if (problems.length === 0) return renderStore(parsed.value)
  return problems.every(problem => mayPanicLater(problem, texts)) ? 'stricter' : null
}

/** Unknown names in `trusted` and `criteria-map`, which cargo-vet does not look at when it formats. */
function mayPanicLater({ place }: StoreProblem, texts: Texts): boolean {
  const key = KEYS.find(each => WHERE[each] === place?.file)
  if (key === undefined || place === null) return false
  const above =
    texts[key]
      .split('\n')
      .slice(0, place.line)
      .findLast(line => /^\s*\[/.test(line)) ?? ''
  return /^\[\[trusted|criteria-map\]$/.test(above.trimEnd())
}
