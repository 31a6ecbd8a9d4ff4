/**
 * The provenance page with 5,000 results does no more than what is on screen needs, however one moves. That its frames
 * stay under 50 ms is measured by bench/provenance-page.bench.ts: a test would only tell what else the machine does.
 */
import { expect, test, type Page } from '@playwright/test'
import { startFakePages, type FakePages } from '../fixtures/fake-pages.ts'
import { ProvenancePage } from '../pages/provenance.ts'

let pages: FakePages
test.beforeAll(async () => {
  test.setTimeout(120_000)
  pages = await startFakePages()
})
test.afterAll(() => pages.stop())

interface Work {
  /** The most rows that were there at once. */
  readonly most: number
  /** Rows whose elements were made. */
  readonly made: number
}
interface Watched {
  stopCounting?: () => Work
}

/** What happens to the rows of the grid while `act` is done and until it is painted. */
async function workOf(page: Page, act: () => Promise<unknown>): Promise<Work> {
  await page.evaluate(() => {
    const grid = document.querySelector('[role=grid]')
    if (grid === null) throw new Error('no grid')
    const seen = new WeakSet<Node>(grid.querySelectorAll('.tr'))
    let [most, made] = [0, 0]
    const count = (records: readonly MutationRecord[]) => {
      most = Math.max(most, grid.querySelectorAll('.tr').length)
      // One that React only moves is taken out and put in again.
      for (const node of records.flatMap(record => [...record.addedNodes]))
        if (node instanceof Element && node.matches('.tr') && !seen.has(node)) {
          seen.add(node)
          made += 1
        }
    }
    const observer = new MutationObserver(count)
    observer.observe(grid, { childList: true, subtree: true })
    ;(window as Watched).stopCounting = () => {
      count(observer.takeRecords())
      observer.disconnect()
      return { most, made }
    }
  })
  await act()
  return page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise(resolve => requestAnimationFrame(resolve))
    return (window as Watched).stopCounting?.() ?? { most: Infinity, made: Infinity }
  })
}

test('5,000 results scroll, move and filter with the rows on screen alone', async ({ page }) => {
  const provenance = new ProvenancePage(page)
  await page.goto(pages.address('provenance-huge'))
  await expect(page.getByRole('grid')).toBeVisible()
  await provenance.openWithKeys()
  expect(await provenance.rowCount()).toBeGreaterThanOrEqual(5_000)
  const height = (await provenance.grid.boundingBox())?.height ?? 0
  // Six more at either end, and one that is cut at each.
  const room = Math.ceil(height / 30) + 2 * 6 + 2

  const box = await provenance.grid.boundingBox()
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200)
  const scrolled = await workOf(page, async () => {
    // Further than a screen each time: nothing that is there stays.
    for (let i = 0; i < 30; i++) {
      await page.mouse.wheel(0, 3_000)
      await page.waitForTimeout(20)
    }
  })
  expect(await provenance.grid.evaluate(grid => grid.scrollTop)).toBeGreaterThan(10_000)
  expect(scrolled.most).toBeLessThanOrEqual(room)
  expect(scrolled.made, 'rows made in 30 screens').toBeLessThanOrEqual(room)

  const moved = await workOf(page, async () => {
    for (const key of ['End', 'Home', ...Array<string>(20).fill('j'), ...Array<string>(20).fill('PageDown')])
      await page.keyboard.press(key)
  })
  expect(await provenance.grid.evaluate(grid => grid.scrollTop)).toBeGreaterThan(5_000)
  expect(moved.most).toBeGreaterThan(room - 20)
  expect(moved.most).toBeLessThanOrEqual(room)
  const turned = await workOf(page, async () => {
    for (let i = 0; i < 10; i++) await page.keyboard.press(i % 2 === 0 ? 'End' : 'Home')
  })
  expect(turned.most).toBeGreaterThan(room - 20)
  expect(turned.made, 'rows made from end to end and back').toBeLessThanOrEqual(room)

  const filtered = await workOf(page, async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('outcome:no-vcs-info pine', { delay: 30 })
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  })
  expect(filtered.most).toBeLessThanOrEqual(room)
  await provenance.filterWithKeys('willow')
  expect(await provenance.rowCount()).toBeLessThan(5_000)
  expect(await provenance.rowCount()).toBeGreaterThan(100)
})
