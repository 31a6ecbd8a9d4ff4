/** What one page marks in a review, the queue on another page shows at once. */
import { expect } from '@playwright/test'
import { test } from '../fixtures/two-pages.ts'

test('marks reach the queue of another page, and go from it again', async ({ page, twoPages }) => {
  test.setTimeout(120_000)
  const { review, watching } = twoPages
  const begun = watching.getByRole('region', { name: 'Continue' })
  await expect(begun).toBeHidden()
  await review.findFileWithKeys('more.rs')
  await review.fileIsShown()
  // With the manifest's line, 102 lines are to be read.
  await page.keyboard.press('r')
  await expect(begun.getByTitle('60 of 102 lines read')).toBeVisible()
  await page.keyboard.press('r')
  await expect(begun).toBeHidden()
  await page.keyboard.press('Shift+M')
  await expect(begun.getByTitle('60 of 102 lines read')).toBeVisible()
  // The page that marked has it too, without having asked.
  await page.keyboard.press('g')
  await page.keyboard.press('q')
  await expect(page.getByRole('region', { name: 'Continue' }).getByTitle('60 of 102 lines read')).toBeVisible()
})
