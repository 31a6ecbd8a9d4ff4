/**
 * Calls about a review that are not needed to show its first file wait until that file is painted, so that neither the
 * engine nor the page is busy with them before.
 */
import { useCallback, useMemo, useRef } from 'react'
import type { EngineClient } from '../../shared/contract.ts'

/** What is asked first may fail, and files that are no text say nothing: nobody waits longer. */
const MAX_WAIT_MS = 1_000

export interface FirstPaint {
  /** The client for everything else. */
  readonly client: EngineClient
  /** The first file is on its way to the screen. */
  readonly onShown: () => void
}

export function useFirstPaint(client: EngineClient): FirstPaint {
  const gate = useRef<ReturnType<typeof createGate> | null>(null)
  const later = useMemo<EngineClient>(() => {
    const call: EngineClient['call'] = async (name, args) => {
      gate.current ??= createGate()
      await gate.current.opened
      return client.call(name, args)
    }
    return { ...client, call }
  }, [client])
  const onShown = useCallback(() => {
    gate.current ??= createGate()
    gate.current.open()
  }, [])
  return { client: later, onShown }
}

function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise: opened, resolve } = Promise.withResolvers<void>()
  // Also for a window that is hidden and paints nothing.
  window.setTimeout(resolve, MAX_WAIT_MS)
  return { opened, open: () => afterPaint(resolve) }
}

/** Runs in a task of its own behind the next frame; a hidden window has none, there at once. */
export function afterPaint(run: () => void): void {
  const soon = () => window.setTimeout(run, 0)
  if (document.hidden) soon()
  else requestAnimationFrame(soon)
}
