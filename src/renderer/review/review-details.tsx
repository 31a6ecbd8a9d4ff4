/** The details of a review: every list of the panel at the right, put together. */
import { packageKey, reviewId } from '../../shared/domain.ts'
import type { EngineClient } from '../../shared/contract.ts'
import type { Review } from '../../shared/wire.ts'
import { runProvenance, useRowOf } from '../provenance/state.ts'
import { useAppStore } from '../state/app-store.ts'
import { ChecklistTab } from './checklist-tab.tsx'
import { openRows } from './checklist-words.ts'
import type { DiffView } from './diff-editor.ts'
import { FindTab } from './find-tab.tsx'
import { HistorySection } from './history-section.tsx'
import { NotesTab } from './notes-tab.tsx'
import { AtLine, type PlaceStore } from './place-bar.tsx'
import { SidePanel } from './side-panel.tsx'
import { UnitsTab } from './units-tab.tsx'
import type { ChecklistState } from './use-checklist.ts'
import type { Details } from './use-details.ts'
import type { HistoryState } from './use-history.ts'
import type { Reading } from './use-reading.ts'
import type { Walks } from './use-walks.ts'

interface DetailsProps {
  readonly client: EngineClient
  readonly review: Review
  readonly reading: Reading
  readonly walks: Walks
  readonly checklist: ChecklistState
  readonly details: Details
  readonly place: PlaceStore
  readonly view: () => DiffView | null
  readonly onCompare: (path: string) => void
  readonly isDrawer: boolean
}

export function ReviewDetails(props: DetailsProps) {
  const { client, review, reading, walks, checklist, details, view } = props
  const storeKey = useAppStore(
    s => s.tabs.find(other => other.id === reviewId(review.crate, review.delta))?.key ?? null,
  )
  return (
    <SidePanel
      client={client}
      review={review}
      file={reading.file}
      diff={reading.diff}
      packageOfQueue={storeKey}
      provenance={reading.provenance}
      units={<UnitsTab {...walks.units.tab} />}
      openUnits={walks.units.open}
      notes={<NotesTab {...walks.notes.tab} />}
      openNotes={walks.notes.open}
      find={<FindTab {...walks.finder.tab} />}
      movesCut={walks.moves.cut}
      history={<LineHistory {...props} state={walks.history} hasLines={reading.isTextFile} />}
      checklist={<ChecklistTab state={checklist} />}
      openChecks={openRows(checklist.list)}
      tab={details.tab}
      onTab={details.setTab}
      onCompare={props.onCompare}
      onJump={at => view()?.goToLine(at.side, at.line, at.column)}
      onClose={props.isDrawer ? () => details.setOpen(false) : null}
    />
  )
}

function LineHistory({
  client,
  review,
  place,
  view,
  state,
  hasLines,
}: Pick<DetailsProps, 'client' | 'review' | 'place' | 'view'> & {
  readonly state: HistoryState
  readonly hasLines: boolean
}) {
  const row = useRowOf(packageKey(review.crate, review.delta.to))
  return (
    <AtLine place={place}>
      {line => (
        <HistorySection
          state={state}
          line={hasLines ? line : null}
          onLine={at => view()?.goToLine('new', at)}
          onLeave={() => view()?.focus()}
          onCheck={row === null ? null : () => void runProvenance(client, [row])}
        />
      )}
    </AtLine>
  )
}
