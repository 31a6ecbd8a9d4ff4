/** Which of the team's dialogs is open; the overlay itself is the application's. */
import { useState } from 'react'
import { useQueueState } from '../queue/queue-state.ts'
import { viewTitles } from '../queue/rail.tsx'
import { setOverlay } from '../state/app-store.ts'
import { DialogFrame } from './dialog-frame.tsx'
import { AssignDialog, DueDialog, HandOverDialog, PriorityDialog, StateDialog } from './item-dialogs.tsx'
import { NewsDialog } from './news.tsx'
import { NoteDialog } from './note-dialog.tsx'
import { addFilter, useSavedFilters } from './saved-filters.ts'
import { SignOffDialog } from './sign-off-panel.tsx'
import { useTeam } from './state.ts'
import { JoinDialog, SyncDialog } from './sync-status.tsx'
import { TakeOverDialog } from './take-over-dialog.tsx'

function SaveFilterDialog() {
  const { view, filterText } = useQueueState()
  const filters = useSavedFilters()
  const [name, setName] = useState('')
  const wanted = name.trim()
  const exists = filters.some(saved => saved.name === wanted)
  return (
    <DialogFrame title="Save this filter" about={`${viewTitles[view]}, ${filterText}`}>
      <form
        className="dialog-form"
        onSubmit={event => {
          event.preventDefault()
          if (wanted === '') return
          addFilter({ name: wanted, view, text: filterText })
          setOverlay(null)
        }}
      >
        <label className="col" style={{ gap: 4 }}>
          Name
          <input
            className="inp"
            data-autofocus
            maxLength={60}
            value={name}
            onChange={event => setName(event.target.value)}
          />
        </label>
        <div className="row">
          <button className="btn p" disabled={wanted === ''}>
            {exists ? 'Replace' : 'Save'} <kbd>Enter</kbd>
          </button>
          <span className="sub t11">It is kept for this workspace, on this machine.</span>
        </div>
      </form>
    </DialogFrame>
  )
}

export function TeamDialog() {
  const dialog = useTeam(s => s.dialog)
  if (dialog === null) return null
  switch (dialog.kind) {
    case 'assign':
      return <AssignDialog keys={dialog.keys} />
    case 'handOver':
      return <HandOverDialog keys={dialog.keys} />
    case 'due':
      return <DueDialog keys={dialog.keys} />
    case 'state':
      return <StateDialog keys={dialog.keys} />
    case 'priority':
      return <PriorityDialog keys={dialog.keys} />
    case 'note':
      return <NoteDialog keys={dialog.keys} />
    case 'takeOver':
      return <TakeOverDialog keys={dialog.keys} held={dialog.held} />
    case 'signOff':
      return <SignOffDialog request={dialog.request} />
    case 'news':
      return <NewsDialog />
    case 'join':
      return <JoinDialog />
    case 'sync':
      return <SyncDialog />
    case 'saveFilter':
      return <SaveFilterDialog />
  }
}
