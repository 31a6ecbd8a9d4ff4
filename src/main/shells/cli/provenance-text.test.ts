import { expect, it } from 'vitest'
import { humanRecord } from './provenance-text.ts'

it('keeps a hostile name on one line, whether it was checked or not', () => {
  const wanted = { crate: 'a\nserde 1.0.0   match\u001b[2K\u200f', version: '1.0.0' }
  const failed = { ok: false, error: { code: 'crate-not-in-registry', ...wanted } } as const
  const text = humanRecord(wanted, failed, null, null)
  expect(text.split('\n')).toHaveLength(2)
  expect(text).toContain('a serde 1.0.0   match<U+001B>[2K<U+200F>')
})
