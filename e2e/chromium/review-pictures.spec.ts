/** Pictures of the review's states, all of crates that were made up for them, with axe-core on every one. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { brand } from '../../src/shared/domain.ts'
import { launchHash } from '../../src/shared/launch.ts'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { CRATE, makePictureWorkspace, missingTools, OTHER_CRATE, OTHER_VERSION } from '../fixtures/picture-workspace.ts'
import { CertifyPage } from '../pages/certify.ts'
import { narrowPicture, picture } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-pictures-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

const title = (what: string) => `${what} (needs ${missingTools ?? 'nothing more'})`
const dark = (page: Page, name: string) => picture(page, name, undefined, ['dark'])
const details = (page: Page) => page.getByRole('complementary', { name: 'Details' })
const difference = (page: Page) => page.getByRole('region', { name: 'Difference' })

/** Starts on the workspace, measured, with its queue on screen. */
async function start(page: Page, run: () => Promise<void>): Promise<void> {
  test.setTimeout(300_000)
  test.skip(missingTools !== null, missingTools ?? '')
  const workspace = await makePictureWorkspace(folder)
  const door = await startBrowserDoor([workspace.root], workspace.env)
  // A press that meets nothing fails soon, not at the end of the test's time.
  page.setDefaultTimeout(15_000)
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  try {
    await page.goto(door.address)
    await new QueuePage(page).isMeasured(2)
    await run()
    expect(problems).toEqual([])
  } finally {
    await door.stop()
    await workspace.dispose()
  }
}

async function openReview(page: Page, from: string | null, to: string): Promise<void> {
  const version = brand<'VetVersion'>
  const delta = { from: from === null ? null : version(from), to: version(to) }
  const hash = launchHash({ kind: 'crate', crate: brand<'CrateName'>(CRATE), delta })
  await page.evaluate(at => (window.location.hash = at), hash)
  await page.reload()
  await new ReviewPage(page).isOpen(CRATE)
  await expect(page.locator('.rv-top')).toContainText(from === null ? `${to} (full)` : `${from} → ${to}`)
}

async function openFile(page: Page, file: string): Promise<void> {
  await new ReviewPage(page).findFileWithKeys(file)
  await expect(difference(page)).toHaveAttribute('data-file', file)
  const isText = (await difference(page).getAttribute('data-kind')) === 'text'
  if (isText) await expect(page.locator('.rv-leaf.front .monaco-diff-editor.monaco-diff-editor')).toBeVisible()
  await page.keyboard.press('Escape')
}

async function writeNote(page: Page, text: string, weight = 'remark'): Promise<void> {
  await page.keyboard.press('c')
  const field = page.getByRole('textbox', { name: 'Text of the note' })
  await expect(field).toBeFocused()
  await page.keyboard.type(text)
  await page.getByRole('combobox', { name: 'Weight' }).selectOption(weight)
  await field.press('Control+Enter')
  await expect(field).toBeHidden()
}

/** Searches the whole crate; the keyboard is then on the list of what was found. */
async function findAll(page: Page, text: string, isRegex = false): Promise<void> {
  await page.keyboard.press('Control+Shift+F')
  const field = page.getByRole('textbox', { name: 'Find in the whole crate' })
  await expect(field).toBeFocused()
  // First, for it searches again: that answer would take the keyboard between the text and Enter.
  const regex = page.getByRole('button', { name: 'Regular expression' })
  if ((await regex.getAttribute('aria-pressed')) !== String(isRegex)) await regex.click()
  await field.fill(text)
  await field.press('Enter')
  await expect(page.getByRole('listbox', { name: 'Found' })).toBeFocused()
}

/** The cursor goes to the first line with the text, with `more` lines after it selected. */
async function goTo(page: Page, text: string, more = 0): Promise<void> {
  await findAll(page, text)
  await page.keyboard.press('Enter')
  await expect(page.locator('.monaco-editor.focused')).toBeVisible()
  for (let i = 0; i < more; i++) await page.keyboard.press('Shift+ArrowDown')
}

test(title('a review in its states'), async ({ page }) => {
  await start(page, async () => {
    const review = new ReviewPage(page)
    const certify = new CertifyPage(page)
    await new QueuePage(page).selectWithKeys(CRATE)
    await new QueuePage(page).reviewWithKeys()
    await review.isOpen(CRATE)
    await review.diffIsShown()
    await dark(page, 'review-opened')

    // The repository's side, for the panel of provenance and the history.
    await openFile(page, 'src/ffi/mod.rs')
    await page.keyboard.press('b')
    await details(page).getByRole('button', { name: 'Check provenance' }).press('Enter')
    await page.keyboard.press('Alt+3')
    await expect(details(page).getByText(/Match/).first()).toBeVisible({ timeout: 60_000 })
    await picture(page, 'review-provenance')
    await page.keyboard.press('v')
    await expect(page.getByText(/^left: repository at/)).toBeVisible()
    await dark(page, 'review-repository')
    await page.keyboard.press('v')
    await expect(page.getByText(/^left: repository at/)).toBeHidden()

    // In the middle of reading: files read, a concern, notes on lines.
    for (const file of ['build.rs', 'src/error.rs', 'src/lazy.rs', 'src/backends/mod.rs', 'src/tables.rs']) {
      await openFile(page, file)
      await page.keyboard.press('r')
      await expect(
        review.files.getByRole('treeitem', { selected: true }).getByRole('img', { name: 'read', exact: true }),
      ).toBeVisible()
    }
    await page.keyboard.press('Alt+1')
    for (const key of ["'", '1', '2']) await page.keyboard.press(key)
    const concern = page.getByRole('textbox', { name: 'What is the concern' })
    await concern.fill('Its signature was checked by name only.')
    await concern.press('Enter')
    await expect(concern).toBeHidden()
    for (const key of ['1', '1', '3']) await page.keyboard.press(key)
    await expect(page.getByText(/^5 of \d+ answered/)).toBeVisible()
    await openFile(page, 'src/util.rs')
    await goTo(page, 'match u32::try_from(errno)', 3)
    await writeNote(page, 'Zero and negative numbers still end in ERRNO_NOT_POSITIVE, as before.')
    await page.keyboard.press('n')
    await writeNote(page, 'Is the get_mut ever None when the system keeps to its word?', 'question')
    await page.keyboard.press('Alt+1')
    await page.getByRole('button', { name: 'All', exact: true }).click()
    await page.keyboard.press('F6')
    await openFile(page, 'src/util.rs')
    await page.keyboard.press('p')
    await page.keyboard.press('p')
    await picture(page, 'review')
    await narrowPicture(page, 'review-narrow')
    await narrowPicture(page, 'review-narrow-details', async () => {
      const button = page.getByRole('button', { name: 'Details' })
      if (!(await details(page).isVisible())) await button.click()
    })
    await review.layoutWithKeys('Unified')
    await dark(page, 'review-unified')
    await review.layoutWithKeys('Split')
    await page.getByRole('button', { name: /^Open \d/ }).click()
    await page.keyboard.press("'")
    await picture(page, 'review-units')
    await openFile(page, 'src/util.rs')
    await page.keyboard.press('Alt+2')
    await expect(details(page).getByText('Zero and negative numbers')).toBeVisible()
    await picture(page, 'review-notes')
    await page.keyboard.press('Alt+4')
    await expect(details(page).getByText(/tables were skipped/)).toBeVisible()
    await picture(page, 'review-earlier')
    await page.keyboard.press('Alt+5')
    const asked = page.getByRole('listitem', { name: /^Does all unsafe code keep its promises/ })
    await asked.focus()
    await page.keyboard.press('1')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('2')
    await page.keyboard.type('Nobody tried to exhaust the descriptors.')
    await page.keyboard.press('Enter')
    await picture(page, 'review-checklist')

    // Finding one's way.
    await findAll(page, 'unsafe \\{.*libc', true)
    await picture(page, 'review-find')
    await goTo(page, 'from_code(code)')
    await page.keyboard.press('Shift+F12')
    await expect(page.getByRole('tabpanel').getByRole('status')).toContainText(/^References to /)
    await picture(page, 'review-definitions')
    await openFile(page, 'src/util.rs')
    const name = page
      .locator('.rv-leaf.front .modified-in-monaco-diff-editor .view-line span', { hasText: 'from_code' })
      .last()
    const hover = page.locator('.monaco-hover-content').filter({ hasText: 'from_code' }).first()
    const point = async () => {
      // A change of theme takes the box away.
      await page.mouse.move(2, 2)
      await name.hover()
      await expect(hover).toBeVisible()
      // The box around the editor cuts off what is drawn in it; a hover must be on top where it says it is.
      const isOnTop = await hover.evaluate(e => {
        const { left, top, width, height } = e.getBoundingClientRect()
        return e.contains(document.elementFromPoint(left + width / 2, top + height / 2))
      })
      expect(isOnTop).toBe(true)
    }
    await picture(page, 'review-hover', point, ['dark'])
    await page.mouse.move(2, 2)

    await goTo(page, 'Random bytes on Linux.')
    await expect(difference(page)).toContainText('same in both versions')
    await dark(page, 'review-unchanged')

    // Files that are no pleasant reading.
    await openFile(page, 'src/data/seed.bin')
    await page.keyboard.press('Alt+1')
    await dark(page, 'review-binary')
    await openFile(page, 'src/checks.rs')
    await page.keyboard.press('Alt+6')
    await expect(
      details(page)
        .getByText(/U\+202E/)
        .first(),
    ).toBeVisible()
    await dark(page, 'review-suspicious')
    await openFile(page, 'src/backends/wasi.rs')
    await page.keyboard.press('Alt+1')
    await page.getByRole('list', { name: 'Units' }).press('End')
    await dark(page, 'review-unparsed')

    // What lies over the page.
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('mark')
    await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible()
    await picture(page, 'palette')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible()
    await picture(page, 'shortcuts')
    await narrowPicture(page, 'shortcuts-narrow')
    await page.keyboard.press('Escape')

    // To the sheet with units open, then with all files read.
    await review.certifyWithKeys()
    await certify.isReady(CRATE)
    await picture(page, 'certify-left-open')
    await narrowPicture(page, 'certify-narrow')
    await page.keyboard.press('Escape')
    await review.isOpen(CRATE)
    await review.readAllWithKeys()
    await page.keyboard.press('Shift+J')
    await expect(page.getByText('All files are read')).toBeVisible()
    await dark(page, 'review-all-read')
    await review.certifyWithKeys()
    await certify.isReady(CRATE)
    await certify.sayWhyWithKeys('What is open lies in code for other systems.')
    await certify.addEvidenceWithKeys()
    await certify.isReady(CRATE)
    await page.locator('.cw .form').evaluate(form => form.scrollTo(0, 0))
    await expect(page.getByText('still rests on an exemption of an earlier version')).toBeVisible()
    await expect(page.getByText('Units answered')).toBeVisible()
    await picture(page, 'certify')
  })
})

test(title('what was read and noted before'), async ({ page }) => {
  await start(page, async () => {
    const review = new ReviewPage(page)
    await openReview(page, null, '0.2.15')
    await review.diffIsShown()
    await openFile(page, 'src/util.rs')
    const note = async (at: string, text: string, weight?: string) => {
      await goTo(page, at)
      await writeNote(page, text, weight)
    }
    await note('__errno_location', 'The location is never null on the systems we build for.')
    await note('Error::from(NonZeroU32', 'A cast from i32: fine, since it is positive here.')
    await note('drawn if drawn > 0', 'Panics when the system says that it wrote more than asked.', 'question')
    await review.readAllWithKeys()
    await openReview(page, '0.2.14', '0.3.1')
    await expect(page.locator('.rv-top')).toContainText('already read in earlier versions')
    await openFile(page, 'src/util.rs')
    await page.keyboard.press('Shift+V')
    await expect(page.getByRole('textbox', { name: /since 0\.2\.15, new side/ }).first()).toBeAttached()
    await picture(page, 'review-since-read')
    await page.keyboard.press('Shift+V')
    await page.keyboard.press('Alt+2')
    await expect(details(page).getByText('its lines changed since').first()).toBeVisible()
    await picture(page, 'review-notes-carried')
  })
})

test(title('two versions and two crates beside each other'), async ({ page }) => {
  await start(page, async () => {
    const command = async () => {
      await page.keyboard.press('Control+k')
      await page.keyboard.type('compare two')
      await page.keyboard.press('Enter')
    }
    await new QueuePage(page).selectWithKeys(CRATE)
    await command()
    const dialog = page.getByRole('dialog', { name: 'Compare two versions' })
    await dialog.getByRole('textbox', { name: 'Crate', exact: true }).fill(CRATE)
    await expect(dialog.getByRole('status')).toHaveText(/^\d+ versions$/)
    await dialog.getByRole('combobox', { name: 'From' }).fill('0.2.14')
    await dialog.getByRole('combobox', { name: 'To' }).fill('0.3.1')
    await picture(page, 'compare')
    await dialog.getByRole('combobox', { name: 'To' }).fill('0.3.1')
    await dialog.getByRole('textbox', { name: 'Of crate' }).fill(OTHER_CRATE)
    await dialog.getByRole('combobox', { name: 'From' }).fill(OTHER_VERSION)
    await page.keyboard.press('Enter')
    const files = page.getByRole('listbox', { name: 'Files that differ' })
    await expect(files).toBeVisible({ timeout: 30_000 })
    await page.locator('.rv-leaf.front .view-line').first().waitFor()
    await files.focus()
    for (let i = 0; i < 40; i++) {
      if (/lib\.rs/.test(await files.getByRole('option', { selected: true }).innerText())) break
      await page.keyboard.press('j')
    }
    await picture(page, 'compare-crates')
    await narrowPicture(page, 'compare-crates-narrow')
  })
})
