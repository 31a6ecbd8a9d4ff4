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

  /** The field below the warnings: its text becomes a line of the notes. */
  async sayWhyWithKeys(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Why that is fine' }).focus()
    await this.page.keyboard.type(text)
    await expect(this.page.locator('#certify-notes')).toHaveValue(new RegExp(text))
  }

  /** An evidence file, and its sha256 in the notes. */
  async addEvidenceWithKeys(): Promise<void> {
    await this.page.getByRole('checkbox', { name: /^Write evidence/ }).focus()
    await this.page.keyboard.press('Space')
    const digest = this.page.getByRole('checkbox', { name: 'its sha256 in the notes' })
    await digest.focus()
    await this.page.keyboard.press('Space')
    await expect(this.page.locator('#certify-notes')).toHaveValue(/Evidence: supply-chain\/evidence\/.*\.json, sha256 /)
  }

  async writeWithKeys(): Promise<void> {
    await this.page.keyboard.press('Control+s')
  }

  async commitWithKeys(): Promise<void> {
    await this.page.keyboard.press('Control+Enter')
  }
}
