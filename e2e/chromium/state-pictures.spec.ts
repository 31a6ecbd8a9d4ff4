/** Pictures of states that the real engine comes to only when something is wrong or very large, on the made-up engine. */
import { expect, test, type Locator, type Page } from '@playwright/test'
import { brand } from '../../src/shared/domain.ts'
import { launchHash } from '../../src/shared/launch.ts'
import { startFakePages, type FakePages } from '../fixtures/fake-pages.ts'
import { picture } from '../pages/pictures.ts'

let pages: FakePages
test.beforeAll(async () => {
  pages = await startFakePages()
})
test.afterAll(() => pages.stop())

const dark = (page: Page, name: string) => picture(page, name, undefined, ['dark'])

/** Opens the pages in that state, at a review of the made-up crate when `isReview`. */
async function show(page: Page, scenario: string, isReview: boolean): Promise<void> {
  const version = brand<'VetVersion'>
  const delta = { from: version('2.0.12'), to: version('2.0.13') }
  const hash = launchHash({ kind: 'crate', crate: brand<'CrateName'>('brine-sys'), delta })
  await page.goto(`${pages.address(scenario)}${isReview ? hash : ''}`)
}

const REVIEWS = [
  ['review-loading', /^Opening brine-sys/],
  ['review-failed', 'The review could not be opened'],
  ['review-offline', 'Go online'],
  ['review-cancelled', 'Opening was cancelled'],
  ['review-equal', 'No file differs'],
  ['review-file-failed', 'Try again'],
] as const

for (const [scenario, text] of REVIEWS) {
  test(`a review: ${scenario}`, async ({ page }) => {
    await show(page, scenario, true)
    await expect(page.getByText(text).first()).toBeVisible()
    await dark(page, scenario)
  })
}

test('a comparison that was closed while it was on its way opens nothing', async ({ page }) => {
  await show(page, 'review-slow', false)
  await expect(page.getByRole('grid')).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Compare two versions')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Compare two versions' })
  await dialog.getByRole('textbox', { name: 'Crate', exact: true }).fill('brine-sys')
  await dialog.getByRole('combobox', { name: 'To' }).fill('2.0.13')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('button', { name: 'Opening…' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  await expect(palette).toBeVisible()
  await page.evaluate(() => void dispatchEvent(new Event('fake-opened')))
  await page.evaluate(() => new Promise(done => setTimeout(done, 200)))
  await expect(palette).toBeVisible()
  await expect(page.getByText('No file differs')).toBeHidden()
})

test('a folder on its way cannot be chosen again; others can be looked into', async ({ page }) => {
  await show(page, 'queue', false)
  await expect(page.getByRole('grid')).toBeVisible()
  await page.keyboard.press('Control+o')
  const dialog = page.getByRole('dialog', { name: 'Open folder' })
  const [ledger, helio] = ['ledger-core', 'helio-agent'].map(name =>
    dialog.getByRole('button', { name: new RegExp(`^${name}`) }),
  ) as [Locator, Locator]
  await ledger.press('Enter')
  await expect(dialog.getByRole('button', { name: 'Opening' })).toBeDisabled()
  await expect(ledger).toHaveAttribute('aria-disabled', 'true')
  await expect(ledger, 'the dialog still hears keys').toBeFocused()
  // Would open at once.
  await helio.dispatchEvent('click')
  await page.evaluate(() => new Promise(done => setTimeout(done, 200)))
  await expect(dialog).toBeVisible()
  await dialog.getByRole('button', { name: 'Show what is in helio-agent' }).click()
  await expect(dialog.getByRole('textbox')).toHaveValue(/helio-agent$/)
  await page.evaluate(() => void dispatchEvent(new Event('fake-opened')))
  await expect(dialog).toContainText('it has no Cargo.toml')
  await expect(ledger).not.toHaveAttribute('aria-disabled')
})

const QUEUES = [
  ['empty', 'queue-empty'],
  ['loading', 'queue-loading'],
  ['stale', 'queue-stale'],
  ['failed', 'queue-failed'],
  ['lockfile', 'queue-offline'],
  ['violation', 'queue-violation'],
  ['huge', 'queue-huge'],
] as const

for (const [scenario, name] of QUEUES) {
  test(`the queue: ${scenario}`, async ({ page }) => {
    await show(page, scenario, false)
    await expect(page.getByRole('main')).toBeVisible()
    // Nothing is said for the first tenth of a second.
    if (scenario === 'loading') await expect(page.getByRole('main')).toHaveAttribute('aria-busy', 'true')
    if (scenario === 'stale')
      await expect(page.getByRole('button', { name: /^(Refresh|Try again)/ }).first()).toBeVisible()
    await dark(page, name)
  })
}

test('jobs that run, wait and failed', async ({ page }) => {
  await show(page, 'queue', false)
  await expect(page.getByRole('grid')).toBeVisible()
  await page.keyboard.press('Control+j')
  await expect(page.getByRole('dialog', { name: 'Jobs' })).toBeVisible()
  await dark(page, 'jobs')
})

test('a sheet that cannot be written', async ({ page }) => {
  await show(page, 'blocked', false)
  await expect(page.getByRole('grid')).toBeVisible()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+C')
  await expect(page.getByText(/git has no user\.email/).first()).toBeVisible()
  await dark(page, 'certify-blocked')
})
