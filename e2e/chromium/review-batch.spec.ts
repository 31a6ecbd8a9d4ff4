/**
 * Several audits at once, with keys, on real crates: rows of the queue that were read, and one reading split at a version
 * in between. The real cargo-vet accepts what is written, and one undo takes all of it back.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeRealWorkspace, realCargoVet, TO_READ, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { picture } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-batch-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

const TRIAL = /A trial copy passes/
const command = async (page: Page, words: string) => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
}

test('certifies what was read together, and splits a reading [needs cargo-vet and the registry]', async ({ page }) => {
  test.setTimeout(180_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const queue = new QueuePage(page)
  const review = new ReviewPage(page)
  try {
    await page.goto(door.address)
    await queue.isMeasured(TO_READ.length)
    const before = workspace.store('audits.toml')
    for (const { crate } of TO_READ.filter(({ crate }) => crate !== 'itoa')) {
      await queue.selectWithKeys(crate)
      await queue.reviewWithKeys()
      await review.isOpen(crate)
      await review.diffIsShown()
      await review.readAllWithKeys()
      await page.keyboard.press('u')
      await expect(queue.grid).toBeVisible()
    }
    // The team knows one of them.
    await queue.selectWithKeys('either')
    await page.keyboard.press('s')
    await page.keyboard.press('2')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog')).toBeHidden()
    await queue.selectWithKeys('itoa')

    // Only what was read whole is chosen; the rest can be.
    await command(page, 'several together')
    const sheet = page.getByRole('main', { name: 'Certify together' })
    const box = (crate: string) => sheet.getByRole('checkbox', { name: new RegExp(`^Certify ${crate} `) })
    await expect(sheet.getByText(TRIAL)).toBeVisible({ timeout: 30_000 })
    await expect(box('either')).toBeChecked()
    await expect(box('fnv')).toBeChecked()
    await expect(box('itoa')).not.toBeChecked()
    await expect(sheet.getByText('2 audits', { exact: true })).toBeVisible()
    await page.getByRole('textbox', { name: /^Notes of either/ }).focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('Read in one go with fnv.')
    // Evidence of each, named in its notes.
    const evidence = sheet.getByRole('checkbox', { name: /^Write evidence of each/ })
    await evidence.focus()
    await page.keyboard.press('Space')
    await expect(sheet.getByText(/^2 files, \d+ kB$/)).toBeVisible()
    await sheet.getByRole('checkbox', { name: 'their sha256 in the notes of each' }).focus()
    await page.keyboard.press('Space')
    const notes = (crate: string) => page.getByRole('textbox', { name: new RegExp(`^Notes of ${crate} `) })
    for (const crate of ['either', 'fnv'])
      await expect(notes(crate)).toHaveValue(new RegExp(`Evidence: supply-chain/evidence/${crate}-.*\\.json, sha256 `))
    await expect(notes('either')).toHaveValue(/^Read in one go with fnv\.\n/)
    const writes = page.getByRole('button', { name: /^Write files/ })
    await expect(writes).toBeEnabled()
    await picture(page, 'certify-together')
    await page.keyboard.press('Control+s')
    await expect.poll(() => workspace.store('audits.toml')).toContain('delta = "1.12.0 -> 1.13.0"')
    expect(workspace.store('audits.toml')).toContain('Read in one go with fnv.')
    await expect.poll(() => workspace.git('status', '--porcelain')).toContain('supply-chain/evidence/')
    for (const name of ['either-1.12.0_1.13.0', 'fnv-full_1.0.7']) {
      const at = `evidence/${name}.json`
      const text = readFileSync(path.join(workspace.root, 'supply-chain', at), 'utf8')
      expect(JSON.parse(text)).toMatchObject({
        format: 1,
        readingMinutes: null,
        reviewer: 'Rae Reviewer <rae@reviewer.invalid>',
      })
      const sha256 = createHash('sha256').update(text).digest('hex')
      expect(workspace.store('audits.toml')).toContain(`Evidence: supply-chain/${at}, sha256 ${sha256}.`)
    }
    expect(workspace.store('audits.toml')).toMatch(
      /\[\[audits\.fnv\]\]\nwho = .*\ncriteria = "safe-to-deploy"\nversion = "1\.0\.7"/,
    )
    // What the team knew is done, and nothing else is made its item; undo takes that back too.
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Needs audit')
    await page.keyboard.press('Control+8')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Done')
    await expect(queue.row('either')).toBeVisible()
    await expect(queue.row('fnv')).toBeHidden()
    await page.getByRole('button', { name: 'Undo' }).last().press('Enter')
    await expect(queue.row('either')).toHaveClass(/\bleft\b/)
    await page.keyboard.press('Control+1')
    await expect.poll(() => workspace.store('audits.toml')).toBe(before)
    await expect.poll(() => existsSync(path.join(workspace.root, 'supply-chain', 'evidence'))).toBe(false)

    // Once more, with a commit.
    await queue.isMeasured(TO_READ.length)
    await command(page, 'several together')
    await box('either').focus()
    if (!(await box('either').isChecked())) await page.keyboard.press('Space')
    await box('fnv').focus()
    if (!(await box('fnv').isChecked())) await page.keyboard.press('Space')
    await expect(sheet.getByText('2 audits', { exact: true })).toBeVisible()
    await expect(sheet.getByText(TRIAL)).toBeVisible({ timeout: 30_000 })
    // The workspace wants evidence from now on.
    await expect(evidence).toBeChecked()
    await expect(writes).toBeEnabled()
    await page.keyboard.press('Control+Enter')
    await expect
      .poll(() => workspace.git('log', '-1', '--format=%s'))
      .toMatch(/^Certify (either|fnv) .* and 1 more for safe-to-deploy\n$/)
    expect(workspace.git('show', '--name-only', '--format=', 'HEAD').match(/evidence\/.*\.json/g)).toHaveLength(2)

    // One reading as two audits.
    // Rows that were resolved stay for a while.
    await expect(queue.row('itoa')).toBeVisible()
    await queue.selectWithKeys('itoa')
    await queue.reviewWithKeys()
    await review.isOpen('itoa')
    await review.diffIsShown()
    await review.readAllWithKeys()
    await page.keyboard.press('Control+Enter')
    await page.getByRole('button', { name: 'Split at versions' }).click()
    const split = page.getByRole('main', { name: 'Split' })
    await split.getByRole('checkbox', { name: '1.0.10' }).focus()
    await page.keyboard.press('Space')
    await expect(split.getByText(/into 2 audits$/)).toBeVisible()
    await expect(split.getByRole('textbox', { name: /^Notes of itoa 1\.0\.10 → 1\.0\.11/ })).toBeVisible()
    await expect(split.getByText(TRIAL)).toBeVisible({ timeout: 30_000 })
    await picture(page, 'certify-split')
    await expect(writes).toBeEnabled()
    await page.keyboard.press('Control+s')
    await expect.poll(() => workspace.store('audits.toml')).toContain('delta = "1.0.9 -> 1.0.10"')
    expect(workspace.store('audits.toml')).toContain('delta = "1.0.10 -> 1.0.11"')
  } finally {
    await door.stop()
  }
  const verdict = realCargoVet(workspace, ['check', '--locked'])
  expect(verdict.text).toContain('Vetting Succeeded')
  expect(verdict.code).toBe(0)
  workspace.git('add', '.')
  workspace.git('commit', '--quiet', '--message', 'As written')
  expect(realCargoVet(workspace, ['fmt']).code).toBe(0)
  expect(workspace.git('status', '--porcelain'), 'fmt changes nothing').toBe('')
})
