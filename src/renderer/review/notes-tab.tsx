/**
 * Notes on this crate: one's own and those of earlier versions, each where its lines are now. Written in the field at
 * the top; what is typed is kept as a draft by itself, so that neither a crash nor another file loses it.
 */
import { useEffect, useRef, useState } from 'react'
import { MAX_NOTE, type Note, type NoteInput, type NoteSeverity, type NoteTarget } from '../../shared/review-notes.ts'
import { useAutosave } from '../parts/use-autosave.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { TooLong } from '../parts/too-long.tsx'
import { NoteText } from '../parts/note-text.tsx'
import { personName } from '../parts/words.ts'
import { shownPath } from './shown-path.ts'
import type { NotesState } from './use-notes.ts'
import { TabFailure } from './tab-failure.tsx'

const SEVERITIES: readonly (readonly [NoteSeverity, string])[] = [
  ['remark', 'Remark'],
  ['question', 'Question'],
  ['concern', 'Concern'],
  ['blocker', 'Blocker'],
]

/** Made by the page, so that a draft saved twice while it is typed is one note. */
export function newNoteId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

/** What is being written: a new note or one that exists. */
export interface NoteDraft {
  readonly id: string
  /** It is kept as a draft while it is typed; an existing note changes only when it is finished. */
  readonly isNew: boolean
  readonly target: NoteTarget
  readonly text: string
  readonly severity: NoteSeverity
  readonly inAudit: boolean
}

export function NotesTab(props: {
  readonly notes: NotesState
  readonly draft: NoteDraft | null
  readonly current: string | null
  readonly onCurrent: (note: Note) => void
  readonly onWrite: (target: NoteTarget) => void
  readonly onEdit: (note: Note) => void
  readonly onDone: () => void
  /** The field goes away while it is written, for another tab say; it comes back with this. */
  readonly onKeep: (draft: NoteDraft) => void
}) {
  const { notes, failure, retry, save, remove, keepEdit } = props.notes
  if (failure !== null) return <TabFailure failure={failure} onRetry={retry} />
  if (notes === null) return <p className="rv-none">Reading the notes…</p>
  const shown = notes.filter(note => note.id !== props.draft?.id)
  return (
    <div className="rv-notes">
      {props.draft !== null ? (
        <Composer
          key={props.draft.id}
          draft={props.draft}
          isStored={notes.some(note => note.id === props.draft?.id)}
          save={save}
          remove={remove}
          keepEdit={keepEdit}
          onDone={props.onDone}
          onKeep={props.onKeep}
        />
      ) : (
        <div className="rv-notes-top row">
          <button className="btn s" onClick={() => props.onWrite({ kind: 'crate' })}>
            Note on the crate
          </button>
          <span className="t11 dim">
            on a line or selection <Keys of="review.note" />
          </span>
        </div>
      )}
      {shown.length === 0 && props.draft === null && <p className="rv-none">No note yet.</p>}
      <ul className="rv-note-list">
        {shown.map(note => (
          <NoteRow
            key={note.id}
            note={note}
            isCurrent={note.id === props.current}
            onOpen={() => props.onCurrent(note)}
            onEdit={() => props.onEdit(note)}
            onRemove={() => void remove(note.id)}
            onState={state => void save({ ...inputOf(note), state })}
            onAudit={inAudit => void save({ ...inputOf(note), inAudit })}
          />
        ))}
      </ul>
    </div>
  )
}

export function inputOf(note: Note): NoteInput {
  const { id, target, text, severity, state, inAudit } = note
  return { id, target, text, severity, state, inAudit }
}

/** Where a note is about, in words. */
export function targetText(
  target: NoteTarget,
  place: { readonly line: number; readonly endLine: number } | null,
): string {
  if (target.kind === 'crate') return 'The crate'
  if (target.kind === 'file') return shownPath(target.path)
  const { line, endLine } = place ?? target
  const lines = line === endLine ? `line ${line}` : `lines ${line} to ${endLine}`
  return `${shownPath(target.path)}, ${lines}${target.side === 'old' ? ' (old side)' : ''}`
}

interface ComposerProps {
  readonly draft: NoteDraft
  /** The engine has it, as a draft or as the note that is changed. */
  readonly isStored: boolean
  readonly save: NotesState['save']
  readonly remove: NotesState['remove']
  readonly keepEdit: NotesState['keepEdit']
  readonly onDone: () => void
  readonly onKeep: (draft: NoteDraft) => void
}

function Composer(props: ComposerProps) {
  const { draft } = props
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  const { now, setNow, isEmpty, isTooLong, finish, leave } = useComposing(props)
  return (
    <form
      className="rv-composer"
      aria-label="Note"
      onSubmit={event => {
        event.preventDefault()
        void finish('published')
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') leave()
        else if (event.key === 'Enter' && event.ctrlKey) void finish('published')
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      <div className="t11 sub ell">{targetText(draft.target, null)}</div>
      <textarea
        ref={field}
        className="inp"
        rows={5}
        value={now.text}
        aria-label="Text of the note"
        placeholder="Markdown"
        aria-invalid={isTooLong}
        onChange={event => setNow({ ...now, text: event.target.value })}
      />
      <TooLong length={now.text.length} max={MAX_NOTE} />
      <WeightAndAudit now={now} onChange={setNow} />
      <div className="row">
        <button className="btn p s" disabled={isEmpty || isTooLong}>
          Publish <kbd>Ctrl</kbd>
          <kbd>Enter</kbd>
        </button>
        <button className="btn q s" type="button" onClick={leave}>
          {draft.isNew ? (isEmpty ? 'Close' : 'Keep as draft') : 'Cancel'} <kbd>Esc</kbd>
        </button>
      </div>
    </form>
  )
}

/** What is typed, kept while it is typed, and the two ways to end it. */
function useComposing({ draft, isStored, save, remove, keepEdit, onDone, onKeep }: ComposerProps) {
  const [now, setNow] = useState(draft)
  /** Whether the engine has it, once what is on its way has arrived. */
  const stored = useRef(Promise.resolve(isStored))
  const { id, text, severity, inAudit } = now
  const isEmpty = text.trim() === ''
  const isTooLong = text.length > MAX_NOTE

  const forget = useAutosave(isEmpty || isTooLong || now === draft ? null : now, ({ isNew, target, ...edit }) => {
    const { text, severity, inAudit } = edit
    if (isNew) {
      const [before, saved] = [stored.current, save({ id, target, text, severity, state: 'draft', inAudit })]
      stored.current = saved.then(isSaved => isSaved || before)
    } else void keepEdit(id, { text, severity, inAudit })
  })
  const latest = useRef({ now, onKeep })
  useEffect(() => {
    latest.current = { now, onKeep }
  })
  useEffect(() => () => latest.current.onKeep(latest.current.now), [])

  const finish = async (state: 'draft' | 'published') => {
    if (isTooLong) return
    forget()
    if (isEmpty) {
      // What was kept while it was typed is not wanted any more.
      if (draft.isNew) void stored.current.then(isThere => (isThere ? remove(id) : undefined))
      return onDone()
    }
    if (await save({ id, target: draft.target, text, severity, state, inAudit })) onDone()
  }
  /** A new note stays as a draft; one that exists stays as it was. */
  const leave = () => {
    if (draft.isNew) return void finish('draft')
    forget()
    void keepEdit(id, null)
    onDone()
  }
  return { now, setNow, isEmpty, isTooLong, finish, leave }
}

function WeightAndAudit({ now, onChange }: { readonly now: NoteDraft; readonly onChange: (next: NoteDraft) => void }) {
  return (
    <div className="row">
      <select
        className="inp s"
        value={now.severity}
        aria-label="Weight"
        onChange={event => onChange({ ...now, severity: event.target.value as NoteSeverity })}
      >
        {SEVERITIES.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <label className="row t12">
        <input
          type="checkbox"
          checked={now.inAudit}
          onChange={event => onChange({ ...now, inAudit: event.target.checked })}
        />
        in audit notes
      </label>
    </div>
  )
}

const PLACE_WORDS = {
  here: null,
  moved: 'moved with its lines',
  outdated: 'its lines changed since; the place is a guess',
  lost: 'its lines are gone',
} as const

interface NoteRowProps {
  readonly note: Note
  readonly isCurrent: boolean
  readonly onOpen: () => void
  readonly onEdit: () => void
  readonly onRemove: () => void
  readonly onState: (state: Note['state']) => void
  readonly onAudit: (inAudit: boolean) => void
}

function NoteRow(props: NoteRowProps) {
  const { note } = props
  const place = PLACE_WORDS[note.place.state]
  return (
    <li className={props.isCurrent ? 'rv-note on' : 'rv-note'}>
      <button className="rv-note-head" aria-current={props.isCurrent} onClick={props.onOpen}>
        <span className="m11 ell">{targetText(note.target, note.place.state === 'lost' ? null : note.place)}</span>
        <span className="t11 dim">
          {personName(note.who)}, at {note.version}
          {note.state === 'draft' && ', draft'}
          {note.state === 'resolved' && ', resolved'}
        </span>
      </button>
      {note.severity !== 'remark' && (
        <span className={note.severity === 'question' ? 't11 sub' : 't11 warn'}>
          {note.severity[0]?.toUpperCase()}
          {note.severity.slice(1)}
        </span>
      )}
      <NoteText text={note.text} />
      {place !== null && (
        <p className="t11 unk row">
          <Icon name={note.place.state === 'moved' ? 'info' : 'unknown'} />
          {place}
        </p>
      )}
      {note.edit !== null && (
        <p className="t11 row">
          <Icon name="info" />
          <span className="grow">A change of this note was not finished.</span>
          <button className="btn q s" onClick={props.onEdit}>
            Go on
          </button>
        </p>
      )}
      {props.isCurrent && <NoteActions {...props} />}
    </li>
  )
}

function NoteActions({ note, onState, onEdit, onRemove, onAudit }: NoteRowProps) {
  return (
    <div className="row wrap rv-note-acts">
      {note.state === 'draft' && (
        <button className="btn p s" onClick={() => onState('published')}>
          Publish
        </button>
      )}
      {note.state === 'published' && (
        <button className="btn s" onClick={() => onState('resolved')}>
          Resolve
        </button>
      )}
      {note.state === 'resolved' && (
        <button className="btn s" onClick={() => onState('published')}>
          Open again
        </button>
      )}
      <button className="btn q s" onClick={onEdit}>
        Edit
      </button>
      <button className="btn q s" onClick={onRemove}>
        Remove
      </button>
      <label className="row t11">
        <input type="checkbox" checked={note.inAudit} onChange={event => onAudit(event.target.checked)} />
        in audit notes
      </label>
    </div>
  )
}
