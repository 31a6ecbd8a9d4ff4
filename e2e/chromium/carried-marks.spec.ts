/**
 * What was read of one version stays read in a change to another one, with the keyboard: the lines saved, the files that
 * changed since, and what changed in them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { brand } from '../../src/shared/domain.ts'
import { launchHash } from '../../src/shared/launch.ts'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeRealWorkspace, TO_READ, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { checkThemes } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-carried-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

async function openReview(page: Page, crate: string, from: string | null, to: string): Promise<void> {
  const version = brand<'VetVersion'>
  const delta = { from: from === null ? null : version(from), to: version(to) }
  const hash = launchHash({ kind: 'crate', crate: brand<'CrateName'>(crate), delta })
  await page.evaluate(at => (window.location.hash = at), hash)
  await page.reload()
  await new ReviewPage(page).isOpen(crate)
  await expect(page.locator('.rv-top')).toContainText(from === null ? `${to} (full)` : `${from} → ${to}`)
}

test('what was read of a version stays read in a change to a newer one [needs the registry]', async ({ page }) => {
  test.setTimeout(120_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  try {
    await page.goto(door.address)
    const review = new ReviewPage(page)
    await new QueuePage(page).isMeasured(TO_READ.length)

    await openReview(page, 'itoa', null, '1.0.9')
    await expect(page.getByText('already read in earlier versions')).toBeHidden()
    await review.readAllWithKeys()

    await openReview(page, 'itoa', '1.0.3', '1.0.11')
    await expect(page.locator('.rv-top')).toContainText('32 lines already read in earlier versions')
    const [read, total] = await review.progress()
    expect(read).toBeGreaterThan(0)
    expect(read).toBeLessThan(total)

    // A file that changed since: the switch shows only that, and reading it is enough.
    expect(await review.chosenFile()).toBe('src/lib.rs')
    const since = page.getByRole('button', { name: /^Since you read it, 1\.0\.9/ })
    await expect(since).toHaveAttribute('aria-pressed', 'false')
    await review.diffIsShown()
    await page.keyboard.press('Shift+V')
    await expect(since).toHaveAttribute('aria-pressed', 'true')
    await expect(page.getByRole('textbox', { name: /since 1\.0\.9, new side/ }).first()).toBeAttached()
    await review.diffIsShown()
    // Both sides are coloured as source is, after a moment.
    for (const side of ['original', 'modified']) {
      const spans = page.locator(`.rv-leaf.front .editor.${side} .view-line span[class*=mtk]`)
      const colours = () => spans.evaluateAll(all => new Set(all.map(span => span.className)).size)
      await expect.poll(colours).toBeGreaterThan(5)
    }
    await checkThemes(page, 'review-since-read')
    await page.keyboard.press('r')
    const row = review.files.getByRole('treeitem', { selected: true })
    await expect(row.getByRole('img', { name: 'read', exact: true })).toBeVisible()
    await openReview(page, 'itoa', '1.0.3', '1.0.11')
    expect((await review.progress())[0]).toBe(read + 1)
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }
})

test('a block that moved to another file is linked at both ends [needs the registry]', async ({ page }) => {
  test.setTimeout(120_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  try {
    await page.goto(door.address)
    const review = new ReviewPage(page)
    await new QueuePage(page).isMeasured(TO_READ.length)
    await openReview(page, 'either', '1.8.0', '1.13.0')
    await review.diffIsShown()
    while ((await review.chosenFile()) !== 'src/iterator.rs') {
      const before = await review.chosenFile()
      await page.keyboard.press(']')
      await expect.poll(() => review.chosenFile()).not.toBe(before)
    }
    // Monaco hides what lies between its lines from assistive technology; the key does the same.
    const links = page.locator('.rv-leaf.front .rv-moved button')
    const from = links.filter({ hasText: /^moved from src\/lib\.rs:\d+$/ })
    await expect(from.first()).toBeVisible()
    // With the keyboard there, with the pointer back.
    await page.keyboard.press('x')
    await expect.poll(() => review.chosenFile()).toBe('src/lib.rs')
    const to = links.filter({ hasText: /^moved to src\/iterator\.rs:\d+$/ })
    await expect(to.first()).toBeVisible()
    await to.first().click()
    await expect.poll(() => review.chosenFile()).toBe('src/iterator.rs')
  } finally {
    await door.stop()
  }
})
