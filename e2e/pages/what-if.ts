/** The what-if page: rows by what they would do, the result, the preview of applying. */
import { expect, type Locator, type Page } from '@playwright/test'

export class WhatIfPage {
  readonly page: Page
  readonly grid: Locator
  readonly result: Locator

  constructor(page: Page) {
    this.page = page
    this.grid = page.getByRole('grid', { name: 'Changes to try' })
    this.result = page.getByRole('complementary', { name: 'Result' })
  }

  async openWithKeys(): Promise<void> {
    const heading = this.page.getByRole('heading', { name: 'What-if', level: 1 })
    await this.sequence('g', 'w', () => expect(heading).toBeVisible({ timeout: 3_000 }))
    await expect(this.grid).toBeFocused()
  }

  async leaveWithKeys(): Promise<void> {
    await this.sequence('g', 'q', () => expect(this.grid).toBeHidden({ timeout: 3_000 }))
  }

  /** Two keys within a second, which a busy machine may not manage: then once more. */
  private async sequence(first: string, second: string, isThere: () => Promise<unknown>): Promise<void> {
    await expect(async () => {
      await this.page.keyboard.press(first)
      await this.page.keyboard.press(second)
      await isThere()
    }).toPass({ timeout: 20_000 })
  }

  /** The row of a change, by the beginning of its title. */
  row(title: string): Locator {
    return this.grid.getByRole('row').filter({ has: this.page.locator('b', { hasText: new RegExp(`^${title}`) }) })
  }

  /** Cells of a row: items, exempted, lines, risks. */
  async figures(title: string): Promise<readonly string[]> {
    const cells = await this.row(title).getByRole('gridcell').allInnerTexts()
    return cells.slice(2).map(text => text.replace(/\s+/g, ' ').trim())
  }

  async selectWithKeys(title: string): Promise<void> {
    await this.page.keyboard.press('Home')
    const count = await this.grid.locator('[role=row][aria-selected]').count()
    for (let i = 0; i < count; i++) {
      if ((await this.row(title).getAttribute('aria-selected')) === 'true') return
      await this.page.keyboard.press('j')
    }
    await expect(this.row(title)).toHaveAttribute('aria-selected', 'true')
  }

  /** Moves to the row, includes it or leaves it out, and waits until all is solved again. */
  async toggleWithKeys(title: string): Promise<void> {
    await this.selectWithKeys(title)
    await this.page.keyboard.press('Space')
    await this.isSolved()
  }

  async isSolved(): Promise<void> {
    await expect(this.grid).toHaveAttribute('aria-busy', 'false')
  }

  /** Before and after, or one number. */
  async figure(label: string): Promise<string> {
    const text = await this.result
      .locator('.wi-figures > div')
      .filter({ hasText: label })
      .locator('.wi-big')
      .innerText()
    return text
      .replace(/\b(before|after)\b/g, '')
      .replace(/\s+/g, ' ')
      .trim()
  }

  sheet(): Locator {
    return this.page.getByRole('main', { name: 'Apply changes' })
  }
}
