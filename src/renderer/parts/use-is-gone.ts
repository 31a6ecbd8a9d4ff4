/** Whether a dialog was closed while it waited for an answer: what it would close or open then is another's. */
import { useEffect, useRef, type RefObject } from 'react'

/** `current` is true as soon as the component has left the screen. */
export function useIsGone(): RefObject<boolean> {
  const isGone = useRef(false)
  useEffect(() => {
    isGone.current = false
    return () => {
      isGone.current = true
    }
  }, [])
  return isGone
}
