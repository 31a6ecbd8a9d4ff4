import { expect, it } from 'vitest'
import { judge } from './signatures.ts'

it.each([
  { case: 'of the author', verdict: 'G', signer: 'ada@example.com', want: 'verified' },
  { case: 'of the author, by OpenPGP', verdict: 'G', signer: 'Ada <ADA@example.com>', want: 'verified' },
  { case: 'of the author among others', verdict: 'G', signer: 'x@y,ada@example.com', want: 'verified' },
  { case: 'of somebody else', verdict: 'G', signer: 'Ada <eve@example.com>', want: 'bad' },
  {
    case: 'of somebody who only names the author',
    verdict: 'G',
    signer: 'ada@example.com <eve@example.com>',
    want: 'bad',
  },
  { case: 'that does not hold', verdict: 'B', signer: 'ada@example.com', want: 'bad' },
  { case: 'by a revoked key', verdict: 'R', signer: 'ada@example.com', want: 'bad' },
  { case: 'by a key nobody vouches for', verdict: 'U', signer: 'ada@example.com', want: 'unchecked' },
  { case: 'that is expired', verdict: 'X', signer: 'ada@example.com', want: 'unchecked' },
  { case: 'whose key is not there', verdict: 'E', signer: '', want: 'unchecked' },
  { case: 'that is none', verdict: 'N', signer: '', want: 'unsigned' },
])('a signature $case is $want', ({ verdict, signer, want }) => {
  expect(judge(verdict, signer, 'Ada <ada@example.com>')).toBe(want)
})
