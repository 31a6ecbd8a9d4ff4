/** Writing and walking the notes of a review: which one is current, what is being written, the keys for both. */
import { useMemo, useState, type ComponentProps } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Note, NoteTarget } from '../../shared/review-notes.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { newNoteId, type NoteDraft, type NotesTab } from './notes-tab.tsx'
import { useNotes } from './use-notes.ts'

export interface NoteWalk {
  readonly tab: ComponentProps<typeof NotesTab>
  /** Not resolved; null until they are here. */
  readonly open: number | null
  readonly byPath: ReadonlyMap<string, readonly Note[]>
}

const NONE: ReadonlyMap<string, readonly Note[]> = new Map()

export function useNoteWalk(
  client: EngineClient,
  review: string,
  page: {
    readonly say: (text: string) => void
    readonly onShow: (note: Note) => void
    readonly onWrite: () => void
    /** What a note written now would be about. */
    readonly target: () => NoteTarget
    readonly onDone: () => void
  },
): NoteWalk {
  const state = useNotes(client, review)
  const [current, setCurrent] = useState<string | null>(null)
  const [draft, setDraft] = useState<NoteDraft | null>(null)
  const { notes } = state
  const byPath = useMemo(() => {
    if (notes === null) return NONE
    const map = new Map<string, Note[]>()
    for (const note of notes) {
      if (note.target.kind !== 'lines' || note.place.state === 'lost') continue
      map.set(note.target.path, [...(map.get(note.target.path) ?? []), note])
    }
    return map
  }, [notes])

  const write = (target: NoteTarget) => {
    setDraft({ id: newNoteId(), isNew: true, target, text: '', severity: 'remark', inAudit: true })
    page.onWrite()
  }
  const show = (note: Note) => {
    setCurrent(note.id)
    page.onShow(note)
  }
  const step = (by: 1 | -1) => {
    const list = notes ?? []
    const at = list.findIndex(note => note.id === current)
    const next = list[at === -1 ? (by === 1 ? 0 : list.length - 1) : (at + by + list.length) % list.length]
    if (next === undefined) page.say('No note yet')
    else show(next)
  }
  useCommandHandlers({
    'review.note': () => write(page.target()),
    'review.nextNote': () => step(1),
    'review.prevNote': () => step(-1),
  })
  return {
    tab: {
      notes: state,
      draft,
      current,
      onCurrent: show,
      onWrite: write,
      onEdit: note => {
        const { id, target, text, severity, inAudit, edit } = note
        setDraft({ id, isNew: false, target, text, severity, inAudit, ...edit })
      },
      onKeep: kept => setDraft(now => (now?.id === kept.id ? kept : now)),
      onDone: () => {
        setDraft(null)
        page.onDone()
      },
    },
    open: notes === null ? null : notes.filter(note => note.state !== 'resolved').length,
    byPath,
  }
}
