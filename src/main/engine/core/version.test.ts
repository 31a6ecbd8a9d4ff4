/** Versions: what parses, how they are written, and Rust's total order. The rows were checked against semver 1.0.26. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brand, type VetVersion } from '../../../shared/domain.ts'
import { compareVetVersions, gitRevOf, parseVetVersion, semverOf, versionParts } from './version.ts'

const HASH = '0123456789abcdefABCD0123456789abcdefABCD'
const parsed = (text: string): string => {
  const result = parseVetVersion(text)
  return result.ok ? result.value : `refused: ${result.error}`
}

describe('parseVetVersion', () => {
  it.each([
    ['1.2.3', '1.2.3'],
    ['18446744073709551615.0.0', '18446744073709551615.0.0'],
    ['1.0.0-alpha.1+build.05', '1.0.0-alpha.1+build.05'],
    [`1.0.0@git:${HASH}`, `1.0.0@git:${HASH}`],
    [`1.0.0 @ git:${HASH}`, `1.0.0@git:${HASH}`],
    ['1.0', 'refused: unexpected end of input while parsing minor version number'],
    ['', 'refused: empty string, expected a semver version'],
    [' 1.0.0', "refused: unexpected character ' ' while parsing major version number"],
    ['01.0.0', 'refused: invalid leading zero in major version number'],
    ['1.0.0-01', 'refused: invalid leading zero in pre-release identifier'],
    ['1.0.0-', 'refused: empty identifier segment in pre-release identifier'],
    ['1.0.0+', 'refused: empty identifier segment in build metadata'],
    ['1.0.0é', "refused: unexpected character 'é' after patch version number"],
    ['18446744073709551616.0.0', 'refused: value of major version number exceeds u64::MAX'],
    [`${'9'.repeat(100_000)}.0.0`, 'refused: value of major version number exceeds u64::MAX'],
    ['1.0.0@git:0123', 'refused: unrecognized git hash, expected 40 hex digits'],
    [`1.0.0@git: ${HASH}`, 'refused: unrecognized git hash, expected 40 hex digits'],
    [`1.0.0@hg:${HASH}`, "refused: unrecognized revision type, expected 'git:' prefix"],
  ])('reads %s', (text, want) => {
    expect(parsed(text)).toBe(want)
  })

  it('keeps numbers past what a double holds', () => {
    const parts = versionParts(brand<'VetVersion'>('9007199254740993.0.18446744073709551615'))
    expect([parts.major, parts.patch]).toEqual([9007199254740993n, 18446744073709551615n])
  })

  it('tells semver and git hash apart', () => {
    const version = parsed(`1.0.0-a @git:${HASH}`) as VetVersion
    expect([semverOf(version), gitRevOf(version), gitRevOf(brand('1.0.0'))]).toEqual(['1.0.0-a', HASH, null])
  })
})

/** In Rust's order, each less than the next. */
const ASCENDING = [
  ...['0.0.0', '0.0.1', '0.9.0', '0.10.0', '1.0.0-0', '1.0.0-9', '1.0.0-10', '1.0.0--', '1.0.0-A', '1.0.0-a'],
  ...['1.0.0-a+x', '1.0.0-a.1', '1.0.0-a.1.0', '1.0.0-a.b', '1.0.0-aa', '1.0.0', `1.0.0@git:${'0'.repeat(40)}`],
  ...[`1.0.0@git:${'A'.repeat(40)}`, `1.0.0@git:${'a'.repeat(40)}`, '1.0.0+0', '1.0.0+00', '1.0.0+1', '1.0.0+01'],
  ...['1.0.0+2', '1.0.0+10', '1.0.0+10.1', '1.0.0+A', '1.0.0+a', `1.0.0+a@git:${HASH}`, '1.0.1-rc', '2.0.0'],
  ...['10.0.0', '9007199254740992.0.0', '9007199254740993.0.0', '18446744073709551615.0.0'],
] as unknown as readonly VetVersion[]

describe('compareVetVersions', () => {
  it('orders as Rust does', () => {
    for (const [i, a] of ASCENDING.entries())
      for (const [j, b] of ASCENDING.entries())
        expect([a, b, Math.sign(compareVetVersions(a, b))]).toEqual([a, b, Math.sign(i - j)])
  })

  it('is a total order', () => {
    const version = fc.constantFrom(...ASCENDING)
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVetVersions(a, b))).toBe(-Math.sign(compareVetVersions(b, a)) + 0)
        if (compareVetVersions(a, b) <= 0 && compareVetVersions(b, c) <= 0)
          expect(compareVetVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})
