/**
 * The main job in a real browser, with the keyboard alone: open a real workspace, read what fails, certify it; then the
 * real cargo-vet passes and its fmt changes nothing. Takes the screenshots of the documentation on the way.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeRealWorkspace, realCargoVet, TO_READ, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { REVIEWER } from '../fixtures/workspace-parts.ts'
import { CertifyPage } from '../pages/certify.ts'
import { checkThemes, picture } from '../pages/pictures.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'
import { WelcomePage } from '../pages/welcome.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

async function dismissToasts(page: Page): Promise<void> {
  const dismiss = page.getByRole('button', { name: 'Dismiss' })
  while ((await dismiss.count()) > 0) await dismiss.first().click()
}

/** A picture without the toasts that come and go. */
const calmPicture = (page: Page, name: string) => picture(page, name, () => dismissToasts(page))

/** An overlay over the page, in both themes; ends with the page as it was. */
async function overlay(page: Page, key: string, label: string): Promise<void> {
  await page.keyboard.press(key)
  const dialog = page.getByRole('dialog', { name: label })
  await expect(dialog).toBeVisible()
  await checkThemes(page, label)
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
}

test('from the queue to a passing cargo vet, with keys only [needs cargo-vet and the registry]', async ({ page }) => {
  test.setTimeout(240_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  expect(realCargoVet(workspace, ['check', '--locked']).code, 'fails at first').toBe(255)

  const door = await startBrowserDoor([], workspace.env)
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  try {
    await page.goto(door.address)
    const welcome = new WelcomePage(page)
    const queue = new QueuePage(page)
    const review = new ReviewPage(page)
    const certify = new CertifyPage(page)

    await welcome.isShown()
    await welcome.environmentIsKnown()
    // Which registry this machine uses is nobody's business in the documentation.
    await page.getByText(/ answered/).evaluateAll(found => found.forEach(text => (text.style.visibility = 'hidden')))
    await calmPicture(page, 'welcome')
    await welcome.openWithKeys(workspace.root)

    await queue.isMeasured(TO_READ.length)
    expect(await queue.crates()).toEqual(TO_READ.map(item => item.crate))
    await calmPicture(page, 'queue')
    await overlay(page, 'Control+k', 'Command palette')
    await overlay(page, '?', 'Shortcuts')
    await overlay(page, 'Control+j', 'Jobs')

    for (const [i, { crate, from, to }] of TO_READ.entries()) {
      await queue.selectWithKeys(crate)
      await queue.reviewWithKeys()
      await review.isOpen(crate)
      if (crate === 'itoa') {
        await review.diffIsShown()
        await review.becomesPartly()
        await review.nextHunkWithKeys()
        await checkThemes(page, 'review', () => dismissToasts(page))
        await review.layoutWithKeys('Unified')
        await checkThemes(page, 'review, unified')
        await review.layoutWithKeys('Split')
      }
      expect(await review.readAllWithKeys()).toBeGreaterThan(0)
      await review.certifyWithKeys()
      await certify.isReady(crate)
      if (crate === 'itoa') await checkThemes(page, 'certify', () => dismissToasts(page))
      // The first is only written, the others are committed as well.
      if (i === 0) await certify.writeWithKeys()
      else await certify.commitWithKeys()
      const change = from === null ? `version = "${to}"` : `delta = "${from} -> ${to}"`
      await expect.poll(() => workspace.store('audits.toml')).toContain(change)
      if (i > 0) await expect.poll(() => workspace.git('log', '-1', '--format=%s')).toContain(`Certify ${crate} `)
      if (i + 1 < TO_READ.length) await queue.isMeasured(TO_READ.length - i - 1)
    }
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }

  expect(workspace.store('audits.toml')).toContain(`who = "${REVIEWER.name} <${REVIEWER.email}>"`)
  const verdict = realCargoVet(workspace, ['check', '--locked'])
  expect(verdict.text).toContain('Vetting Succeeded (4 fully audited, 1 exempted)')
  expect(verdict.code).toBe(0)
  const before = (['config.toml', 'audits.toml', 'imports.lock'] as const).map(workspace.store)
  expect(realCargoVet(workspace, ['fmt']).code).toBe(0)
  expect((['config.toml', 'audits.toml', 'imports.lock'] as const).map(workspace.store)).toEqual(before)
  expect(workspace.git('status', '--porcelain')).toBe('')
})

for (const [how, args] of [
  ['with one press', []],
  ['by itself when npm start finds no other', ['--sample']],
] as const)
  test(`the sample opens ${how} and shows its three states [needs the registry]`, async ({ page }) => {
    test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
    const probe = makeRealWorkspace(folder)
    test.skip(typeof probe === 'string', String(probe))
    if (typeof probe === 'string') return
    const door = await startBrowserDoor(args, probe.env)
    try {
      await page.goto(door.address)
      if (args.length === 0) {
        const welcome = new WelcomePage(page)
        await welcome.isShown()
        await welcome.sample.press('Enter')
      }
      const queue = new QueuePage(page)
      await queue.isMeasured(2)
      expect(await queue.crates()).toEqual(['itoa', 'fnv'])
    } finally {
      await door.stop()
    }
  })
