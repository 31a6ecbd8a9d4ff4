/**
 * A crate of files that are no pleasant reading: 50 MB, a line of 5 MB, bytes that are no text, line ends of two kinds.
 * Each opens with the keyboard, says what is not shown, and leaves the page usable.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { oneCrateWorkspace, type CrateFiles } from '../fixtures/one-crate.ts'
import { expectAccessible } from '../pages/accessible.ts'
import { picture } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-odd-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

/** Lines of 100 bytes that do not compress to nothing: archives that do are refused. */
function noise(bytes: number): string {
  const text = randomBytes(bytes / 2).toString('hex')
  return Array.from({ length: Math.floor(bytes / 100) }, (_, i) => `${text.slice(i * 99, i * 99 + 99)}\n`).join('')
}

const BIG = noise(50 << 20)
const LONG = noise(5_000_000).replaceAll('\n', ' ')
const BEFORE: CrateFiles = [
  ['src/lib.rs', 'fn one() {}\n'],
  ['src/big.rs', BIG],
  ['src/line.rs', `a\n${LONG}\nb\n`],
  ['src/latin.rs', Buffer.from([0x2f, 0x2f, 0x20, 0xe9, 0x0a])],
  ['src/mixed.rs', 'a\nb\n'],
  ['src/data.bin', Buffer.from([0, 1, 2, 3])],
]
const AFTER: CrateFiles = [
  ['src/lib.rs', 'fn two() {}\n'],
  ['src/big.rs', `first\n${BIG}last\n`],
  ['src/line.rs', `a\n${LONG}x\nb\n`],
  ['src/latin.rs', Buffer.from([0x2f, 0x2f, 0x20, 0xe9, 0xe8, 0x0a])],
  ['src/mixed.rs', 'a\r\nb\nc\rd\n'],
  ['src/data.bin', Buffer.from([0, 1, 2, 4])],
  // Read from right to left it ends in .rs; the other one is no part of a page.
  ['src/\u202esr.gnp', 'fn shown() {}\n'],
  ['src/<img src=x onerror=alert(1)>.rs', 'fn shown() {}\n'],
]

test('huge and odd files open, say what is not shown, and leave the page usable', async ({ page }) => {
  test.setTimeout(180_000)
  const workspace = oneCrateWorkspace(folder, 'odd', BEFORE, AFTER)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  const shown = page.getByRole('region', { name: 'Difference' })
  const review = new ReviewPage(page)
  const open = async (name: string) => {
    await review.findFileWithKeys(name)
    await expect(shown).toHaveAttribute('data-file', `src/${name}`, { timeout: 60_000 })
  }
  try {
    await page.goto(door.address)
    const queue = new QueuePage(page)
    await queue.isMeasured(1)
    await queue.reviewWithKeys()
    await review.isOpen('odd')

    await open('big.rs')
    await expect(shown).toContainText(/Too large for the editor: 52,4\d\d,\d\d\d bytes\. Showing 2 of 2 changed lines/)
    await expect(shown.getByText('first', { exact: true })).toBeVisible()
    await expectAccessible(page, 'a file of 50 MB')
    await picture(page, 'review-huge')

    await open('line.rs')
    await expect(shown).toContainText(
      /Too large for the editor: 5,0\d\d,\d\d\d bytes\. Showing 1 of 2 changed lines, page 1 of/,
    )
    await picture(page, 'review-long-line', undefined, ['dark'])
    await shown.getByRole('button', { name: 'Next page' }).press('Enter')
    await expect(shown).toContainText('page 2 of')

    await open('data.bin')
    await expect(shown).toContainText('binary')

    await open('latin.rs')
    await expect(shown).toContainText('Not valid UTF-8: the bytes that are not text are shown as U+FFFD')
    await review.diffIsShown()
    await open('mixed.rs')
    await expect(shown).toContainText('New side: Mixed line endings: 1 with CR LF, 2 with LF')
    await expect(shown).toContainText('1 carriage return inside lines, shown as ␍')
    await expectAccessible(page, 'a file with remarks')
    await picture(page, 'review-remarks')

    // The page goes on: a mark is set, and the search tells what it left out.
    await page.keyboard.press('Escape')
    await page.keyboard.press('r')
    await expect(
      review.files.getByRole('treeitem', { selected: true }).getByRole('img', { name: 'read' }),
    ).toBeVisible()
    await page.keyboard.press('Control+Shift+F')
    await page.keyboard.type('fn two')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('tabpanel').getByRole('status')).toContainText('1 match in 1 file', { timeout: 60_000 })
    // Names that want to look like something else, in the list, in a note and in the text of the audit.
    page.on('dialog', dialog => {
      problems.push(dialog.message())
      void dialog.dismiss()
    })
    await review.findFileWithKeys('sr.gnp')
    await expect(shown).toHaveAttribute('data-file', 'src/\u202esr.gnp', { timeout: 60_000 })
    await review.diffIsShown()
    await page.keyboard.press('c')
    await page.keyboard.type('Look at the name.')
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('listitem').filter({ hasText: 'Look at the name.' })).toBeVisible()
    expect(await page.locator('body').innerText()).not.toContain('\u202e')
    expect(await page.locator('[aria-label*="\u202e"], [title*="\u202e"]').count()).toBe(0)
    await page.keyboard.press('Control+Enter')
    const notes = page.locator('#certify-notes')
    await expect(notes).toHaveValue(/Look at the name/, { timeout: 30_000 })
    expect(await notes.inputValue()).not.toContain('\u202e')
    expect(await page.locator('body').innerText()).not.toContain('\u202e')
    // Nothing that was done for it failed behind the page.
    await page.keyboard.press('Control+j')
    await expect(page.getByRole('dialog', { name: 'Jobs' })).toContainText(/Opening odd[\s\S]*done/)
    await expect(page.getByText(/\d+ (jobs? )?failed/)).toHaveCount(0)
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }
})
