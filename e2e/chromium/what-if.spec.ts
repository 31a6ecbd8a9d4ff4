/**
 * What-if in a real browser with the keyboard alone: fetch peers, try changes, find the smallest set, apply it through
 * the preview, take it back. Peers, index and archives are on this machine.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor, type BrowserDoor } from '../fixtures/browser-door.ts'
import { makeWhatIfWorkspace, type WhatIfWorkspace } from '../fixtures/what-if-workspace.ts'
import { checkThemes, picture } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { WelcomePage } from '../pages/welcome.ts'
import { WhatIfPage } from '../pages/what-if.ts'

let folder: string
let workspace: WhatIfWorkspace
let door: BrowserDoor
let problems: string[]

test.beforeEach(async ({ page }) => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-'))
  workspace = await makeWhatIfWorkspace(folder)
  door = await startBrowserDoor([], workspace.env)
  problems = []
  page.on('pageerror', error => problems.push(error.message))
})
test.afterEach(async () => {
  await door.stop()
  await workspace.dispose()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  expect(problems).toEqual([])
})

async function openQueue(page: Page): Promise<void> {
  await page.goto(door.address)
  const welcome = new WelcomePage(page)
  await welcome.isShown()
  await welcome.openWithKeys(workspace.root)
  await new QueuePage(page).isMeasured(6)
}

async function dismissToasts(page: Page): Promise<void> {
  const dismiss = page.locator('.toasts').getByRole('button', { name: 'Dismiss' })
  while ((await dismiss.count()) > 0) await dismiss.first().click()
}

const files = () => (['config.toml', 'audits.toml', 'imports.lock'] as const).map(name => workspace.store(name))

test('from unknown figures to applied changes and back, with keys only', async ({ page }) => {
  test.setTimeout(180_000)
  const whatIf = new WhatIfPage(page)
  await openQueue(page)
  const before = files()
  await whatIf.openWithKeys()
  await expect(whatIf.grid.getByText('never fetched')).toBeVisible()
  expect(
    workspace.asked.filter(at => at.endsWith('.toml')),
    'nobody is asked by opening the page',
  ).toEqual([])
  await checkThemes(page, 'what-if before anything is fetched')

  await page.keyboard.press('f')
  await expect(whatIf.row('north')).toBeVisible({ timeout: 30_000 })
  await page.keyboard.press('p')
  await expect(whatIf.row('dana')).toBeVisible({ timeout: 30_000 })
  await whatIf.isSolved()
  // 420 lines and a manifest; two audits of three say that something was not read.
  expect(await whatIf.figures('north')).toEqual([
    '−1',
    '0',
    '−423',
    expect.stringContaining('1 audit says it was partial'),
  ])
  expect((await whatIf.figures('north'))[3]).toContain('criteria not mapped: north-reviewed')
  expect(await whatIf.figures('south')).toEqual(['0', '−1', '−153', 'none found'])
  expect((await whatIf.figures('stormy'))[3]).toContain('brings a violation')
  expect((await whatIf.figures('tidal')).slice(0, 2)).toEqual(['0', '0'])
  expect((await whatIf.figures('dana for 2 crates')).slice(0, 2)).toEqual(['−2', '0'])
  expect((await whatIf.figures('pia for gunwale-net'))[2], 'unmeasured is not 0').toBe('1 unmeasured')
  expect((await whatIf.figures('davit-sys 1.1.0 to 1.0.9'))[3]).toContain('an older version')

  await whatIf.toggleWithKeys('north')
  expect(await whatIf.figure('Items in queue')).toBe('6 5')
  // With the draft, south closes what north leaves open.
  expect((await whatIf.figures('south')).slice(0, 2)).toEqual(['−1', '−1'])
  await whatIf.toggleWithKeys('south')
  expect(await whatIf.figure('Items in queue')).toBe('6 4')
  expect(await whatIf.figure('Exempted items')).toBe('1 0')
  await whatIf.toggleWithKeys('dana for 2 crates')
  expect(await whatIf.figure('Items in queue')).toBe('6 2')
  await expect(
    whatIf.result.getByText('2 packages would pass with no one reading them, on the name of dana only.'),
  ).toBeVisible()
  await expect(whatIf.result.getByText(/north names criteria that are not mapped/)).toBeVisible()
  await whatIf.toggleWithKeys('davit-sys 1.1.0 to 1.0.9')
  await expect(whatIf.result.getByText('cargo update -p davit-sys@1.1.0 --precise 1.0.9')).toBeVisible()
  await expect(whatIf.result.getByText('approximate', { exact: true })).toBeVisible()
  await page.keyboard.press('s')
  await expect(whatIf.result.getByText('proved smallest')).toBeVisible()
  await picture(page, 'what-if')
  await whatIf.toggleWithKeys('stormy')
  await expect(whatIf.result.getByText(/1 package would be in violation: fender-hash/)).toBeVisible()
  await whatIf.toggleWithKeys('stormy')
  await whatIf.toggleWithKeys('davit-sys 1.1.0 to 1.0.9')
  expect(files(), 'nothing was written').toEqual(before)

  await page.keyboard.press('Control+Enter')
  const sheet = whatIf.sheet()
  await expect(sheet.getByText(/A trial copy passes/)).toBeVisible({ timeout: 30_000 })
  await expect(sheet.getByText('Exemption removed: ensign-core 1.0.0, no longer needed')).toBeVisible()
  await picture(page, 'what-if-apply', () => dismissToasts(page))
  expect(files(), 'a preview writes nothing').toEqual(before)
  await page.keyboard.press('Control+s')
  await expect(page.getByText('Applied 3 changes')).toBeVisible({ timeout: 30_000 })
  expect(workspace.store('config.toml')).toContain('[imports.north]')
  expect(workspace.store('config.toml')).not.toContain('exemptions.ensign-core')
  expect(workspace.store('audits.toml')).toContain('[[trusted.capstan-macros]]')
  await expect(whatIf.grid.getByText('north and south')).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Places' }).getByText('2', { exact: true })).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('Undo the last write')
  await page.keyboard.press('Enter')
  await expect.poll(() => files().join(), { timeout: 15_000 }).toBe(before.join())
})

test('keeps the draft, says what changed below it, and works from copies when offline', async ({ page }) => {
  test.setTimeout(120_000)
  const whatIf = new WhatIfPage(page)
  await openQueue(page)
  await whatIf.openWithKeys()
  await page.keyboard.press('f')
  await expect(whatIf.row('north')).toBeVisible({ timeout: 30_000 })
  await whatIf.toggleWithKeys('north')
  await whatIf.leaveWithKeys()
  await page.reload()
  await new QueuePage(page).isMeasured(6)
  await whatIf.openWithKeys()
  await whatIf.isSolved()
  await expect(whatIf.row('north')).toHaveAttribute('aria-label', /^Included/)
  expect(await whatIf.figure('Items in queue')).toBe('6 5')

  const audits = workspace.store('audits.toml')
  const own =
    '[[audits.gunwale-net]]\nwho = "Earlier Auditor <earlier@auditor.invalid>"\ncriteria = "safe-to-deploy"\nversion = "0.9.3"\n'
  workspace.writeStore('audits.toml', `${audits}\n${own}`)
  await expect(page.getByText('The queue changed since: failing 6 → 5. The draft was solved again.')).toBeVisible({
    timeout: 30_000,
  })
  expect(await whatIf.figure('Items in queue')).toBe('5 4')
  await checkThemes(page, 'what-if with a stale draft')

  await page.keyboard.press('Control+k')
  await page.keyboard.type('Work offline')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Offline: figures are from copies')).toBeVisible({ timeout: 30_000 })
  await whatIf.isSolved()
  expect(await whatIf.figure('Items in queue')).toBe('5 4')
  await page.keyboard.press('Control+Enter')
  await expect(whatIf.sheet().getByRole('alert')).toBeVisible({ timeout: 30_000 })
  await expect(whatIf.sheet().getByRole('button', { name: /^Write files/ })).toBeDisabled()
  await checkThemes(page, 'what-if applied offline')
  await page.keyboard.press('Escape')
  await expect(whatIf.grid).toBeVisible()
})

test('is whole on a small window', async ({ page }) => {
  test.setTimeout(120_000)
  await page.setViewportSize({ width: 1100, height: 700 })
  const whatIf = new WhatIfPage(page)
  await openQueue(page)
  await whatIf.openWithKeys()
  await page.keyboard.press('f')
  await expect(whatIf.row('north')).toBeVisible({ timeout: 30_000 })
  await whatIf.toggleWithKeys('north')
  await checkThemes(page, 'what-if on a small window')
})
