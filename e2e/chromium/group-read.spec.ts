/**
 * Marking a group read on real crates: what it marks, what it gives back, and when it refuses because something else
 * stands in place of the change.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { brand } from '../../src/shared/domain.ts'
import { launchHash } from '../../src/shared/launch.ts'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeLongReading, makeRealWorkspace, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-group-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

async function openReview(page: Page, crate: string, from: string | null, to: string): Promise<ReviewPage> {
  const version = brand<'VetVersion'>
  const delta = { from: from === null ? null : version(from), to: version(to) }
  const hash = launchHash({ kind: 'crate', crate: brand<'CrateName'>(crate), delta })
  await page.evaluate(at => (window.location.hash = at), hash)
  await page.reload()
  const review = new ReviewPage(page)
  await review.isOpen(crate)
  await expect(page.locator('.rv-top')).toContainText(from === null ? `${to} (full)` : `${from} → ${to}`)
  await review.fileIsShown()
  return review
}

/** `src/lib.rs: partly read` for each source file; of long lists only a part is drawn, the first group always. */
const marks = (review: ReviewPage) =>
  review.files
    .locator('[role=treeitem][data-path^="src/"]')
    .evaluateAll(rows =>
      rows.map(
        row => `${row.getAttribute('data-path')}: ${row.querySelector('[role=img]')?.getAttribute('aria-label')}`,
      ),
    )

test('gives back the marks as they were, with the button and with the key [needs the registry]', async ({ page }) => {
  test.setTimeout(120_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeLongReading(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  try {
    await page.goto(door.address)
    await new QueuePage(page).isMeasured(1)
    const review = await openReview(page, 'thiserror', '1.0.50', '1.0.64')
    await review.diffIsShown()
    // One file read, one partly read, one taken back: each another mark.
    const chosen = () => review.chosenFile()
    while ((await chosen()) !== 'src/lib.rs') {
      const before = await chosen()
      await page.keyboard.press(']')
      await expect.poll(chosen).not.toBe(before)
      await review.fileIsShown()
    }
    await review.diffIsShown()
    for (let i = 0; i < 4; i++) await review.nextHunkWithKeys()
    await review.becomesPartly()
    await page.keyboard.press('[')
    await expect.poll(chosen).not.toBe('src/lib.rs')
    await review.fileIsShown()
    await page.keyboard.press('r')
    const row = review.files.getByRole('treeitem', { selected: true })
    await expect(row.getByRole('img', { name: 'read', exact: true })).toBeVisible()
    await page.keyboard.press(']')
    await expect.poll(chosen).toBe('src/lib.rs')
    await review.fileIsShown()
    const before = await marks(review)
    expect(before).toContain('src/lib.rs: partly read')
    expect(before.filter(mark => mark.endsWith(': read'))).toHaveLength(1)

    await page.keyboard.press('Shift+R')
    const said = page.getByText(/^Marked \d+ files? read$/)
    await expect(said).toBeVisible()
    await expect.poll(async () => (await marks(review)).join('\n')).toContain('src/lib.rs: read')
    await page.getByRole('button', { name: 'Undo' }).press('Enter')
    await expect.poll(() => marks(review)).toEqual(before)
    // Nothing is said of what was unread before either.
    await openReview(page, 'thiserror', '1.0.50', '1.0.64')
    await expect.poll(() => marks(review)).toEqual(before)

    // The same with the key; what was marked again in between stays, and the mark before is next.
    await review.fileIsShown()
    await page.keyboard.press('Shift+R')
    await expect(said).toBeVisible()
    await page.keyboard.press('r')
    await expect(row.getByRole('img', { name: 'unread', exact: true })).toBeVisible()
    await page.keyboard.press('Control+z')
    await expect(row.getByRole('img', { name: 'read', exact: true })).toBeVisible()
    await page.keyboard.press('Control+z')
    await expect.poll(() => marks(review)).toEqual(before)
    await page.keyboard.press('Control+z')
    await expect(page.getByText('No mark to take back')).toBeVisible()
    expect(await marks(review)).toEqual(before)
  } finally {
    await door.stop()
  }
})

test('is refused where the change itself is not on screen [needs the registry]', async ({ page }) => {
  test.setTimeout(120_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const isRefused = async (review: ReviewPage, why: string) => {
    await page.keyboard.press('Shift+R')
    await expect(page.getByText(why)).toBeVisible()
    await expect(page.getByText(/^Marked/)).toBeHidden()
    expect((await marks(review)).filter(mark => mark.endsWith(': read'))).toEqual([])
  }
  try {
    await page.goto(door.address)
    await new QueuePage(page).isMeasured(3)
    let review = await openReview(page, 'itoa', '1.0.8', '1.0.9')
    await review.readAllWithKeys()
    await page.keyboard.press('Shift+R')
    await expect(page.getByText('The group is read')).toBeVisible()

    // What changed since 1.0.9 was read is not all that changed since 1.0.3.
    review = await openReview(page, 'itoa', '1.0.3', '1.0.11')
    const since = page.getByRole('button', { name: /^Since you read it, 1\.0\.9/ })
    await page.keyboard.press('Shift+V')
    await expect(since).toHaveAttribute('aria-pressed', 'true')
    await isRefused(review, 'More of this change was never read')
    // Another group, chosen in the list, is not on screen.
    const other = review.files.getByRole('treeitem', { name: /^Metadata/ })
    await review.files.focus()
    await page.keyboard.press('Home')
    while ((await other.getAttribute('data-active')) === null) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Shift+R')
    await expect(page.getByText(/^Marked \d+ files? read$/)).toBeVisible()
    await expect.poll(async () => (await marks(review)).join('\n')).toContain('src/lib.rs: changed since you read it')

    // A comparison that was given up half way.
    await page.route('**/call', async route => {
      const answer = await route.fetch()
      const text = (await answer.text()).replaceAll('"approximate":null', '"approximate":"it took too long"')
      await route.fulfill({ response: answer, body: text })
    })
    review = await openReview(page, 'either', '1.12.0', '1.13.0')
    await review.diffIsShown()
    await isRefused(review, 'An approximate diff cannot be marked read')
  } finally {
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await door.stop()
  }
})
