/** Where to keep a chart's file, inside the page. */
import { useState } from 'react'
import type { Failure } from '../../shared/failure.ts'
import { useClient } from '../client.ts'
import { useIsGone } from '../parts/use-is-gone.ts'
import { FolderPicker } from '../shell/folder-picker.tsx'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { toastFailure } from '../state/actions.ts'
import { setOverlay } from '../state/app-store.ts'
import { saveInto, usePendingFile } from './use-save-file.ts'

export function SaveDialog() {
  const client = useClient()
  const file = usePendingFile(s => s.file)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const isGone = useIsGone()
  if (file === null) return null
  return (
    <Overlay label={`Keep ${file.name}`} className="palette">
      <div className="oh">
        <b>Keep {file.name}</b>
        <span className="t11 dim ell">nothing that is there is changed</span>
        <EscButton />
      </div>
      <FolderPicker
        verb={isBusy ? 'Writing' : 'Write here'}
        isBusy={isBusy}
        failure={failure}
        mark={() => null}
        hasFocus
        onChoose={folder => {
          setBusy(true)
          void saveInto(client, folder, file).then(found => {
            // The writing goes on when the dialog is closed; its end is told then, and what is open by now stays.
            if (isGone.current) return found === null ? undefined : toastFailure(found)
            setBusy(false)
            setFailure(found)
            if (found === null) setOverlay(null)
          })
        }}
      />
    </Overlay>
  )
}
