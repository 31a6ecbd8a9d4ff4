/** The queue: rows by crate, the selected one, keys. */
import { expect, type Locator, type Page } from '@playwright/test'

export class QueuePage {
  readonly page: Page
  readonly grid: Locator

  constructor(page: Page) {
    this.page = page
    this.grid = page.getByRole('grid')
  }

  row(crate: string): Locator {
    return this.grid.getByRole('row').filter({ has: this.page.getByText(crate, { exact: true }) })
  }

  /** Crates in the order shown, header row left out. */
  async crates(): Promise<string[]> {
    return this.grid.locator('[role=row][aria-selected] b').allInnerTexts()
  }

  /** Rows are there and every size has arrived. */
  async isMeasured(rows: number): Promise<void> {
    // A row that was resolved stays until the next act; it is no longer in the queue.
    const open = this.grid.locator('[role=row][aria-selected]:not(.left)')
    await expect(open).toHaveCount(rows, { timeout: 60_000 })
    await expect(this.grid.getByText(/measuring/i)).toHaveCount(0, { timeout: 60_000 })
  }

  async selected(): Promise<string> {
    return (await this.grid.locator('[role=row][aria-selected=true] b').innerText()).trim()
  }

  /** Moves the selection with the keyboard until the crate is selected. */
  async selectWithKeys(crate: string): Promise<void> {
    await this.page.keyboard.press('Home')
    const count = await this.grid.locator('[role=row][aria-selected]').count()
    for (let i = 0; i < count; i++) {
      if ((await this.selected()) === crate) return
      await this.page.keyboard.press('j')
    }
    expect(await this.selected()).toBe(crate)
  }

  async reviewWithKeys(): Promise<void> {
    await this.page.keyboard.press('Enter')
  }
}
