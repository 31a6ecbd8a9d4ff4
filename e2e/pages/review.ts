/** A review: files, hunks, marks, progress. */
import { expect, type Locator, type Page } from '@playwright/test'

export class ReviewPage {
  readonly page: Page
  readonly files: Locator
  readonly filesRead: Locator

  constructor(page: Page) {
    this.page = page
    this.files = page.getByRole('tree', { name: 'Files of the change' })
    this.filesRead = page.getByRole('progressbar', { name: /^Files read/ })
  }

  async isOpen(crate: string): Promise<void> {
    await expect(this.page.getByRole('heading', { name: crate, level: 1 })).toBeVisible({ timeout: 60_000 })
    await expect(this.files).toBeVisible({ timeout: 60_000 })
  }

  /** `[read, all]` files. */
  async progress(): Promise<[number, number]> {
    const label = (await this.filesRead.getAttribute('aria-label')) ?? ''
    const [, done = '0', total = '0'] = /: ([\d\s.,]+) of ([\d\s.,]+)$/.exec(label) ?? []
    return [Number(done.replace(/\D/g, '')), Number(total.replace(/\D/g, ''))]
  }

  /** Looks for a file by its name and chooses the first that is found; it need not be shown yet. */
  async findFileWithKeys(name: string): Promise<void> {
    await this.page.keyboard.press('f')
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.type(name)
    await this.page.keyboard.press('Enter')
  }

  /** The diff editor shows its text. */
  async diffIsShown(): Promise<void> {
    await expect(this.page.locator('.rv-leaf.front .view-line').first()).toBeVisible({ timeout: 30_000 })
  }

  /** The file chosen in the tree is the one beside it: a mark goes to what is shown. */
  async fileIsShown(): Promise<void> {
    const shown = this.page.getByRole('region', { name: 'Difference' })
    await expect(shown.getByText(await this.chosenFile(), { exact: true })).toBeVisible()
    // Two editors take turns: nothing of the other one may be in the way.
    const other = () =>
      this.page.evaluate(() => {
        const { left, top, width, height } =
          document.querySelector('.rv-leaf.front')?.getBoundingClientRect() ?? new DOMRect()
        const at = (share: number) => document.elementFromPoint(left + width * share, top + height / 2)
        const other = document.querySelector('.rv-leaf:not(.front)')
        const stops = other?.querySelectorAll<HTMLElement>('a[href], button, input, textarea, [tabindex]') ?? []
        return {
          isSeen: [0.1, 0.3, 0.6, 0.9].some(share => other?.contains(at(share) ?? null) === true),
          isRead: other !== null && other.getAttribute('aria-hidden') !== 'true',
          stops: [...stops].filter(stop => stop.tabIndex >= 0).map(stop => stop.outerHTML.slice(0, 200)),
        }
      })
    await expect.poll(other).toEqual({ isSeen: false, isRead: false, stops: [] })
  }

  /** Path of the file chosen in the tree. */
  async chosenFile(): Promise<string> {
    return (await this.files.getByRole('treeitem', { selected: true }).getAttribute('data-path')) ?? ''
  }

  /** The file chosen in the tree, of several hunks, is marked partly read by being looked at. */
  async becomesPartly(): Promise<void> {
    const row = this.files.getByRole('treeitem', { selected: true })
    await expect(row.getByRole('img', { name: 'partly read' })).toBeVisible()
  }

  /** Changes to the other layout of the diff and waits until it is shown. */
  async layoutWithKeys(layout: 'Split' | 'Unified'): Promise<void> {
    await this.page.keyboard.press('m')
    await expect(this.page.getByRole('button', { name: layout, pressed: true })).toBeVisible()
    await this.diffIsShown()
  }

  async nextHunkWithKeys(): Promise<void> {
    await this.page.keyboard.press('n')
  }

  /** Marks each file read with the keyboard, going to the next unread one, until all are. */
  async readAllWithKeys(): Promise<number> {
    for (;;) {
      const [done, total] = await this.progress()
      if (done === total) return total
      await this.fileIsShown()
      const before = `${done} ${await this.chosenFile()}`
      await this.page.keyboard.press('Shift+M')
      // Files that cargo-vet leaves out move on without counting.
      await expect.poll(async () => `${(await this.progress())[0]} ${await this.chosenFile()}`).not.toBe(before)
    }
  }

  async certifyWithKeys(): Promise<void> {
    await this.page.keyboard.press('Control+Enter')
  }
}
