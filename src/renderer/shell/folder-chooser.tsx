/** Choosing the workspace to open inside the page, for the browser door and as a fallback of the desktop's dialog. */
import { useEffect } from 'react'
import { useClient } from '../client.ts'
import { openWorkspace } from '../state/actions.ts'
import { useAppStore } from '../state/app-store.ts'
import { FolderPicker } from './folder-picker.tsx'
import { EscButton, Overlay } from './overlay.tsx'

export function FolderChooser() {
  const client = useClient()
  const opening = useAppStore(s => s.opening)
  const openFailure = useAppStore(s => s.openFailure)
  useEffect(() => useAppStore.setState({ openFailure: null }), [])
  return (
    <Overlay label="Open folder" className="palette">
      <div className="oh">
        <b>Open folder</b>
        <span className="t11 dim">a Cargo workspace on the machine that runs Assay</span>
        <EscButton />
      </div>
      <FolderPicker
        verb={opening === null ? 'Open' : 'Opening'}
        isBusy={opening !== null}
        failure={openFailure}
        hasFocus
        mark={entry =>
          entry.hasStore ? 'Cargo workspace with a store' : entry.hasCargoToml ? 'Cargo workspace' : null
        }
        onChoose={folder => void openWorkspace(client, folder)}
      />
    </Overlay>
  )
}
