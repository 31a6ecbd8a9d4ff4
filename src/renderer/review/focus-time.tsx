/**
 * Counts the reading of the review on screen, keeps it every 15 seconds and says it in the status bar. It is the
 * reader's own: it goes into the audit's notes only when asked to.
 */
import { useEffect, useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { minutesText } from '../parts/words.ts'
import { useAppStore } from '../state/app-store.ts'
import { createReadingClock } from './reading-clock.ts'

const TICK_MS = 1_000
const SAVE_MS = 15_000
/** What the engine takes at once; the rest goes with the next call. */
const MAX_SAVED_MS = 60_000
const INPUTS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const

export function FocusTime() {
  const client = useClient()
  const review = useAppStore(s => (s.view.kind === 'review' ? s.view.id : null))
  return review === null ? null : <Counting key={review} client={client} review={review} />
}

function Counting({ client, review }: { readonly client: EngineClient; readonly review: string }) {
  const minutes = useReadingMinutes(client, review)
  if (minutes === null) return null
  return (
    <span title="Counted while this window is active and you read or type; kept on this machine">
      <Icon name="clock" />
      Focus time {minutesText(minutes)}
    </span>
  )
}

/** Null until the engine said what was read before. */
function useReadingMinutes(client: EngineClient, review: string): number | null {
  const [minutes, setMinutes] = useState<number | null>(null)
  useEffect(() => {
    const clock = createReadingClock(performance.now())
    let saved: number | null = null
    let savedAt = performance.now()
    let isSaving = false
    let isOver = false
    const show = () => {
      if (saved !== null && !isOver) setMinutes(Math.floor((saved + clock.counted()) / 60_000))
    }
    const save = async () => {
      if (isSaving) return
      isSaving = true
      savedAt = performance.now()
      const ms = clock.take(MAX_SAVED_MS)
      const answer = await client.call('review.readingTime', { review, add: ms })
      isSaving = false
      if (answer.ok) saved = answer.value.ms
      else clock.giveBack(ms)
      show()
    }
    const onTick = () => {
      const now = performance.now()
      clock.tick(now, document.visibilityState === 'visible' && document.hasFocus())
      if (now - savedAt >= SAVE_MS && clock.counted() >= TICK_MS) void save()
      show()
    }
    const onInput = () => clock.input(performance.now())
    const onLeave = () => {
      if (document.visibilityState === 'hidden') void save()
    }
    void save()
    const timer = window.setInterval(onTick, TICK_MS)
    for (const name of INPUTS) window.addEventListener(name, onInput, { passive: true, capture: true })
    document.addEventListener('visibilitychange', onLeave)
    return () => {
      isOver = true
      window.clearInterval(timer)
      for (const name of INPUTS) window.removeEventListener(name, onInput, { capture: true })
      document.removeEventListener('visibilitychange', onLeave)
      void save()
    }
  }, [client, review])
  return minutes
}
