/** Focus of overlays: moved in, kept in with Tab, given back to where it was; Escape closes the top one only. */
import { useEffect, useRef, type RefObject } from 'react'

const focusable =
  'button:not(:disabled), [href], input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])'

/** Put the answered ref on the dialog's element. `onClose` is called for Escape. */
export function useDialogFocus(onClose: () => void): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null)
  const close = useRef(onClose)
  useEffect(() => {
    close.current = onClose
  })
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const before = document.activeElement
    const first =
      element.querySelector<HTMLElement>('[data-autofocus]') ?? element.querySelector<HTMLElement>(focusable)
    ;(first ?? element).focus()
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') {
        event.preventDefault()
        event.stopPropagation()
        close.current()
      } else if (event.key === 'Tab') keepInside(element, event)
    }
    element.addEventListener('keydown', onKey)
    return () => {
      element.removeEventListener('keydown', onKey)
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return box
}

function keepInside(element: HTMLElement, event: KeyboardEvent): void {
  const all = Array.from(element.querySelectorAll<HTMLElement>(focusable)).filter(e => e.offsetParent !== null)
  const [first, last] = [all[0], all.at(-1)]
  if (first === undefined || last === undefined) return event.preventDefault()
  const active = document.activeElement
  if (event.shiftKey && (active === first || !element.contains(active))) {
    event.preventDefault()
    last.focus()
  } else if (!event.shiftKey && (active === last || !element.contains(active))) {
    event.preventDefault()
    first.focus()
  }
}
