/**
 * The provenance page with 5,000 results: scrolling, moving and filtering drop no frame over 50 ms. Other work on the
 * machine drops frames of any page. So each run is preceded by one in which nothing is done, the best of a few counts,
 * and the processor time of the page's own tasks, which other work does not change, is held to the limit in every run.
 */
import { expect, test, type Page } from '@playwright/test'
import { startFakePages, type FakePages } from '../fixtures/fake-pages.ts'
import { measureFrames, type Frames } from '../pages/frames.ts'
import { ProvenancePage } from '../pages/provenance.ts'

const FRAME_LIMIT_MS = 50
const RUNS = 5
const IDLE_MS = 1_500

// Recording takes pictures of the page, which costs frames.
test.use({ trace: 'off', screenshot: 'off' })

let pages: FakePages
test.beforeAll(async () => {
  test.setTimeout(120_000)
  pages = await startFakePages()
})
test.afterAll(() => pages.stop())

interface Run {
  readonly idle: Frames
  readonly busy: Frames
}
/** No frame was too long, or none was longer than those of the page while nothing is done on this machine. */
const isSmooth = ({ idle, busy }: Run): boolean => busy.longestMs <= Math.max(FRAME_LIMIT_MS, idle.longestMs)
/** All that the page does at once fits into two frames of 60 a second: then it cannot lose three by itself. */
const fitsTwoFrames = ({ busy }: Run): boolean => busy.longestTaskMs <= 2_000 / 60

/** Up to RUNS runs, until one is smooth; prints them all. */
async function runsOf(page: Page, name: string, act: () => Promise<unknown>): Promise<readonly Run[]> {
  const runs: Run[] = []
  do {
    const idle = await measureFrames(page, () => page.waitForTimeout(IDLE_MS))
    runs.push({ idle, busy: await measureFrames(page, act) })
  } while (runs.length < RUNS && !runs.some(isSmooth))
  const words = runs.map(
    ({ idle, busy }) =>
      `${busy.longestMs.toFixed(1)} ms of ${busy.frames} frames, longest task ${busy.longestTaskMs.toFixed(1)} ms of processor time (idle ${idle.longestMs.toFixed(1)} ms)`,
  )
  console.log(`5,000 results, ${name}: longest frame ${words.join('; ')}`)
  return runs
}

test('5,000 results scroll and filter without a dropped frame over 50 ms', async ({ page }) => {
  test.setTimeout(240_000)
  const provenance = new ProvenancePage(page)
  await page.goto(pages.address('provenance-huge'))
  await expect(page.getByRole('grid')).toBeVisible()
  await provenance.openWithKeys()
  expect(await provenance.rowCount()).toBeGreaterThanOrEqual(5_000)

  const box = await provenance.grid.boundingBox()
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200)
  const scrolling = await runsOf(page, 'scrolling with the wheel', async () => {
    for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i < 45 ? 900 : -900)
  })
  const moving = await runsOf(page, 'moving by row and page', async () => {
    for (const key of ['End', 'Home', ...Array<string>(20).fill('j'), ...Array<string>(20).fill('PageDown')])
      await page.keyboard.press(key)
  })
  const filtering = await runsOf(page, 'filtering while typing', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('outcome:no-vcs-info pine', { delay: 30 })
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  })
  await provenance.filterWithKeys('willow')
  expect(await provenance.rowCount()).toBeLessThan(5_000)
  expect(await provenance.rowCount()).toBeGreaterThan(100)
  for (const [name, runs] of Object.entries({ scrolling, moving, filtering })) {
    expect(runs[0]?.busy.frames, `${name} was seen`).toBeGreaterThan(5)
    for (const { busy } of runs) expect(busy.longestTaskMs, `longest task of ${name}`).toBeLessThan(FRAME_LIMIT_MS)
    expect(runs.some(isSmooth) || runs.every(fitsTwoFrames), `${name} is smooth`).toBe(true)
  }
})
