import { expect, it } from 'vitest'
import type { Candidate } from '../../shared/certify-batch.ts'
import type { CrateName, Delta, PackageKey, VetVersion } from '../../shared/domain.ts'
import { groupCandidates, isReadWhole, splitAt, stepCriteria, versionsBetween } from './batch-groups.ts'

const row = (crate: string, repository: string | null, publisher: string | null): Candidate => ({
  key: `${crate}@1.0.0` as PackageKey,
  crate: crate as CrateName,
  delta: delta(null, '1.0.0'),
  read: null,
  repository,
  publisher,
})
function delta(from: string | null, to: string): Delta {
  return { from: from as VetVersion | null, to: to as VetVersion }
}

it('groups by repository, else by publisher, and puts what is known of neither last', () => {
  const rows = [
    row('a', null, null),
    row('b', 'r1', 'ann'),
    row('c', null, 'ann'),
    row('d', 'r1', null),
    row('e', 'r2', null),
  ]
  const titles = (first: string | null) =>
    groupCandidates(rows, first).map(g => [g.title, g.rows.map(r => r.crate).join()])
  expect(titles(null)).toEqual([
    ['r1', 'b,d'],
    ['Published by ann', 'c'],
    ['r2', 'e'],
    ['Repository and publisher not known', 'a'],
  ])
  expect(titles('e@1.0.0')[0]).toEqual(['r2', 'e'])
})

it.each([
  [null, false],
  [{ lines: 0, total: 0 }, false],
  [{ lines: 4, total: 5 }, false],
  [{ lines: 5, total: 5 }, true],
])('%j was read whole: %s', (read, want) => expect(isReadWhole({ read })).toBe(want))

it('finds the versions between, oldest first', () => {
  const list = ['2.0.0', '1.3.0', '1.2.0', '1.1.0', '1.0.0']
  expect(versionsBetween(delta('1.0.0', '1.3.0'), list)).toEqual(['1.1.0', '1.2.0'])
  expect(versionsBetween(delta('1.2.0', '1.3.0'), list)).toEqual([])
  expect(versionsBetween(delta('1.3.0', '1.0.0'), list), 'a way back').toEqual([])
  expect(versionsBetween(delta('0.9.0', '1.3.0'), list), 'a base the registry does not list').toEqual([])
  expect(versionsBetween(delta(null, '1.3.0'), list)).toEqual([])
})

it('splits at versions in between', () => {
  expect(splitAt(delta('1.0.0', '1.3.0'), ['1.1.0', '1.2.0'])).toEqual([
    delta('1.0.0', '1.1.0'),
    delta('1.1.0', '1.2.0'),
    delta('1.2.0', '1.3.0'),
  ])
  expect(splitAt(delta('1.0.0', '1.3.0'), [])).toEqual([delta('1.0.0', '1.3.0')])
})

it('certifies each step for what the queue misses of its version, beside what was chosen', () => {
  const queued = (crate: string, version: string, missing: string) =>
    ({ crate, version, missing: [missing] }) as unknown as Parameters<typeof stepCriteria>[2][number]
  const rows = [
    queued('a', '1.1.0', 'safe-to-deploy'),
    queued('a', '1.2.0', 'safe-to-run'),
    queued('b', '1.3.0', 'other'),
  ]
  const run = ['safe-to-run'] as unknown as Parameters<typeof stepCriteria>[0]
  const of = (from: string, to: string) =>
    stepCriteria(run, { crate: 'a' as CrateName, delta: delta(from, to) }, rows).join(' ')
  expect(of('1.0.0', '1.1.0')).toBe('safe-to-run safe-to-deploy')
  expect(of('1.1.0', '1.2.0')).toBe('safe-to-run')
  expect(of('1.2.0', '1.3.0')).toBe('safe-to-run')
})
