import { useCallback, useLayoutEffect, useRef } from 'react'

/**
 * The latest render's function as one that stays the same, so that a memoised part is not drawn again for it. For
 * handlers and effects: while rendering it would be the former render's.
 */
export function useStable<Args extends unknown[], Answer>(run: (...args: Args) => Answer): (...args: Args) => Answer {
  const latest = useRef(run)
  useLayoutEffect(() => {
    latest.current = run
  })
  return useCallback((...args: Args) => latest.current(...args), [])
}
