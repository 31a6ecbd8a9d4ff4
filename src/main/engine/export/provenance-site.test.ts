import { describe, expect, it } from 'vitest'
import { createContext, runInContext } from 'node:vm'
import { keptSummary } from '../session/provenance-results.ts'
import { testRecord } from '../session/provenance-testing.ts'
import { siteDetail, siteFrame, siteIndex } from './provenance-site.ts'

const HOSTILE = '</script><img src=x onerror=alert(1)>\u2028\u202e"\'`${1}&amp;'

describe('the static site', () => {
  it('has an index of well under a megabyte for a thousand crates', () => {
    const summaries = Array.from({ length: 1_000 }, (_, i) => ({
      ...keptSummary(testRecord(`a-crate-with-quite-a-long-name-${i}`, `1.${i}.0-beta.1`)),
      accepted: null,
    }))
    const all = [...siteFrame(), siteIndex(summaries, '2026-06-01', '0.1.0')]
    expect(all.reduce((sum, file) => sum + Buffer.byteLength(file.text), 0)).toBeLessThan(300_000)
  })
  it('carries hostile texts as data only', () => {
    const record = testRecord('evil', '1.0.0', {
      sentence: HOSTILE,
      fileResults: [{ ...testRecord('evil', '1.0.0').fileResults[0]!, path: HOSTILE, state: 'only-in-crate' }],
    })
    const { text } = siteDetail(3, record, null)
    expect(text).not.toMatch(/[<>\u2028\u202e]|&amp;/u)
    const got: unknown[] = []
    runInContext(text, createContext({ assayDetail: (...args: unknown[]) => got.push(...args) }))
    expect(got[0]).toBe(3)
    expect(got[1]).toMatchObject({ sentence: HOSTILE, fileResults: [{ path: HOSTILE }] })
  })
  it('leaves equal files out of the details', () => {
    expect(siteDetail(0, testRecord('a', '1.0.0'), null).text).toContain('"fileResults":[]')
  })
  it('allows its own scripts and nothing else, and has no handlers or styles in its page', () => {
    const page = siteFrame().find(file => file.name === 'index.html')!.text
    expect(page).toContain(
      `default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'`,
    )
    expect(page).not.toMatch(/\son[a-z]+=|\sstyle=|<script>|javascript:/i)
    const script = siteFrame().find(file => file.name === 'site.js')!.text
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|setAttribute\('on/)
  })
})
