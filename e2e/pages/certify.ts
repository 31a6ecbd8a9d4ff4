/** The certify sheet: preview, write, commit. */
import { expect, type Locator, type Page } from '@playwright/test'

export class CertifyPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  sheet(crate: string): Locator {
    return this.page.getByRole('main', { name: `Certify ${crate}` })
  }

  /** The preview is made and our own check of the trial bytes passed. */
  async isReady(crate: string): Promise<void> {
    const sheet = this.sheet(crate)
    await expect(sheet).toBeVisible()
    await expect(sheet.getByText(/A trial copy passes/)).toBeVisible({ timeout: 30_000 })
    await expect(sheet.getByRole('button', { name: /^Write files/ })).toBeEnabled()
  }

  async writeWithKeys(): Promise<void> {
    await this.page.keyboard.press('Control+s')
  }

  async commitWithKeys(): Promise<void> {
    await this.page.keyboard.press('Control+Enter')
  }
}
