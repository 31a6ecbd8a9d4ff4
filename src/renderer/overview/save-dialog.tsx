/** Where to keep a chart's file, inside the page. */
import { useClient } from '../client.ts'
import { FolderPicker } from '../shell/folder-picker.tsx'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { useDialogEnd } from '../shell/use-dialog-end.ts'
import { saveInto, usePendingFile } from './use-save-file.ts'

export function SaveDialog() {
  const client = useClient()
  const file = usePendingFile(s => s.file)
  const end = useDialogEnd()
  const { isBusy, failure } = end
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
          end.begin()
          void saveInto(client, folder, file).then(found => (found === null ? end.done(null) : end.failed(found)))
        }}
      />
    </Overlay>
  )
}
