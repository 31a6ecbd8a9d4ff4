/** Links come from any web page; only two exact forms mean something. */
import { expect, it } from 'vitest'
import { launchFromHash, launchHash, parseDeepLink } from './launch.ts'

it('reads a full audit and a delta', () => {
  expect(parseDeepLink('assay://crate/serde/1.0.0')).toEqual({
    kind: 'crate',
    crate: 'serde',
    delta: { from: null, to: '1.0.0' },
  })
  expect(parseDeepLink('assay://crate/serde_derive/1.0.0-rc.1..1.0.0+b.2')).toEqual({
    kind: 'crate',
    crate: 'serde_derive',
    delta: { from: '1.0.0-rc.1', to: '1.0.0+b.2' },
  })
})

it.each([
  'assay://certify/serde/1.0.0',
  'assay://crate/serde',
  'assay://crate/serde/1.0',
  'assay://crate/serde/1.0.0..1.0.1..1.0.2',
  'assay://crate/../1.0.0',
  'assay://crate/ser%64e/1.0.0',
  'assay://crate/serde/1.0.0?criteria=safe-to-deploy',
  'assay://crate/serde/1.0.0#x',
  'assay://user@crate/serde/1.0.0',
  'assay:crate/serde/1.0.0',
  'ASSAY://crate/serde/1.0.0\n--flag',
  'https://crate/serde/1.0.0',
  `assay://crate/${'a'.repeat(500)}/1.0.0`,
])('refuses %j', text => {
  expect(parseDeepLink(text)).toBeNull()
})

it('survives the way through an address', () => {
  const request = { kind: 'workspace', path: '/a b/"<&#%ü' } as never
  const hash = launchHash(request)
  expect(hash).toMatch(/^#launch=[\w%.~!*'()-]+$/)
  expect(launchFromHash(hash)).toEqual(request)
  expect(launchFromHash('#launch=%7B')).toBeNull()
  expect(launchFromHash('#launch=%7B%22kind%22%3A%22write%22%7D')).toBeNull()
  expect(launchFromHash('')).toBeNull()
})
