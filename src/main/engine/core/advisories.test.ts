// Advisory files, which versions they hit, scores and lock files. What cargo-audit says of the same is compared in
// tools/advisory-reference.ts; here stand the rules, one row each.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { fail, ok } from '../../../shared/result.ts'
import {
  advisoriesOf,
  indexAdvisories,
  nearestFixed,
  readAdvisory,
  splitAdvisory,
  type Advisory,
} from './advisories.ts'
import { readCvss } from './advisories-cvss.ts'
import { auditLock } from './advisories-lock.ts'
import { affectedRanges, isAffected } from './advisories-ranges.ts'
import { parseVersionReq } from './version-req.ts'

const version = (text: string) => brand<'VetVersion'>(text)
const reqs = (texts: readonly string[]) =>
  texts.map(text => {
    const parsed = parseVersionReq(text)
    if (!parsed.ok) throw new Error(parsed.error)
    return parsed.value
  })

describe('affectedRanges', () => {
  it.each<{ patched: string[]; unaffected?: string[]; hit: string[]; not: string[] }>([
    { patched: [], hit: ['0.0.0-0', '1.0.0', '99.0.0'], not: [] },
    { patched: ['*'], hit: [], not: ['0.0.1', '1.0.0-a'] },
    { patched: ['>=1.2.3'], hit: ['1.2.2', '1.2.3-rc.1', '0.0.0'], not: ['1.2.3', '1.2.3+x', '2.0.0-alpha'] },
    { patched: ['>1.0.0-a'], hit: ['1.0.0-a', '0.9.0'], not: ['1.0.0-a.0', '1.0.0-b', '1.0.0'] },
    { patched: ['>1.2.3'], hit: ['1.2.3', '1.2.3-a'], not: ['1.2.4', '1.2.4-0'] },
    { patched: ['>=1.2.3'], unaffected: ['<1.0.0'], hit: ['1.0.0', '1.2.2'], not: ['0.9.9', '1.0.0-alpha', '1.2.3'] },
    { patched: ['^1.0.5', '>=2.0.1'], hit: ['1.0.4', '2.0.0', '2.0.0-alpha'], not: ['1.0.5', '1.99.0', '2.0.1'] },
    { patched: ['^0.1.2'], hit: ['0.2.0', '0.2.0-alpha'], not: ['0.1.2', '0.1.99'] },
    { patched: ['^0.0.3'], hit: ['0.0.4', '0.0.2'], not: ['0.0.3'] },
    { patched: ['~1.2'], hit: ['1.3.0-a', '1.1.9'], not: ['1.2.0', '1.2.9'] },
    { patched: ['=1.0.0', '>=1.0.2'], hit: ['1.0.1', '1.0.1-0', '1.0.0-a'], not: ['1.0.0', '1.0.2'] },
    { patched: [], unaffected: ['<=1.5.0'], hit: ['1.5.1-0', '2.0.0'], not: ['1.5.0', '1.5.0-x'] },
  ])('patched $patched, unaffected $unaffected', ({ patched, unaffected = [], hit, not }) => {
    const ranges = affectedRanges(reqs(patched), reqs(unaffected))
    if (!ranges.ok) throw new Error(ranges.error)
    expect(hit.filter(text => !isAffected(ranges.value, version(text)))).toEqual([])
    expect(not.filter(text => isAffected(ranges.value, version(text)))).toEqual([])
  })

  it.each([
    [['>=1', '>=2'], 'overlap'],
    [['*', '>=2'], 'overlap'],
    [['>=1, >=2'], 'two lower bounds'],
    [['<1, <2'], 'two upper bounds'],
    [['>=2, <1'], 'is empty'],
    [['1.*'], 'wildcard'],
    [['^1, <1.5'], 'does not stand alone'],
    [['>=1, <2, <3'], 'too many parts'],
    [['=1.0.0', '>1.0.0'], 'start at 1.0.0'],
    [['^18446744073709551615.0'], 'too large'],
  ])('refuses %j', (patched, reason) => {
    expect(affectedRanges(reqs(patched), [])).toMatchObject({ ok: false, error: expect.stringContaining(reason) })
  })

  it('a release outside of every stated range is hit, one inside is not', () => {
    const small = fc.integer({ min: 0, max: 3 })
    fc.assert(
      fc.property(small, small, small, small, small, small, (a, b, c, x, y, z) => {
        const ranges = affectedRanges(reqs([`>=${a}.${b}.${c}`]), [])
        const isAtOrPast = x !== a ? x > a : y !== b ? y > b : z >= c
        return ranges.ok && isAffected(ranges.value, version(`${x}.${y}.${z}`)) === !isAtOrPast
      }),
    )
  })
})

const FILE = `\`\`\`toml
[advisory]
id = "RUSTSEC-2026-0001"
package = "leaky"
\`\`\`

# Leaks on Tuesdays

Only then.
`
const TREE = {
  advisory: { id: 'RUSTSEC-2026-0001', package: 'leaky', date: '2026-01-02', aliases: ['CVE-2026-1'] },
  versions: { patched: ['>= 1.2.0'] },
}
const WORDS = { title: 'Leaks', description: '' }
const advisory = (
  change: Record<string, unknown> = {},
  versions: Record<string, unknown> = TREE.versions,
): Advisory => {
  const read = readAdvisory({ advisory: { ...TREE.advisory, ...change }, versions }, WORDS)
  if (!read.ok || read.value === null) throw new Error(read.ok ? 'a placeholder' : read.error)
  return read.value
}
const database = (...list: Advisory[]) =>
  indexAdvisories(list.map(one => ({ path: `crates/${one.crate}/${one.id}.md`, crate: one.crate, read: ok(one) })))

describe('reading a file', () => {
  it('splits front matter, heading and text; the first header may be left out', () => {
    expect(splitAdvisory(FILE)).toEqual(
      ok({
        toml: '[advisory]\nid = "RUSTSEC-2026-0001"\npackage = "leaky"',
        title: 'Leaks on Tuesdays',
        description: 'Only then.',
      }),
    )
    const bare = splitAdvisory(FILE.replace('[advisory]\n', ''))
    expect(bare.ok && bare.value.toml).toMatch(/^\[advisory\]\nid = /)
  })

  it.each([
    ['# no front matter', 'does not begin'],
    ['```toml\nid = 1', 'has no end'],
    ['```toml\nid = 1\n```\ntext', 'no heading'],
  ])('%j is no advisory', (text, reason) => {
    expect(splitAdvisory(text)).toMatchObject({ ok: false, error: expect.stringContaining(reason) })
  })

  it.each([
    [{ advisory: { ...TREE.advisory, id: '../x' }, versions: TREE.versions }, 'no id'],
    [{ advisory: { ...TREE.advisory, package: 'a/b' }, versions: TREE.versions }, 'no crate name'],
    [{ advisory: TREE.advisory }, '`versions` is missing'],
    [{ advisory: TREE.advisory, versions: {} }, 'patched` is missing'],
    [{ advisory: TREE.advisory, versions: { patched: 'x' } }, 'not a list'],
    [{ advisory: TREE.advisory, versions: { patched: ['>=x'] } }, '`versions.patched` has'],
    [{ advisory: { ...TREE.advisory, informational: 3 }, versions: TREE.versions }, '`informational`'],
  ])('%j is told as unreadable', (tree, reason) => {
    expect(readAdvisory(tree, WORDS)).toMatchObject({ ok: false, error: expect.stringContaining(reason) })
  })

  it('tells the kinds apart; an unknown word is neither a vulnerability nor nothing', () => {
    const kinds = [undefined, 'unmaintained', 'unsound', 'notice', 'brand-new'].map(
      informational => advisory(informational === undefined ? {} : { informational }).kind,
    )
    expect(kinds).toEqual(['vulnerability', 'unmaintained', 'unsound', 'notice', 'other'])
  })

  it('takes no address that is not of the web', () => {
    expect(advisory({ url: 'javascript:alert(1)' }).url).toBeNull()
  })
})

describe('the database', () => {
  it('gives those that hit a version, by id, and none that was withdrawn', () => {
    const known = database(
      advisory({ id: 'RUSTSEC-2026-0003' }),
      advisory(),
      advisory({ id: 'RUSTSEC-2026-0002', withdrawn: '2026-02-02' }),
    )
    expect(advisoriesOf(known, 'leaky', version('1.1.0')).map(a => a.id)).toEqual([
      'RUSTSEC-2026-0001',
      'RUSTSEC-2026-0003',
    ])
    expect(advisoriesOf(known, 'leaky', version('1.2.0'))).toEqual([])
    expect(advisoriesOf(known, 'other', version('1.1.0'))).toEqual([])
  })

  it('keeps what could not be read as a problem of its crate', () => {
    const wrong = indexAdvisories([
      { path: 'crates/leaky/A.md', crate: 'leaky', read: fail('line 3') },
      { path: 'crates/other/B.md', crate: 'other', read: ok(advisory()) },
      { path: 'crates/leaky/C.md', crate: 'leaky', read: ok(advisory()) },
      { path: 'crates/leaky/D.md', crate: 'leaky', read: ok(advisory()) },
    ])
    expect(wrong.count).toBe(1)
    expect(wrong.problems.map(p => [p.crate, p.reason])).toEqual([
      ['leaky', 'line 3'],
      ['leaky', 'RUSTSEC-2026-0001 is there twice'],
      ['other', 'it is about leaky'],
    ])
  })

  it('offers the nearest version that nothing hits, a release first, never a yanked one', () => {
    const known = [advisory(), advisory({ id: 'RUSTSEC-2026-0002' }, { patched: ['>=1.3.0'], unaffected: ['<1.2.1'] })]
    const published = ['1.1.0', '1.2.0', '1.2.1', '1.3.0-rc.1', '1.3.0', '2.0.0'].map(text => ({
      version: text,
      yanked: text === '1.2.0',
    }))
    expect(nearestFixed(known, version('1.1.0'), published)).toBe('1.3.0')
    expect(nearestFixed(known, version('1.1.0'), published.slice(0, 4))).toBeNull()
  })
})

describe('auditLock', () => {
  const REGISTRY = 'registry+https://github.com/rust-lang/crates.io-index'
  const leaky = (source: string | null, at = '1.0.0') => ({ name: 'leaky', version: at, source })

  it('looks at packages of the registry only, and says what it does not know', () => {
    const known = indexAdvisories([
      { path: 'crates/leaky/A.md', crate: 'leaky', read: ok(advisory()) },
      { path: 'crates/leaky/B.md', crate: 'leaky', read: fail('broken') },
    ])
    const packages = [leaky(REGISTRY), leaky(null), leaky('git+https://example.com/x#1'), leaky(REGISTRY, '1.2.0')]
    const published = () => [{ version: '1.0.0', yanked: true }]
    const report = auditLock(packages, known, published, { yanked: true })
    expect(report.vulnerabilities.map(f => [f.package.version, f.advisory.id])).toEqual([
      ['1.0.0', 'RUSTSEC-2026-0001'],
    ])
    expect(report.yanked).toEqual([packages[0]])
    expect(report.yankedUnknown).toEqual([packages[3]])
    expect(report.unsure).toHaveLength(2)
    expect(report.packageCount).toBe(4)
  })

  it('tells warnings by kind', () => {
    const known = database(
      advisory({ id: 'RUSTSEC-1', informational: 'unsound' }),
      advisory({ id: 'RUSTSEC-2', informational: 'unmaintained' }),
      advisory({ id: 'RUSTSEC-3', informational: 'brand-new' }),
    )
    const report = auditLock([leaky(REGISTRY)], known, () => null, { yanked: false })
    expect(report.vulnerabilities).toEqual([])
    expect(report.warnings.unsound.map(f => f.advisory.id)).toEqual(['RUSTSEC-1'])
    expect(report.warnings.unmaintained.map(f => f.advisory.id)).toEqual(['RUSTSEC-2'])
  })
})

describe('readCvss', () => {
  it.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 'critical'],
    ['CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:C/C:L/I:N/A:L', 3.9, 'low'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'none'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 7.5, 'high'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', null, null],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/C:N/I:N/A:H', null, null],
    ['CVSS:3.1/AV:constructor/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', null, null],
  ])('%s', (vector, score, severity) => expect(readCvss(vector)).toMatchObject({ vector, score, severity }))

  it('is null for what is no vector', () => expect(readCvss('7.5')).toBeNull())
})
