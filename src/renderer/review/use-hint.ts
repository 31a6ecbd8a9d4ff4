/** One line that answers a key that did nothing, for a moment. */
import { useEffect, useState } from 'react'

const HINT_MS = 2_500

export interface Hint {
  readonly hint: string | null
  readonly say: (text: string) => void
  readonly clear: () => void
}

export function useHint(): Hint {
  const [hint, setHint] = useState<string | null>(null)
  useEffect(() => {
    if (hint === null) return
    const timer = window.setTimeout(() => setHint(null), HINT_MS)
    return () => window.clearTimeout(timer)
  }, [hint])
  return { hint, say: setHint, clear: () => setHint(null) }
}
