/** The engine ends without a word while pages are open: they go on with the next one as if nothing had been. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { test } from '../fixtures/two-pages.ts'
import { QueuePage } from '../pages/queue.ts'

test('a review goes on after the engine was killed, twice', async ({ page, twoPages }) => {
  test.setTimeout(120_000)
  const { door, root, review, watching } = twoPages
  const begun = watching.getByRole('region', { name: 'Continue' })
  // Each mark is a newer queue; a new engine begins anew.
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('r')
    await expect(begun).toBeVisible()
    await page.keyboard.press('r')
    await expect(begun).toBeHidden()
  }
  for (let i = 0; i < 2; i++) {
    door.killEngine()
    for (const each of [page, watching]) await expect(each.getByText('The engine was started again')).toBeVisible()
    await expect(begun).toBeHidden()
    await review.findFileWithKeys('more.rs')
    await review.fileIsShown()
    await page.keyboard.press('r')
    await expect(begun.getByTitle('60 of 102 lines read')).toBeVisible()
    await page.keyboard.press('r')
    await expect(begun).toBeHidden()
  }

  // Nobody tells the pages what happens while no engine runs.
  door.killEngine()
  const store = path.join(root, 'supply-chain', 'audits.toml')
  writeFileSync(store, readFileSync(store, 'utf8').replace('version = "1.0.0"', 'version = "1.1.0"'))
  await new QueuePage(watching).isMeasured(0)
})
