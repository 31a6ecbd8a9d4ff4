/**
 * Notes of the open reviews: stored with the lines they were written at, shown where those lines are in the version on
 * screen. A note is on disk before the page hears of it.
 */
import path from 'node:path'
import type { EngineHandlers } from '../../../shared/contract.ts'
import { deltaText, type AbsolutePath, type CrateName, type CriteriaName, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ChecklistGroup } from '../../../shared/review-checklist.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Note, NoteList, NotePlace, NoteTarget } from '../../../shared/review-notes.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { isAnswered } from '../review/checklist/state.ts'
import { anchorAt, findAnchor, type Anchor } from '../review/notes/anchor.ts'
import { auditNotes, type AuditFacts } from '../review/notes/audit-notes.ts'
import { openNotes, type NoteStore, type StoredNote } from '../review/notes/note-store.ts'
import { decodeText, isBinaryBytes } from '../review/text-scan.ts'
import type { ReviewSides, UnitCounts } from './review-units.ts'

const MAX_NOTED_BYTES = 8 << 20
const MAX_QUOTE = 200
const WHOLE: NotePlace = { state: 'here', line: 0, endLine: 0 }
const LOST: NotePlace = { state: 'lost', line: 0, endLine: 0 }

export interface ReviewNotes {
  readonly handlers: Pick<
    EngineHandlers,
    'review.notes' | 'review.saveNote' | 'review.keepNoteEdit' | 'review.removeNote' | 'review.auditNotes'
  >
  close(): Promise<void>
}

export interface ReviewNotesDeps {
  readonly caps: Capabilities
  readonly review: (id: string) => ReviewSides | null
  readonly who: () => Promise<string>
  /** What was read of a delta; null when it was never opened. */
  readonly read: (crate: CrateName, delta: Delta) => AuditFacts['read']
  readonly units: (review: string) => UnitCounts | null
  /** Those of the criteria wanted, an empty list meaning the missing ones, and of what they imply. */
  readonly checklists: (sides: ReviewSides, criteria: readonly CriteriaName[]) => Promise<readonly ChecklistGroup[]>
}

export function createReviewNotes(deps: ReviewNotesDeps): ReviewNotes {
  const { caps } = deps
  const store: NoteStore = openNotes(caps)

  const listed = async (sides: ReviewSides): Promise<NoteList> => {
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
  let last: Promise<unknown> = Promise.resolve()
  /** One write after the other: a draft saved while it was typed must not come after the note it became. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const withReview = async <T>(
    id: string,
    use: (sides: ReviewSides) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> => {
    const sides = deps.review(id)
    if (sides === null) return fail({ code: 'review-unknown', review: id })
    await store.ready()
    return use(sides)
  }

  return {
    handlers: {
      'review.notes': ({ review }) => withReview(review, async sides => ok(await listed(sides))),
      'review.saveNote': ({ review, note }) =>
        inTurn(() =>
          withReview(review, async sides => {
            const { target } = note
            const before = store.get(note.id)
            if (before !== null && before.crate !== sides.crate)
              return fail({ code: 'refused', message: 'the note belongs to another crate', help: null })
            const isSamePlace = before !== null && JSON.stringify(before.target) === JSON.stringify(target)
            let anchor: Anchor | null = isSamePlace ? before.anchor : null
            if (target.kind === 'lines' && !isSamePlace) {
              const lines = await readLines(caps, sides, target.side, target.path)
              if (lines === null) return fail({ code: 'file-not-in-review', path: target.path })
              anchor = anchorAt(lines, target.line, target.endLine)
            }
            const now = caps.clock.nowMs()
            const { text, severity, state, inAudit } = note
            await store.put({
              ...{ id: note.id, crate: sides.crate, target, anchor },
              ...{ text, severity, state, inAudit },
              who: before?.who ?? (await deps.who()),
              version: isSamePlace
                ? before.version
                : target.kind === 'lines' && target.side === 'old'
                  ? (sides.delta.from ?? sides.delta.to)
                  : sides.delta.to,
              createdAt: before?.createdAt ?? now,
              editedAt: now,
            })
            return ok(await listed(sides))
          }),
        ),
      'review.keepNoteEdit': ({ review, id, edit }) =>
        inTurn(() =>
          withReview(review, async sides => {
            if (store.get(id)?.crate !== sides.crate)
              return fail({ code: 'refused', message: 'the note is not there any more', help: null })
            await store.setEdit(id, edit)
            return ok(await listed(sides))
          }),
        ),
      'review.removeNote': ({ review, id, isRemoved }) =>
        withReview(review, async sides => {
          if (store.get(id)?.crate !== sides.crate || !(await store.setRemoved(id, isRemoved)))
            return fail({ code: 'refused', message: 'the note is not there any more', help: null })
          return ok(await listed(sides))
        }),
      'review.auditNotes': async ({ crate, delta, criteria }) => {
        const review = `${crate} ${deltaText(delta)}`
        const sides = deps.review(review)
        if (sides === null) return ok({ text: '', drafts: 0, openUnits: 0, units: null, openItems: 0, denied: [] })
        await store.ready()
        const { notes } = await listed(sides)
        const units = deps.units(review)
        const checklists = await deps.checklists(sides, criteria ?? [])
        const rows = checklists.flatMap(group => group.rows)
        return ok({
          text: auditNotes({ notes, read: deps.read(crate, delta), units, checklists }),
          drafts: notes.filter(note => note.state === 'draft').length,
          openUnits: units === null ? 0 : units.total - units.answered,
          units: units === null ? null : { answered: units.answered, total: units.total },
          openItems: rows.filter(row => !isAnswered(row)).length,
          denied: rows.filter(row => row.answer?.verdict === 'no').map(row => row.question),
        })
      },
    },
    close: () => store.close(),
  }
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
