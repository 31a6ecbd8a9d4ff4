/**
 * Finding one's way in a crate under review, with the keyboard: search in all files, definitions and references by name,
 * and back again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page, type Route } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeLongReading, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { checkThemes } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'
import { WelcomePage } from '../pages/welcome.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

/** What has the keyboard in the very moment in which a search tells what it found. */
const nameOfFocusWhenSaid = (page: Page): Promise<string | null> =>
  page.evaluate(
    () =>
      new Promise<string | null>(done => {
        const watcher = new MutationObserver(() => {
          const said = document.querySelector('[role=tabpanel] [role=status]')?.textContent ?? ''
          if (!/^\d+ match/.test(said)) return
          watcher.disconnect()
          done(document.activeElement?.getAttribute('aria-label') ?? null)
        })
        watcher.observe(document, { subtree: true, childList: true, characterData: true })
      }),
  )

test('search, definitions, references and back, with keys only [needs the registry]', async ({ page }) => {
  test.setTimeout(120_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeLongReading(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([], workspace.env)
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  try {
    await page.goto(door.address)
    const welcome = new WelcomePage(page)
    await welcome.isShown()
    await welcome.openWithKeys(workspace.root)
    const queue = new QueuePage(page)
    const review = new ReviewPage(page)
    await queue.isMeasured(1)
    await queue.reviewWithKeys()
    await review.isOpen('thiserror')
    await review.diffIsShown()
    const first = await review.chosenFile()
    const header = page.getByRole('region', { name: 'Difference' }).locator('.rv-head')
    const list = page.getByRole('listbox', { name: 'Found' })
    const said = page.getByRole('tabpanel').getByRole('status')

    // What was searched for in one file is what is searched for in the next, which another editor shows.
    await page.locator('.rv-leaf:not(.front) .view-line').first().waitFor({ state: 'attached' })
    await page.keyboard.press('Control+f')
    await page.keyboard.type('rror')
    await page.keyboard.press('Escape')
    await page.keyboard.press(']')
    await expect(header).not.toContainText(first)
    await page.keyboard.press('F3')
    await expect(page.locator('.rv-leaf.front .find-widget.visible textarea').first()).toHaveValue('rror')
    await page.keyboard.press('Escape')
    await page.keyboard.press('[')
    await expect(header).toContainText(first)

    // A regular expression over all files; matches in files of the change come first.
    await page.keyboard.press('Control+Shift+F')
    await expect(page.getByRole('textbox', { name: 'Find in the whole crate' })).toBeFocused()
    await page.keyboard.type('struct \\w+Path\\w*')
    await page.getByRole('button', { name: 'Regular expression' }).click()
    const focusedWhenSaid = nameOfFocusWhenSaid(page)
    await page.getByRole('textbox', { name: 'Find in the whole crate' }).press('Enter')
    expect(await focusedWhenSaid, 'a key that answers what is said is for the list').toBe('Found')
    await expect(said).toContainText(/^\d+ match(es)? in \d+ files?, \d+ files looked through/)
    await expect(list).toBeFocused()
    await checkThemes(page, 'review-find')

    // Enter goes there, Alt and the arrow come back to where the reader was.
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await expect(page.locator('.monaco-editor.focused')).toBeVisible()
    await page.keyboard.press('Alt+ArrowLeft')
    await expect(header).toContainText(first)

    // A file the change does not touch opens whole.
    await page.keyboard.press('Control+Shift+F')
    await page.keyboard.type('compile_fail')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+Shift+F')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('TERMS AND CONDITIONS FOR')
    await page.keyboard.press('Enter')
    await expect(list).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(header).toContainText('LICENSE-APACHE')
    await expect(header).toContainText('same in both versions')
    await checkThemes(page, 'review-unchanged')
    await page.keyboard.press('Alt+ArrowLeft')
    await expect(header).toContainText(first)

    // References of a name, its definition, and an expression that is none.
    await page.keyboard.press('Control+Shift+F')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('as_dyn_error\\(')
    await page.keyboard.press('Enter')
    await expect(list).toBeFocused()
    // The file takes a while to come; a key pressed meanwhile is about the place one jumps to.
    const late = async (route: Route) => {
      await new Promise(done => setTimeout(done, 400))
      await route.continue()
    }
    await page.route('**/call', late)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Shift+F12')
    await expect(said).toContainText(/^References to as_dyn_error, by name only: \d+ places/)
    await page.unrouteAll({ behavior: 'wait' })
    await expect(list).toBeFocused()
    await page.keyboard.press('Escape')
    await page.keyboard.press('F12')
    await expect(said).toContainText(/^\d+ definitions? named as_dyn_error\. Compared by name only\./)
    await checkThemes(page, 'review-definitions')
    await page.keyboard.press('Control+Shift+F')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('(')
    await page.keyboard.press('Enter')
    await expect(page.getByText(/Unterminated group/).first()).toBeVisible()

    // Two other versions of the crate, from the palette, go on in the same file.
    const file = (await review.chosenFile()) || first
    await page.keyboard.press('Control+k')
    await page.keyboard.type('compare two')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Compare two versions' })
    await expect(dialog.getByRole('status')).toHaveText(/^\d+ versions$/)
    await dialog.getByRole('combobox', { name: 'From' }).fill('1.0.40')
    await checkThemes(page, 'compare')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('banner').or(page.locator('header')).getByText('1.0.40 → 1.0.64').first()).toBeVisible()
    await review.isOpen('thiserror')
    await expect.poll(() => review.chosenFile()).toBe(file)
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }
})
