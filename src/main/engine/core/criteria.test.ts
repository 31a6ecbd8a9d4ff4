import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import {
  buildCriteriaMapper,
  criteriaSet,
  impliedCriteria,
  impliedNames,
  indicesOf,
  minimalNames,
  type CriteriaMapper,
} from './criteria.ts'
import { criteriaDescription } from './criteria-text.ts'
import { mapperOf, storeOf } from './test-notation.ts'

function granted(implies: Readonly<Record<string, readonly string[]>>): unknown {
  const names = Object.keys(implies).map(name => brand<'CriteriaName'>(name))
  const sets = impliedCriteria(
    names,
    new Map(
      Object.entries(implies).map(([name, to]) => [brand<'CriteriaName'>(name), to.map(t => brand<'CriteriaName'>(t))]),
    ),
  )
  if (!sets.ok) return sets.error
  return Object.fromEntries(
    names.map((name, i) => [
      name,
      indicesOf(sets.value[i] ?? 0n)
        .map(index => names[index] as string)
        .sort(),
    ]),
  )
}

describe('impliedCriteria', () => {
  it.each([
    { case: 'grants itself', implies: { run: [] }, want: { run: ['run'] } },
    {
      case: 'follows chains',
      implies: { run: [], deploy: ['run'] },
      want: { run: ['run'], deploy: ['deploy', 'run'] },
    },
    {
      case: 'meets at a diamond',
      implies: { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] },
      want: { a: ['a'], b: ['a', 'b'], c: ['a', 'c'], d: ['a', 'b', 'c', 'd'] },
    },
    { case: 'rejects a loop', implies: { a: ['b'], b: ['a'] }, want: { code: 'criteria-cycle', name: 'a' } },
    { case: 'rejects implying itself', implies: { a: ['a'] }, want: { code: 'criteria-cycle', name: 'a' } },
    {
      case: 'does not blame what only leads to a loop',
      implies: { a: ['b'], b: ['c'], c: ['b'] },
      want: { code: 'criteria-cycle', name: 'b' },
    },
    {
      case: 'blames the entry that misspelt',
      implies: { a: ['b'], b: ['x'] },
      want: { code: 'criteria-unknown', name: 'x', usedBy: "implies of criteria 'b'", known: ['a', 'b'] },
    },
  ])('$case', ({ implies, want }) => {
    expect(granted(implies)).toEqual(want)
  })
})

describe('buildCriteriaMapper', () => {
  const build = (names: readonly string[]) =>
    buildCriteriaMapper({
      criteria: new Map(
        names.map(name => [name, { description: name, descriptionUrl: null, implies: [], aggregatedFrom: [] }]),
      ),
    })
  const many = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`)

  it('puts the built-ins first', () => {
    expect(mapperOf(storeOf([], { criteria: { zeta: [], alpha: [] } })).names).toEqual([
      'safe-to-run',
      'safe-to-deploy',
      'alpha',
      'zeta',
    ])
  })
  it('refuses a built-in name', () => {
    expect(build(['safe-to-run'])).toEqual({ ok: false, error: { code: 'criteria-redefined', name: 'safe-to-run' } })
  })
  it('takes 63 criteria and refuses 64', () => {
    expect(build(many(61)).ok).toBe(true)
    expect(build(many(62))).toEqual({ ok: false, error: { code: 'criteria-too-many', count: 64, limit: 63 } })
  })
  it('keeps the highest bit of 63', () => {
    const mapper = build(many(61))
    if (!mapper.ok) throw new Error('not built')
    const last = mapper.value.names[62] ?? ''
    expect(minimalNames(mapper.value, setOf(mapper.value, [last]))).toEqual([last])
    expect(minimalNames(mapper.value, mapper.value.all)).toHaveLength(62) // all but safe-to-run
  })
})

describe('names of a set', () => {
  const mapper = mapperOf(storeOf([], { criteria: { strict: ['deploy'], other: [] } }))
  it.each([
    { case: 'leaves out what is implied', names: ['safe-to-run', 'safe-to-deploy'], want: ['safe-to-deploy'] },
    { case: 'leaves out what is implied at a distance', names: ['safe-to-run', 'strict'], want: ['strict'] },
    { case: 'goes by index', names: ['strict', 'other'], want: ['other', 'strict'] },
    { case: 'is empty for nothing', names: [], want: [] },
  ])('$case', ({ names, want }) => {
    expect(minimalNames(mapper, setOf(mapper, names))).toEqual(want)
  })
  it('says who used an unknown name', () => {
    expect(criteriaSet(mapper, ['safe-to-run', 'nope'], 'the policy')).toEqual({
      ok: false,
      error: { code: 'criteria-unknown', name: 'nope', usedBy: 'the policy', known: [...mapper.names] },
    })
  })
  it('lists what a criterion grants besides itself', () => {
    expect(impliedNames(mapper, 'strict')).toEqual(['safe-to-run', 'safe-to-deploy'])
  })
})

describe('criteriaDescription', () => {
  const entry = (description: string | null, descriptionUrl: string | null) =>
    criteriaDescription(
      { criteria: new Map([['x', { description, descriptionUrl, implies: [], aggregatedFrom: [] }]]) },
      'x',
    )
  it('prefers the text to the address', () => {
    expect([entry('text', 'https://example.com'), entry(null, 'https://example.com'), entry(null, null)]).toEqual([
      'text',
      'https://example.com',
      null,
    ])
  })
  it('knows the built-ins by heart', () => {
    expect(criteriaDescription({ criteria: new Map() }, 'safe-to-run')).toContain('without surprising consequences')
    expect(criteriaDescription({ criteria: new Map() }, 'safe-to-deploy')).toContain('`notes` field')
  })
})

function setOf(mapper: CriteriaMapper, names: readonly string[]): bigint {
  const set = criteriaSet(mapper, names, 'test')
  if (!set.ok) throw new Error(set.error.code)
  return set.value
}
