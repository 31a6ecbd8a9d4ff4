/** Whether the window has room for a second panel beside a list; below that the panel is a drawer. */
import { useEffect, useState } from 'react'

const WIDE = '(min-width: 1280px)'

export function useIsWide(): boolean {
  const [isWide, setWide] = useState(() => window.matchMedia(WIDE).matches)
  useEffect(() => {
    const query = window.matchMedia(WIDE)
    const onChange = () => setWide(query.matches)
    query.addEventListener('change', onChange)
    return () => query.removeEventListener('change', onChange)
  }, [])
  return isWide
}
