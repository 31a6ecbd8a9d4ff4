/** Notes of the fold: each with its replies, and whether it is resolved. A reply to no note does nothing. */
import type { TeamEvent } from '../../../shared/team.ts'
import type { Folding } from './fold.ts'

type NoteEvent = Extract<TeamEvent, { kind: 'note' }>
type ReplyEvent = Extract<TeamEvent, { kind: 'reply' }>

export interface FoldedNote {
  readonly event: NoteEvent
  readonly replies: ReplyEvent[]
  isResolved: boolean
  resolvedBy: string | null
}

export function applyNote(
  { notes, withoutEffect }: Folding,
  event: Extract<TeamEvent, { kind: 'note' | 'reply' | 'resolve' }>,
): void {
  if (event.kind === 'note') {
    notes.set(event.id, { event, replies: [], isResolved: false, resolvedBy: null })
    return
  }
  const note = notes.get(event.note)
  if (note === undefined) {
    withoutEffect.set(event.id, 'the note is not there')
    return
  }
  if (event.kind === 'reply') note.replies.push(event)
  else {
    note.isResolved = event.isResolved
    note.resolvedBy = event.isResolved ? event.by : null
  }
}
