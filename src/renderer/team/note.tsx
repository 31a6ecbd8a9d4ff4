/** A note of the team with its replies, and the fields to write one. */
import { useState, type FormEvent, type KeyboardEvent } from 'react'
import type { NoteSeverity } from '../../shared/review-notes.ts'
import type { TeamNote } from '../../shared/team.ts'
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { NoteText } from '../parts/note-text.tsx'
import { useNow } from '../parts/use-now.ts'
import { age } from '../parts/words.ts'
import { act } from './act.ts'
import { Avatar } from './cells.tsx'
import { isMe, whoText } from './people.ts'
import { Severity, SeveritySelect } from './severity.tsx'
import { Signature } from './signature.tsx'
import { useMe } from './state.ts'

/** When, and whether it is signed. */
export function Byline(props: {
  readonly by: string
  readonly at: string
  readonly signature: TeamNote['signature']
  readonly me: string | null
}) {
  const now = useNow(60_000)
  return (
    <span className="row by">
      <b className="med ell">{whoText(props.by, props.me)}</b>
      <span className="t11 dim nw" title={props.at}>
        {age(Date.parse(props.at), now)}
      </span>
      <Signature of={props.signature} />
    </span>
  )
}

/** Ctrl Enter sends, Escape leaves to the list. */
function useSend(send: () => void, leave: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.ctrlKey) send()
    else if (event.key === 'Escape') leave()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}

const toList = () => document.querySelector<HTMLElement>('[data-queue-list]')?.focus()

export function Composer({ crate, version }: { readonly crate: string; readonly version: string }) {
  const client = useClient()
  const [text, setText] = useState('')
  const [severity, setSeverity] = useState<NoteSeverity>('remark')
  const [isOnCrate, setOnCrate] = useState(false)
  const canWrite = useMe() !== null
  const send = async () => {
    if (text.trim() === '') return
    const about = isOnCrate ? crate : `${crate} ${version}`
    const note = { kind: 'note', crate, version: isOnCrate ? null : version, severity, quote: '' } as const
    const events = await act(
      client,
      [{ ...note, text: text.trim(), target: { kind: 'crate' } }],
      `Wrote a ${severity} on ${about}`,
    )
    if (events !== null) setText('')
  }
  const onKeyDown = useSend(() => void send(), toList)
  return (
    <form
      className="composer"
      aria-label="Write a note"
      onSubmit={event => {
        event.preventDefault()
        void send()
      }}
    >
      <div className="note-box">
        <textarea
          data-note-field
          className="inp"
          rows={text === '' ? 1 : 3}
          maxLength={20_000}
          disabled={!canWrite}
          aria-label={`Write a note on ${crate}`}
          placeholder={canWrite ? 'Write a note' : 'git has no name and e-mail address for you'}
          value={text}
          onChange={event => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        {text === '' && canWrite && <Keys of="queue.note" />}
      </div>
      {text !== '' && (
        <div className="row wrap" style={{ gap: 8 }}>
          <SeveritySelect value={severity} onChange={setSeverity} />
          <label className="row t11" style={{ gap: 5 }}>
            <input type="checkbox" checked={isOnCrate} onChange={event => setOnCrate(event.target.checked)} />
            every version
          </label>
          <button className="btn p s right">
            Write <kbd>Ctrl</kbd>
            <kbd>Enter</kbd>
          </button>
        </div>
      )}
    </form>
  )
}

function Reply({ note, onDone }: { readonly note: TeamNote; readonly onDone: () => void }) {
  const client = useClient()
  const [text, setText] = useState('')
  const send = async (event?: FormEvent) => {
    event?.preventDefault()
    if (text.trim() === '') return
    const events = await act(client, [{ kind: 'reply', note: note.id, text: text.trim() }], `Replied on ${note.crate}`)
    if (events !== null) onDone()
  }
  const onKeyDown = useSend(() => void send(), onDone)
  return (
    <form className="composer" aria-label="Reply" onSubmit={event => void send(event)}>
      <textarea
        className="inp"
        autoFocus
        rows={2}
        maxLength={20_000}
        aria-label="Reply"
        value={text}
        onChange={event => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="row" style={{ gap: 6 }}>
        <button className="btn p s" disabled={text.trim() === ''}>
          Reply <kbd>Ctrl</kbd>
          <kbd>Enter</kbd>
        </button>
        <button type="button" className="btn q s" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  )
}

function placeText(note: TeamNote): string {
  const { target } = note
  const version = note.version === null ? 'every version' : note.version
  if (target.kind === 'crate') return version
  if (target.kind === 'file') return `${version}, ${target.path}`
  return `${version}, ${target.path}:${target.line}`
}

export function Note({
  note,
  version,
  me,
}: {
  readonly note: TeamNote
  readonly version: string
  readonly me: string | null
}) {
  const client = useClient()
  const [isReplying, setReplying] = useState(false)
  const resolve = () =>
    void act(
      client,
      [{ kind: 'resolve', note: note.id, isResolved: !note.isResolved }],
      `${note.isResolved ? 'Opened' : 'Resolved'} a note on ${note.crate}`,
    )
  return (
    <li className={note.isResolved ? 'note done' : 'note'}>
      <Avatar who={note.by} me={me} />
      <div className="grow">
        <Byline by={note.by} at={note.at} signature={note.signature} me={me} />
        <span className="row wrap" style={{ gap: 8 }}>
          <Severity of={note.severity} />
          {(note.version !== version || note.target.kind !== 'crate') && (
            <span className="m11 dim ell">{placeText(note)}</span>
          )}
          {note.isResolved && (
            <span className="t11 sev ok">
              <Icon name="check" className="sm" />
              resolved
              {note.resolvedBy !== null && ` by ${isMe(note.resolvedBy, me) ? 'you' : whoText(note.resolvedBy, me)}`}
            </span>
          )}
        </span>
        {note.quote !== '' && <pre className="note-quote m11">{note.quote}</pre>}
        <NoteText text={note.text} />
        {note.replies.length > 0 && (
          <ul className="replies">
            {note.replies.map(reply => (
              <li key={reply.id}>
                <Byline by={reply.by} at={reply.at} signature={reply.signature} me={me} />
                <NoteText text={reply.text} />
              </li>
            ))}
          </ul>
        )}
        {isReplying ? (
          <Reply note={note} onDone={() => setReplying(false)} />
        ) : (
          me !== null && (
            <div className="row acts-row">
              <button className="link t11" onClick={() => setReplying(true)}>
                Reply
              </button>
              <button className="link t11" onClick={resolve}>
                {note.isResolved ? 'Open again' : 'Resolve'}
              </button>
            </div>
          )
        )}
      </div>
    </li>
  )
}
