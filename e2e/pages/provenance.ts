/** The provenance page, and a file beside its side in the repository. */
import { expect, type Locator, type Page } from '@playwright/test'

export class ProvenancePage {
  readonly page: Page
  readonly grid: Locator
  readonly filter: Locator

  constructor(page: Page) {
    this.page = page
    this.grid = page.getByRole('grid', { name: 'Versions and their provenance' })
    this.filter = page.getByRole('textbox', { name: 'Filter versions' })
  }

  async openWithKeys(): Promise<void> {
    await this.page.keyboard.press('g')
    await this.page.keyboard.press('p')
    await expect(this.page.getByRole('heading', { name: 'Provenance', level: 1 })).toBeVisible()
    await expect(this.grid).toBeFocused()
  }

  /** How many rows the filter leaves; the header is not one of them. */
  async rowCount(): Promise<number> {
    return Number(await this.grid.getAttribute('aria-rowcount')) - 1
  }

  async filterWithKeys(text: string): Promise<void> {
    await this.page.keyboard.press('/')
    await expect(this.filter).toBeFocused()
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.type(text)
    await this.page.keyboard.press('Enter')
  }

  selected(): Locator {
    return this.grid.locator('[role=row][aria-selected=true]')
  }

  /** The detail of the selected version is there, with its four steps. */
  async detailIsShown(crate: string): Promise<void> {
    const detail = this.page.getByRole('complementary', { name: new RegExp(`^Details: ${crate} `) })
    for (const step of ['Claim', 'Evidence', 'Plan', 'Verdict'])
      await expect(detail.getByRole('heading', { name: new RegExp(`^${step}\\b`) })).toBeVisible()
  }
}

export class PairPage {
  readonly page: Page
  readonly files: Locator

  constructor(page: Page) {
    this.page = page
    this.files = page.getByRole('listbox')
  }

  async isOpen(crate: string): Promise<void> {
    await expect(this.page.getByRole('main', { name: new RegExp(`^${crate} .* beside its repository$`) })).toBeVisible()
  }

  /** The texts of the two sides as Monaco draws them: lines that are marked as removed, and as added. */
  async differingLines(): Promise<{ left: string; right: string }> {
    const editors = this.page.locator('.rv-leaf.front')
    await expect(editors.locator('.view-line').first()).toBeVisible({ timeout: 30_000 })
    const text = async (side: string) =>
      (await this.page.locator(`.rv-leaf.front .editor.${side} .view-lines`).innerText()).replace(/\u00a0/g, ' ')
    return { left: await text('original'), right: await text('modified') }
  }
}
