import { expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { keptSummary } from './provenance-results.ts'
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
