/**
 * The exported site as people open it: from a folder, without a server. Filters, opens a version whose texts are
 * hostile, and nothing of it runs or leaves the page.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from '@playwright/test'
import { siteDetail, siteFrame, siteIndex } from '../../src/main/engine/export/provenance-site.ts'
import { keptSummary } from '../../src/main/engine/session/provenance-results.ts'
import { testRecord } from '../../src/main/engine/session/provenance-testing.ts'

const HOSTILE = `</script><img src=x onerror="window.ran = 1">\u202e<b>bold</b>`
const EARLIER = { published: '1.0.13', known: { version: '1.0.12', repository: HOSTILE, path: '' } }
const COUNT = 1_000
const hostileAt = 14

let folder: string
test.beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-site-'))
  const file = { ...testRecord('a', '1.0.0').fileResults[0]!, state: 'only-in-crate' as const, path: HOSTILE }
  const records = Array.from({ length: COUNT }, (_, i) =>
    testRecord(
      `crate-${i}`,
      `1.0.${i}`,
      i === hostileAt ? { outcome: 'mismatch', sentence: HOSTILE, fileResults: [file], earlier: EARLIER } : {},
    ),
  )
  const summaries = records.map(record => ({ ...keptSummary(record), accepted: null }))
  const details = records.map((record, i) => siteDetail(i, record, null))
  mkdirSync(path.join(folder, 'detail'))
  for (const { name, text } of [...siteFrame(), siteIndex(summaries, '2026-06-01', '0.1.0'), ...details]) {
    writeFileSync(path.join(folder, name), text)
  }
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the exported site opens from a folder, filters, and shows hostile texts as text', async ({ page }) => {
  const complaints: string[] = []
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(error.message))
  const loaded: string[] = []
  page.on('request', request => loaded.push(request.url()))
  await page.goto(pathToFileURL(path.join(folder, 'index.html')).href)
  await expect(page.getByRole('status')).toHaveText(`${COUNT} of ${COUNT}`)
  await page.getByRole('button', { name: 'mismatch' }).click()
  await expect(page.getByRole('status')).toHaveText(`1 of ${COUNT}`)
  await page.getByRole('link', { name: `crate-${hostileAt}`, exact: true }).click()
  const detail = page.getByRole('region', { name: 'One version' })
  await expect(detail).toContainText('<img src=x onerror="window.ran = 1">\\u{202e}<b>bold</b>')
  await expect(detail).toContainText('1.0.12: <')
  await expect(detail.locator('img, b, script')).toHaveCount(0)
  expect(await page.evaluate(() => 'ran' in window)).toBe(false)
  expect(loaded.filter(url => !url.startsWith('file:'))).toEqual([])
  expect(loaded.filter(url => url.includes('/detail/'))).toHaveLength(1)
  expect(complaints).toEqual([])
  await page.goto(`${pathToFileURL(path.join(folder, 'index.html')).href}#crate-3@1.0.3`)
  await expect(detail.getByRole('heading', { name: 'crate-3 1.0.3' })).toBeVisible()
})
