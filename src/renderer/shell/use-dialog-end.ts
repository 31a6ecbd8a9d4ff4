/**
 * How work ends that a dialog started. It goes on when the dialog is closed: then its end is told as a message, and what
 * is open by that time stays.
 */
import { useState } from 'react'
import type { Failure } from '../../shared/failure.ts'
import { useIsGone } from '../parts/use-is-gone.ts'
import { toastDone, toastFailure, type Done } from '../state/actions.ts'
import { setOverlay } from '../state/app-store.ts'

export interface DialogEnd {
  readonly isBusy: boolean
  /** Of the last attempt; null when the next is begun. */
  readonly failure: Failure | null
  begin(): void
  /** Takes back what was said of a former attempt. */
  clear(): void
  /** Closes the dialog, unless it is closed; `done` null: says nothing. */
  done(done: Done | null): void
  failed(failure: Failure): void
}

export function useDialogEnd(): DialogEnd {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const isGone = useIsGone()
  return {
    isBusy,
    failure,
    begin() {
      setBusy(true)
      setFailure(null)
    },
    clear: () => setFailure(null),
    done(done) {
      setBusy(false)
      if (!isGone.current) setOverlay(null)
      if (done !== null) toastDone(done)
    },
    failed(error) {
      setBusy(false)
      if (isGone.current) toastFailure(error)
      else setFailure(error)
    },
  }
}
