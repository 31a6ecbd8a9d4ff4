/**
 * The overview in a real browser over the real engine, with the keyboard alone: where the numbers come from, charts as
 * tables and as files, the terms of an exemption, and what can be exported. Takes the screenshots of the documentation.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor, type BrowserDoor } from '../fixtures/browser-door.ts'
import { makeOverviewWorkspace, type OverviewWorkspace } from '../fixtures/overview-workspace.ts'
import { checkThemes, picture } from '../pages/pictures.ts'
import { WelcomePage } from '../pages/welcome.ts'

let folder: string
let workspace: OverviewWorkspace
let door: BrowserDoor
const problems: string[] = []

test.beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-'))
  workspace = await makeOverviewWorkspace(folder, Date.now())
  mkdirSync(path.join(folder, 'out'))
})
test.afterAll(async () => {
  await workspace.dispose()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
})
test.beforeEach(async ({ page }) => {
  problems.length = 0
  page.on('pageerror', error => problems.push(error.message))
  // Nobody has opened anything yet.
  const data = mkdtempSync(path.join(folder, 'data-'))
  door = await startBrowserDoor([], { ...workspace.env, ASSAY_DATA_DIR: data })
})
test.afterEach(async () => {
  await door.stop()
  expect(problems).toEqual([])
})

async function openOverview(page: Page): Promise<void> {
  await page.goto(door.address)
  const welcome = new WelcomePage(page)
  await welcome.isShown()
  await welcome.openWithKeys(workspace.root)
  await expect(page.getByRole('grid')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText(/measuring/i)).toHaveCount(0, { timeout: 60_000 })
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible()
  await expect(page.getByRole('img', { name: /^Exemptions went from \d+/ })).toBeVisible({ timeout: 30_000 })
}

/** A region by its name, and the numbers of its table. */
async function tableOf(page: Page, name: string): Promise<string[][]> {
  const card = page.getByRole('region', { name, exact: true })
  const button = card.getByRole('button', { name: `${name} as a table` })
  if ((await button.getAttribute('aria-pressed')) === 'false') await button.press('Enter')
  const rows = await card.getByRole('table').locator('tbody tr').all()
  const cells = await Promise.all(rows.map(row => row.locator('td').allInnerTexts()))
  await button.press('Enter')
  return cells
}

async function chooseFolder(page: Page): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Path of the folder' })
  await expect(field).toBeFocused()
  await expect(field).not.toHaveValue('')
  await field.fill(path.join(folder, 'out'))
  await page.keyboard.press('Enter')
}

const dismissToasts = async (page: Page) => {
  const dismiss = page.getByRole('button', { name: 'Dismiss' })
  while ((await dismiss.count()) > 0) await dismiss.first().click()
}

test('figures and charts say what git and the check say', async ({ page }) => {
  test.setTimeout(180_000)
  await openOverview(page)
  const total = workspace.exemptions.length
  // What git says, counted by another way.
  const committed = workspace.git('show', 'HEAD:supply-chain/config.toml').match(/\[\[exemptions\./g)?.length ?? 0
  expect(committed).toBe(total + 1)
  const burnDown = await tableOf(page, 'Burn-down')
  expect(burnDown.at(-1)?.[1]).toBe(String(total))
  expect(burnDown.find(row => row[10]?.includes('import of harbour added'))?.[3]).not.toBe('0')
  const coverage = await tableOf(page, 'Coverage by source')
  const counted = coverage.reduce((sum, row) => sum + Number(row[1]), 0)
  await expect(page.getByRole('button', { name: /^Fully audited/ })).toContainText(`of ${counted} packages`)
  expect(coverage.find(row => row[0] === 'Exemptions')?.[1]).toBe(String(total))
  expect(coverage.find(row => row[0] === 'Nothing (failing)')?.[1]).toBe(String(workspace.failing.length))
  expect(coverage.find(row => row[0] === 'Trusted publishers')).toEqual(['Trusted publishers', '2', '3%', '2', 'no'])
  await expect(page.getByText(/this is a projection/)).toBeVisible()
  await expect(page.getByRole('button', { name: /^Median age in queue 5 days/ })).toBeVisible()
  // Nobody turned on figures of single people.
  await expect(page.getByText('Figures of single people are off')).toBeVisible()
  expect((await tableOf(page, 'Audits per week')).every(row => row.length === 2)).toBe(true)
  // Back from its table a chart has the width of its place again, and its text the size of other text.
  const scale = await page.locator('.ov-burn .ov-svg').evaluate((svg: SVGSVGElement) => {
    return svg.clientWidth / svg.viewBox.baseVal.width
  })
  expect(scale).toBeCloseTo(1, 1)
  await dismissToasts(page)
  await page.evaluate(() => document.querySelectorAll('*').forEach(element => (element.scrollTop = 0)))
  await picture(page, 'overview')
  await page.keyboard.press('t')
  await expect(page.getByRole('table')).toHaveCount(4)
  await checkThemes(page, 'overview as tables')
  await page.keyboard.press('t')
  await page.setViewportSize({ width: 1100, height: 700 })
  await checkThemes(page, 'overview, small window')
  await page.screenshot({ path: path.join('test-results', 'overview-small.png') })
})

test('a mark opens the queue with its filter', async ({ page }) => {
  await openOverview(page)
  await page.getByRole('button', { name: /^Nothing \(failing\)/ }).press('Enter')
  await expect(page.getByRole('grid').locator('[role=row][aria-selected]')).toHaveCount(workspace.failing.length)
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await page
    .getByRole('region', { name: 'Backlog' })
    .getByRole('button', { name: /packages exempted/ })
    .press('Enter')
  await expect(page.getByRole('grid').locator('[role=row][aria-selected]').first()).toBeVisible()
  await expect(page.getByRole('grid').getByText('river-http')).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await page.getByRole('button', { name: /^harbour/ }).press('Enter')
  const dialog = page.getByRole('dialog', { name: 'harbour' })
  await expect(dialog.getByRole('listitem')).toHaveCount(7)
  await checkThemes(page, 'packages of a source')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('an exemption gets an owner and a day of review, and that is undone', async ({ page }) => {
  await openOverview(page)
  await page.keyboard.press('e')
  const list = page.getByRole('group', { name: 'Exemptions, oldest first' })
  await expect(list).toBeFocused()
  await expect(list.locator('tbody tr')).toHaveCount(workspace.exemptions.length)
  await expect(list.locator('tbody tr').first()).toContainText(/\d+ d/)
  const help = page.getByRole('complementary', { name: 'What would let them go' })
  await expect(help.getByRole('button', { name: /^orchard/ })).toContainText('2')
  await expect(help).toContainText('absent, its audits were not fetched yet')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  const first = list.locator('tr[aria-selected=true]')
  const before = workspace.store('config.toml')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: /^Exemption of / })
  await expect(dialog.getByLabel('Owner')).toBeFocused()
  await expect(dialog.getByLabel('Owner')).toHaveValue('Rae Reviewer <rae@reviewer.invalid>')
  await checkThemes(page, 'terms of an exemption')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Nobody had time')
  await page.keyboard.press('Tab')
  await dialog.getByLabel('Review by').fill('2020-01-01')
  await dialog.getByLabel('Goes when').fill('with the next release')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(first).toContainText('Rae Reviewer')
  await expect(first).toContainText('overdue')
  await expect(first).toContainText('goes when: with the next release')
  expect(workspace.store('config.toml')).toBe(before)
  await dismissToasts(page)
  await picture(page, 'exemptions')
  await page.keyboard.press('/')
  await page.keyboard.type('overdue')
  await expect(list.locator('tbody tr')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await expect(list).toBeFocused()
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Keep no longer' }).press('Enter')
  await expect(page.getByText('None of them matches.')).toBeVisible()
})

test('charts, queue, report and audits are exported and nothing else is touched', async ({ page }) => {
  test.setTimeout(180_000)
  await openOverview(page)
  const out = path.join(folder, 'out')
  await page.getByRole('button', { name: 'Keep Burn-down as PNG' }).press('Enter')
  await chooseFolder(page)
  await expect(page.getByText('Wrote burn-down.png')).toBeVisible()
  const png = readFileSync(path.join(out, 'burn-down.png'))
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([(860 + 32) * 2, (236 + 26 + 32) * 2])
  await page.getByRole('button', { name: 'Keep Coverage by source as CSV' }).press('Enter')
  await chooseFolder(page)
  await expect(page.getByText('Wrote coverage.csv')).toBeVisible()
  expect(readFileSync(path.join(out, 'coverage.csv'), 'utf8')).toContain('\r\nharbour,7,')

  const status = workspace.git('status', '--porcelain=v2')
  const exported = async (name: RegExp) => {
    await page.keyboard.press('Control+e')
    const dialog = page.getByRole('dialog', { name: 'Export' })
    await dialog.getByRole('radio', { name }).check()
    return dialog
  }
  let dialog = await exported(/^Audits, branch/)
  await expect(dialog.getByText(/1 new entry since HEAD/)).toBeVisible()
  await checkThemes(page, 'export')
  await dialog.getByRole('button', { name: 'Make branch' }).press('Enter')
  await expect(page.getByText(/^Made branch audits-.* with 1 commit$/)).toBeVisible()
  const branch = workspace.git('for-each-ref', '--format=%(refname:short)', 'refs/heads/audits-*').trim()
  expect(workspace.git('log', '--format=%s', `main..${branch}`).trim()).toBe(
    'Certify river-codec 1.0.0 for safe-to-deploy',
  )
  expect(workspace.git('diff', branch, '--', 'supply-chain')).toBe('')
  expect(workspace.git('status', '--porcelain=v2')).toBe(status)

  for (const [name, written] of [
    [/^Audits, patches/, /^audit-patches-/],
    [/^Report, HTML/, /^audit-report-/],
    [/^Queue, CSV/, /^queue-/],
  ] as const) {
    dialog = await exported(name)
    const choose = dialog.getByRole('button', { name: 'Choose folder' })
    await expect(choose).toBeEnabled()
    await choose.press('Enter')
    await chooseFolder(page)
    await expect(page.getByText(/^Wrote 1 file$/).last()).toBeVisible()
    await expect(dialog).toBeHidden()
    expect(readdirSync(out).filter(entry => written.test(entry))).toHaveLength(1)
    await dismissToasts(page)
  }
  const at = (start: RegExp) => path.join(out, readdirSync(out).find(entry => start.test(entry)) ?? '')
  expect(readFileSync(path.join(at(/^queue-/), 'queue.csv'), 'utf8').split('\r\n')).toHaveLength(
    workspace.exemptions.length + workspace.failing.length + 2,
  )
  const patch = readdirSync(at(/^audit-patches-/))[0] ?? ''
  execFileSync('git', ['apply', '--check', '-R', path.join(at(/^audit-patches-/), patch)], { cwd: workspace.root })
  // The report opens from the folder, shows its charts and loads nothing.
  const loaded: string[] = []
  page.on('request', request => loaded.push(request.url()))
  await page.goto(`file://${path.join(at(/^audit-report-/), 'report.html')}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Dependency audits of grove')
  await expect(page.locator('svg')).toHaveCount(4)
  expect(loaded.filter(url => !url.startsWith('file:'))).toEqual([])
  await page.screenshot({ path: path.join('test-results', 'report.png'), fullPage: true })
})

test('prints light and whole', async ({ page }) => {
  await openOverview(page)
  await page.emulateMedia({ colorScheme: 'dark', media: 'print' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await expect(page.getByRole('banner')).toBeHidden()
  await expect(page.getByRole('button', { name: 'Export' })).toBeHidden()
  const height = await page.evaluate(() => document.querySelector('main')?.scrollHeight ?? 0)
  expect(await page.evaluate(() => document.body.scrollHeight)).toBeGreaterThanOrEqual(height)
  await page.screenshot({ path: path.join('test-results', 'overview-print.png'), fullPage: true })
  await page.emulateMedia({ colorScheme: 'dark', media: 'screen' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})
