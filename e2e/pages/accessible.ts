/** What axe-core finds on the page as it is shown now; a screen passes when it finds nothing. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Finding {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly any: readonly { readonly message: string }[] }[]
}

/** Fails with each rule broken and the first elements that break it. All rules count, best practices included. */
export async function expectAccessible(page: Page, screen: string): Promise<void> {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (where: Document, how: object) => Promise<unknown> } }
    return (await axe.run(document, { resultTypes: ['violations'] })) as { violations: readonly Finding[] }
  })
  const lines = found.violations.map(rule =>
    [rule.id, ...rule.nodes.slice(0, 3).map(node => `${node.html.slice(0, 200)} ${node.any[0]?.message ?? ''}`)].join(
      '\n    ',
    ),
  )
  expect(lines, `axe on ${screen}`).toEqual([])
}
