/** The frame of every overlay: scrim, dialog role, focus kept inside and given back. */
import type { ReactNode } from 'react'
import { setOverlay } from '../state/app-store.ts'
import { useDialogFocus } from './use-dialog-focus.ts'

export function Overlay(props: { readonly label: string; readonly className: string; readonly children: ReactNode }) {
  const box = useDialogFocus(() => setOverlay(null))
  return (
    <div className="scrim" onMouseDown={event => event.target === event.currentTarget && setOverlay(null)}>
      <div ref={box} className={`overlay ${props.className}`} role="dialog" aria-modal="true" aria-label={props.label}>
        {props.children}
      </div>
    </div>
  )
}

/** The Esc button at the right of an overlay's header. */
export function EscButton() {
  return (
    <button className="link right" onClick={() => setOverlay(null)} aria-label="Esc, close">
      <kbd>Esc</kbd>
    </button>
  )
}
