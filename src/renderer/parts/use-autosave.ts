/**
 * Keeps what is being typed. It is saved a moment after the first change and then again and again while one types on,
 * not only at a pause, so that a crash in the middle of a long sentence costs its last words; and once more when the
 * field goes away or the page does.
 */
import { useCallback, useEffect, useRef } from 'react'

const EVERY_MS = 150

/** `value` null: nothing to save. Give the same object until something changed. Answers what forgets an unsaved change. */
export function useAutosave<T extends object>(value: T | null, save: (value: T) => void): () => void {
  const pending = useRef<T | null>(null)
  const timer = useRef<number | undefined>(undefined)
  const latest = useRef(save)
  useEffect(() => {
    latest.current = save
  })
  const drop = useCallback(() => {
    pending.current = null
    window.clearTimeout(timer.current)
    timer.current = undefined
  }, [])
  const flush = useCallback(() => {
    const last = pending.current
    drop()
    if (last !== null) latest.current(last)
  }, [drop])
  useEffect(() => {
    if (value === null) return
    pending.current = value
    timer.current ??= window.setTimeout(flush, EVERY_MS)
  }, [value, flush])
  useEffect(() => {
    window.addEventListener('pagehide', flush)
    return () => {
      window.removeEventListener('pagehide', flush)
      flush()
    }
  }, [flush])
  return drop
}
