import { describe, expect, it } from 'vitest'
import { brand, type Delta } from '../../../shared/domain.ts'
import { certifyAudit, guessCriteria } from './certify.ts'
import { buildDepGraph } from './dep-graph.ts'
import { resolve } from './resolve.ts'
import { storeForSuggest } from './suggest.ts'
import { graphOf, linesOfStore, mapperOf, storeOf, type StoreExtras } from './test-notation.ts'
import { updateStore, type UpdateMode } from './update-store.ts'

const A = `1.0.0@git:${'a'.repeat(40)}`
const B = `1.0.0@git:${'b'.repeat(40)}`
const AUDIT_AS: StoreExtras = { policy: { serde: { auditAsCratesIo: true } } }

function deltaOf(text: string): Delta {
  const [from, to] = text.split('->')
  return to === undefined
    ? { from: null, to: brand<'VetVersion'>(text) }
    : { from: brand<'VetVersion'>(from ?? ''), to: brand<'VetVersion'>(to) }
}

interface Row {
  readonly case: string
  readonly graph?: readonly string[]
  readonly store: readonly string[]
  readonly extras?: StoreExtras
  readonly certify: string
  readonly criteria?: readonly string[]
  readonly noCollapse?: boolean
  readonly want: readonly string[]
}

const rows: readonly Row[] = [
  { case: 'adds a full audit', store: [], certify: '1.0.0', want: ['serde full 1.0.0 deploy'] },
  {
    case: 'adds a delta after what was there',
    store: ['serde full 0.9.0 deploy'],
    certify: '0.9.0->1.0.0',
    want: ['serde full 0.9.0 deploy', 'serde 0.9.0->1.0.0 deploy'],
  },
  {
    case: 'drops the exemption it makes unnecessary',
    store: ['serde exempt 1.0.0 deploy'],
    certify: '1.0.0',
    want: ['serde full 1.0.0 deploy'],
  },
  {
    case: 'narrows an exemption that is needed for less',
    graph: ['app -> serde 1.0.0', 'app dev> serde 0.9.0'],
    store: ['serde exempt 0.9.0 deploy'],
    certify: '1.0.0',
    want: ['serde full 1.0.0 deploy', 'serde exempt 0.9.0 run'],
  },
  {
    case: 'keeps an exemption that deltas start from',
    store: ['serde exempt 0.9.0 deploy'],
    certify: '0.9.0->1.0.0',
    want: ['serde 0.9.0->1.0.0 deploy', 'serde exempt 0.9.0 deploy'],
  },
  {
    case: 'keeps exemptions while the crate still fails',
    store: ['serde exempt 0.9.0 deploy'],
    certify: '0.5.0',
    want: ['serde full 0.5.0 deploy', 'serde exempt 0.9.0 deploy'],
  },
  {
    case: 'leaves other crates alone, but in minimal words',
    graph: ['app -> serde 1.0.0, log 1.0.0'],
    store: ['log full 1.0.0 deploy', 'log exempt 0.1.0 run+deploy'],
    certify: '1.0.0',
    want: ['log full 1.0.0 deploy', 'serde full 1.0.0 deploy', 'log exempt 0.1.0 deploy'],
  },
  {
    case: 'stores minimal criteria',
    store: [],
    certify: '1.0.0',
    criteria: ['safe-to-run', 'safe-to-deploy'],
    want: ['serde full 1.0.0 deploy'],
  },
  {
    case: 'marks an audit of a git version as not importable',
    graph: [`app -> serde ${A}`],
    extras: AUDIT_AS,
    store: ['serde full 1.0.0 deploy'],
    certify: `1.0.0->${A}`,
    want: ['serde full 1.0.0 deploy', `serde 1.0.0->${A} deploy!`],
  },
  {
    case: 'drops a git audit that is not on the way: the trap',
    graph: [`app -> serde ${B}`],
    extras: AUDIT_AS,
    store: ['serde full 1.0.0 deploy', `serde 1.0.0->${B} deploy!`],
    certify: `1.0.0->${A}`,
    want: ['serde full 1.0.0 deploy', `serde 1.0.0->${B} deploy!`],
  },
  {
    case: 'joins a delta from a git version with what led there',
    graph: [`app -> serde ${B}`],
    extras: AUDIT_AS,
    store: ['serde full 1.0.0 deploy', `serde 1.0.0->${A} deploy!`],
    certify: `${A}->${B}`,
    want: ['serde full 1.0.0 deploy', `serde 1.0.0->${B} deploy!`],
  },
  {
    case: 'keeps both when told to',
    graph: [`app -> serde ${B}`],
    extras: AUDIT_AS,
    store: ['serde full 1.0.0 deploy', `serde 1.0.0->${A} deploy!`],
    certify: `${A}->${B}`,
    noCollapse: true,
    want: ['serde full 1.0.0 deploy', `serde 1.0.0->${A} deploy!`, `serde ${A}->${B} deploy!`],
  },
  {
    case: 'keeps both when what led there does not lead back to Root',
    graph: [`app -> serde ${B}`],
    extras: AUDIT_AS,
    store: [`serde 0.9.0->${A} deploy!`],
    certify: `${A}->${B}`,
    want: [`serde 0.9.0->${A} deploy!`, `serde ${A}->${B} deploy!`],
  },
  {
    case: 'keeps both when the criteria differ',
    graph: [`app -> serde ${B}`],
    extras: AUDIT_AS,
    store: ['serde full 1.0.0 deploy', `serde 1.0.0->${A} deploy!`],
    certify: `${A}->${B}`,
    criteria: ['safe-to-run'],
    want: ['serde full 1.0.0 deploy', `serde 1.0.0->${A} deploy!`, `serde ${A}->${B} run!`],
  },
]

function certified(row: Omit<Row, 'case' | 'want'>, crate = 'serde', force = false) {
  const store = storeOf(row.store, row.extras)
  const graph = buildDepGraph(graphOf(...(row.graph ?? ['app -> serde 1.0.0'])), store.config.policy)
  const request = {
    crate: brand<'CrateName'>(crate),
    delta: deltaOf(row.certify),
    criteria: row.criteria ?? ['safe-to-deploy'],
    who: ['Bo'],
    notes: null,
    noCollapse: row.noCollapse ?? false,
  }
  return certifyAudit({ graph, store, mapper: mapperOf(store), request, force })
}

describe('certifyAudit', () => {
  it.each(rows)('$case', row => {
    const result = certified(row)
    if (!result.ok) throw new Error(result.error.code)
    expect(linesOfStore(result.value.store)).toEqual(row.want)
  })

  it('unites who and notes of joined audits, the earlier first', () => {
    const result = certified({
      graph: [`app -> serde ${B}`],
      extras: AUDIT_AS,
      store: ['serde full 1.0.0 deploy', `serde 1.0.0->${A} deploy!`],
      certify: `${A}->${B}`,
    })
    expect(result.ok && result.value.added.who).toEqual(['Ann', 'Bo'])
  })

  it.each([
    {
      case: 'a crate that is not used',
      crate: 'log',
      criteria: ['safe-to-run'],
      error: { code: 'package-unknown', name: 'log' },
    },
    { case: 'a member', crate: 'app', criteria: ['safe-to-run'], error: { code: 'package-unknown', name: 'app' } },
    { case: 'no criteria', crate: 'serde', criteria: [], error: { code: 'criteria-none-chosen' } },
    { case: 'an unknown criterion', crate: 'serde', criteria: ['x'], error: { code: 'criteria-unknown', name: 'x' } },
  ])('refuses $case', ({ crate, criteria, error }) => {
    expect(certified({ store: [], certify: '1.0.0', criteria }, crate)).toMatchObject({ ok: false, error })
  })

  it('takes any crate when forced, in byte order', () => {
    const result = certified({ store: ['zed full 1.0.0 run'], certify: '1.0.0' }, 'log', true)
    expect(result.ok && linesOfStore(result.value.store)).toEqual(['log full 1.0.0 deploy', 'zed full 1.0.0 run'])
  })
})

describe('guessCriteria', () => {
  it.each([
    { case: 'what is missing', store: [], certify: '1.0.0', want: ['safe-to-deploy'] },
    { case: 'only what is missing', store: ['serde full 1.0.0 run'], certify: '1.0.0', want: ['safe-to-deploy'] },
    { case: 'nothing from a version that is not vetted', store: [], certify: '0.9.0->1.0.0', want: [] },
    {
      case: 'a delta from a vetted version',
      store: ['serde full 0.9.0 deploy'],
      certify: '0.9.0->1.0.0',
      want: ['safe-to-deploy'],
    },
    {
      case: 'what an exemption stands for',
      store: ['serde exempt 1.0.0 deploy'],
      certify: '1.0.0',
      want: ['safe-to-deploy'],
    },
    { case: 'nothing for an exemption that stays', store: ['serde exempt 1.0.0 deploy!'], certify: '1.0.0', want: [] },
    { case: 'nothing when a version does not matter', store: [], certify: '7.0.0', want: [] },
  ])('guesses $case', ({ store: lines, certify, want }) => {
    const store = storeOf(lines)
    const mapper = mapperOf(store)
    const graph = buildDepGraph(graphOf('app -> serde 1.0.0'), store.config.policy)
    const [report, suggestReport] = [store, storeForSuggest(store)].map(s => {
      const result = resolve({ graph, store: s, mapper })
      if (!result.ok) throw new Error(result.error.code)
      return result.value
    })
    if (report === undefined || suggestReport === undefined) throw new Error('no report')
    const crate = brand<'CrateName'>('serde')
    expect(guessCriteria({ mapper, report, suggestReport, crate, delta: deltaOf(certify) })).toEqual(want)
  })
})

describe('updateStore', () => {
  const all: UpdateMode = {
    search: 'prefer-fresh-imports',
    pruneExemptions: true,
    pruneNonImportable: true,
    pruneImports: true,
  }
  interface UpdateRow {
    readonly case: string
    readonly store: readonly string[]
    readonly mode: UpdateMode
    readonly fresh?: boolean
    readonly want: readonly string[]
  }
  const updates: readonly UpdateRow[] = [
    {
      case: 'sweeps imports that nothing needs',
      store: ['serde full 1.0.0 deploy', 'peer:serde full 1.0.0 run', 'peer:other full 1.0.0 run'],
      mode: all,
      want: ['serde full 1.0.0 deploy'],
    },
    {
      case: 'keeps violations of crates in the graph',
      store: ['serde full 1.0.0 deploy', 'peer:serde violation <0.5 run', 'peer:other violation * run'],
      mode: all,
      want: ['serde full 1.0.0 deploy', 'peer:serde violation <0.5 run'],
    },
    {
      case: 'prefers imports to exemptions when tidying',
      store: ['peer:serde full 1.0.0 deploy', 'serde exempt 1.0.0 deploy'],
      mode: all,
      want: ['peer:serde full 1.0.0 deploy'],
    },
    {
      case: 'drops exemptions of crates that left the graph',
      store: ['serde full 1.0.0 deploy', 'gone exempt 1.0.0 deploy'],
      mode: all,
      want: ['serde full 1.0.0 deploy'],
    },
    {
      case: 'changes nothing that fails',
      store: ['serde exempt 0.9.0 deploy', 'peer:serde full 0.8.0 run'],
      mode: all,
      want: ['peer:serde full 0.8.0 run', 'serde exempt 0.9.0 deploy'],
    },
    {
      case: 'regenerates the lowest exemption that audits lead from',
      store: ['serde 0.9.0->1.0.0 deploy', 'serde exempt 1.0.0 deploy'],
      mode: { ...all, search: 'regenerate-exemptions' },
      want: ['serde 0.9.0->1.0.0 deploy', 'serde exempt 1.0.0 deploy'],
    },
    {
      case: 'invents an exemption where there is none',
      store: ['serde 0.9.0->1.0.0 deploy'],
      mode: { ...all, search: 'regenerate-exemptions' },
      want: ['serde 0.9.0->1.0.0 deploy', 'serde exempt 0.9.0 deploy'],
    },
    {
      case: 'does not widen an exemption that suggest keeps',
      store: ['serde exempt 1.0.0 run!'],
      mode: { ...all, search: 'regenerate-exemptions' },
      want: ['serde exempt 1.0.0 deploy', 'serde exempt 1.0.0 run!'],
    },
    {
      case: 'joins equal unpublished entries',
      store: ['serde full 0.9.0 deploy', 'serde unpublished 1.0.0 as 0.9.0', 'serde unpublished 1.0.0 as 0.9.0'],
      mode: { ...all, pruneExemptions: false },
      want: ['serde full 0.9.0 deploy', 'serde unpublished 1.0.0 as 0.9.0'],
    },
    {
      case: 'takes in a fresh import only when needed',
      store: ['peer:serde full 1.0.0 deploy', 'peer:serde full 0.9.0 deploy'],
      mode: { ...all, pruneImports: false },
      fresh: true,
      want: ['peer:serde full 1.0.0 deploy'],
    },
  ]
  it.each(updates)('$case', ({ store: lines, mode, fresh = false, want }) => {
    const store = storeOf(lines)
    const graph = buildDepGraph(graphOf('app -> serde 1.0.0'), store.config.policy)
    const imported = new Set<unknown>([...store.imports.audits.values()].flatMap(f => [...f.audits.values()].flat()))
    const isFresh = (entry: unknown) => fresh && imported.has(entry)
    const updated = updateStore({ graph, store, mapper: mapperOf(store), modeFor: () => mode, isFresh })
    expect(updated.ok && linesOfStore(updated.value)).toEqual(want)
  })
})
