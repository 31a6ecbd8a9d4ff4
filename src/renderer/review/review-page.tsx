/**
 * One review: the files of a delta (or of a whole crate), each read as a diff and marked. Opens where the reader was.
 * A file's successor is loaded while it is read; the file on screen stays until the next one is ready.
 */
import { useRef, useState } from 'react'
import type { CrateName, Delta } from '../../shared/domain.ts'
import type { Review } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import type { DiffPaneHandle } from './diff-pane.tsx'
import { FileTree } from './file-tree.tsx'
import { useFirstPaint } from './first-paint.ts'
import { createPlace } from './place-bar.tsx'
import { TopBar } from './review-bars.tsx'
import { ReviewDetails } from './review-details.tsx'
import { ReviewDifference } from './review-difference.tsx'
import { ReviewFailed, ReviewLoading } from './review-states.tsx'
import { useTellSource } from './source-status.tsx'
import { useChecklist } from './use-checklist.ts'
import { useDetails } from './use-details.ts'
import { useEditorKeys } from './use-editor-keys.ts'
import { useHint } from './use-hint.ts'
import { useLook } from './use-look.ts'
import { useMarking } from './use-marking.ts'
import { useReading } from './use-reading.ts'
import { useReview, type MarkCalls, type ReadingStart } from './use-review.ts'
import { useReviewKeys } from './use-review-keys.ts'
import { useReviewTree } from './use-review-tree.ts'
import { useWalks } from './use-walks.ts'
import './review.css'
import './marks.css'
import './notes.css'
import './units.css'
import './find.css'

export interface ReviewPageProps {
  readonly crate: CrateName
  readonly delta: Delta
  readonly onBack: () => void
  readonly onCertify: () => void
}

export function ReviewPage(props: ReviewPageProps) {
  const client = useClient()
  const opened = useReview(client, props.crate, props.delta)
  const { review, failure, start } = opened
  const body =
    review !== null && start !== null ? (
      <ReviewBody key={review.id} {...props} review={review} {...start} reload={opened.reload} marks={opened.marks} />
    ) : (
      <>
        <TopBar {...props} review={null} onUnread={() => undefined} onDetails={null} />
        {failure !== null ? (
          <ReviewFailed failure={failure} onRetry={opened.reload} onBack={props.onBack} />
        ) : (
          <ReviewLoading crate={props.crate} delta={props.delta} />
        )}
      </>
    )
  useCommandHandlers({ 'review.back': props.onBack })
  return <main className="rv">{body}</main>
}

interface BodyProps extends ReviewPageProps, ReadingStart {
  readonly review: Review
  readonly reload: () => void
  readonly marks: MarkCalls
}

function ReviewBody(props: BodyProps) {
  const { review } = props
  const page = useReviewPage(props)
  const { tree, reading, look, details, walks, view, show } = page
  const { selected } = reading
  const panel = (
    <ReviewDetails {...page} review={review} onCompare={path => reading.compare(path, show)} isDrawer={look.isDrawer} />
  )
  return (
    <>
      <TopBar
        {...props}
        onUnread={page.unread}
        onDetails={look.isDrawer ? () => details.setOpen(!details.isOpen) : null}
      />
      <div className={look.isDrawer ? 'rv-body narrow' : 'rv-body'}>
        <FileTree
          rows={tree.rows}
          units={walks.units.byPath}
          selected={selected !== null && tree.filesByPath.has(selected) ? selected : null}
          sort={tree.sort}
          filter={tree.filter}
          filterRef={tree.filterRef}
          onOpen={path => show(path)}
          onRead={path => {
            tree.setFilter('')
            show(path)
            // The editor may not be loaded yet: the keys must not go on into the filter.
            const editor = reading.isText ? view() : null
            if (editor === null) tree.filterRef.current?.blur()
            else editor.focus()
          }}
          onToggleGroup={tree.toggleGroup}
          onSort={sort => tree.changeSort(sort, path => walks.units.byPath.get(path)?.length ?? 0)}
          onFilter={tree.setFilter}
          onFocusRow={row => {
            tree.focusedRow.current = row
          }}
        />
        <ReviewDifference {...page} review={review} />
        {look.isDrawer ? details.isOpen && <div className="rv-drawer">{panel}</div> : panel}
      </div>
    </>
  )
}

function useReviewPage(props: BodyProps) {
  const { review } = props
  const { client, onShown } = useFirstPaint(useClient())
  const look = useLook(client)
  // Beside React's state of this page: it changes with every key, and the page is large.
  const [place] = useState(createPlace)
  const pane = useRef<DiffPaneHandle>(null)
  const area = useRef<HTMLDivElement>(null)
  const view = () => pane.current?.view() ?? null
  useEditorKeys(area)
  useTellSource(review)
  const tree = useReviewTree(review, props.order)
  const reading = useReading(client, props, tree, onShown)
  const hint = useHint()
  const { say } = hint
  const show = (path: string, line: number | null = null) => {
    tree.unfoldFor(path)
    reading.browser.open(path, line)
  }
  const marking = useMarking({
    ...{ review, show, say, marks: props.marks },
    ...{ filesByPath: tree.filesByPath, order: tree.order, focusedRow: tree.focusedRow },
    ...{ file: reading.file, shownDiff: reading.diff, coming: reading.browser.wanted },
    isRepository: reading.side.isOn,
    isSince: reading.since.isOn,
  })
  const { unread } = useReviewKeys({
    ...{ review, tree, reading, look, marking, view, show, say },
    onCertify: props.onCertify,
  })
  const details = useDetails(look.isDrawer)
  const line = () => place.getState()?.line ?? null
  const walks = useWalks(client, { review, tree, reading, details, view, line, show, say })
  // What the lists count: another answered unit or read file asks for them again.
  const counted = `${walks.units.open} ${review.files.filter(other => other.mark === 'read').length}`
  const checklist = useChecklist(client, review.id, counted)
  return {
    client,
    look,
    place,
    pane,
    area,
    view,
    tree,
    reading,
    hint,
    show,
    marking,
    unread,
    details,
    walks,
    checklist,
  }
}
