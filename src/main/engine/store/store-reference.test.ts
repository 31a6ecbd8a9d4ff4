/**
 * The writer and the readers against the real cargo-vet: `cargo vet fmt` must write what we write, for real audit
 * files, for random stores in another writer's layout, and for stores it refuses we must refuse too.
 * ASSAY_RUNS sets the number of random stores (default 60).
 */
import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { stringify } from 'smol-toml'
import { afterAll, describe, expect, it } from 'vitest'
import { randomStore } from '../../../../tools/random-store.ts'
import { hasCargoVet, openReference, sharedData, type Texts } from '../../../../tools/reference-store.ts'
import { parseStore } from './parse-store.ts'
import { readCanonicalLines } from './toml-lines.ts'
import { readAnyToml } from './toml-text.ts'
import { renderStore } from './write-store.ts'

const TODAY = '2026-11-21'
const WHERE = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }
const RUNS = Number(process.env['ASSAY_RUNS'] ?? 60)
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
})
