/** Two different crates beside each other, from the palette, with keys only: to look at, and said to be no delta. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeRealWorkspace, TO_READ, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { checkThemes } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-compare-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

test('two crates beside each other are no delta [needs the registry]', async ({ page }) => {
  test.setTimeout(120_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  try {
    await page.goto(door.address)
    await new QueuePage(page).isMeasured(TO_READ.length)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('compare two')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Compare two versions' })
    await dialog.getByRole('textbox', { name: 'Crate', exact: true }).fill('scopeguard')
    await dialog.getByRole('combobox', { name: 'To' }).fill('1.2.0')
    await dialog.getByRole('textbox', { name: 'Of crate' }).fill('fnv')
    await expect(dialog.getByText(/It is no delta/)).toBeVisible()
    await expect(dialog.getByRole('button', { name: 'Compare' }), 'the other one has no version yet').toBeDisabled()
    await dialog.getByRole('combobox', { name: 'From' }).fill('1.0.7')
    await page.keyboard.press('Enter')

    await expect(page.getByRole('main', { name: 'fnv 1.0.7 beside scopeguard 1.2.0' })).toBeVisible()
    await expect(page.getByText('it cannot be certified', { exact: false })).toBeVisible()
    const files = page.getByRole('listbox', { name: 'Files that differ' })
    await expect(files.getByRole('option', { name: /lib\.rs src right only/ })).toBeVisible({ timeout: 30_000 })
    await page.locator('.rv-leaf.front .view-line').first().waitFor()
    await files.focus()
    for (let i = 0; i < 20; i++) {
      const now = await files.getByRole('option', { selected: true }).innerText()
      if (now.includes('Cargo.toml')) break
      await page.keyboard.press('j')
    }
    await expect(page.getByText('scopeguard 1.2.0: Cargo.toml').first()).toBeVisible()
    await expect(page.locator('.rv-leaf.front .monaco-diff-editor')).toContainText('scopeguard')
    // None of what a review does is there.
    await page.keyboard.press('Shift+M')
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('main', { name: /^Certify/ })).toHaveCount(0)
    await checkThemes(page, 'compare-crates')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('grid')).toBeVisible()
  } finally {
    await door.stop()
  }
})
