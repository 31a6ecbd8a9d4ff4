/** Where to write the results and in which form: one JSON file, or a static site that needs no server. */
import { useState } from 'react'
import type { AbsolutePath } from '../../shared/domain.ts'
import { useConnection } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { count } from '../parts/words.ts'
import { FolderPicker } from '../shell/folder-picker.tsx'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { useDialogEnd } from '../shell/use-dialog-end.ts'
import { useProvenance } from './state.ts'

type Format = 'json' | 'site'
const FORMATS: readonly { readonly id: Format; readonly label: string; readonly text: string }[] = [
  { id: 'json', label: 'JSON', text: 'One file with every record, as the command line writes it.' },
  { id: 'site', label: 'Static site', text: 'Pages that open from a folder or any web server, one small index.' },
]

export function ExportDialog() {
  const { client, door } = useConnection()
  const scope = useProvenance(s => s.scope)
  const rows = useProvenance(s => s.snapshots[s.scope]?.rows.filter(row => row.summary !== null).length ?? 0)
  const [format, setFormat] = useState<Format>('json')
  const [isPicking, setPicking] = useState(door === 'browser')
  const end = useDialogEnd()
  const { isBusy, failure } = end

  const write = async (folder: AbsolutePath) => {
    end.begin()
    const answer = await client.call('provenance.export', { scope, format, folder })
    if (!answer.ok) return end.failed(answer.error)
    const { path, files } = answer.value
    end.done({ text: `Wrote ${count(files, 'file')}`, detail: path, copy: { text: path, what: 'path' } })
  }
  const pick = async () => {
    const picked = await client.call('shell.pickFolder', null)
    if (!picked.ok) return setPicking(true)
    if (picked.value !== null) await write(picked.value)
  }
  return (
    <Overlay label="Export provenance" className="palette">
      <div className="oh">
        <b>Export provenance</b>
        <span className="t11 dim ell">
          {count(rows, 'result')} of {scope === 'workspace' ? 'this workspace' : 'everything checked'}
        </span>
        <EscButton />
      </div>
      <fieldset className="pv-form t12">
        <legend className="sr">Form</legend>
        {FORMATS.map(choice => (
          <label className="row" key={choice.id}>
            <input
              type="radio"
              name="format"
              checked={format === choice.id}
              data-autofocus={choice.id === 'json' ? true : undefined}
              onChange={() => setFormat(choice.id)}
            />
            <b className="med nw">{choice.label}</b>
            <span className="sub">{choice.text}</span>
          </label>
        ))}
        <p className="sub">A new sub-folder is made; nothing that is there is changed.</p>
        {!isPicking && (
          <div className="row">
            <button className="btn p" disabled={isBusy} onClick={() => void pick()}>
              {isBusy ? 'Writing' : 'Choose folder'}
            </button>
          </div>
        )}
      </fieldset>
      {isPicking ? (
        <FolderPicker
          verb={isBusy ? 'Writing' : 'Write here'}
          isBusy={isBusy}
          failure={failure}
          mark={() => null}
          onChoose={folder => void write(folder)}
        />
      ) : (
        failure !== null && (
          <div style={{ padding: '0 14px 10px' }}>
            <FailureNotice failure={failure} />
          </div>
        )
      )}
    </Overlay>
  )
}
