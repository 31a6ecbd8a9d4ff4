/** The notes of the review on screen: asked for once it is open, saved at once; the engine's list is always the truth. */
import { useCallback, useEffect, useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Failure } from '../../shared/failure.ts'
import type { Note, NoteEdit, NoteInput } from '../../shared/review-notes.ts'
import { toastFailure } from '../state/actions.ts'
import { showToast } from '../state/app-store.ts'

export interface NotesState {
  /** Null until they are here. */
  readonly notes: readonly Note[] | null
  readonly failure: Failure | null
  readonly retry: () => void
  /** Answers whether it is on disk. */
  readonly save: (note: NoteInput) => Promise<boolean>
  readonly remove: (id: string) => Promise<void>
  /** Keeps an unfinished change of a note; null drops it. */
  readonly keepEdit: (id: string, edit: NoteEdit | null) => Promise<void>
}

export function useNotes(client: EngineClient, review: string): NotesState {
  const [state, setState] = useState<{ notes: readonly Note[] | null; failure: Failure | null }>({
    notes: null,
    failure: null,
  })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    let isCurrent = true
    void client.call('review.notes', { review }).then(answer => {
      if (!isCurrent) return
      setState(answer.ok ? { notes: answer.value.notes, failure: null } : { notes: null, failure: answer.error })
    })
    return () => {
      isCurrent = false
    }
  }, [client, review, attempt])

  const save = useCallback(
    async (note: NoteInput) => {
      const answer = await client.call('review.saveNote', { review, note })
      if (answer.ok) setState({ notes: answer.value.notes, failure: null })
      else toastFailure(answer.error)
      return answer.ok
    },
    [client, review],
  )
  const remove = useCallback(
    async (id: string) => {
      const set = async (isRemoved: boolean) => {
        const answer = await client.call('review.removeNote', { review, id, isRemoved })
        if (answer.ok) setState({ notes: answer.value.notes, failure: null })
        else toastFailure(answer.error)
        return answer.ok
      }
      if (await set(true))
        showToast({ tone: 'info', text: 'Note removed', action: { label: 'Undo', run: () => void set(false) } })
    },
    [client, review],
  )
  const keepEdit = useCallback(
    async (id: string, edit: NoteEdit | null) => {
      const answer = await client.call('review.keepNoteEdit', { review, id, edit })
      if (answer.ok) setState({ notes: answer.value.notes, failure: null })
      else toastFailure(answer.error)
    },
    [client, review],
  )
  const retry = useCallback(() => setAttempt(n => n + 1), [])
  return { ...state, retry, save, remove, keepEdit }
}
