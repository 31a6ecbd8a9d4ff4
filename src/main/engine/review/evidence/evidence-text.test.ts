import { expect, test } from 'vitest'
import type { CrateName, CriteriaName, VetVersion } from '../../../../shared/domain.ts'
import type { HashedReview } from '../tree-diff.ts'
import { evidenceName, evidenceText, type EvidenceFacts } from './evidence-text.ts'

const file = (more: Partial<HashedReview['files'][0]>): HashedReview['files'][0] => ({
  ...{ path: 'src/lib.rs', oldPath: null, change: 'modified', group: 'source', insertions: 1, deletions: 0 },
  ...{ isBinary: false, sizeOld: 1, sizeNew: 2, hashOld: 'a'.repeat(64), hashNew: 'b'.repeat(64) },
  ...{ mark: 'read', isCounted: true, suspicious: 0 },
  ...more,
})
const delta = (from: string | null, to: string) => ({ from: from as VetVersion | null, to: to as VetVersion })
const review: HashedReview = {
  id: 'brine 1.0.0 -> 1.1.0',
  crate: 'brine' as CrateName,
  delta: delta('1.0.0', '1.1.0'),
  files: [
    file({}),
    file({
      path: 'src/new.rs',
      change: 'added',
      hashOld: null,
      mark: 'unread',
      earlier: { version: '0.9.0', covers: 'part', hasDiff: true },
    }),
  ],
  unchangedFiles: 3,
  stat: { insertions: 2, deletions: 0, filesChanged: 2 },
  sourceNew: { checksum: 'd'.repeat(64), verifiedBy: 'index' },
  sourceOld: { checksum: 'c'.repeat(64), verifiedBy: 'lockfile' },
  criteria: [],
  resume: { path: 'src/lib.rs', line: 4 },
}
const facts = (more: Partial<EvidenceFacts> = {}): EvidenceFacts => ({
  review,
  criteria: ['safe-to-run' as CriteriaName],
  who: 'Ada <a@b>',
  units: null,
  checklists: [],
  notes: ['n1'],
  readingMs: null,
  tools: { assay: '1', cargo: null, git: '2' },
  ...more,
})

test('holds what was read by hash and what was said', () => {
  const text = evidenceText(
    facts({
      readingMs: 6_150_000,
      units: {
        review: review.id,
        isCut: false,
        units: [
          {
            ...{ id: 'u1', kind: 'unsafe-block', path: 'src/lib.rs', line: 7, endLine: 9, snippet: 'unsafe {' },
            ...{ item: 'f', places: 1, change: 'new', certainty: 'parsed', isOptional: false },
            answer: { verdict: 'fine', note: '', who: 'Ada <a@b>', at: 0, version: '1.1.0' },
          },
        ],
        files: [{ path: 'src/odd.rs', state: 'unknown', reason: 'too large', macroBodies: 0, removed: 0 }],
      },
      checklists: [
        {
          criteria: 'safe-to-run' as CriteriaName,
          source: 'built-in',
          answered: 1,
          rows: [
            {
              id: 'q',
              question: 'Q?',
              auto: null,
              counted: null,
              answer: { verdict: 'no', note: 'x', who: 'A', at: 0 },
            },
          ],
        },
      ],
    }),
  )
  expect(text.endsWith('}\n')).toBe(true)
  expect(JSON.parse(text)).toEqual({
    ...{ format: 1, crate: 'brine', from: '1.0.0', to: '1.1.0', criteria: ['safe-to-run'], reviewer: 'Ada <a@b>' },
    tools: { assay: '1', cargo: null, git: '2' },
    archives: {
      from: { sha256: 'c'.repeat(64), verifiedBy: 'lockfile' },
      to: { sha256: 'd'.repeat(64), verifiedBy: 'index' },
    },
    unchangedFiles: 3,
    files: [
      {
        ...{ path: 'src/lib.rs', change: 'modified', mark: 'read', isCounted: true },
        ...{ sha256From: 'a'.repeat(64), sha256To: 'b'.repeat(64) },
      },
      {
        ...{ path: 'src/new.rs', change: 'added', mark: 'unread', isCounted: true },
        ...{ sha256From: null, sha256To: 'b'.repeat(64), earlier: { version: '0.9.0', covers: 'part' } },
      },
    ],
    units: {
      isCut: false,
      notParsed: ['src/odd.rs'],
      list: [
        {
          ...{ id: 'u1', kind: 'unsafe-block', path: 'src/lib.rs', line: 7, change: 'new', certainty: 'parsed' },
          answer: { verdict: 'fine', note: '', who: 'Ada <a@b>', at: '1970-01-01T00:00:00.000Z', version: '1.1.0' },
        },
      ],
    },
    checklists: [
      {
        ...{ criteria: 'safe-to-run', source: 'built-in' },
        items: [
          {
            ...{ id: 'q', question: 'Q?', counted: null },
            answer: { verdict: 'no', note: 'x', who: 'A', at: '1970-01-01T00:00:00.000Z' },
          },
        ],
      },
    ],
    notes: ['n1'],
    readingMinutes: 102,
  })
})

test('says nothing of the moment, of the place of the reader, or of time that is private', () => {
  expect(evidenceText(facts())).toBe(evidenceText(facts({ review: { ...review, resume: null } })))
  expect(JSON.parse(evidenceText(facts()))).toMatchObject({ readingMinutes: null, units: null })
})

test.each([
  [delta('1.0.0', '1.1.0'), 'brine-1.0.0_1.1.0.json'],
  [delta(null, '1.1.0'), 'brine-full_1.1.0.json'],
  [delta('1.0.0-1.2.3', '4.5.6'), 'brine-1.0.0-1.2.3_4.5.6.json'],
  [delta('1.0.0', '1.2.3-4.5.6'), 'brine-1.0.0_1.2.3-4.5.6.json'],
  [delta(null, '1.0.0+x/../y'), 'brine-full_1.0.0+x~..~y.json'],
])('is named by its delta: %j', (of, name) => {
  expect(evidenceName({ ...review, delta: of })).toBe(name)
})
