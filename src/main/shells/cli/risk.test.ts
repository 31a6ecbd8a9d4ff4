// `assay risk` offline: what is known adds up, what is not says so and counts.
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RiskSignal } from '../../../shared/risk.ts'
import { assay, envIn, metadataJson, printingProgram, scratch, writeTree } from './testing.ts'

let place: ReturnType<typeof scratch>
beforeEach(() => {
  place = scratch()
  writeTree(place.folder, {
    'metadata.json': metadataJson(place.folder, [
      { name: 'me', version: '0.1.0', isLocal: true, deps: ['leaky', 'calm'] },
      { name: 'leaky', version: '1.0.0', deps: ['deep'] },
      { name: 'calm', version: '2.0.0' },
      { name: 'deep', version: '0.1.0' },
    ]),
    'Cargo.toml': '[package]\nname = "me"\nversion = "0.1.0"\n',
    'supply-chain/config.toml': '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n',
    'supply-chain/audits.toml': '\n# cargo-vet audits file\n\n[audits]\n',
    'supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
    'db/crates/leaky/RUSTSEC-2026-0001.md':
      '```toml\n[advisory]\nid = "RUSTSEC-2026-0001"\npackage = "leaky"\ndate = "2026-01-01"\n\n[versions]\npatched = [">=1.0.4"]\n```\n\n# It leaks\n',
  })
})
afterEach(() => place.dispose())

const run = (...argv: string[]) =>
  assay(['risk', '--locked', '--frozen', ...argv], {
    cwd: place.folder,
    env: envIn(place.folder, { CARGO: printingProgram(place.folder, path.join(place.folder, 'metadata.json')) }),
  })

it('lists what fails, highest first, with reasons that were found', async () => {
  const answer = await run('--db', 'db')
  expect(answer.code).toBe(0)
  const lines = answer.out.split('\n')
  expect(lines[0]).toMatch(/^ {2}\d\d of 100 {2}leaky 1\.0\.0, lines unknown, \d+ of it unknown$/)
  expect(lines[1]).toBe('         +20  advisory-new: RUSTSEC-2026-0001 (vulnerability) (may be out of date)')
  expect(lines.filter(line => / of 100 {2}/.test(line)).map(line => line.trim().split(' ')[4])).toEqual([
    'leaky',
    'deep',
    'calm',
  ])
  expect(lines.at(-2)).toBe('default weights, database of unknown age')
})

it('shows the whole arithmetic of one crate', async () => {
  const answer = await run('deep')
  expect(answer.out).toContain(
    '+25  advisory-new: unknown, counted as +25: no advisory database is named [RustSec; at most 25]',
  )
  expect(answer.out).toContain('0  depth: 1 package away from this workspace [cargo metadata; at most 1]')
  expect(answer.out).toContain('advisories unknown: no advisory database is named')
  expect(answer.err).toContain('no advisory database is named')
  expect((await run('nobody')).code).toBe(255)
})

it('the numbers of the JSON add up', async () => {
  const answer = await run('--db', 'db', '--output-format', 'json')
  const { items, weights } = JSON.parse(answer.out) as {
    readonly items: readonly {
      readonly crate: string
      readonly score: number
      readonly unknown: number
      readonly signals: readonly RiskSignal[]
    }[]
    readonly weights: { readonly most: number }
  }
  expect(weights.most).toBe(100)
  expect(items).toHaveLength(3)
  for (const { score, unknown, signals } of items) {
    expect(signals).toHaveLength(20)
    expect(score).toBe(signals.reduce((sum, s) => sum + s.points, 0))
    expect(unknown).toBe(signals.filter(s => s.state === 'unknown').reduce((sum, s) => sum + s.weight, 0))
  }
})
