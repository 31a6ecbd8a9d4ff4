const QUIET_MS = 400

/** Runs it when the page has nothing to do, else in a while where the browser cannot tell; the answer calls it off. */
export function whenIdle(run: () => void): () => void {
  if (window.requestIdleCallback === undefined) {
    const timer = window.setTimeout(run, QUIET_MS)
    return () => window.clearTimeout(timer)
  }
  const id = window.requestIdleCallback(() => run())
  return () => window.cancelIdleCallback(id)
}
