/**
 * The queue of a team with 10,000 rows, of which the team spoke of two in three: how long its frames take while one
 * scrolls, moves, filters, selects all and acts on it, on the built pages with an engine that answers at once. Judged is
 * the processor time of the page's longest task, which other work on the machine does not change; the frames by the
 * clock stand beside it, with those of the same page while nothing is done.
 */
import { existsSync } from 'node:fs'
import { chromium, type Page } from '@playwright/test'
import { startFakePages } from '../e2e/fixtures/fake-pages.ts'
import { measureFrames } from '../e2e/pages/frames.ts'
import { begin, judge, skip } from './harness.ts'

const LIMIT_MS = 50
const RUNS = 3
const IDLE_MS = 1_000

begin('queue of a team with 10,000 rows')
const executablePath = [process.env['ASSAY_CHROMIUM'], '/usr/bin/chromium', chromium.executablePath()].find(
  file => file !== undefined && existsSync(file),
)
if (executablePath === undefined) skip('needs Chromium; name it with ASSAY_CHROMIUM')

const keys = async (page: Page, ...pressed: readonly string[]) => {
  for (const key of pressed) await page.keyboard.press(key)
}
const times = (n: number, key: string): string[] => Array<string>(n).fill(key)
const acts: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'scroll with the wheel': async page => {
    for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i < 45 ? 900 : -900)
  },
  'move by row and page': page => keys(page, 'End', 'Home', ...times(20, 'j'), ...times(20, 'PageDown')),
  'filter while typing': async page => {
    await page.keyboard.press('/')
    await page.keyboard.type('assignee:priya due<7d state:second-sign-off', { delay: 30 })
    await keys(page, 'Escape', 'Escape')
  },
  'select with Shift': page => keys(page, 'Home', 'x', ...times(30, 'Shift+ArrowDown'), 'Escape'),
  'select all and none': page => keys(page, 'Control+a', 'Escape', 'Control+a', 'Escape'),
  'saved views': page => keys(page, 'Control+2', 'Control+3', 'Control+4', 'Control+1'),
  'act on one row': page => keys(page, 'i', 'j', 'i', 'Control+z'),
}

const pages = await startFakePages()
const browser = await chromium.launch({
  executablePath,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(pages.address('team-huge'))
  await page.getByRole('grid').waitFor()
  const rows = Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1
  const box = await page.getByRole('grid').boundingBox()
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200)
  console.log(`  input: ${rows} rows`)
  for (const [name, act] of Object.entries(acts)) {
    await act(page)
    let [task, frame, idle] = [0, Infinity, Infinity]
    for (let i = 0; i < RUNS; i++) {
      idle = Math.min(idle, (await measureFrames(page, () => page.waitForTimeout(IDLE_MS))).longestMs)
      const busy = await measureFrames(page, () => act(page))
      task = Math.max(task, busy.longestTaskMs)
      frame = Math.min(frame, busy.longestMs)
    }
    console.log(`  ${name}: longest frame ${frame.toFixed(1)} ms at best of ${RUNS} (idle ${idle.toFixed(1)} ms)`)
    judge(`${name}, longest task`, task, LIMIT_MS, ' ms')
  }
} finally {
  await browser.close()
  await pages.stop()
}
