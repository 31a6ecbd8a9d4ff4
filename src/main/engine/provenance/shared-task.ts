/** One piece of work that several callers wait for: who comes while it runs joins it, and it stops when all have left. */
import { Cancelled } from '../../../shared/result.ts'

/** The first caller's input counts. A caller's signal lets that caller go; the last one's stops the work. */
export function createSharedTask<I, T>(
  work: (input: I, signal: AbortSignal) => Promise<T>,
): (input: I, signal: AbortSignal) => Promise<T> {
  let running: { readonly answer: Promise<T>; readonly control: AbortController; waiting: number } | null = null
  return (input, signal) => {
    if (signal.aborted) return Promise.reject(new Cancelled())
    if (running === null) {
      const control = new AbortController()
      const answer = work(input, control.signal).finally(() => {
        if (running?.control === control) running = null
      })
      running = { answer, control, waiting: 0 }
    }
    const task = running
    task.waiting++
    return new Promise((resolve, reject) => {
      let hasLeft = false
      const leave = () => {
        if (hasLeft) return
        hasLeft = true
        signal.removeEventListener('abort', onAbort)
        task.waiting--
      }
      const onAbort = () => {
        leave()
        if (task.waiting === 0) {
          if (running === task) running = null
          task.control.abort()
        }
        reject(new Cancelled())
      }
      signal.addEventListener('abort', onAbort, { once: true })
      task.answer.then(
        value => (leave(), resolve(value)),
        (error: unknown) => (leave(), reject(error as Error)),
      )
    })
  }
}
