/** Addresses come from crates' own metadata. */
import { expect, it } from 'vitest'
import { checkExternalUrl } from './external-links.ts'

it('lets known hosts through in normal form', () => {
  expect(checkExternalUrl('https://docs.rs/serde/1.0.0')).toBe('https://docs.rs/serde/1.0.0')
  expect(checkExternalUrl('HTTPS://GitHub.com/a/b')).toBe('https://github.com/a/b')
})

it.each([
  'http://docs.rs/',
  'https://docs.rs.evil.example/',
  'https://evil.example/docs.rs',
  'https://docs.rs@evil.example/',
  'https://user@docs.rs/',
  'https://docs.rs:8443/',
  'https://sub.docs.rs/',
  'https://docs．rs.evil/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'ms-settings:',
  'docs.rs',
  '',
])('refuses %j', text => {
  expect(checkExternalUrl(text)).toBeNull()
})
