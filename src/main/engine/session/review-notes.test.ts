/** Notes as a review shows them: carried to other versions and files, saved again, removed. Real files and store. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AbsolutePath, CrateName, VetVersion } from '../../../shared/domain.ts'
import type { NoteInput, NoteList, NoteTarget } from '../../../shared/review-notes.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Failure } from '../../../shared/failure.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import type { TreeFile } from '../review/tree-diff.ts'
import { createReviewNotes, type ReviewNotes } from './review-notes.ts'
import type { ReviewSides } from './review-units.ts'

let box: Sandbox
let notes: ReviewNotes
let sides: ReviewSides
beforeEach(() => {
  box = createSandbox()
  const text = ['fn one() {}', 'fn two() {}', 'fn three() {}', 'fn four() {}']
  box.write({
    '1.0.0/src/lib.rs': `${text.join('\n')}\n`,
    '1.1.0/src/lib.rs': `${['// new', '// new', ...text.filter(line => !line.includes('three'))].join('\n')}\n`,
    '1.2.0/src/core.rs': `${['// newer', '// new', '// new', ...text].join('\n')}\n`,
  })
  sides = sidesOf('1.0.0', '1.1.0', [])
  notes = createReviewNotes({
    caps: box.caps,
    review: id => (id === sides.id ? ok(sides) : fail({ code: 'review-unknown', review: id })),
    who: () => Promise.resolve('Ada <a@b.invalid>'),
    read: () => null,
    units: () => null,
    checklists: () => Promise.resolve([]),
  })
})
afterEach(async () => {
  await notes.close()
  box.dispose()
})

const sidesOf = (from: string, to: string, files: readonly Partial<TreeFile>[]): ReviewSides => ({
  id: `leaf ${from} -> ${to}`,
  crate: 'leaf' as CrateName,
  delta: { from: from as VetVersion, to: to as VetVersion },
  oldFolder: box.at(from) as AbsolutePath,
  newFolder: box.at(to) as AbsolutePath,
  files: files as readonly TreeFile[],
})
const lines = (side: 'old' | 'new', path: string, line: number): NoteTarget => ({
  ...{ kind: 'lines', side, path, line, endLine: line },
})
const note = (target: NoteTarget, more: Partial<NoteInput> = {}): NoteInput => ({
  ...{ id: 'a'.repeat(32), target, text: 'Why?', severity: 'question', state: 'draft', inAudit: true },
  ...more,
})
function only(answer: Result<NoteList, Failure>): NoteList['notes'][number] {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  expect(answer.value.notes).toHaveLength(1)
  return answer.value.notes[0]!
}
const save = async (input: NoteInput) =>
  only(await notes.handlers['review.saveNote']({ review: sides.id, note: input }))
const list = async () => only(await notes.handlers['review.notes']({ review: sides.id }))

it('keeps the place of a note on the base when it is resolved in a later review', async () => {
  await save(note(lines('old', 'src/lib.rs', 3)))
  sides = sidesOf('1.1.0', '1.2.0', [{ path: 'src/core.rs', oldPath: 'src/lib.rs' }])
  const shown = await list()
  expect(shown).toMatchObject({ target: { side: 'new', path: 'src/core.rs' }, version: '1.0.0' })
  expect(shown.place).toMatchObject({ state: 'moved', line: 6 })
  const { id, target, text, severity, inAudit } = shown
  const resolved = await save({ id, target, text, severity, inAudit, state: 'resolved' })
  expect(resolved).toMatchObject({ state: 'resolved', version: '1.0.0', place: shown.place, quote: 'fn three() {}' })
  sides = sidesOf('1.0.0', '1.1.0', [])
  expect(await list()).toMatchObject({ target: lines('old', 'src/lib.rs', 3), place: { state: 'here', line: 3 } })
})

it('keeps a note outdated when its words are changed', async () => {
  await save(note(lines('old', 'src/lib.rs', 3)))
  sides = sidesOf('1.1.0', '1.1.0', [])
  const { target, place } = await list()
  expect(place.state).toBe('outdated')
  expect(await save(note(target, { text: 'Why not?' }))).toMatchObject({
    ...{ text: 'Why not?', quote: 'fn three() {}', version: '1.0.0' },
    place: { state: 'outdated' },
  })
})

it('stays removed when what was being saved of it was asked for before', async () => {
  await save(note({ kind: 'crate' }))
  const saving = notes.handlers['review.saveNote']({
    review: sides.id,
    note: note({ kind: 'crate' }, { text: 'Later' }),
  })
  const removing = notes.handlers['review.removeNote']({ review: sides.id, id: 'a'.repeat(32), isRemoved: true })
  await Promise.all([saving, removing])
  expect(await notes.handlers['review.notes']({ review: sides.id })).toMatchObject({ ok: true, value: { notes: [] } })
})
