/**
 * Marking files read: what is marked, what comes next, and when it may not be marked. Only the change itself can be read;
 * what stands in its place for a while is not what the audit is about.
 */
import { useRef, type RefObject } from 'react'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff, Review, ReviewFile } from '../../shared/wire.ts'
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

export function useMarking(page: {
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
}): Marking {
  const { review, filesByPath, order, file, shownDiff } = page
  const unmarked = useRef(new Set<string>())
  const isUnread = (path: string) => {
    const found = filesByPath.get(path)
    return found !== undefined && found.mark !== 'read'
  }
  const past = useRef<Step[]>([])
  const tell = (problem: Failure | null) => problem !== null && toastFailure(problem)
  const mark = (paths: readonly string[], value: MarkValue): Step => {
    if (value === 'unread') for (const path of paths) unmarked.current.add(path)
    steps += 1
    const undo = `${pageId} ${steps}`
    const step = { undo, paths, saved: page.marks.set(paths, value, undo) }
    void step.saved.then(tell)
    past.current = [...past.current, step].slice(-MAX_STEPS)
    return step
  }
  /** After it was saved, since calls may overtake each other; what was not saved is not there to be taken back. */
  const takeBack = (step: Step) => {
    if (!past.current.includes(step)) return
    past.current = past.current.filter(other => other !== step)
    void step.saved.then(async problem => problem === null && tell(await page.marks.undo(step.paths, step.undo)))
  }
  const refuse = (text: string, detail: string) => {
    showToast({ tone: 'warn', text, detail })
    return false
  }
  const isChangeShown = () =>
    !page.isRepository ||
    refuse(
      'The repository is shown in place of the older version',
      'Go back to the change (v) before you mark it: that is what the audit is about.',
    )
  /** Between two files it is not clear which one is meant: the list shows the next, the screen still the last. */
  const isSettled = () => {
    const { coming } = page
    if (coming === null || coming === file?.path) return true
    page.say(`${shownPath(coming)} is not here yet`)
    return false
  }
  /** An approximate diff cannot be marked read: what was compared is not known line by line. */
  const canMark = () => {
    if (!isChangeShown()) return false
    if (page.isSince && file?.earlier?.covers !== 'rest')
      return refuse('More of this change was never read', 'Go back to the whole change (Shift v) before you mark it.')
    if (shownDiff?.kind === 'text' && shownDiff.approximate !== null)
      return refuse('An approximate diff cannot be marked read', 'Load the file again to compare it exactly.')
    return true
  }
  return {
    isUnread,
    markPartly(path) {
      if (filesByPath.get(path)?.mark === 'unread' && !unmarked.current.has(path))
        void page.marks.set([path], 'partly', null)
    },
    toggleRead() {
      if (file === null || !isSettled()) return
      if (file.mark === 'read') mark([file.path], 'unread')
      else if (canMark()) mark([file.path], 'read')
    },
    markNext() {
      if (file === null || !isSettled() || !canMark()) return
      if (file.mark !== 'read') mark([file.path], 'read')
      const next = nextPath(order, file.path, 1, isUnread, true)
      if (next !== null) page.show(next)
      else page.say('All files are read')
    },
    markGroup() {
      if (!isSettled()) return
      const row = page.focusedRow.current
      const group = row?.kind === 'group' ? row.group.id : row?.kind === 'file' ? row.file.group : file?.group
      const paths = review.files.filter(other => other.group === group && other.mark !== 'read').map(one => one.path)
      if (paths.length === 0) return page.say('The group is read')
      // What is on screen is part of it.
      if (file !== null && paths.includes(file.path) ? !canMark() : !isChangeShown()) return
      const step = mark(paths, 'read')
      showToast({
        tone: 'info',
        text: `Marked ${paths.length} ${paths.length === 1 ? 'file' : 'files'} read`,
        action: { label: 'Undo', run: () => takeBack(step) },
      })
    },
    undo() {
      const step = past.current.at(-1)
      if (step === undefined) return page.say('No mark to take back')
      takeBack(step)
      const [only] = step.paths
      page.say(`Took back the mark of ${step.paths.length === 1 ? only : `${step.paths.length} files`}`)
    },
  }
}
