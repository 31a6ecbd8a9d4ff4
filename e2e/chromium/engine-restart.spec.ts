/** The engine ends without a word while pages are open: they go on with the next one as if nothing had been. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { oneCrateWorkspace } from '../fixtures/one-crate.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-restart-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

const source = (version: number, lines: number) =>
  Array.from({ length: lines }, (_, i) => `pub const C${i}: u32 = ${i + version};\n`).join('')
const files = (version: number) =>
  [
    ['src/lib.rs', source(version, 20)],
    ['src/more.rs', source(version, 30)],
  ] as const

test('a review goes on after the engine was killed, twice', async ({ page, context }) => {
  test.setTimeout(120_000)
  const workspace = oneCrateWorkspace(folder, 'seen', files(0), files(1))
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const problems: string[] = []
  try {
    await page.goto(door.address)
    const watching = await context.newPage()
    for (const each of [page, watching]) each.on('pageerror', error => problems.push(error.message))
    const queue = new QueuePage(page)
    await queue.isMeasured(1)
    await queue.reviewWithKeys()
    const review = new ReviewPage(page)
    await review.isOpen('seen')
    await review.diffIsShown()
    await watching.goto(new URL(door.address).origin)
    await new QueuePage(watching).isMeasured(1)
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
      await page.keyboard.press('f')
      await page.keyboard.type('more.rs')
      await page.keyboard.press('Enter')
      await review.fileIsShown()
      await page.keyboard.press('r')
      await expect(begun.getByTitle('60 of 102 lines read')).toBeVisible()
      await page.keyboard.press('r')
      await expect(begun).toBeHidden()
    }

    // Nobody tells the pages what happens while no engine runs.
    door.killEngine()
    const store = path.join(workspace.root, 'supply-chain', 'audits.toml')
    writeFileSync(store, readFileSync(store, 'utf8').replace('version = "1.0.0"', 'version = "1.1.0"'))
    await new QueuePage(watching).isMeasured(0)
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }
})
