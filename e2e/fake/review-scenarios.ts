/** States of a review that are hard to reach with the real engine: on its way, failed, offline, stopped, without a file. */
import { brand } from '../../src/shared/domain.ts'
import type { Failure } from '../../src/shared/failure.ts'
import { fail, ok } from '../../src/shared/result.ts'
import type { Job } from '../../src/shared/wire.ts'
import { NOW } from './fake-data.ts'
import { BRINE, brineReview } from './fake-provenance.ts'
import type { FakeHandlers, Scenario } from './fake-transport.ts'

const opening: Job = {
  id: brand<'JobId'>('9'),
  title: `Open review of ${BRINE.crate} ${BRINE.version}`,
  step: 'downloading brine-sys 2.0.13',
  done: 1,
  total: 2,
  state: 'running',
  failure: null,
  startedAt: NOW - 4_000,
  hosts: ['static.example'],
}

const failures = {
  'review-failed': {
    code: 'checksum-mismatch',
    crate: `${BRINE.crate} ${BRINE.version}`,
    expectedSha256: '43a49c3'.padEnd(64, '5'),
    actualSha256: '9c03b7e'.padEnd(64, '2'),
    source: 'the archive in the cache',
  },
  'review-offline': { code: 'offline', needed: `the archive of ${BRINE.crate} ${BRINE.version}` },
  'review-cancelled': { code: 'cancelled' },
} as const satisfies Record<string, Failure>

const nothing = {
  ...brineReview,
  files: [],
  unchangedFiles: 113,
  stat: { insertions: 0, deletions: 0, filesChanged: 0 },
}

/** Nothing was found in it and nothing written about it. */
const quiet: FakeHandlers = {
  'review.units': ({ review }) => ok({ review, units: [], files: [], isCut: false }),
  'review.notes': ({ review }) => ok({ review, notes: [] }),
}

/** On top of `base`, what other pages are answered. */
export function reviewScenarios(base: FakeHandlers): Readonly<Record<string, () => Scenario>> {
  const withOpen = (open: NonNullable<FakeHandlers['review.open']>, more: FakeHandlers = {}): (() => Scenario) => {
    return () => ({ door: 'desktop', handlers: { ...base, ...quiet, 'review.open': open, ...more } })
  }
  const failed = Object.entries(failures).map(([name, failure]) => [name, withOpen(() => fail(failure))] as const)
  return {
    ...Object.fromEntries(failed),
    'review-loading': () => ({
      door: 'desktop',
      handlers: { ...base, 'review.open': () => new Promise<never>(() => undefined) },
      start: emit => emit('jobs.changed', [opening]),
    }),
    'review-equal': withOpen(() => ok(nothing)),
    /** Answers once the test says so. */
    'review-slow': withOpen(
      () => new Promise(resolve => addEventListener('fake-opened', () => resolve(ok(nothing)), { once: true })),
    ),
    'review-file-failed': withOpen(() => ok(brineReview), {
      'review.file': () => fail({ code: 'cache-io', path: 'sources/brine-sys-2.0.13', reason: 'no such file' }),
    }),
  }
}
