/** The filter language: what each term means and how mistakes are reported. */
import { describe, expect, it } from 'vitest'
import { brand, packageKey } from '../../shared/domain.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { bareRow, rowOf } from '../provenance/test-rows.ts'
import { NO_TEAM } from '../team/views.ts'
import { filterKeys, matchesFilter, parseFilter } from './filter.ts'

export function queueItem(name: string, change: Partial<QueueItem> = {}): QueueItem {
  return {
    key: packageKey(name, '1.0.0'),
    crate: brand<'CrateName'>(name),
    version: brand<'VetVersion'>('1.0.0'),
    because: 'failing',
    missing: [brand<'CriteriaName'>('safe-to-deploy')],
    neededBy: ['hyper'],
    neededByText: 'hyper',
    isDevOnly: false,
    delta: { from: brand<'VetVersion'>('0.9.0'), to: brand<'VetVersion'>('1.0.0') },
    size: { state: 'measured', stat: { insertions: 80, deletions: 20, filesChanged: 3 } },
    readLines: null,
    ...change,
  }
}

const items = [
  queueItem('serde'),
  queueItem('syn', { missing: [brand<'CriteriaName'>('safe-to-run')], neededBy: ['serde'], isDevOnly: true }),
  queueItem('libc', { because: 'exempted', size: { state: 'measuring' }, readLines: 4 }),
  queueItem('ring', {
    delta: { from: null, to: brand<'VetVersion'>('1.0.0') },
    size: { state: 'unknown', failure: { code: 'offline', needed: 'ring' } },
  }),
]

describe('filter', () => {
  it.each([
    ['', 'serde syn libc ring'],
    ['ser', 'serde syn'], // the crate, and what needs it
    ['missing:run', 'syn'],
    ['needs:hyper', 'serde libc ring'],
    ['crate:s', 'serde syn'],
    ['is:dev', 'syn'],
    ['is:exempted', 'libc'],
    ['is:full', 'ring'],
    ['is:unknown', 'ring'],
    ['is:started', 'libc'],
    ['-is:dev missing:deploy', 'serde libc ring'],
    ['lines<101', 'serde syn'], // not known is neither less nor more
    ['lines>99 -is:dev', 'serde'],
    ['SERDE', 'serde syn'],
    ['nothing', ''],
  ])('%s', (text, wanted) => {
    const filter = parseFilter(text)
    const found = items.filter(item => matchesFilter(filter, item)).map(item => item.crate)
    expect(found.join(' ')).toBe(wanted)
    expect(filter.problems).toEqual([])
  })

  it('names the keys it knows instead of matching nothing', () => {
    const filter = parseFilter('colour:40 is:odd serde')
    expect(filter.terms).toHaveLength(1)
    expect(filter.problems).toEqual([
      `colour: is not a key; there are ${filterKeys.join(' ')}`,
      expect.stringMatching(/^is: knows dev, exempted, .*, mine, unassigned, overdue, claimed, unsent, signed$/),
    ])
    expect(filterKeys).toEqual(expect.arrayContaining(['missing:', 'lines<', 'assignee:', 'due<', 'note:']))
  })
})

describe('provenance in the filter of the queue', () => {
  const packages = [queueItem('alder'), queueItem('brine-sys'), queueItem('dill'), queueItem('unheard-of')]
  const rows = [
    rowOf('match', { crate: 'alder' }),
    rowOf('mismatch', { crate: 'brine-sys' }),
    bareRow('queued', 'dill'),
  ]
  const known = new Map(rows.map(row => [packageKey(row.crate, row.version), row]))
  const shown = (text: string) =>
    packages
      .filter(item => matchesFilter(parseFilter(text), item, { known, team: { ...NO_TEAM, today: '2026-01-01' } }))
      .map(item => item.crate)
  it.each([
    ['provenance:mismatch', ['brine-sys']],
    ['provenance:match', ['alder']],
    // A package that nothing is known of was not run.
    ['provenance:not-run', ['dill', 'unheard-of']],
    ['-provenance:match', ['brine-sys', 'dill', 'unheard-of']],
  ])('%s', (text, wanted) => expect(shown(text)).toEqual(wanted))
  it('names the words it knows', () =>
    expect(parseFilter('provenance:safe').problems.join()).toMatch(/^provenance: knows match, .*mismatch/))
})
