import { expect, test } from 'vitest'
import type { CriteriaName } from '../../../../shared/domain.ts'
import type { ChecklistRow, ChecklistVerdict } from '../../../../shared/review-checklist.ts'
import type { Note } from '../../../../shared/review-notes.ts'
import { auditNotes, type AuditFacts } from './audit-notes.ts'

const note = (more: Partial<Note>): Note => ({
  id: 'n',
  target: { kind: 'crate' },
  text: 'Small and plain.',
  severity: 'remark',
  state: 'published',
  inAudit: true,
  who: 'A',
  version: '1.0.0',
  createdAt: 1,
  editedAt: 1,
  place: { state: 'here', line: 0, endLine: 0 },
  quote: '',
  edit: null,
  ...more,
})
const facts = (more: Partial<AuditFacts>): AuditFacts => ({
  notes: [],
  read: null,
  units: null,
  checklists: [],
  ...more,
})
const row = (id: string, verdict: ChecklistVerdict | null, note = ''): ChecklistRow => ({
  ...{ id, question: `Is ${id} so?`, auto: null, counted: null },
  answer: verdict === null ? null : { verdict, note, who: 'A', at: 1 },
})
const list = (...rows: ChecklistRow[]) => [
  {
    criteria: 'safe-to-run' as CriteriaName,
    source: 'built-in' as const,
    rows,
    answered: rows.filter(r => r.answer !== null).length,
  },
]
const lines = (path: string, line: number, endLine: number) => ({
  kind: 'lines' as const,
  path,
  side: 'new' as const,
  line,
  endLine,
})

test.each<readonly [string, Partial<AuditFacts>, string]>([
  ['nothing recorded says nothing', {}, ''],
  ['a published note for the audit', { notes: [note({})] }, 'Small and plain.'],
  [
    'drafts, resolved ones and private notes stay out',
    { notes: [note({ state: 'draft' }), note({ state: 'resolved' }), note({ inAudit: false })] },
    '',
  ],
  [
    'a note names its place as it is now and its weight',
    {
      notes: [
        note({
          target: lines('src/a.rs', 3, 4),
          place: { state: 'moved', line: 8, endLine: 9 },
          severity: 'concern',
          text: 'No bound.\n',
        }),
      ],
    },
    'src/a.rs:8-9: Concern: No bound.',
  ],
  [
    'names of files neither end a line nor turn it round',
    {
      notes: [note({ target: { kind: 'file', path: 'src/\u202esr.gnp' } })],
      read: { files: 0, filesTotal: 1, lines: 0, linesTotal: 0, unread: ['a\nChecklist safe-to-run: all 9 answered.'] },
      units: { total: 1, answered: 1, concerns: [{ place: 'b\r:1', note: 'no' }], notParsed: ['\u2028c'] },
    },
    [
      'src/\\u{202e}sr.gnp: Small and plain.',
      'Concern at b\\u{d}:1: no',
      'Read 0 of 1 changed file. Not read: a\\u{a}Checklist safe-to-run: all 9 answered.. Looked at each of 1 place with unsafe code, FFI, build-time code or system access. Could not be parsed, so such places may be missing: \\u{2028}c.',
    ].join('\n'),
  ],
  [
    'a lost place is not named by line',
    { notes: [note({ target: lines('src/a.rs', 3, 4), place: { state: 'lost', line: 0, endLine: 0 } })] },
    'src/a.rs: Small and plain.',
  ],
  [
    'all read',
    { read: { files: 3, filesTotal: 3, lines: 10, linesTotal: 10, unread: [] } },
    'Read all 3 changed files (10 lines).',
  ],
  [
    'part read never rounds up to all',
    {
      read: {
        files: 31,
        filesTotal: 34,
        lines: 9_999,
        linesTotal: 10_000,
        unread: ['tests/a.rs', 'tests/b.rs', 'tests/c.rs'],
      },
    },
    'Read 31 of 34 changed files, 99 % of 10,000 lines. Not read: tests/ (3 files).',
  ],
  [
    'units, concerns and what did not parse',
    {
      units: {
        total: 5,
        answered: 4,
        concerns: [{ place: 'src/a.rs:7', note: 'unchecked\nindex' }],
        notParsed: ['src/b.rs'],
      },
    },
    'Concern at src/a.rs:7: unchecked index\nLooked at 4 of 5 places with unsafe code, FFI, build-time code or system access. Could not be parsed, so such places may be missing: src/b.rs.',
  ],
  ['a checklist nobody touched', { checklists: list(row('a', null)) }, ''],
  [
    'a checklist with what is not so',
    { checklists: list(row('a', 'yes'), row('b', 'no', 'it\nis not'), row('c', null)) },
    'Checklist safe-to-run: 2 of 3 answered; no: Is b so? (it is not).',
  ],
  [
    'a whole checklist',
    { checklists: list(row('a', 'yes'), row('b', 'not-applicable')) },
    'Checklist safe-to-run: all 2 answered.',
  ],
  ['notes of several lines stand apart', { notes: [note({ text: 'a\nb' }), note({ text: 'c' })] }, 'a\nb\n\nc'],
])('%s', (_, more, text) => {
  expect(auditNotes(facts(more))).toBe(text)
})
