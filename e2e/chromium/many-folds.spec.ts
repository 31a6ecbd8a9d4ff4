/**
 * Reading a long file with many folds, with the keyboard: what is out of sight is left alone, and what says where the
 * reader is says it of the last key.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { startBrowserDoor } from '../fixtures/browser-door.ts'
import { oneCrateWorkspace } from '../fixtures/one-crate.ts'
import { QueuePage } from '../pages/queue.ts'
import { ReviewPage } from '../pages/review.ts'

let folder: string
test.beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-folds-'))
})
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }))

const LINES = 2_000
const EVERY = 100
/** Each hundredth line differs between the two. */
const source = (version: number) =>
  Array.from({ length: LINES }, (_, i) => `pub const C${i}: u32 = ${i % EVERY === 50 ? i + version : i};\n`).join('')

test('folds out of sight stay where they are, and the last key is what the status says', async ({ page }) => {
  test.setTimeout(120_000)
  const workspace = oneCrateWorkspace(folder, 'long', [['src/lib.rs', source(0)]], [['src/lib.rs', source(1)]])
  test.skip(typeof workspace === 'string', String(workspace))
  if (typeof workspace === 'string') return
  const door = await startBrowserDoor([workspace.root], workspace.env)
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.message))
  try {
    await page.goto(door.address)
    const queue = new QueuePage(page)
    const review = new ReviewPage(page)
    await queue.isMeasured(1)
    await queue.reviewWithKeys()
    await review.isOpen('long')
    // Then it can take the keyboard when the file is chosen.
    await review.diffIsShown()
    await review.findFileWithKeys('lib.rs')
    await expect(page.locator('.rv-leaf.front .monaco-editor.focused')).toBeVisible()

    const folds = page.locator('.rv-leaf.front .diff-hidden-lines-widget')
    const tops = () => folds.evaluateAll(all => all.map(fold => parseFloat((fold as HTMLElement).style.top)))
    const out = async () => (await tops()).filter(top => top < -100_000)
    await expect.poll(async () => (await tops()).length).toBeGreaterThan(30)
    const [first] = await out()
    const hunk = page.getByText(/^hunk \d+ of 20$/)
    for (let i = 2; i <= 12; i++) {
      await page.keyboard.press('n')
      await expect(hunk).toHaveText(`hunk ${i} of 20`)
      // Where Monaco has them follows the scrolling; what can be seen of it must not.
      expect(new Set(await out())).toEqual(new Set([first]))
    }
    expect((await tops()).some(top => top >= 0 && top < 2_000)).toBe(true)

    // A scrollbar that fades would keep the page drawing for most of a second after each move.
    const animations = page.evaluate(async () => {
      const seen = new Set<string>()
      for (let i = 0; i < 30; i++) {
        for (const { effect } of document.getAnimations())
          seen.add(effect instanceof KeyframeEffect ? String(effect.target?.className) : '')
        await new Promise(done => setTimeout(done, 50))
      }
      return [...seen]
    })
    await page.keyboard.press('n')
    expect(await animations).toEqual([])
    await page.keyboard.press('p')
    await expect(hunk).toHaveText('hunk 12 of 20')

    // Held down, the keys come faster than frames.
    const status = page.getByRole('contentinfo').getByRole('status').filter({ hasText: 'lib.rs:' })
    await expect(status).toHaveText('src/lib.rs:1151')
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown', { delay: 0 })
    await expect(status).toHaveText('src/lib.rs:1154')
    await page.evaluate(() => {
      for (let i = 0; i < 4; i++)
        document.activeElement?.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'p', code: 'KeyP', keyCode: 80, bubbles: true, cancelable: true }),
        )
    })
    await expect(hunk).toHaveText('hunk 8 of 20')
    await expect(status).toHaveText('src/lib.rs:751')
    expect(problems).toEqual([])
  } finally {
    await door.stop()
  }
})
