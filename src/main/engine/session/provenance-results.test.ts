import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { keptSummary, openProvenanceResults, type ProvenanceResults } from './provenance-results.ts'
import { testRecord } from './provenance-testing.ts'

const NOT_TRIED = {
  ...{ cargoVersion: null, cargoChosen: '', command: [], lockFrom: 'none' },
  ...{ result: 'failed', detail: ['No cargo 1.87 or newer is installed.'] },
} satisfies ProvenanceRecord['rebuild']

it.each<[string, Partial<ProvenanceRecord>, boolean]>([
  ['a match', {}, true],
  ['a mismatch', { outcome: 'mismatch' }, true],
  ['a repository that could not be had', { outcome: 'repository-unavailable' }, false],
  ['a silent index', { indexLineSha256: null }, false],
  ['a lock file that the index did not know', { lock: { state: 'unchecked', differences: [] } }, false],
  ['a rebuild that no cargo could try', { level: 'rebuild', rebuild: NOT_TRIED }, false],
  ['a rebuild that failed', { level: 'rebuild', rebuild: { ...NOT_TRIED, cargoVersion: '1.95.0' } }, true],
])('%s holds for ever, or is asked for again', (_what, record, isSettled) => {
  expect(keptSummary(testRecord('a', '1.0.0', record)).isSettled).toBe(isSettled)
})

describe('what was read once', () => {
  let box: Sandbox
  let ours: ProvenanceResults
  let theirs: ProvenanceResults
  beforeEach(() => {
    box = createSandbox({})
    ours = openProvenanceResults(box.caps)
    theirs = openProvenanceResults(box.caps)
  })
  afterEach(() => {
    ours.close()
    theirs.close()
    box.dispose()
  })
  const made = (version: string, checkedAt: number, more: Partial<ProvenanceRecord> = {}) =>
    testRecord('a', version, { checkedAt, ...more })

  it('is read anew when another program wrote', () => {
    expect(ours.summary('a', '1.0.0')).toBeNull()
    theirs.put(made('1.0.0', 1))
    expect(ours.summary('a', '1.0.0')?.outcome).toBe('match')
    theirs.put(made('1.0.0', 2, { outcome: 'mismatch' }))
    expect(ours.summary('a', '1.0.0')?.outcome).toBe('mismatch')
  })

  it('is what is in the file after each record that is put', () => {
    const sums = ['a', 'b'].map(digit => digit.repeat(64))
    // Another archive of the same version, the same one again, and a clock that went back.
    const records = [
      made('1.0.0', 5, { archiveSha256: sums[0]! }),
      made('1.0.0', 6, { archiveSha256: sums[1]! }),
      made('2.0.0', 7),
      made('1.0.0', 8, { archiveSha256: sums[0]!, outcome: 'mismatch' }),
      made('1.0.0', 3, { archiveSha256: sums[1]!, outcome: 'package-failed' }),
    ]
    for (const record of records) {
      ours.put(record)
      const fresh = openProvenanceResults(box.caps)
      for (const sha256 of [undefined, ...sums])
        expect(ours.summary('a', '1.0.0', sha256)).toEqual(fresh.summary('a', '1.0.0', sha256))
      expect(ours.summary('a', '2.0.0')).toEqual(fresh.summary('a', '2.0.0'))
      fresh.close()
    }
    expect(ours.summary('a', '1.0.0')?.outcome).toBe('mismatch')
  })
})
