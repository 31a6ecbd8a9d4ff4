/**
 * Two lanes of whole workflows: `chromium` drives the pages through the browser door in a real browser, `electron` drives
 * the desktop shell in a real window. What a lane needs and whether it is here is decided by scripts/test.mjs.
 */
import { defineConfig } from '@playwright/test'

const isCi = process.env.CI !== undefined && process.env.CI !== ''

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/e2e',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: isCi,
  retries: isCi ? 1 : 0,
  workers: 1,
  reporter: [['list'], ['json', { outputFile: process.env.ASSAY_E2E_JSON ?? 'test-results/e2e.json' }]],
  use: {
    // Recording takes half as long again, so it is done where a failure is looked into: ASSAY_E2E_TRACE=1. Without it a
    // failure leaves a picture and the page's tree as text.
    trace: process.env.ASSAY_E2E_TRACE ? 'retain-on-failure' : 'on-first-retry',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(process.env.ASSAY_CHROMIUM ? { executablePath: process.env.ASSAY_CHROMIUM } : {}),
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
  projects: [
    { name: 'chromium', testDir: 'e2e/chromium' },
    { name: 'electron', testDir: 'e2e/electron' },
  ],
})
