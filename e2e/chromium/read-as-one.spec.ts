/**
 * Two deltas of a crate that follow each other, read as one with the keyboard, marked, and certified as the two audits
 * that the queue asks for; the real cargo-vet accepts them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeChain, realCargoVet, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-chain-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

const command = async (page: Page, words: string) => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
}

test('a chain of deltas is read as one and certified step by step [needs cargo-vet and the registry]', async ({
  page,
}) => {
  test.setTimeout(180_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeChain(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  expect(realCargoVet(workspace, ['check', '--locked']).code, 'fails at first').toBe(255)
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  try {
    await page.goto(door.address)
    const queue = new QueuePage(page)
    const review = new ReviewPage(page)
    const top = page.locator('.rv-top')
    await queue.isMeasured(2)
    await queue.reviewWithKeys()
    await review.isOpen('itoa')
    await expect(top.getByRole('button', { name: 'Read 0.4.7 → 1.0.0 as one' })).toBeVisible()
    await command(page, 'delta beside it')
    await expect(top).toContainText('0.4.7 → 1.0.0')
    await review.isOpen('itoa')
    await expect(top.getByRole('button', { name: /as one$/ })).toBeHidden()
    await review.diffIsShown()
    const all = await review.readAllWithKeys()
    expect(await review.progress()).toEqual([all, all])

    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('main', { name: 'Certify itoa' })).toBeVisible()
    await page.getByText(/A trial copy passes/).waitFor()
    await command(page, 'split at versions')
    const split = page.getByRole('main', { name: 'Split' })
    await expect(split.getByText(/into 2 audits$/)).toBeVisible()
    await expect(split.getByRole('checkbox', { name: '0.4.8' })).toBeChecked()
    await expect(split.getByText(/A trial copy passes/)).toBeVisible({ timeout: 30_000 })
    await expect(page.getByRole('button', { name: /^Write files/ })).toBeEnabled()
    await page.keyboard.press('Control+s')
    await expect.poll(() => workspace.store('audits.toml')).toContain('delta = "0.4.8 -> 1.0.0"')
    await expect(queue.grid).toBeVisible()
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }
  const audits = workspace.store('audits.toml')
  expect(audits).toMatch(/criteria = "safe-to-deploy"\ndelta = "0\.4\.7 -> 0\.4\.8"/)
  expect(audits).toMatch(/criteria = "safe-to-run"\ndelta = "0\.4\.8 -> 1\.0\.0"/)
  const verdict = realCargoVet(workspace, ['check', '--locked'])
  expect(verdict.text).toContain('Vetting Succeeded')
  expect(verdict.code).toBe(0)
  expect(realCargoVet(workspace, ['fmt']).code).toBe(0)
  expect(workspace.store('audits.toml'), 'fmt changes nothing').toBe(audits)
})
