/**
 * How long the frames of a page take while something is done to it, on the built pages with an engine that answers at
 * once. Judged are the processor time of the page's longest task in any run, which other work on the machine changes
 * little, and, where a page promises frames by the clock, the longest of these in the best run. Beside them stands the
 * longest frame of the same page while nothing is done: what the machine itself drops.
 */
import { chromium, type Page } from '@playwright/test'
import { startFakePages } from '../e2e/fixtures/fake-pages.ts'
import { measureFrames } from '../e2e/pages/frames.ts'
import { judge, skip } from './harness.ts'
// @ts-expect-error a plain script shared with the test lanes
import { findChromium } from '../scripts/lib/lanes.mjs'

const LIMIT_MS = 50
const IDLE_MS = 1_000

export interface PageInTest {
  /** A state of e2e/fake/scenarios.ts. */
  readonly scenario: string
  /** Brings the page on the screen once the queue is there. */
  readonly open?: (page: Page) => Promise<unknown>
  /** What is done to it, by name; once untimed, then in each run. */
  readonly acts: Readonly<Record<string, (page: Page) => Promise<unknown>>>
  readonly runs: number
  /** The frames by the clock have the limit as well, not only the page's tasks. */
  readonly isClockJudged: boolean
}

export const pressKeys = async (page: Page, ...pressed: readonly string[]): Promise<void> => {
  for (const key of pressed) await page.keyboard.press(key)
}
export const times = (n: number, key: string): string[] => Array<string>(n).fill(key)
/** Down and up again, as a wheel does it. */
export const turnWheel = async (page: Page): Promise<void> => {
  for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i < 45 ? 900 : -900)
}

export const moveByRowAndPage = (page: Page): Promise<void> =>
  pressKeys(page, 'End', 'Home', ...times(20, 'j'), ...times(20, 'PageDown'))
/** Types into the filter as a person does, and empties and leaves it. */
export const typeFilter =
  (text: string) =>
  async (page: Page): Promise<void> => {
    await page.keyboard.press('/')
    await page.keyboard.type(text, { delay: 30 })
    await pressKeys(page, 'Escape', 'Escape')
  }

/** Measures and judges one page; skips the benchmark when there is no Chromium. */
export async function judgeFrames(what: PageInTest): Promise<void> {
  const executablePath = (findChromium as () => string | null)() ?? skip('no Chromium or Chrome found')
  const pages = await startFakePages()
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(pages.address(what.scenario))
    await page.getByRole('grid').waitFor()
    await what.open?.(page)
    const grid = page.getByRole('grid')
    const box = await grid.boundingBox()
    await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200)
    console.log(`  input: ${Number(await grid.getAttribute('aria-rowcount')) - 1} rows`)
    for (const [name, act] of Object.entries(what.acts)) {
      await act(page)
      let [task, frame, idle] = [0, Infinity, Infinity]
      for (let i = 0; i < what.runs; i++) {
        idle = Math.min(idle, (await measureFrames(page, () => page.waitForTimeout(IDLE_MS))).longestMs)
        const busy = await measureFrames(page, () => act(page))
        task = Math.max(task, busy.longestTaskMs)
        frame = Math.min(frame, busy.longestMs)
      }
      console.log(
        `  ${name}: longest frame ${frame.toFixed(1)} ms at best of ${what.runs} (idle ${idle.toFixed(1)} ms)`,
      )
      judge(`${name}, longest task`, task, LIMIT_MS, ' ms')
      if (what.isClockJudged) judge(`${name}, longest frame`, frame, LIMIT_MS, ' ms')
    }
  } finally {
    await browser.close()
    await pages.stop()
  }
}
