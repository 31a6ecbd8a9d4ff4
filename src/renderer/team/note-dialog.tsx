/** One note on each of the rows chosen. */
import { useState, type FormEvent } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { NoteSeverity } from '../../shared/review-notes.ts'
import { useClient } from '../client.ts'
import { count } from '../parts/words.ts'
import { setOverlay } from '../state/app-store.ts'
import { act, itemsText } from './act.ts'
import { DialogFrame } from './dialog-frame.tsx'
import { SeveritySelect } from './severity.tsx'

export function NoteDialog({ keys }: { readonly keys: readonly PackageKey[] }) {
  const client = useClient()
  const [text, setText] = useState('')
  const [severity, setSeverity] = useState<NoteSeverity>('remark')
  const most = 200
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() === '') return
    setOverlay(null)
    const actions = keys.slice(0, most).map(key => {
      const [crate = '', version = ''] = splitKey(key)
      return {
        kind: 'note',
        crate,
        version,
        text: text.trim(),
        severity,
        target: { kind: 'crate' },
        quote: '',
      } as const
    })
    void act(client, actions, `Noted on ${itemsText(keys.slice(0, most))}`)
  }
  return (
    <DialogFrame title="Write a note" about={itemsText(keys)}>
      <form className="dialog-form" onSubmit={submit}>
        <textarea
          className="inp"
          data-autofocus
          rows={5}
          maxLength={20_000}
          aria-label="Text of the note"
          placeholder="Markdown"
          value={text}
          onChange={event => setText(event.target.value)}
          onKeyDown={event => event.key === 'Enter' && event.ctrlKey && submit(event)}
        />
        {keys.length > most && <p className="warn">It is written on the first {most} of them.</p>}
        <div className="row">
          <SeveritySelect value={severity} onChange={setSeverity} />
          <button className="btn p" disabled={text.trim() === ''}>
            Write on {count(Math.min(keys.length, most), 'package')} <kbd>Ctrl</kbd>
            <kbd>Enter</kbd>
          </button>
        </div>
      </form>
    </DialogFrame>
  )
}

/** Crate and version of a key; a crate’s name has no `@`. */
function splitKey(key: PackageKey): readonly [string, string] {
  const at = key.indexOf('@')
  return [key.slice(0, at), key.slice(at + 1)]
}
