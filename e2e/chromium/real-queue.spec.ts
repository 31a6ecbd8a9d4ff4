/**
 * The queue of a real project: at least 400 packages of a public repository with its own cargo-vet store, checked out in
 * the folder that ASSAY_REAL_WORKSPACE names, all its crates in cargo's cache. It is only read, and nothing is asked of
 * anybody: Assay works offline, with ASSAY_REAL_CACHE as its cache when that is given. People are invented. Takes the
 * picture of the README.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { picture } from '../pages/pictures.ts'
import { TeamPage } from '../pages/team.ts'
import { WelcomePage } from '../pages/welcome.ts'

const ROOT = process.env['ASSAY_REAL_WORKSPACE']
const LEAST_PACKAGES = 400

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-real-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

test('a real project of 400 packages and more [needs ASSAY_REAL_WORKSPACE]', async ({ page }) => {
  test.setTimeout(300_000)
  test.skip(ROOT === undefined, 'needs a real workspace, named by ASSAY_REAL_WORKSPACE')
  const root = ROOT ?? ''
  writeFileSync(path.join(folder, 'gitconfig'), '[user]\nname = Mara Okafor\nemail = mara@helio.invalid\n')
  const status = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' })
  const door = await startBrowserDoor([], {
    ...(process.env as Record<string, string>),
    GIT_CONFIG_GLOBAL: path.join(folder, 'gitconfig'),
    ASSAY_DATA_DIR: path.join(folder, 'data'),
    ASSAY_CACHE_DIR: process.env['ASSAY_REAL_CACHE'] ?? path.join(folder, 'cache'),
  })
  try {
    await page.goto(door.address)
    const welcome = new WelcomePage(page)
    await welcome.isShown()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('work offline')
    await page.keyboard.press('Enter')
    await welcome.openWithKeys(root)
    const queue = new TeamPage(page)
    await expect(queue.grid).toBeVisible({ timeout: 120_000 })
    await expect(page.getByText(/measuring/i)).toHaveCount(0, { timeout: 120_000 })
    const coverage = await page.getByRole('img', { name: /^\d+ packages: / }).getAttribute('aria-label')
    expect(Number(/^\d+/.exec(coverage ?? '')?.[0])).toBeGreaterThanOrEqual(LEAST_PACKAGES)
    await page.keyboard.press('Control+9')
    const all = Number(await queue.grid.getAttribute('aria-rowcount')) - 1
    expect(all).toBeGreaterThan(100)
    await page.keyboard.press('Control+1')

    await expect(page.getByText(/^Looking through archives/)).toHaveCount(0, { timeout: 120_000 })
    await page.getByRole('combobox', { name: 'Order' }).selectOption('risk')
    await queue.grid.focus()
    await page.keyboard.press('Home')
    const people = ['Priya Raman <priya@helio.invalid>', 'Tomás Ferreira <tomas@helio.invalid>', 'mara', 'priya']
    for (const [i, who] of people.entries()) {
      for (let step = 0; step <= i % 2; step++) await page.keyboard.press('j')
      await queue.assignWithKeys(who)
      await page.keyboard.press('d')
      await page.keyboard.type(`+${i * 3}d`)
      await page.keyboard.press('Enter')
      await expect(queue.dialog).toHaveCount(0)
    }
    await page.keyboard.press('r')
    await queue.noteWithKeys('I begin with `src/`; the tests come last.', 'remark')
    await page.keyboard.press('Escape')
    await page.evaluate(() =>
      document.querySelectorAll<HTMLElement>('.toast [aria-label=Dismiss]').forEach(b => b.click()),
    )
    await expect(page.getByText(/^Wrote a remark/)).toHaveCount(0)
    await picture(page, 'queue-real')
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }), 'only read').toBe(status)
  } finally {
    await door.stop()
  }
})
