/** Who changed the line under the cursor: from the copy of the repository that provenance was checked with, keys only. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeHistoryWorkspace, missingTools } from '../fixtures/history-workspace.ts'
import { picture } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-history-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

test(`the history of a file and of its lines (needs ${missingTools ?? 'nothing more'})`, async ({ page }) => {
  test.setTimeout(120_000)
  test.skip(missingTools !== null, missingTools ?? '')
  const workspace = await makeHistoryWorkspace(folder)
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const review = new ReviewPage(page)
  try {
    await page.goto(door.address)
    await new QueuePage(page).isMeasured(1)
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await review.isOpen(workspace.crate)
    await review.diffIsShown()
    while ((await review.chosenFile()) !== 'src/lib.rs') {
      const before = await review.chosenFile()
      await page.keyboard.press(']')
      await expect.poll(() => review.chosenFile()).not.toBe(before)
    }
    await review.fileIsShown()

    // Without a copy of the repository nothing is made up.
    await page.keyboard.press('b')
    const history = page.getByRole('region', { name: 'History' })
    await expect(history).toContainText('check the provenance of this version first')
    await history.getByRole('button', { name: 'Check provenance' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Alt+3')
    await expect(page.getByText(/Match/).first()).toBeVisible({ timeout: 60_000 })

    // The cursor is on the first hunk, whose line a commit of its own changed.
    await review.fileIsShown()
    await page.keyboard.press('b')
    const rows = history.getByRole('listitem')
    await expect(rows).toHaveCount(4)
    await expect(rows.nth(0)).toContainText('1–4')
    await expect(rows.nth(0)).toContainText('Count words')
    await expect(rows.nth(1)).toContainText('Take any white space')
    await expect(rows.nth(1).getByRole('button')).toBeFocused()
    await expect(rows.nth(3), 'what turns the text around is written out').toContainText(
      'longest word \\u{202e}.htraeh',
    )
    await picture(page, 'review-blame')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(page.locator('.status')).toContainText('src/lib.rs:7')

    await history.getByRole('button', { name: 'Commits' }).focus()
    await page.keyboard.press('Enter')
    await expect(history.getByText('3 commits')).toBeVisible()
    await expect(history.getByText('Two blanks in a row were counted as a word.')).toBeVisible()

    // All tabs stand in one row, at the least width as well.
    for (const width of [1440, 1100]) {
      await page.setViewportSize({ width, height: 800 })
      if (width === 1100) await page.getByRole('button', { name: 'Details' }).click()
      const tops = await page
        .getByRole('tablist', { name: 'Details' })
        .getByRole('tab')
        .evaluateAll(tabs => tabs.map(tab => Math.round(tab.getBoundingClientRect().top)))
      expect(new Set(tops).size, `${width}`).toBe(1)
      const bar = await page.getByRole('tablist', { name: 'Details' }).evaluate(e => [e.scrollWidth, e.clientWidth])
      expect(bar[0], `nothing is cut at ${width}`).toBe(bar[1])
    }
  } finally {
    await door.stop()
    await workspace.dispose()
  }
})
