/**
 * Hours of reading in small: a delta of 36 real files read with notes, units and marks by keyboard alone, left in the
 * middle by killing the program, taken up at the same line, certified with what was noted; the real cargo-vet accepts it.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeLongReading, realCargoVet, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { CertifyPage } from '../pages/certify.ts'
import { checkThemes } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-long-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

/** `src/lib.rs:12` as the status bar says it. */
const place = async (page: Page) => (await page.locator('.status').innerText()).match(/\S+:\d+/)?.[0] ?? ''

async function writeNote(page: Page, text: string, end: 'publish' | 'draft'): Promise<void> {
  await page.keyboard.press('c')
  const field = page.getByRole('textbox', { name: 'Text of the note' })
  await expect(field).toBeFocused()
  await page.keyboard.type(text)
  await page.keyboard.press(end === 'publish' ? 'Control+Enter' : 'Escape')
  await expect(field).toBeHidden()
  await expect(page.getByRole('complementary', { name: 'Details' }).getByText(text)).toBeVisible()
}

test('a long review is left, taken up, finished and certified with its notes [needs cargo-vet and the registry]', async ({
  page,
}) => {
  test.setTimeout(240_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeLongReading(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  expect(realCargoVet(workspace, ['check', '--locked']).code, 'fails at first').toBe(255)

  const queue = new QueuePage(page)
  const review = new ReviewPage(page)
  const certify = new CertifyPage(page)
  const open = async (address: string) => {
    await page.goto(address)
    await queue.isMeasured(1)
    await queue.selectWithKeys('thiserror')
    await queue.reviewWithKeys()
    await review.isOpen('thiserror')
    await review.diffIsShown()
  }

  let door = await startBrowserDoor([workspace.root], workspace.env)
  await open(door.address)
  expect((await review.progress())[1]).toBeGreaterThanOrEqual(30)
  // The first file, a note on a line of the next one, a draft, an answered unit.
  await review.fileIsShown()
  await page.keyboard.press('Shift+M')
  await expect.poll(async () => (await review.progress())[0]).toBe(1)
  await review.fileIsShown()
  await review.nextHunkWithKeys()
  await writeNote(page, 'Only the wording of this part changed.', 'publish')
  await writeNote(page, 'Is this still needed?', 'draft')
  await page.keyboard.press("'")
  await expect(page.locator('.rv-unit.on')).toBeVisible()
  await page.keyboard.press('1')
  await expect(page.getByText(/^1 of \d+ answered/)).toBeVisible()
  await checkThemes(page, 'review-units')
  await expect.poll(() => place(page)).not.toBe('')
  // The place is kept a moment after the cursor rests.
  await page.waitForTimeout(1_200)
  const [read] = await review.progress()
  const left = await place(page)
  door.kill()

  door = await startBrowserDoor([workspace.root], workspace.env)
  try {
    await open(door.address)
    await expect.poll(() => place(page)).toBe(left)
    expect((await review.progress())[0]).toBe(read)
    await expect(page.getByText(/^1 of \d+ answered/)).toBeVisible()
    await page.keyboard.press('Alt+2')
    await expect(page.getByText('Is this still needed?').first()).toBeVisible()
    await checkThemes(page, 'review-notes')
    await page.keyboard.press('Alt+4')
    await expect(page.getByRole('tab', { name: /^Earlier/, selected: true })).toBeVisible()
    await checkThemes(page, 'review-earlier')

    // The checklist: a question with the keyboard is answered with 1, 2 and 3.
    await page.keyboard.press('Alt+5')
    const asked = page.getByRole('listitem', { name: /^Does all unsafe code keep its promises/ })
    await asked.focus()
    await page.keyboard.press('1')
    await expect(asked.getByRole('button', { name: /^Yes/ })).toHaveAttribute('aria-pressed', 'true')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('2')
    await page.keyboard.type('Nobody tried.')
    await page.keyboard.press('Enter')
    await expect(page.getByText('Nobody tried.')).toBeVisible()
    await expect(page.locator('.status').getByText(/^Focus time \d+ min$/)).toBeVisible()

    await checkThemes(page, 'review-checklist')
    await page.keyboard.press('Alt+1')
    await page.keyboard.press('F6')
    expect(await review.readAllWithKeys()).toBeGreaterThanOrEqual(30)
    await review.certifyWithKeys()
    await certify.isReady('thiserror')
    await certify.sayWhyWithKeys('Its units are all in tests.')
    await certify.addEvidenceWithKeys()
    await certify.isReady('thiserror')
    await checkThemes(page, 'certify-left-open')
    await certify.commitWithKeys()
    await expect.poll(() => workspace.store('audits.toml')).toContain('delta = "1.0.50 -> 1.0.64"')
    await expect.poll(() => workspace.git('log', '-1', '--format=%s')).toContain('Certify thiserror ')
  } finally {
    await door.stop()
  }

  const audits = workspace.store('audits.toml')
  expect(audits).toContain('Only the wording of this part changed.')
  expect(audits).not.toContain('Is this still needed?')
  expect(audits).toMatch(/Read all \d+ changed files/)
  expect(audits).toMatch(
    /Checklist safe-to-deploy: \d of 8 answered; no: In ordinary use, is it .* \(Nobody tried\.\)\./,
  )
  expect(audits).toContain('Left open, and why that is fine: Its units are all in tests.')
  const name = 'evidence/thiserror-1.0.50_1.0.64.json'
  const evidence = readFileSync(path.join(workspace.root, 'supply-chain', name), 'utf8')
  const sha256 = createHash('sha256').update(evidence).digest('hex')
  expect(audits).toContain(`Evidence: supply-chain/${name}, sha256 ${sha256}.`)
  expect(JSON.parse(evidence)).toMatchObject({ format: 1, crate: 'thiserror', from: '1.0.50', readingMinutes: null })
  expect(workspace.git('show', '--name-only', '--format=', 'HEAD')).toContain(`supply-chain/${name}`)
  const verdict = realCargoVet(workspace, ['check', '--locked'])
  expect(verdict.text).toContain('Vetting Succeeded')
  expect(verdict.code).toBe(0)
  expect(realCargoVet(workspace, ['fmt']).code).toBe(0)
  expect(workspace.git('status', '--porcelain'), 'fmt leaves the store and the evidence').toBe('')
})
