/** Requirements: their canonical text, and what they match. Rows as in semver's own tests, checked against 1.0.26. */
import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { matchesReq, parseVersionReq, renderVersionReq } from './version-req.ts'

const rendered = (text: string): string => {
  const req = parseVersionReq(text)
  return req.ok ? renderVersionReq(req.value) : `refused: ${req.error}`
}

describe('renderVersionReq', () => {
  it.each([
    ['1.2.3', '^1.2.3'],
    ['>= 3.0 , <4', '>=3.0, <4'],
    ['5.x', '5.*'],
    ['1.*.*', '1.*'],
    ['=1.*', '=1'],
    ['x', '*'],
    ['1.2.3-a+b', '^1.2.3-a'],
    ['', 'refused: unexpected end of input while parsing major version number'],
    ['*, 1', 'refused: wildcard req (*) must be the only comparator in the version req'],
    ['1, x', 'refused: wildcard req (x) must be the only comparator in the version req'],
    ['1.*.2', 'refused: unexpected character after wildcard in version req'],
    ['1 || 2', "refused: expected comma after major version number, found '|'"],
    ['1 - 2', "refused: expected comma after major version number, found '-'"],
    [Array(33).fill('1').join(','), 'refused: excessive number of version comparators'],
  ])('%s becomes %s', (text, want) => {
    expect(rendered(text)).toBe(want)
  })
})

describe('matchesReq', () => {
  it.each([
    ['*', ['0.0.0', '9.9.9', '1.0.0+x'], ['1.0.0-a']],
    ['1.2.3', ['1.2.3', '1.9.0', '1.2.3+x', `1.2.3@git:${'a'.repeat(40)}`], ['1.2.2', '2.0.0', '1.2.3-a', '1.3.0-a']],
    ['0.2.3', ['0.2.3', '0.2.9'], ['0.3.0', '0.2.2']],
    ['0.0.3', ['0.0.3'], ['0.0.4', '0.1.0']],
    ['^0', ['0.0.0', '0.9.9'], ['1.0.0']],
    ['~1.2', ['1.2.0', '1.2.9'], ['1.3.0']],
    ['<=1.2', ['1.2.9', '1.1.0'], ['1.3.0']],
    ['>1.2', ['1.3.0'], ['1.2.9']],
    ['>=1.0.0-a, <2', ['1.0.0-a', '1.0.0-b', '1.0.0', '1.5.0'], ['1.0.1-a', '2.0.0', '0.9.9']],
    ['=1.0.0', ['1.0.0', '1.0.0+y'], ['1.0.0-a', '1.0.1']],
    ['1.*', ['1.0.0', '1.9.9'], ['2.0.0', '1.0.0-a']],
    ['>18446744073709551614.0.0', ['18446744073709551615.0.0'], ['18446744073709551614.0.0']],
  ])('%s', (text, yes, no) => {
    const req = parseVersionReq(text)
    if (!req.ok) throw new Error(req.error)
    const { value } = req
    expect([...yes, ...no].filter(version => matchesReq(value, brand(version)))).toEqual(yes)
  })
})
