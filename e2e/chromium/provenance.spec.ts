/**
 * Provenance on the screens, on invented results: from a row of the queue to the lines that differ with the keyboard
 * alone; the page and its dialogs; the review beside the repository; and axe-core on each screen in both themes. Takes the screenshots of the documentation on the way.
 */
import { expect, test, type Page } from '@playwright/test'
import { startFakePages, type FakePages } from '../fixtures/fake-pages.ts'
import { checkThemes, picture } from '../pages/pictures.ts'
import { PairPage, ProvenancePage } from '../pages/provenance.ts'
import { QueuePage } from '../pages/queue.ts'

let pages: FakePages
test.beforeAll(async () => {
  test.setTimeout(120_000)
  pages = await startFakePages()
})
test.afterAll(() => pages.stop())

const open = async (page: Page, scenario: string) => {
  await page.goto(pages.address(scenario))
  await expect(page.getByRole('grid'))
    .toBeFocused({ timeout: 15_000 })
    .catch(() => undefined)
}

test('from a mismatch in the queue to the lines that differ, with keys only', async ({ page }) => {
  const queue = new QueuePage(page)
  const pair = new PairPage(page)
  await open(page, 'provenance')
  await expect(queue.row('brine-sys').getByText('Mismatch')).toBeVisible()
  await expect(queue.row('zstd-sys').getByText('Not run yet'), 'not run is never shown as fine').toBeVisible()
  // The filter finds it among the others.
  await page.keyboard.press('/')
  await page.keyboard.type('provenance:mismatch')
  await page.keyboard.press('Enter')
  expect(await queue.crates()).toEqual(['brine-sys'])
  await expect(page.getByRole('complementary').getByText(/^2 files in the crate differ from commit/)).toBeVisible()
  await checkThemes(page, 'queue with provenance')

  await page.keyboard.press('v')
  await pair.isOpen('brine-sys')
  await expect(pair.files, 'the files have the keys').toBeFocused()
  await expect(pair.files.getByRole('option', { selected: true })).toContainText('src/probe.rs')
  // The first file is only in the crate; the next one differs.
  await page.keyboard.press(']')
  await expect(pair.files.getByRole('option', { selected: true })).toContainText('build.rs')
  await expect.poll(async () => (await pair.differingLines()).left).toContain('env::var("BRINE_FLAGS")')
  expect((await pair.differingLines()).right).toContain('std::fs::read_to_string("/etc/hostname")')
  await expect(page.getByText('Repository at d698082: brine/build.rs')).toBeVisible()
  await expect(page.getByText('Crate 2.0.13: build.rs')).toBeVisible()
  await expect(page.getByText('hunk 1 of 1')).toBeVisible()
  await picture(page, 'provenance-diff')
  await page.keyboard.press('Escape')
  await expect(queue.grid).toBeVisible()
})

test('the inspector leads there as well, by its button', async ({ page }) => {
  await open(page, 'provenance')
  const queue = new QueuePage(page)
  await queue.selectWithKeys('brine-sys')
  const button = page.getByRole('button', { name: /^Open what differs/ })
  await expect(button).toBeVisible()
  await button.press('Enter')
  await new PairPage(page).isOpen('brine-sys')
})

test('bars, filter, order, detail, acceptance and export, with keys only', async ({ page }) => {
  const provenance = new ProvenancePage(page)
  await open(page, 'provenance')
  await provenance.openWithKeys()
  await provenance.detailIsShown('brine-sys')
  await expect(page.getByText(/The repository is another one than that of version 2\.0\.12/)).toBeVisible()
  await picture(page, 'provenance')

  // A bar is a filter: pressed with Enter, released with Enter.
  const all = await provenance.rowCount()
  await page.getByRole('button', { name: /^No VCS info/ }).press('Enter')
  await expect(provenance.filter).toHaveValue('outcome:no-vcs-info')
  expect(await provenance.rowCount()).toBeLessThan(all)
  await page.keyboard.press('Enter')
  await expect(provenance.filter).toHaveValue('')

  // A match at a commit outside the branches is not shown as a plain match.
  await provenance.filterWithKeys('anchor:outside-branches')
  await expect(provenance.selected()).toContainText('Match, commit on no branch')
  await provenance.filterWithKeys('outcome:not-run')
  await expect(provenance.grid.getByText('Match')).toHaveCount(0)
  await checkThemes(page, 'provenance, not run')
  await provenance.filterWithKeys('probe.rs')
  await expect(provenance.selected(), 'found by the name of a file').toContainText('brine-sys')

  // Accepting writes a reason beside the verdict, which stays.
  await page.keyboard.press('Shift+A')
  const dialog = page.getByRole('dialog', { name: 'Accept with reason' })
  await expect(dialog).toBeVisible()
  await checkThemes(page, 'accept with reason')
  await page.keyboard.type('Generated before publishing, compared by hand.')
  await dialog.getByRole('button', { name: 'Write down' }).press('Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByText(/Accepted by Mara Okafor, until /)).toBeVisible()
  await expect(provenance.selected()).toContainText('Mismatch')

  await provenance.grid.focus()
  await page.keyboard.press('Control+e')
  const exporting = page.getByRole('dialog', { name: 'Export provenance' })
  await expect(exporting).toBeVisible()
  await checkThemes(page, 'export')
  await exporting.getByRole('button', { name: 'Choose folder' }).press('Enter')
  await exporting.getByRole('button', { name: 'Write here' }).press('Enter')
  await expect(page.getByText('Wrote 1 file')).toBeVisible()

  // Enter leads to the files, Enter on a file to its two sides.
  await provenance.grid.focus()
  await page.keyboard.press('Enter')
  const files = page.getByRole('listbox')
  await expect(files).toBeFocused()
  await page.keyboard.press('j')
  await expect(files.getByRole('option', { selected: true })).toContainText('build.rs')
  await page.keyboard.press('Enter')
  await new PairPage(page).isOpen('brine-sys')
  await page.keyboard.press('Escape')
  await expect(provenance.grid).toBeVisible()
})

test('what was not run is checked with progress, and the page says when nothing is known', async ({ page }) => {
  const provenance = new ProvenancePage(page)
  await open(page, 'provenance')
  await provenance.openWithKeys()
  await expect(page.getByRole('button', { name: 'Check the 7 not run' })).toBeVisible()
  await page.keyboard.press('Shift+N')
  await expect(page.getByText(/^\d of 7, 142 a second/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'All were run' })).toBeVisible()
  for (const [scenario, text] of [
    ['provenance-running', /^189 of 379, 142 a second, 1 s left$/],
    ['provenance-empty', 'No package to check'],
    ['provenance-failed', 'What was checked could not be read'],
    ['provenance-loading', 'Reading what was checked…'],
  ] as const) {
    await open(page, scenario)
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await expect(page.getByText(text)).toBeVisible()
    await checkThemes(page, scenario)
  }
})

test('in a review the repository takes the place of the older version', async ({ page }) => {
  await open(page, 'provenance')
  const queue = new QueuePage(page)
  await queue.selectWithKeys('brine-sys')
  await queue.reviewWithKeys()
  const pair = new PairPage(page)
  await expect.poll(async () => (await pair.differingLines()).left).toContain('written for the older version')
  await page.getByRole('tab', { name: 'Provenance' }).press('Enter')
  await expect(page.getByRole('region', { name: 'Verdict', exact: true })).toContainText('Mismatch')
  const listed = page.getByRole('region', { name: 'Files that differ from the repository' }).getByRole('button')
  await expect(listed.first(), 'only in the crate first').toContainText('src/probe.rs')
  await page.keyboard.press('v')
  await expect(page.getByText('left: repository at d698082')).toBeVisible()
  await expect.poll(async () => (await pair.differingLines()).left).toContain('BRINE_FLAGS')
  await checkThemes(page, 'review beside the repository')
  // What is on screen is not the change: it cannot be marked read.
  await page.keyboard.press('r')
  await expect(page.getByText('The repository is shown in place of the older version')).toBeVisible()
  await page.keyboard.press('v')
  await expect.poll(async () => (await pair.differingLines()).left).toContain('written for the older version')
})
