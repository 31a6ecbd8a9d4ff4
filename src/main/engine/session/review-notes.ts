/**
 * Notes of the open reviews: stored with the lines they were written at, shown where those lines are in the version on
 * screen. A note is on disk before the page hears of it.
 */
import path from 'node:path'
import type { CallArgs, EngineHandlers } from '../../../shared/contract.ts'
import { reviewId, type AbsolutePath, type CrateName, type CriteriaName, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ChecklistGroup } from '../../../shared/review-checklist.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Note, NoteEdit, NoteInput, NoteList, NotePlace, NoteTarget } from '../../../shared/review-notes.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { isAnswered } from '../review/checklist/state.ts'
import { anchorAt, findAnchor } from '../review/notes/anchor.ts'
import { auditNotes, type AuditFacts } from '../review/notes/audit-notes.ts'
import { openNotes, type NoteStore, type StoredNote } from '../review/notes/note-store.ts'
import { decodeText, isBinaryBytes } from '../review/text-scan.ts'
import type { ReviewSides, UnitCounts } from './review-units.ts'

const MAX_NOTED_BYTES = 8 << 20
const MAX_QUOTE = 200
const WHOLE: NotePlace = { state: 'here', line: 0, endLine: 0 }
const LOST: NotePlace = { state: 'lost', line: 0, endLine: 0 }
const NOT_THERE: Failure = { code: 'refused', message: 'the note is not there any more', help: null }

/** The calls of notes, until `close`. */
export interface ReviewNotes {
  readonly handlers: Pick<
    EngineHandlers,
    'review.notes' | 'review.saveNote' | 'review.keepNoteEdit' | 'review.removeNote' | 'review.auditNotes'
  >
  close(): Promise<void>
}

/** What notes ask of the open reviews. */
export interface ReviewNotesDeps {
  readonly caps: Capabilities
  /** @failure review-unknown */
  readonly review: (id: string) => Result<ReviewSides, Failure>
  readonly who: () => Promise<string>
  /** What was read of a delta; null when it was never opened. */
  readonly read: (crate: CrateName, delta: Delta) => AuditFacts['read']
  readonly units: (review: string) => UnitCounts | null
  /** Those of the criteria wanted, an empty list meaning the missing ones, and of what they imply. */
  readonly checklists: (sides: ReviewSides, criteria: readonly CriteriaName[]) => Promise<readonly ChecklistGroup[]>
}

interface Parts {
  readonly deps: ReviewNotesDeps
  readonly store: NoteStore
}

/** Opens the store with the first call that needs it. */
export function createReviewNotes(deps: ReviewNotesDeps): ReviewNotes {
  const parts: Parts = { deps, store: openNotes(deps.caps) }
  const inTurn = createTurns()
  return {
    handlers: {
      'review.notes': ({ review }) => withReview(parts, review, async sides => ok(await listed(parts, sides))),
      'review.saveNote': ({ review, note }) =>
        inTurn(() => withReview(parts, review, sides => saveNote(parts, sides, note))),
      'review.keepNoteEdit': ({ review, id, edit }) =>
        inTurn(() => withReview(parts, review, sides => keepEdit(parts, sides, id, edit))),
      'review.removeNote': ({ review, id, isRemoved }) =>
        // After what is being saved of it, which would bring it back.
        inTurn(() => withReview(parts, review, sides => removeNote(parts, sides, id, isRemoved))),
      'review.auditNotes': args => notesForAudit(parts, args),
    },
    close: () => parts.store.close(),
  }
}

/** One write after the other: a draft saved while it was typed must not come after the note it became. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
}

async function withReview<T>(
  { deps, store }: Parts,
  id: string,
  use: (sides: ReviewSides) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const sides = deps.review(id)
  if (!sides.ok) return sides
  await store.ready()
  return use(sides.value)
}

/** Of the crate, in the order of `byPlace`; a file that several notes are in is read once. */
async function listed({ deps: { caps }, store }: Parts, sides: ReviewSides): Promise<NoteList> {
  const texts = new Map<string, Promise<readonly string[] | null>>()
  const linesOf = (side: 'old' | 'new', file: string) => {
    const key = `${side} ${file}`
    const known = texts.get(key) ?? readLines(caps, sides, side, file)
    texts.set(key, known)
    return known
  }
  const notes = await Promise.all(
    store.of(sides.crate).map(async note => ({ ...(await placed(sides, note, linesOf)), edit: store.edit(note.id) })),
  )
  return { review: sides.id, notes: notes.sort(byPlace) }
}

/** A note that stays where it is keeps its anchor and the version it was written in. */
async function saveNote(parts: Parts, sides: ReviewSides, note: NoteInput): Promise<Result<NoteList, Failure>> {
  const { deps, store } = parts
  const { id, target, text, severity, state, inAudit } = note
  const before = store.get(id)
  if (before !== null && before.crate !== sides.crate)
    return fail({ code: 'refused', message: 'the note belongs to another crate', help: null })
  const stays = before !== null && (await isPlaceOf(deps.caps, sides, before, target))
  const at = stays ? ok(before) : await anchored(deps.caps, sides, target)
  if (!at.ok) return at
  const now = deps.caps.clock.nowMs()
  await store.put({
    ...{ id, crate: sides.crate, target: stays ? before.target : target, anchor: at.value.anchor },
    ...{ text, severity, state, inAudit },
    who: before?.who ?? (await deps.who()),
    version: at.value.version,
    createdAt: before?.createdAt ?? now,
    editedAt: now,
  })
  return ok(await listed(parts, sides))
}

/** Whether a page means the place a note has: as it is stored, or as this review shows it, in a later version or file. */
async function isPlaceOf(
  caps: Capabilities,
  sides: ReviewSides,
  note: StoredNote,
  target: NoteTarget,
): Promise<boolean> {
  const isSame = (other: NoteTarget) => JSON.stringify(other) === JSON.stringify(target)
  if (isSame(note.target)) return true
  const shown = await placed(sides, note, (side, file) => readLines(caps, sides, side, file))
  return isSame(shown.target)
}

/** The lines of a note as they are now, and the version they are of. */
async function anchored(
  caps: Capabilities,
  sides: ReviewSides,
  target: NoteTarget,
): Promise<Result<Pick<StoredNote, 'anchor' | 'version'>, Failure>> {
  const { from, to } = sides.delta
  if (target.kind !== 'lines') return ok({ anchor: null, version: to })
  const lines = await readLines(caps, sides, target.side, target.path)
  if (lines === null) return fail({ code: 'file-not-in-review', path: target.path })
  const anchor = anchorAt(lines, target.line, target.endLine)
  return ok({ anchor, version: target.side === 'old' ? (from ?? to) : to })
}

async function keepEdit(
  parts: Parts,
  sides: ReviewSides,
  id: string,
  edit: NoteEdit | null,
): Promise<Result<NoteList, Failure>> {
  const { store } = parts
  if (store.get(id)?.crate !== sides.crate) return fail(NOT_THERE)
  await store.setEdit(id, edit)
  return ok(await listed(parts, sides))
}

async function removeNote(
  parts: Parts,
  sides: ReviewSides,
  id: string,
  isRemoved: boolean,
): Promise<Result<NoteList, Failure>> {
  const { store } = parts
  if (store.get(id)?.crate !== sides.crate || !(await store.setRemoved(id, isRemoved))) return fail(NOT_THERE)
  return ok(await listed(parts, sides))
}

/** What the certify sheet takes over of a delta; empty when its review is not open. */
async function notesForAudit(
  parts: Parts,
  { crate, delta, criteria }: CallArgs<'review.auditNotes'>,
): ReturnType<EngineHandlers['review.auditNotes']> {
  const { deps, store } = parts
  const review = reviewId(crate, delta)
  const sides = deps.review(review)
  if (!sides.ok) return ok({ text: '', drafts: 0, openUnits: 0, units: null, openItems: 0, denied: [] })
  await store.ready()
  const { notes } = await listed(parts, sides.value)
  const units = deps.units(review)
  const checklists = await deps.checklists(sides.value, criteria ?? [])
  const rows = checklists.flatMap(group => group.rows)
  return ok({
    text: auditNotes({ notes, read: deps.read(crate, delta), units, checklists }),
    drafts: notes.filter(note => note.state === 'draft').length,
    openUnits: units === null ? 0 : units.total - units.answered,
    units: units === null ? null : { answered: units.answered, total: units.total },
    openItems: rows.filter(row => !isAnswered(row)).length,
    denied: rows.filter(row => row.answer?.verdict === 'no').map(row => row.question),
  })
}

/** The crate's notes first, then by file and line. */
function byPlace(a: Note, b: Note): number {
  const of = (target: NoteTarget) => (target.kind === 'crate' ? '' : target.path)
  const [left, right] = [of(a.target), of(b.target)]
  return left < right ? -1 : left > right ? 1 : a.place.line - b.place.line || a.createdAt - b.createdAt
}

async function placed(
  sides: ReviewSides,
  note: StoredNote,
  linesOf: (side: 'old' | 'new', file: string) => Promise<readonly string[] | null>,
): Promise<Omit<Note, 'edit'>> {
  const { id, target, text, severity, state, inAudit, who, version, createdAt, editedAt, anchor } = note
  const rest = { id, target, text, severity, state, inAudit, who, version, createdAt, editedAt }
  const quote = (anchor?.quote[0] ?? '').trim().slice(0, MAX_QUOTE)
  if (target.kind === 'crate') return { ...rest, place: WHOLE, quote }
  const { path: file } = target
  if (target.kind === 'file' || anchor === null) {
    const isHere = (await linesOf('new', file)) !== null || sides.files.some(other => other.path === file)
    return { ...rest, place: isHere ? WHOLE : LOST, quote }
  }
  // A note on what the base had is looked for there while that is the base, else it is about what came after.
  const isBase = target.side === 'old' && version === sides.delta.from
  const moved = sides.files.find(other => other.oldPath === file)?.path
  const shown = isBase ? file : (await linesOf('new', file)) === null ? (moved ?? file) : file
  const lines = await linesOf(isBase ? 'old' : 'new', shown)
  const side = isBase ? ('old' as const) : ('new' as const)
  const place = lines === null ? LOST : findAnchor(anchor, lines)
  return { ...rest, target: { ...target, path: shown, side }, place, quote }
}

/** Null when the file is not there, too large or no text. Only paths of the crate's own folder are read. */
async function readLines(
  caps: Capabilities,
  sides: ReviewSides,
  side: 'old' | 'new',
  file: string,
): Promise<readonly string[] | null> {
  const folder = side === 'old' ? sides.oldFolder : sides.newFolder
  if (folder === null) return null
  const at = path.join(folder, file)
  if (!at.startsWith(`${folder}${path.sep}`)) return null
  try {
    if ((await caps.files.stat(at as AbsolutePath))?.kind !== 'file') return null
    const bytes = await caps.files.readBytes(at as AbsolutePath, MAX_NOTED_BYTES)
    return isBinaryBytes(bytes) ? null : decodeText(bytes).text.split('\n')
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}
