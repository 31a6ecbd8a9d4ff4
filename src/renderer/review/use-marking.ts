/**
 * Marking files read: what is marked, what comes next, and when it may not be marked. Only the change itself can be read;
 * what stands in its place for a while is not what the audit is about.
 */
import { useRef, type RefObject } from 'react'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff, FileGroup, Review, ReviewFile } from '../../shared/wire.ts'
import { toastFailure } from '../state/actions.ts'
import { showToast } from '../state/app-store.ts'
import { shownPath } from './shown-path.ts'
import { nextPath, type TreeRow } from './tree-rows.ts'
import type { MarkCalls, MarkValue } from './use-review.ts'

export interface Marking {
  readonly isUnread: (path: string) => boolean
  /** Set by itself, so it never replaces what the reader said, nor 'changed'; one who unmarks is not asked again. */
  readonly markPartly: (path: string) => void
  readonly toggleRead: () => void
  /** Marks the file on screen and shows the next unread one. */
  readonly markNext: () => void
  /** Marks what is unread of the group with the keyboard in the tree, else of the file's. */
  readonly markGroup: () => void
  /** Takes back what was marked last on this page; what looking at a file marks is not counted. */
  readonly undo: () => void
}

/** Marks set on purpose that can still be taken back, the last one at the end. */
interface Step {
  readonly undo: string
  readonly paths: readonly string[]
  readonly saved: Promise<Failure | null>
}
const MAX_STEPS = 50
let steps = 0
/** Pages of several windows share one engine. */
const pageId = crypto.getRandomValues(new Uint32Array(4)).join('-')

interface MarkingPage {
  readonly review: Review
  readonly filesByPath: ReadonlyMap<string, ReviewFile>
  readonly order: readonly string[]
  /** Null: a file outside of the change. */
  readonly file: ReviewFile | null
  readonly shownDiff: FileDiff | null
  /** A file that was asked for and is not on screen yet; null: none. */
  readonly coming: string | null
  /** The repository, or what changed since it was read, stands in place of the change. */
  readonly isRepository: boolean
  readonly isSince: boolean
  readonly focusedRow: RefObject<TreeRow | null>
  readonly marks: MarkCalls
  readonly show: (path: string) => void
  readonly say: (text: string) => void
}

export function useMarking(page: MarkingPage): Marking {
  const { review, filesByPath, order, file } = page
  const { mark, takeBack, isUnmarked, last } = useMarkSteps(page.marks)
  // What is not there is not unread.
  const isUnread = (path: string) => (filesByPath.get(path)?.mark ?? 'read') !== 'read'
  return {
    isUnread,
    markPartly(path) {
      if (filesByPath.get(path)?.mark === 'unread' && !isUnmarked(path)) void page.marks.set([path], 'partly', null)
    },
    toggleRead() {
      if (file === null || !isSettled(page)) return
      if (file.mark === 'read') mark([file.path], 'unread')
      else if (canMark(page)) mark([file.path], 'read')
    },
    markNext() {
      if (file === null || !isSettled(page) || !canMark(page)) return
      if (file.mark !== 'read') mark([file.path], 'read')
      const next = nextPath(order, file.path, 1, isUnread, true)
      if (next !== null) page.show(next)
      else page.say('All files are read')
    },
    markGroup() {
      if (!isSettled(page)) return
      const group = groupMeant(page)
      const paths = review.files.filter(other => other.group === group && other.mark !== 'read').map(one => one.path)
      if (paths.length === 0) return page.say('The group is read')
      // What is on screen is part of it.
      if (file !== null && paths.includes(file.path) ? !canMark(page) : !isChangeShown(page)) return
      const step = mark(paths, 'read')
      tellMarked(paths.length, () => void takeBack(step))
    },
    undo() {
      const step = last()
      if (step === undefined) return page.say('No mark to take back')
      void takeBack(step).then(isBack => isBack && page.say(tookBackText(step.paths)))
    },
  }
}

interface MarkSteps {
  readonly mark: (paths: readonly string[], value: MarkValue) => Step
  /** False: it was not there to be taken back, or that failed, which is told. */
  readonly takeBack: (step: Step) => Promise<boolean>
  /** The reader said on this page that it is unread. */
  readonly isUnmarked: (path: string) => boolean
  readonly last: () => Step | undefined
}

function useMarkSteps(marks: MarkCalls): MarkSteps {
  const unmarked = useRef(new Set<string>())
  const past = useRef<Step[]>([])
  const tell = (problem: Failure | null) => problem !== null && toastFailure(problem)
  return {
    mark(paths, value) {
      if (value === 'unread') for (const path of paths) unmarked.current.add(path)
      steps += 1
      const undo = `${pageId} ${steps}`
      const step = { undo, paths, saved: marks.set(paths, value, undo) }
      void step.saved.then(tell)
      past.current = [...past.current, step].slice(-MAX_STEPS)
      return step
    },
    /** After it was saved, since calls may overtake each other; what was not saved is not there to be taken back. */
    async takeBack(step) {
      if (!past.current.includes(step)) return false
      past.current = past.current.filter(other => other !== step)
      if ((await step.saved) !== null) return false
      const problem = await marks.undo(step.paths, step.undo)
      tell(problem)
      return problem === null
    },
    isUnmarked: path => unmarked.current.has(path),
    last: () => past.current.at(-1),
  }
}

function refuse(text: string, detail: string): false {
  showToast({ tone: 'warn', text, detail })
  return false
}

const isChangeShown = ({ isRepository }: MarkingPage): boolean =>
  !isRepository ||
  refuse(
    'The repository is shown in place of the older version',
    'Go back to the change (v) before you mark it: that is what the audit is about.',
  )

/** Between two files it is not clear which one is meant: the list shows the next, the screen still the last. */
function isSettled({ coming, file, say }: MarkingPage): boolean {
  if (coming === null || coming === file?.path) return true
  say(`${shownPath(coming)} is not here yet`)
  return false
}

/** An approximate diff cannot be marked read: what was compared is not known line by line. */
function canMark(page: MarkingPage): boolean {
  const { file, shownDiff } = page
  if (!isChangeShown(page)) return false
  if (page.isSince && file?.earlier?.covers !== 'rest')
    return refuse('More of this change was never read', 'Go back to the whole change (Shift v) before you mark it.')
  if (shownDiff?.kind === 'text' && shownDiff.approximate !== null)
    return refuse('An approximate diff cannot be marked read', 'Load the file again to compare it exactly.')
  return true
}

/** That of the row with the keyboard in the tree, else of the file on screen. */
function groupMeant({ focusedRow, file }: MarkingPage): FileGroup | undefined {
  const row = focusedRow.current
  return row?.kind === 'group' ? row.group.id : row?.kind === 'file' ? row.file.group : file?.group
}

function tellMarked(files: number, undo: () => void): void {
  showToast({
    tone: 'info',
    text: `Marked ${files} ${files === 1 ? 'file' : 'files'} read`,
    action: { label: 'Undo', run: undo },
  })
}

function tookBackText(paths: readonly string[]): string {
  const [only = ''] = paths
  return `Took back the mark of ${paths.length === 1 ? shownPath(only) : `${paths.length} files`}`
}
