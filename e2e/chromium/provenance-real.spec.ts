/**
 * Provenance through the real engine, with the keyboard alone: a workspace is opened, everything not run is checked
 * against repositories made by the real git and cargo, and the lines that differ are on screen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeProvenanceWorkspace, missingTools } from '../fixtures/provenance-workspace.ts'
import { expectAccessible } from '../pages/accessible.ts'
import { PairPage, ProvenancePage } from '../pages/provenance.ts'
import { QueuePage } from '../pages/queue.ts'
import { WelcomePage } from '../pages/welcome.ts'

const CRATES = 6

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-provenance-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

test('checks a workspace and shows the lines that differ, with keys only [needs git and cargo]', async ({ page }) => {
  test.setTimeout(180_000)
  test.skip(missingTools !== null, missingTools ?? '')
  const workspace = await makeProvenanceWorkspace(folder, CRATES)
  const door = await startBrowserDoor([], workspace.env)
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  try {
    await page.goto(door.address)
    const welcome = new WelcomePage(page)
    await welcome.isShown()
    await welcome.openWithKeys(workspace.root)
    const queue = new QueuePage(page)
    await expect(queue.row(workspace.different).getByText('Not run yet')).toBeVisible({ timeout: 60_000 })

    const provenance = new ProvenancePage(page)
    await provenance.openWithKeys()
    await expect(page.getByRole('button', { name: `Check the ${CRATES} not run` })).toBeVisible()
    await page.keyboard.press('Shift+N')
    await expect(page.getByRole('button', { name: 'All were run' })).toBeVisible({ timeout: 60_000 })
    await expect(page.getByRole('button', { name: /^Match \d/ })).toHaveAccessibleName(`Match ${CRATES - 1}`)
    await provenance.filterWithKeys('outcome:mismatch')
    await expect(provenance.selected()).toContainText(workspace.different)
    await provenance.detailIsShown(workspace.different)
    await expectAccessible(page, 'provenance, real')

    // From the row of the queue.
    await page.keyboard.press('g')
    await page.keyboard.press('q')
    await queue.selectWithKeys(workspace.different)
    await expect(queue.row(workspace.different).getByText('Mismatch')).toBeVisible()
    await page.keyboard.press('v')
    const pair = new PairPage(page)
    await pair.isOpen(workspace.different)
    const chosen = pair.files.getByRole('option', { selected: true })
    await expect(chosen, 'code that only the crate has comes first').toContainText('build.rs')
    await page.keyboard.press(']')
    await expect(chosen).toContainText('src/lib.rs')
    await expect.poll(async () => (await pair.differingLines()).right).toContain('// not in the repository')
    expect((await pair.differingLines()).left).not.toContain('// not in the repository')
    expect(problems).toEqual([])
  } finally {
    await door.stop()
    await workspace.dispose()
  }
})
