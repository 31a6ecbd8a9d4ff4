/**
 * A reader in a hurry, and one who means harm: keys held down and pressed while files load, windows that change, two
 * pages on one review, no network, texts and names that are too much. Nothing is marked that was not meant, and nothing
 * is lost.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeLongReading, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-hurried-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

async function openReview(page: Page, address: string): Promise<ReviewPage> {
  await page.goto(address)
  const queue = new QueuePage(page)
  await queue.isMeasured(1)
  await queue.reviewWithKeys()
  const review = new ReviewPage(page)
  await review.isOpen('thiserror')
  await review.diffIsShown()
  return review
}

/** What waits for it goes on when it is opened. */
interface Gate {
  readonly isOpen: Promise<void>
  open(): void
}
function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { isOpen: promise, open: resolve }
}

/** As a keyboard repeats a key that is held down. */
async function hold(page: Page, key: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await page.keyboard.down(key)
  await page.keyboard.up(key)
}

test('keys held down, pressed too early, and pages beside each other [needs the registry]', async ({
  page,
  context,
}) => {
  test.setTimeout(240_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeLongReading(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const problems: string[] = []
  const listen = (where: string, to: Page) => to.on('pageerror', error => problems.push(`${where}: ${error.message}`))
  listen('first', page)
  try {
    const review = await openReview(page, door.address)
    const row = review.files.getByRole('treeitem', { selected: true })
    const mark = (name: string) => row.getByRole('img', { name, exact: true })
    const [, total] = await review.progress()

    // Held down, a key that marks does it once; one that moves goes on.
    await page.keyboard.down('Shift')
    await hold(page, 'M', 20)
    await page.keyboard.up('Shift')
    await expect.poll(() => review.progress()).toEqual([1, total])
    await review.fileIsShown()
    await hold(page, 'r', 7)
    await expect(mark('read')).toBeVisible()
    await hold(page, 'r', 6)
    await expect(mark('unread')).toBeVisible()
    const before = await review.chosenFile()
    await hold(page, ']', 5)
    await expect.poll(() => review.chosenFile()).not.toBe(before)
    await hold(page, ']', 60)
    await expect(page.getByText('Last file')).toBeVisible()
    await hold(page, '[', 60)
    await expect(page.getByText('First file')).toBeVisible()
    await review.fileIsShown()
    await review.diffIsShown()
    expect((await review.progress())[0]).toBe(1)

    // While a file loads, a mark is neither for it nor for the one before.
    let files: Gate | null = null
    let cut: Gate | null = null
    let [aborted, prepared] = [0, 0]
    await page.route('**/call', async route => {
      const data = route.request().postData() ?? ''
      if (data.includes('"review.prepare"')) prepared += 1
      if (cut !== null && data.includes('"review.mark"')) {
        await cut.isOpen
        await route.abort()
        aborted += 1
        return
      }
      if (data.includes('"review.file"')) await files?.isOpen
      await route.continue()
    })
    // Nothing is here yet but the first file and the next.
    await page.reload()
    await new QueuePage(page).isMeasured(1)
    // Its row is rested on, so the change is compared before it is opened.
    await expect.poll(() => prepared).toBeGreaterThan(0)
    await page.keyboard.press('Enter')
    await review.isOpen('thiserror')
    await review.diffIsShown()
    files = gate()
    await hold(page, ']', 9)
    await page.keyboard.press('r')
    await page.keyboard.press('Shift+R')
    await expect(page.getByText(/ is not here yet$/)).toBeVisible()
    files.open()
    await review.fileIsShown()
    expect((await review.progress())[0]).toBe(1)

    // Back and forth while it loads, sizes and themes in between.
    for (const [width, height] of [
      [1100, 700],
      [700, 500],
      [1900, 1000],
      [1440, 900],
    ] as const) {
      await page.setViewportSize({ width, height })
      await hold(page, ']', 3)
      await hold(page, 'n', 4)
      await page.keyboard.press('m')
      await page.emulateMedia({ colorScheme: width > 1200 ? 'dark' : 'light' })
      await page.keyboard.press('u')
      await page.keyboard.press('.')
      await page.keyboard.press('Alt+ArrowLeft')
      await page.keyboard.press('g')
      await page.keyboard.press('r')
      await review.isOpen('thiserror')
    }
    await review.fileIsShown()
    await review.diffIsShown()
    expect((await review.progress())[0]).toBe(1)

    // The group's other file is the one that was read.
    await hold(page, '[', 60)
    if (await mark('read').isVisible()) await page.keyboard.press(']')
    await review.fileIsShown()
    await expect(mark('read')).toBeHidden()

    // Another page on the same review: what one marks, the other has when it is opened again, and takes nothing back.
    const other = await context.newPage()
    listen('second', other)
    await other.goto(page.url())
    await new QueuePage(other).isMeasured(1)
    await other.keyboard.press('Enter')
    const second = new ReviewPage(other)
    await second.isOpen('thiserror')
    await second.diffIsShown()
    await page.keyboard.press('Shift+R')
    await expect.poll(async () => (await review.progress())[0]).toBeGreaterThan(1)
    const [many] = await review.progress()
    const shared = await review.chosenFile()
    while ((await second.chosenFile()) !== shared) {
      await other.keyboard.press('[')
      await second.fileIsShown()
    }
    await other.keyboard.press('r')
    await other.keyboard.press('r')
    await expect(
      second.files.getByRole('treeitem', { selected: true }).getByRole('img', { name: 'unread', exact: true }),
    ).toBeVisible()
    await page.keyboard.press('Control+z')
    await expect.poll(async () => (await review.progress())[0]).toBeLessThan(many)
    await expect(mark('unread')).toBeVisible()

    // No connection: guesses go back, also the second of two, and it is said once; what was written is kept.
    cut = gate()
    await page.keyboard.press('r')
    await expect(mark('read')).toBeVisible()
    await page.keyboard.press('r')
    cut.open()
    const toasts = page.locator('.toasts')
    await expect(toasts).toContainText('Assay does not answer')
    await expect(toasts).not.toContainText('started again')
    // Both have come back.
    await expect.poll(() => aborted).toBe(2)
    await page.waitForTimeout(500)
    await expect(toasts.getByText('Assay does not answer')).toHaveCount(1)
    await expect(mark('unread')).toBeVisible()
    cut = null
    await context.setOffline(true)
    await page.keyboard.press('c')
    const field = page.getByRole('textbox', { name: 'Text of the note' })
    await expect(field).toBeFocused()
    await page.keyboard.type('Written without a connection.')
    await page.keyboard.press('Control+Enter')
    await expect(field).toHaveValue('Written without a connection.')
    await context.setOffline(false)
    await page.keyboard.press('Control+Enter')
    await expect(field).toBeHidden()
    await expect(page.getByRole('listitem').filter({ hasText: 'Written without a connection.' })).toBeVisible()

    // The concern of a unit stays in its field until it is kept.
    await page.keyboard.press("'")
    await expect(page.locator('.rv-unit.on')).toBeVisible()
    await page.keyboard.press('2')
    const concern = page.getByRole('textbox', { name: 'What is the concern' })
    await expect(concern).toBeFocused()
    await context.setOffline(true)
    await page.keyboard.type('It reads past the end.')
    await page.keyboard.press('Enter')
    await expect(toasts).toContainText('Assay does not answer')
    await expect(concern).toHaveValue('It reads past the end.')
    await context.setOffline(false)
    await page.keyboard.press('Enter')
    await expect(concern).toBeHidden()
    await expect(page.getByText(/^1 of \d+ answered/)).toBeVisible()

    // Held down, an answer is given to one unit.
    await page.keyboard.press("'")
    await hold(page, '1', 15)
    await expect(page.getByText(/^2 of \d+ answered/)).toBeVisible()

    // More text than is kept: it says so, and all of it stays.
    await page.keyboard.press('c')
    await expect(field).toBeFocused()
    await page.keyboard.insertText('x'.repeat(100_000))
    await expect(page.getByText('80,000 characters too many: 20,000 can be kept. Not saved.')).toBeVisible()
    await page.keyboard.press('Control+Enter')
    await expect(field).toHaveValue('x'.repeat(100_000))
    await expect(toasts).not.toContainText('was not understood')
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText('Kept.')
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('listitem').filter({ hasText: 'Kept.' })).toBeVisible()
    expect(problems).toEqual([])
  } finally {
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await door.stop()
  }
})
