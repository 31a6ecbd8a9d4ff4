/** The queue as one of the team sees it: what to press, and where what others did is read. */
import { expect, type Locator, type Page } from '@playwright/test'
import { QueuePage } from './queue.ts'

export class TeamPage extends QueuePage {
  readonly status: Locator
  readonly inspector: Locator
  readonly dialog: Locator

  constructor(page: Page) {
    super(page)
    this.status = page.getByRole('button', { name: /^(Team: |Syncing with)/ })
    this.inspector = page.getByRole('complementary', { name: /^Inspector/ })
    this.dialog = page.getByRole('dialog')
  }

  /** The saved view with this name in the rail. */
  view(name: string): Locator {
    return this.page.getByRole('navigation').getByRole('button', { name: new RegExp(`^${name} \\d`) })
  }

  /** As in any list, but however slowly the page follows the keys. */
  override async selectWithKeys(crate: string): Promise<void> {
    // A button that was pressed before keeps Home for itself.
    await this.grid.focus()
    await this.page.keyboard.press('Home')
    const steps = (await this.crates()).indexOf(crate)
    expect(steps, `${crate} is in the list`).toBeGreaterThanOrEqual(0)
    for (let i = 0; i < steps; i++) await this.page.keyboard.press('j')
    await expect.poll(() => this.selected()).toBe(crate)
  }

  async joinWithKeys(address: string): Promise<void> {
    await this.page.keyboard.press('Shift+F5')
    await expect(this.dialog.getByText(address)).toBeVisible()
    await this.dialog.getByRole('button', { name: 'Join and sync' }).press('Enter')
    await this.isSynced()
  }

  async isSynced(): Promise<void> {
    await expect(this.status).toHaveAccessibleName(/synced just now$/, { timeout: 30_000 })
  }

  /** Sends what waits and fetches, and waits until that is done. */
  async syncWithKeys(): Promise<void> {
    const synced = this.page.waitForResponse(
      response => response.url().endsWith('/call') && (response.request().postData() ?? '').includes('"team.sync"'),
    )
    await this.page.keyboard.press('Shift+F5')
    await synced
  }

  async assignWithKeys(who: string): Promise<void> {
    await this.page.keyboard.press('a')
    await this.dialog.getByRole('combobox').fill(who)
    await this.page.keyboard.press('Enter')
    await expect(this.dialog).toHaveCount(0)
  }

  async noteWithKeys(text: string, severity = 'concern'): Promise<void> {
    await this.page.keyboard.press('c')
    const field = this.inspector.getByRole('textbox', { name: /^Write a note on/ })
    await expect(field).toBeFocused()
    await this.page.keyboard.type(text)
    await this.inspector.getByRole('combobox', { name: 'Weight' }).selectOption(severity)
    await field.press('Control+Enter')
    await expect(field, 'it was written').toHaveValue('')
  }

  note(text: string): Locator {
    return this.inspector.getByRole('listitem').filter({ hasText: text })
  }
}
