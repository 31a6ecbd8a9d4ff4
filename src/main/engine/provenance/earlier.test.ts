import { describe, expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { changesSince, nearestOrigin, publishedBefore, withEarlier, type Origin } from './earlier.ts'

const version = (text: string, publishedAt: string | null = null, yanked = false) => ({
  ...{ version: text, publishedAt, yanked },
})
const origin = (text: string, repository: string | null, path: string | null = ''): Origin => ({
  ...{ version: text, repository, path },
})
const codes = (now: Origin, before: Origin | null) => changesSince(now, before).map(reason => reason.code)

describe('the version before', () => {
  it('is the greatest lower one that was there, yanked ones last', () => {
    const all = ['1.0.0', '1.2.0', '1.10.0', '2.0.0', '1.10.1-rc.1'].map(text => version(text))
    expect(publishedBefore(all, '1.10.1')?.version).toBe('1.10.1-rc.1')
    expect(publishedBefore(all, '1.10.0')?.version).toBe('1.2.0')
    expect(publishedBefore(all, '1.0.0')).toBeNull()
    expect(publishedBefore([version('1.0.0'), version('1.0.1', null, true)], '1.0.2')?.version).toBe('1.0.0')
    expect(publishedBefore([version('1.0.1', null, true)], '1.0.2')?.version).toBe('1.0.1')
  })
  it('was published before it: a later fix of an older line is not', () => {
    const all = [version('1.0.0', '2025-01-01T00:00:00Z'), version('1.0.9', '2026-03-01T00:00:00Z')]
    expect(publishedBefore([...all, version('2.0.0', '2026-01-01T00:00:00Z')], '2.0.0')?.version).toBe('1.0.0')
  })
  it('is the nearest that is known, and none when the version is not understood', () => {
    const known = ['1.0.0', '1.0.3', '2.0.0'].map(text => ({
      ...origin(text, 'https://a.example/x'),
      publishedAt: null,
    }))
    expect(nearestOrigin(known, version('1.1.0'))?.version).toBe('1.0.3')
    expect(nearestOrigin(known, version('0.9.0'))).toBeNull()
    expect(nearestOrigin(known, version('one'))).toBeNull()
  })
})

describe('what changed', () => {
  const HERE = 'https://github.com/o/one'
  it.each<[string, Origin, Origin | null, string[]]>([
    ['nothing', origin('2.0.0', HERE, 'a'), origin('1.0.0', HERE, 'a'), []],
    ['the case of a forge', origin('2.0.0', HERE), origin('1.0.0', 'https://github.com/O/One'), []],
    [
      'the case elsewhere',
      origin('2.0.0', 'https://x.example/a'),
      origin('1.0.0', 'https://x.example/A'),
      ['repository-changed'],
    ],
    [
      'the repository',
      origin('2.0.0', HERE, 'a'),
      origin('1.0.0', 'https://github.com/p/one', 'b'),
      ['repository-changed'],
    ],
    ['none is named any more', origin('2.0.0', null), origin('1.0.0', HERE), ['repository-changed']],
    ['none was named before', origin('2.0.0', HERE), origin('1.0.0', null), []],
    ['the folder', origin('2.0.0', HERE, 'tests/data'), origin('1.0.0', HERE, ''), ['package-moved']],
    ['a folder that is not known', origin('2.0.0', HERE, null), origin('1.0.0', HERE, 'a'), []],
    ['nothing is known', origin('2.0.0', HERE, 'a'), null, []],
  ])('%s', (_what, now, before, expected) => expect(codes(now, before)).toEqual(expected))

  it('is found anew whenever more is known, and never taken for known when it is not', () => {
    const claim = { repository: { stated: HERE, url: HERE, hintPath: null, from: 'manifest' }, path: 'a' } as const
    const old = [{ code: 'no-tag', text: 'x', weight: 'info', about: [] }]
    const record = {
      ...{ version: '2.0.0', publishedAt: null, path: 'a', reasons: old },
      claim,
    } as unknown as ProvenanceRecord
    expect(withEarlier(record, [])).toBe(record)
    const asked = { ...record, earlier: { published: '1.9.0', known: null } }
    expect(withEarlier(asked, []).earlier).toEqual({ published: '1.9.0', known: null })
    const first = withEarlier(asked, [{ ...origin('1.0.0', HERE, 'b'), publishedAt: null }])
    expect(first.reasons.map(reason => reason.code)).toEqual(['package-moved', 'no-tag'])
    const second = withEarlier(first, [{ ...origin('1.9.0', HERE, 'a'), publishedAt: null }])
    expect(second.earlier).toEqual({ published: '1.9.0', known: origin('1.9.0', HERE, 'a') })
    expect(second.reasons.map(reason => reason.code)).toEqual(['no-tag'])
  })
})
