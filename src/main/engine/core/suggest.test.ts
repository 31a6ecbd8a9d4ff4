import { describe, expect, it } from 'vitest'
import { deltaText, type DiffStat } from '../../../shared/domain.ts'
import { buildDepGraph } from './dep-graph.ts'
import { statText } from './report-human.ts'
import { reportHuman, suggestHuman } from './report-human.ts'
import { resolve } from './resolve.ts'
import { candidateDeltas, chooseSuggestions, criteriaLabel, storeForSuggest } from './suggest.ts'
import { graphOf, linesOfStore, mapperOf, storeOf, type StoreExtras } from './test-notation.ts'

const A = `1.0.0@git:${'a'.repeat(40)}`
const AUDIT_AS: StoreExtras = { policy: { serde: { auditAsCratesIo: true } } }

function solve(graphLines: readonly string[], storeLines: readonly string[], extras: StoreExtras = {}) {
  const store = storeOf(storeLines, extras)
  const mapper = mapperOf(store)
  const graph = buildDepGraph(graphOf(...graphLines), store.config.policy)
  const report = resolve({ graph, store, mapper })
  if (!report.ok) throw new Error(report.error.code)
  return { graph, store, mapper, report: report.value }
}

interface PlanRow {
  readonly case: string
  readonly version?: string
  readonly store: readonly string[]
  readonly extras?: StoreExtras
  /** Null: unknown. */
  readonly known?: readonly string[] | null
  readonly want: readonly string[]
  readonly extra?: readonly string[]
}

const plans: readonly PlanRow[] = [
  { case: 'nothing vetted: read it all', store: [], want: ['1.0.0'] },
  {
    case: 'from the nearest below',
    store: ['serde full 0.8.0 deploy', 'serde full 0.9.0 deploy'],
    want: ['0.9.0 -> 1.0.0'],
  },
  {
    case: 'below first, then above',
    store: ['serde full 0.9.0 deploy', 'serde full 1.1.0 deploy', 'serde full 1.2.0 deploy'],
    want: ['0.9.0 -> 1.0.0', '1.1.0 -> 1.0.0'],
  },
  { case: 'only above: the whole or backwards', store: ['serde full 2.0.0 deploy'], want: ['1.0.0', '2.0.0 -> 1.0.0'] },
  {
    case: 'to where a delta leads on to the version in use',
    store: ['serde full 0.5.0 deploy', 'serde 0.9.0->1.0.0 deploy'],
    want: ['0.5.0 -> 0.9.0', '0.5.0 -> 1.0.0'],
  },
  {
    case: 'only what serves all missing criteria',
    store: ['serde full 0.9.0 run', 'serde full 0.5.0 deploy'],
    want: ['0.5.0 -> 1.0.0'],
  },
  {
    case: 'not from versions that were never published',
    store: ['serde full 0.9.0 deploy', 'serde full 0.8.0 deploy'],
    known: ['0.8.0', '1.0.0'],
    want: ['0.8.0 -> 1.0.0'],
  },
  {
    case: 'not from other git versions',
    store: [`serde full ${A} deploy!`],
    want: ['1.0.0'],
  },
  {
    case: 'a git version: first the published one, then the difference',
    version: A,
    extras: AUDIT_AS,
    store: [],
    want: ['1.0.0'],
    extra: [`1.0.0 -> ${A}`],
  },
  {
    case: 'a git version on a vetted release: the difference only',
    version: A,
    extras: AUDIT_AS,
    store: ['serde full 1.0.0 deploy'],
    want: [`1.0.0 -> ${A}`],
  },
  {
    case: 'a git version ahead of its release starts at the nearest published one',
    version: A,
    extras: AUDIT_AS,
    store: [],
    known: ['0.9.0', '0.9.5', '1.0.1'],
    want: ['0.9.5'],
    extra: [`0.9.5 -> ${A}`],
  },
  {
    case: 'a git version older than every release is read whole',
    version: A,
    extras: AUDIT_AS,
    store: [],
    known: ['2.0.0'],
    want: [A],
  },
]

describe('candidateDeltas', () => {
  it.each(plans)('$case', ({ version = '1.0.0', store, extras, known = null, want, extra = [] }) => {
    const solved = solve([`app -> serde ${version}`], store, extras)
    const [plan] = candidateDeltas({ ...solved, knownVersions: () => known })
    expect(plan?.candidates.map(deltaText)).toEqual(want)
    expect(plan?.extra.map(deltaText)).toEqual(extra)
  })
})

describe('chooseSuggestions', () => {
  const choose = (
    graph: readonly string[],
    store: readonly string[],
    sizes: Readonly<Record<string, number>>,
    extras?: StoreExtras,
  ) => {
    const solved = solve(graph, store, extras)
    const chosen = candidateDeltas({ ...solved, knownVersions: () => null })
    const sizeOf = (crate: string, delta: Parameters<typeof deltaText>[0]): DiffStat | null => {
      const insertions = sizes[`${crate} ${deltaText(delta)}`]
      return insertions === undefined ? null : { insertions, deletions: 0, filesChanged: 1 }
    }
    return { solved, suggest: chooseSuggestions({ ...solved, plans: chosen, sizeOf }) }
  }
  const texts = (list: ReturnType<typeof choose>['suggest']['suggestions']) =>
    list.map(s => `${s.name} ${deltaText(s.delta)} for ${s.criteria.join('+')} by ${s.notableParents.join(',')}`)

  it('takes the smallest, and the first of equals', () => {
    const store = ['serde full 0.9.0 deploy', 'serde full 1.1.0 deploy']
    const smallest = choose(['app -> serde 1.0.0'], store, { 'serde 0.9.0 -> 1.0.0': 9, 'serde 1.1.0 -> 1.0.0': 3 })
    const equal = choose(['app -> serde 1.0.0'], store, { 'serde 0.9.0 -> 1.0.0': 3, 'serde 1.1.0 -> 1.0.0': 3 })
    expect(texts(smallest.suggest.suggestions)).toEqual(['serde 1.1.0 -> 1.0.0 for safe-to-deploy by app'])
    expect(texts(equal.suggest.suggestions)).toEqual(['serde 0.9.0 -> 1.0.0 for safe-to-deploy by app'])
  })
  it('sorts by lines, then by name, and sums up', () => {
    const sizes = { 'log 1.0.0': 5, 'serde 1.0.0': 2, 'Zed 1.0.0': 5 }
    const { suggest } = choose(['app -> serde 1.0.0, log 1.0.0, Zed 1.0.0'], [], sizes)
    expect(suggest.suggestions.map(s => s.name)).toEqual(['serde', 'Zed', 'log'])
    expect(suggest.totalLines).toBe(12)
  })
  it('asks once when two versions need the same reading, and unites their dependents', () => {
    const store = ['serde 0.9.0->1.0.0 deploy', 'serde 0.9.0->2.0.0 deploy']
    const { suggest } = choose(['b -> serde 1.0.0', 'a -> serde 2.0.0'], store, { 'serde 0.9.0': 4 })
    expect(texts(suggest.suggestions)).toEqual(['serde 0.9.0 for safe-to-deploy by a,b'])
    expect(suggest.totalLines).toBe(4)
  })
  it('leaves out what could not be measured, and says so', () => {
    const { suggest, solved } = choose(['app -> serde 1.0.0, log 1.0.0'], [], { 'serde 1.0.0': 1 })
    expect(suggest.suggestions.map(s => s.name)).toEqual(['serde'])
    expect(suggest.unmeasured.map(idx => solved.graph.nodes[idx]?.name)).toEqual(['log'])
  })
  it('groups by what to certify for, with what would do as well', () => {
    const { suggest, solved } = choose(
      ['app -> serde 1.0.0', 'app dev> log 1.0.0'],
      [],
      { 'serde 1.0.0': 1, 'log 1.0.0': 2 },
      { criteria: { strict: ['deploy'] } },
    )
    expect(suggest.byCriteria.map(g => [g.label, g.items.map(i => i.name)])).toEqual([
      ['safe-to-deploy (or strict)', ['serde']],
      ['safe-to-run (or safe-to-deploy, or strict)', ['log']],
    ])
    expect(criteriaLabel(solved.mapper, 0n)).toBe('')
  })
  it('prints as a table, long commands on a line of their own', () => {
    const { suggest, solved } = choose(
      [`app -> serde ${A}`, 'app -> log 1.0.0'],
      ['serde full 1.0.0 deploy'],
      { [`serde 1.0.0 -> ${A}`]: 7, 'log 1.0.0': 2 },
      AUDIT_AS,
    )
    const table = [
      'recommended audits for safe-to-deploy:',
      `    ${'Command'.padEnd(52)}  Publisher  Used By  Audit Size`,
      `    ${'cargo vet inspect log 1.0.0'.padEnd(52)}  UNKNOWN    app      2 lines`,
      `    cargo vet diff serde 1.0.0 ${A}`,
      `${' '.repeat(56)}  UNKNOWN    app      1 files changed, 7 insertions(+)`,
      '',
      'estimated audit backlog: 9 lines',
      '',
      'Use |cargo vet certify| to record the audits.',
      '',
    ].join('\n')
    expect(suggestHuman(solved.report, suggest)).toBe(table)
    expect(reportHuman(solved.report, suggest).endsWith(`\n\n${table}`)).toBe(true)
  })
})

describe('statText', () => {
  it.each([
    {
      stat: { insertions: 1, deletions: 2, filesChanged: 3 },
      want: '3 files changed, 1 insertions(+), 2 deletions(-)',
    },
    { stat: { insertions: 0, deletions: 0, filesChanged: 1 }, want: '1 files changed' },
  ])('$want', ({ stat, want }) => {
    expect(statText(stat)).toBe(want)
  })
})

it('storeForSuggest drops exemptions, except those that suggest shall keep', () => {
  const store = storeOf(['serde exempt 1.0.0 deploy', 'serde exempt 2.0.0 run!', 'log full 1.0.0 run'])
  expect(linesOfStore(storeForSuggest(store))).toEqual(['log full 1.0.0 run', 'serde exempt 2.0.0 run!'])
})
