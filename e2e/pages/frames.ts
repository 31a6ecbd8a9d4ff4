/** How long the frames of a page take while something is done to it: its animation frames, and tasks over 50 ms. */
import type { Page } from '@playwright/test'

export interface Frames {
  readonly frames: number
  /** The longest time between two frames. */
  readonly longestMs: number
  /** The longest task of the page's own thread over 50 ms; 0: none. */
  readonly longestTaskMs: number
}

interface Watched {
  stopFrames?: () => Frames
}

/** Counts animation frames from before `act` until its effects are painted. */
export async function measureFrames(page: Page, act: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(async () => {
    // Starts at a frame, so that what came before is not counted.
    let last = await new Promise<number>(resolve => requestAnimationFrame(resolve))
    let [frames, longestMs, longestTaskMs, isOn] = [0, 0, 0, true]
    const tick = (at: number) => {
      frames += 1
      longestMs = Math.max(longestMs, at - last)
      last = at
      if (isOn) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
    const tasks = new PerformanceObserver(list => {
      for (const task of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, task.duration)
    })
    tasks.observe({ type: 'longtask' })
    ;(window as Watched).stopFrames = () => {
      isOn = false
      for (const task of tasks.takeRecords()) longestTaskMs = Math.max(longestTaskMs, task.duration)
      tasks.disconnect()
      return { frames, longestMs, longestTaskMs }
    }
  })
  await act()
  return page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise(resolve => requestAnimationFrame(resolve))
    return (window as Watched).stopFrames?.() ?? { frames: 0, longestMs: Infinity, longestTaskMs: Infinity }
  })
}
