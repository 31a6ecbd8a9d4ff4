/** The keys that go from file to file and from hunk to hunk, mark, and change how the diff is shown. */
import type { Review } from '../../shared/wire.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { openCompare } from './compare-dialog.tsx'
import type { DiffView } from './diff-editor.ts'
import { nextPath } from './tree-rows.ts'
import type { Look } from './use-look.ts'
import type { Marking } from './use-marking.ts'
import type { Reading } from './use-reading.ts'
import type { ReviewTree } from './use-review-tree.ts'

export interface KeysOf {
  readonly review: Review
  readonly tree: ReviewTree
  readonly reading: Reading
  readonly look: Look
  readonly marking: Marking
  readonly view: () => DiffView | null
  readonly show: (path: string, line?: number | null) => void
  readonly say: (text: string) => void
  readonly onCertify: () => void
}

/** Gives the step to the next unread file, which a button asks for as well. */
export function useReviewKeys(of: KeysOf): { readonly unread: (step: 1 | -1) => void } {
  const { review, reading, look, marking, view, show, say } = of
  const { shown, isText } = reading
  const { move, unread } = stepsOf(of)
  const hunk = (step: 1 | -1) => {
    if (view()?.goToHunk(step) !== true) say(step === 1 ? 'Last hunk of this file' : 'First hunk of this file')
  }
  const inText = (run: () => void) => (isText ? run : undefined)
  useCommandHandlers({
    'review.repoSide': shown === null ? undefined : (reading.toggleSide ?? undefined),
    'review.sinceRead': reading.since.canShow ? reading.toggleSince : undefined,
    'review.nextHunk': inText(() => hunk(1)),
    'review.prevHunk': inText(() => hunk(-1)),
    'review.nextFile': () => void (move(1, () => true, false) || say('Last file')),
    'review.prevFile': () => void (move(-1, () => true, false) || say('First file')),
    'review.nextUnread': () => unread(1),
    'review.prevUnread': () => unread(-1),
    'review.markNext': marking.markNext,
    'review.toggleRead': marking.toggleRead,
    'review.markGroup': marking.markGroup,
    'review.undoMark': marking.undo,
    'review.expandAll': inText(() => view()?.toggleAllFolds()),
    'review.layout': look.toggleLayout,
    'review.whitespace': look.toggleWhitespace,
    'review.wrap': look.toggleWrap,
    'review.find': inText(() => view()?.find()),
    'review.files': () => of.tree.filterRef.current?.focus(),
    'review.accessible': inText(() => view()?.accessible('next')),
    'app.compare': () => openCompare({ crate: review.crate, delta: review.delta, path: shown?.path ?? null }),
    'review.certify': of.onCertify,
    'review.resume': () => {
      if (review.resume === null) say('No place remembered')
      else show(review.resume.path, review.resume.line)
    },
  })
  return { unread }
}

function stepsOf({ tree, reading, marking, show, say }: KeysOf) {
  const { selected } = reading
  const move = (step: 1 | -1, fits: (path: string) => boolean, wraps: boolean): boolean => {
    const next = nextPath(tree.order, selected, step, fits, wraps)
    if (next !== null) show(next)
    return next !== null
  }
  const unread = (step: 1 | -1) => {
    if (move(step, marking.isUnread, true)) return
    say(selected !== null && marking.isUnread(selected) ? 'No other unread file' : 'All files are read')
  }
  return { move, unread }
}
