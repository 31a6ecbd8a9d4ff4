/** A screen as it is shown in both themes: checked with axe-core, and kept as a picture. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { ROOT } from '../fixtures/real-workspace.ts'
import { expectAccessible } from './accessible.ts'

/** ASSAY_SCREENSHOTS=1 renews the documentation's. */
const PICTURES = path.join(
  ROOT,
  ...(process.env.ASSAY_SCREENSHOTS === '1' ? ['docs'] : ['test-results']),
  'screenshots',
)

/** What axe-core says of the page in each theme, which follows the system's; `look` is called before it. */
export async function checkThemes(
  page: Page,
  screen: string,
  look?: (theme: string) => Promise<unknown>,
): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    await look?.(theme)
    await expectAccessible(page, `${screen}, ${theme}`)
  }
}

/** One picture in each theme, and the check of what it shows; `prepare` is called before each. */
export async function picture(page: Page, name: string, prepare?: () => Promise<unknown>): Promise<void> {
  mkdirSync(PICTURES, { recursive: true })
  await checkThemes(page, name, async theme => {
    await prepare?.()
    await page.screenshot({ path: path.join(PICTURES, `${name}-${theme}.png`), animations: 'disabled' })
  })
}
