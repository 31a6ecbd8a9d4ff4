/** What one page marks in a review, the queue on another page shows at once. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { oneCrateWorkspace } from '../fixtures/one-crate.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-marks-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

const source = (version: number, lines: number) =>
  Array.from({ length: lines }, (_, i) => `pub const C${i}: u32 = ${i + version};\n`).join('')
const files = (version: number) =>
  [
    ['src/lib.rs', source(version, 20)],
    ['src/more.rs', source(version, 30)],
  ] as const

test('marks reach the queue of another page, and go from it again', async ({ page, context }) => {
  test.setTimeout(120_000)
  const workspace = oneCrateWorkspace(folder, 'seen', files(0), files(1))
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const problems: string[] = []
  try {
    const watching = await context.newPage()
    for (const each of [page, watching]) each.on('pageerror', error => problems.push(error.message))
    await watching.goto(door.address)
    await new QueuePage(watching).isMeasured(1)
    const begun = watching.getByRole('region', { name: 'Continue' })
    await expect(begun).toBeHidden()

    // The first address lets one page in, the others come from there.
    await page.goto(watching.url())
    const queue = new QueuePage(page)
    await queue.isMeasured(1)
    await queue.reviewWithKeys()
    const review = new ReviewPage(page)
    await review.isOpen('seen')
    await review.diffIsShown()
    await page.keyboard.press('f')
    await page.keyboard.type('more.rs')
    await page.keyboard.press('Enter')
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
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }
})
