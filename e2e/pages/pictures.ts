/** A screen as it is shown in both themes: checked with axe-core, and kept as a picture. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { smallPng } from '../../tools/small-png.ts'
import { ROOT } from '../fixtures/real-workspace.ts'
import { expectAccessible } from './accessible.ts'

/** ASSAY_SCREENSHOTS=1 renews the documentation's. */
const IS_KEPT = process.env.ASSAY_SCREENSHOTS === '1'
const PICTURES = path.join(ROOT, IS_KEPT ? 'docs' : 'test-results', 'screenshots')
/** After a change of theme the editor colours its text anew, little by little, and its scroll bars fade away. */
const EDITOR_RESTS_MS = 1_200

type Theme = 'light' | 'dark'

const THEMES: readonly Theme[] = ['light', 'dark']

/** What axe-core says of the page in each theme, which follows the system's; `look` is called before it. */
export async function checkThemes(
  page: Page,
  screen: string,
  look?: (theme: Theme) => Promise<unknown>,
): Promise<void> {
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    await look?.(theme)
    await expectAccessible(page, `${screen}, ${theme}`)
  }
}

/**
 * One picture in each theme of `themes`, and the check of what it shows in both; `prepare` is called before each. States
 * that differ in few places are kept in one theme, so that the folder stays small.
 */
export async function picture(
  page: Page,
  name: string,
  prepare?: () => Promise<unknown>,
  themes: readonly Theme[] = THEMES,
): Promise<void> {
  mkdirSync(PICTURES, { recursive: true })
  await checkThemes(page, name, async theme => {
    await prepare?.()
    if (!themes.includes(theme)) return
    if (IS_KEPT && (await page.locator('.monaco-editor').count()) > 0) await page.waitForTimeout(EDITOR_RESTS_MS)
    const taken = await page.screenshot({ animations: 'disabled' })
    writeFileSync(path.join(PICTURES, `${name}-${theme}.png`), IS_KEPT ? smallPng(taken) : taken)
  })
}

/** One dark picture at the least size of the window; the check in both themes there. Goes back to the size before. */
export async function narrowPicture(page: Page, name: string, prepare?: () => Promise<unknown>): Promise<void> {
  const before = page.viewportSize()
  await page.setViewportSize({ width: 1100, height: 700 })
  await picture(page, name, prepare, ['dark'])
  if (before !== null) await page.setViewportSize(before)
}
