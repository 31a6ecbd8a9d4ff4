/** The page crashes, without a word before, in the middle of typing: what was typed is there on the next page. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { makeRealWorkspace, whyNoWorkspace } from '../fixtures/real-workspace.ts'
import { CertifyPage } from '../pages/certify.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

const CRATE = 'itoa'
/** Typed without a pause, longer than anything that waits for one. */
const SENTENCE = 'The digits are written from the end, so that nothing is reversed afterwards, '
/** Of the sentence, whatever its last fraction of a second was. */
const SURELY = SENTENCE.slice(0, 50)
const DELAY_MS = 25

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-crash-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

/** The renderer's process ends; no event of the page runs. */
async function crash(page: Page): Promise<void> {
  const gone = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  void session.send('Page.crash').catch(() => undefined)
  await gone
  await page.close()
}

test('a crash of the page while typing loses no note, no change of one, no audit text [needs the registry]', async ({
  context,
}) => {
  test.setTimeout(120_000)
  test.skip(whyNoWorkspace() !== null, whyNoWorkspace() ?? '')
  const workspace = makeRealWorkspace(folder)
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const open = async (address: string) => {
    const page = await context.newPage()
    await page.goto(address)
    const queue = new QueuePage(page)
    await queue.isMeasured(3)
    await queue.selectWithKeys(CRATE)
    await queue.reviewWithKeys()
    const review = new ReviewPage(page)
    await review.isOpen(CRATE)
    await review.diffIsShown()
    return page
  }
  const field = (page: Page) => page.getByRole('textbox', { name: 'Text of the note' })
  try {
    let page = await open(door.address)
    const { origin } = new URL(door.address)
    await page.keyboard.press('c')
    await expect(field(page)).toBeFocused()
    await page.keyboard.type(SENTENCE, { delay: DELAY_MS })
    await crash(page)

    // The note is a draft; published, and then changed half.
    page = await open(origin)
    await page.keyboard.press('Alt+2')
    const note = page.getByRole('listitem').filter({ hasText: SURELY })
    await expect(note).toContainText('draft')
    await note.getByRole('button').first().click()
    await note.getByRole('button', { name: 'Publish' }).click()
    await expect(note).not.toContainText('draft')
    // Another tab and back: the field is as it was.
    await note.getByRole('button', { name: 'Edit' }).click()
    await expect(field(page)).toBeFocused()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('Another', { delay: DELAY_MS })
    await page.getByRole('tab', { name: /^Units/ }).click()
    await page.getByRole('tab', { name: /^Notes/ }).click()
    await expect(field(page)).toHaveValue('Another')
    await field(page).press('End')
    await page.keyboard.type(` wording: ${SENTENCE}`, { delay: DELAY_MS })
    await crash(page)

    page = await open(origin)
    await page.keyboard.press('Alt+2')
    const changed = page.getByRole('listitem').filter({ hasText: SURELY })
    await expect(changed, 'the note itself is as it was').toContainText('A change of this note was not finished.')
    await changed.getByRole('button', { name: 'Go on' }).click()
    await expect(field(page)).toHaveValue(new RegExp(`^Another wording: ${SURELY}`))
    await page.keyboard.press('Control+Enter')
    await expect(page.getByRole('listitem').filter({ hasText: `Another wording: ${SURELY}` })).toBeVisible()
    await expect(page.getByText('A change of this note was not finished.')).toBeHidden()

    // A new one that was kept while it was typed goes with its field when that is emptied, and can be had back.
    await page.getByRole('button', { name: 'Note on the crate' }).click()
    await page.keyboard.type('Second thoughts', { delay: DELAY_MS })
    await expect(page.getByRole('tab', { name: /^Notes 2/ })).toBeVisible()
    await page.keyboard.press('Control+A')
    await page.keyboard.press('Delete')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('listitem').filter({ hasText: 'Second' })).toBeHidden()
    await page.getByRole('button', { name: 'Undo' }).click()
    const second = page.getByRole('listitem').filter({ hasText: 'Second' })
    await expect(second).toContainText('draft')
    await second.getByRole('button').first().click()
    await second.getByRole('button', { name: 'Remove' }).click()
    await expect(second).toBeHidden()

    // The audit's text.
    await page.keyboard.press('Control+Enter')
    const certify = new CertifyPage(page)
    await certify.isReady(CRATE)
    await page.locator('#certify-notes').focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.type(SENTENCE, { delay: DELAY_MS })
    await crash(page)
    page = await open(origin)
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('#certify-notes')).toHaveValue(new RegExp(`^${SURELY}`))
    // Left in the same moment as the last key.
    await page.locator('#certify-notes').focus()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('really')
    await page.keyboard.press('Escape')
    await expect(new ReviewPage(page).files).toBeVisible()
    await page.keyboard.press('Control+Enter')
    await expect(page.locator('#certify-notes')).toHaveValue(/really$/)
  } finally {
    await door.stop()
  }
})
