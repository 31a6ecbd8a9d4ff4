/** How long the frames of a page take while something is done to it, and how much of that is the page's own work. */
import type { Page } from '@playwright/test'

export interface Frames {
  readonly frames: number
  /** The longest time between two frames by the clock: other work on the machine counts as well. */
  readonly longestMs: number
  /** The most processor time that one task of the page's thread took: the page alone. */
  readonly longestTaskMs: number
}

interface Watched {
  stopFrames?: () => { readonly frames: number; readonly longestMs: number }
}
interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Processor time in microseconds. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** Counts animation frames from before `act` until its effects are painted. */
export async function measureFrames(page: Page, act: () => Promise<unknown>): Promise<Frames> {
  const browser = page.context().browser()
  if (browser === null) throw new Error('no browser to measure')
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] })
  await page.evaluate(async () => {
    // Starts at a frame, so that what came before is not counted.
    let last = await new Promise<number>(resolve => requestAnimationFrame(resolve))
    let [frames, longestMs, isOn] = [0, 0, true]
    const tick = (at: number) => {
      frames += 1
      longestMs = Math.max(longestMs, at - last)
      last = at
      if (isOn) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
    ;(window as Watched).stopFrames = () => {
      isOn = false
      return { frames, longestMs }
    }
  })
  await act()
  const counted = await page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise(resolve => requestAnimationFrame(resolve))
    return (window as Watched).stopFrames?.() ?? { frames: 0, longestMs: Infinity }
  })
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] }
  return { ...counted, longestTaskMs: longestTask(traceEvents) }
}

/** In milliseconds of processor time; infinite when the trace says nothing about tasks. */
function longestTask(events: readonly TraceEvent[]): number {
  const thread = (event: TraceEvent) => `${event.pid} ${event.tid}`
  const pageThreads = new Set(
    events.filter(event => event.name === 'thread_name' && event.args?.name === 'CrRendererMain').map(thread),
  )
  const tasks = events.filter(event => event.name === 'RunTask' && event.ph === 'X' && pageThreads.has(thread(event)))
  return tasks.length === 0 ? Infinity : Math.max(...tasks.map(task => task.tdur ?? 0)) / 1_000
}
