/**
 * Risk and advisories in a real browser, with the keyboard: numbers that add up, the reasons behind them, the filters that
 * ask for them, and what is shown of advisories from a database that the test makes.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeRealWorkspace, TO_READ, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { checkThemes, picture } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { WelcomePage } from '../pages/welcome.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

/** One advisory that hits what itoa becomes, one that either leaves behind, and fnv is looked after by nobody. */
function makeDatabase(): string {
  const root = path.join(folder, 'advisory-db')
  const write = (crate: string, id: string, more: string, patched: string, title: string) => {
    mkdirSync(path.join(root, 'crates', crate), { recursive: true })
    writeFileSync(
      path.join(root, 'crates', crate, `${id}.md`),
      `\`\`\`toml\n[advisory]\nid = "${id}"\npackage = "${crate}"\ndate = "2026-01-02"\n${more}\n[versions]\npatched = ${patched}\n\`\`\`\n\n# ${title}\n\nMade for a test.\n`,
    )
  }
  const cvss = 'cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"\naliases = ["CVE-2026-0815"]\n'
  write('itoa', 'RUSTSEC-2026-9001', cvss, '[">=1.0.12"]', 'Reads past the end of its buffer')
  write('either', 'RUSTSEC-2026-9002', '', '[">=1.13.0"]', 'Forgets its left side')
  write('fnv', 'RUSTSEC-2026-9003', 'informational = "unmaintained"\n', '[]', 'fnv is unmaintained')
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: root, stdio: 'pipe' })
  git('init', '--quiet')
  git('add', '-A')
  git('commit', '--quiet', '-m', 'Advisories')
  return root
}

/** Points of every summand as shown, and the score in the header. */
async function sumOf(page: Page): Promise<{ readonly score: number; readonly parts: readonly number[] }> {
  const dialog = page.getByRole('dialog', { name: /Why the risk of/ })
  const score = Number(await dialog.locator('.rk-head b.num').innerText())
  const parts = await dialog.locator('.rk-body td:last-child b').allInnerTexts()
  return { score, parts: parts.map(Number) }
}

test('scores with their reasons, filters, and advisories [needs cargo-vet and the registry]', async ({ page }) => {
  test.setTimeout(180_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([], { ...workspace.env, ASSAY_ADVISORY_DB: `file://${makeDatabase()}` })
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  try {
    await page.goto(door.address)
    const welcome = new WelcomePage(page)
    const queue = new QueuePage(page)
    await welcome.isShown()
    await welcome.openWithKeys(workspace.root)
    await queue.isMeasured(TO_READ.length)
    await expect(queue.row('itoa').getByText('RUSTSEC-2026-9001')).toBeVisible({ timeout: 30_000 })
    // The old version's advisory is told where the change is looked at, not as one of the version.
    await expect(queue.row('either').getByText(/RUSTSEC/)).toHaveCount(0)

    // The archives are here from measuring, and are looked through behind the queue.
    const filter = page.getByRole('textbox', { name: 'Filter packages' })
    const shown = async (text: string, crates: readonly string[]) => {
      await filter.fill(text)
      await expect.poll(() => queue.crates(), { timeout: 30_000 }).toEqual(crates)
    }
    await shown('is:unsafe', ['either', 'itoa'])
    await shown('-is:unsafe', ['fnv'])
    await shown('advisory:new', ['itoa', 'fnv'])
    await shown('advisory:old', ['either', 'itoa'])
    await shown('advisory:cve-2026-0815', ['itoa'])
    await shown('risk>1000', [])
    await shown('risk>0', ['either', 'itoa', 'fnv'])
    await shown('', ['either', 'itoa', 'fnv'])

    await page.getByLabel('Order', { exact: true }).selectOption('risk')
    const scores = await queue.grid.locator('.rk-n .n').allInnerTexts()
    expect(scores.map(Number)).toEqual(scores.map(Number).toSorted((a, b) => b - a))
    expect((await queue.crates())[0]).toBe('itoa')

    await queue.grid.focus()
    await queue.selectWithKeys('itoa')
    await page.keyboard.press(' ')
    const dialog = page.getByRole('dialog', { name: /Why the risk of itoa/ })
    // The keyboard alone: in and out by the same key, or out by Escape; the list has the focus again.
    for (const key of [' ', 'Escape']) {
      await expect(dialog).toBeVisible()
      await expect(dialog.getByRole('group', { name: 'Summands' })).toBeFocused()
      await page.keyboard.press(key)
      await expect(dialog).toBeHidden()
      await expect(queue.grid).toBeFocused()
      await page.keyboard.press(' ')
    }
    await expect(dialog.getByText('RUSTSEC-2026-9001 (vulnerability 7.5)')).toBeVisible()
    const { score, parts } = await sumOf(page)
    expect(parts).toHaveLength(20)
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(score)
    expect(score).toBe(Number(scores[0]))
    await expect(dialog.getByText('unknown, counted as +8').first()).toBeVisible()
    await picture(page, 'risk')
    await dialog.getByRole('button', { name: 'Show sources and dates' }).click()
    await expect(dialog.getByText(/RustSec, (just now|\d+ min ago)/).first()).toBeVisible()
    await checkThemes(page, 'risk with sources')
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
    await expect(queue.grid).toBeFocused()

    const facts = page.getByRole('region', { name: 'Risk and advisories' })
    await expect(facts.getByText('1 advisory hits this version, database just fetched.')).toBeVisible()
    await expect(facts.getByText('Fixed in >=1.0.12')).toBeVisible()
    await queue.selectWithKeys('either')
    await expect(facts.getByText('this change leaves it behind', { exact: false })).toBeVisible()
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }
})
