/** The welcome page and the folder chooser. Selectors by role and name. */
import { expect, type Locator, type Page } from '@playwright/test'

export class WelcomePage {
  readonly page: Page
  readonly heading: Locator
  readonly sample: Locator

  constructor(page: Page) {
    this.page = page
    this.heading = page.getByRole('heading', { name: 'Open a Cargo workspace' })
    this.sample = page.getByRole('button', { name: 'Try the sample workspace' })
  }

  async isShown(): Promise<void> {
    await expect(this.heading).toBeVisible()
  }

  /** Waits until every row of the environment check has its answer. */
  async environmentIsKnown(): Promise<void> {
    await expect(this.page.getByText(/^asking /)).toHaveCount(0, { timeout: 30_000 })
  }

  /** Opens a folder with the keyboard alone. */
  async openWithKeys(folder: string): Promise<void> {
    await this.page.keyboard.press('Control+o')
    const field = this.page.getByRole('textbox', { name: 'Path of the folder' })
    await expect(field).toBeFocused()
    // The chooser fills in the home folder when its listing arrives.
    await expect(field).not.toHaveValue('')
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.insertText(folder)
    await this.page.keyboard.press('Enter')
  }
}
