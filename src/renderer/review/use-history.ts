/** Asking who changed the file on screen; the answer stays until another file or kind is asked for. */
import { useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Failure } from '../../shared/failure.ts'
import type { FileHistory } from '../../shared/review-history.ts'
import { useCommandHandlers } from '../commands/command-table.ts'

export type HistoryKind = 'log' | 'blame'

export interface HistoryState {
  /** What was asked; null: nothing for the file on screen. */
  readonly kind: HistoryKind | null
  readonly history: FileHistory | null
  readonly failure: Failure | null
  readonly isBusy: boolean
  readonly ask: (kind: HistoryKind) => void
  /** Grows when the list wants the keyboard. */
  readonly focus: number
}

interface Asked {
  readonly path: string
  readonly kind: HistoryKind
  readonly turn: number
}

export function useHistory(
  client: EngineClient,
  review: string,
  page: { readonly path: string | null; readonly openTab: () => void },
): HistoryState {
  const { path } = page
  const [asked, setAsked] = useState<Asked | null>(null)
  const [made, setMade] = useState<{
    readonly of: Asked
    readonly history: FileHistory | null
    readonly failure: Failure | null
  } | null>(null)
  const [focus, setFocus] = useState(0)
  const ask = (kind: HistoryKind) => {
    if (path === null) return
    const wish: Asked = { path, kind, turn: (asked?.turn ?? 0) + 1 }
    setAsked(wish)
    setFocus(n => n + 1)
    void client.call('review.history', { review, path, kind }).then(answer => {
      if (answer.ok) setMade({ of: wish, history: answer.value, failure: null })
      else setMade({ of: wish, history: null, failure: answer.error.code === 'cancelled' ? null : answer.error })
    })
  }
  useCommandHandlers({
    'review.blame':
      path === null
        ? undefined
        : () => {
            page.openTab()
            ask('blame')
          },
  })
  const now = asked?.path === path ? asked : null
  const answer = made !== null && made.of === now ? made : null
  return {
    kind: now?.kind ?? null,
    history: answer?.history ?? null,
    failure: answer?.failure ?? null,
    isBusy: now !== null && answer === null,
    ask,
    focus,
  }
}
