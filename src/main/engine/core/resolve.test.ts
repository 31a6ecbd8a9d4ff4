import { describe, expect, it } from 'vitest'
import { buildDepGraph } from './dep-graph.ts'
import { reportJson } from './report-json.ts'
import { reportHuman, suggestHuman } from './report-human.ts'
import { resolve, type ResolveReport } from './resolve.ts'
import { graphOf, mapperOf, storeOf, type StoreExtras } from './test-notation.ts'

interface Row {
  readonly case: string
  readonly graph: readonly string[]
  readonly store: readonly string[]
  readonly extras?: StoreExtras
  /** Class of each third-party package, with what is missing. */
  readonly want: Readonly<Record<string, string>>
}

const SERDE = ['app -> serde 1.0.0']

const rows: readonly Row[] = [
  { case: 'a full audit vets', graph: SERDE, store: ['serde full 1.0.0 deploy'], want: { 'serde 1.0.0': 'fully' } },
  { case: 'nothing vets nothing', graph: SERDE, store: [], want: { 'serde 1.0.0': 'failing safe-to-deploy' } },
  {
    case: 'a delta needs a start',
    graph: SERDE,
    store: ['serde 0.9.0->1.0.0 deploy'],
    want: { 'serde 1.0.0': 'failing safe-to-deploy' },
  },
  {
    case: 'deltas chain, also backwards',
    graph: SERDE,
    store: ['serde full 2.0.0 deploy', 'serde 2.0.0->1.5.0 deploy', 'serde 1.5.0->1.0.0 deploy'],
    want: { 'serde 1.0.0': 'fully' },
  },
  {
    case: 'each criterion needs its own path',
    graph: SERDE,
    store: ['serde full 0.9.0 deploy', 'serde 0.9.0->1.0.0 run'],
    want: { 'serde 1.0.0': 'failing safe-to-deploy' },
  },
  {
    case: 'an exemption alone exempts',
    graph: SERDE,
    store: ['serde exempt 1.0.0 deploy'],
    want: { 'serde 1.0.0': 'exempted' },
  },
  {
    case: 'an exemption with a delta vets partially',
    graph: SERDE,
    store: ['serde exempt 0.9.0 deploy', 'serde 0.9.0->1.0.0 deploy'],
    want: { 'serde 1.0.0': 'partially' },
  },
  {
    case: 'one criterion by exemption makes it exempted',
    graph: SERDE,
    store: ['serde full 1.0.0 run', 'serde exempt 1.0.0 deploy'],
    want: { 'serde 1.0.0': 'exempted' },
  },
  {
    case: 'an audit is preferred to an exemption',
    graph: SERDE,
    store: ['serde exempt 1.0.0 deploy', 'serde full 1.0.0 deploy'],
    want: { 'serde 1.0.0': 'fully' },
  },
  {
    case: 'a non-importable audit is preferred to an exemption',
    graph: SERDE,
    store: ['serde exempt 1.0.0 deploy', 'serde full 1.0.0 deploy!'],
    want: { 'serde 1.0.0': 'fully' },
  },
  {
    case: 'an unpublished version stands for the published one',
    graph: SERDE,
    store: ['serde full 0.9.0 deploy', 'serde unpublished 1.0.0 as 0.9.0'],
    want: { 'serde 1.0.0': 'fully' },
  },
  {
    case: 'unpublished on an exemption counts as exempted',
    graph: SERDE,
    store: ['serde exempt 0.9.0 deploy', 'serde unpublished 1.0.0 as 0.9.0'],
    want: { 'serde 1.0.0': 'exempted' },
  },
  {
    case: 'a git version does not borrow the published audit',
    graph: [`app -> serde 1.0.0@git:${'a'.repeat(40)}`],
    store: ['serde full 1.0.0 deploy'],
    extras: { policy: { serde: { auditAsCratesIo: true } } },
    want: { [`serde 1.0.0@git:${'a'.repeat(40)}`]: 'failing safe-to-deploy' },
  },
  {
    case: 'imports count',
    graph: SERDE,
    store: ['peer:serde full 0.9.0 deploy', 'serde 0.9.0->1.0.0 deploy'],
    want: { 'serde 1.0.0': 'fully' },
  },
  {
    case: 'dev-dependencies need safe-to-run',
    graph: ['app dev> either 1.0.0'],
    store: ['either full 1.0.0 run'],
    want: { 'either 1.0.0': 'fully' },
  },
  {
    case: 'build dependencies need what their parent needs',
    graph: ['app build> cc 1.0.0'],
    store: ['cc full 1.0.0 run'],
    want: { 'cc 1.0.0': 'failing safe-to-deploy' },
  },
  {
    case: 'a member used only for tests is still a root',
    graph: ['app dev> helper', 'helper -> serde 1.0.0'],
    store: [],
    want: { 'serde 1.0.0': 'failing safe-to-deploy' },
  },
  {
    case: 'a policy replaces what dependents demand',
    graph: ['app -> lib', 'lib -> serde 1.0.0'],
    store: ['serde full 1.0.0 run'],
    extras: { policy: { lib: { criteria: ['safe-to-run'] } } },
    want: { 'serde 1.0.0': 'fully' },
  },
  {
    case: 'dependency-criteria override one edge only',
    graph: ['app -> serde 1.0.0, log 1.0.0', 'log 1.0.0 -> serde 1.0.0'],
    store: ['log full 1.0.0 deploy', 'serde full 1.0.0 run'],
    extras: { policy: { app: { dependencyCriteria: new Map([['serde', []]]) } } },
    want: { 'log 1.0.0': 'fully', 'serde 1.0.0': 'failing safe-to-deploy' },
  },
  {
    case: 'an empty requirement is fully vetted',
    graph: SERDE,
    store: [],
    extras: { policy: { app: { criteria: [] } } },
    want: { 'serde 1.0.0': 'fully' },
  },
  {
    case: 'missing criteria are minimal and by index',
    graph: SERDE,
    store: [],
    extras: { criteria: { extra: [] }, policy: { app: { criteria: ['extra', 'safe-to-deploy'] } } },
    want: { 'serde 1.0.0': 'failing safe-to-deploy extra' },
  },
  {
    case: 'a violation hits an audit of a version not in use',
    graph: SERDE,
    store: ['serde full 1.0.0 deploy', 'serde full 0.5.0 run', 'peer:serde violation <1 run'],
    want: { 'serde 1.0.0': 'violation' },
  },
  {
    case: 'a violation of a stronger criterion leaves a weaker audit alone',
    graph: SERDE,
    store: ['serde full 0.5.0 run', 'serde full 1.0.0 deploy', 'serde violation <1 deploy'],
    want: { 'serde 1.0.0': 'fully' },
  },
  {
    case: 'a violation hits either end of a delta',
    graph: SERDE,
    store: ['serde full 1.0.0 deploy', 'serde 0.5.0->1.0.0 deploy', 'serde violation <1 deploy'],
    want: { 'serde 1.0.0': 'violation' },
  },
  {
    case: 'a violation hides no other failure from us',
    graph: ['app -> serde 1.0.0, log 1.0.0'],
    store: ['serde exempt 1.0.0 deploy', 'serde violation * deploy'],
    want: { 'serde 1.0.0': 'violation', 'log 1.0.0': 'failing safe-to-deploy' },
  },
]

function resolved(row: Pick<Row, 'graph' | 'store' | 'extras'>): ResolveReport {
  const store = storeOf(row.store, row.extras)
  const graph = buildDepGraph(graphOf(...row.graph), store.config.policy)
  const report = resolve({ graph, store, mapper: mapperOf(store) })
  if (!report.ok) throw new Error(report.error.code)
  return report.value
}

describe('resolve', () => {
  it.each(rows)('$case', row => {
    const report = resolved(row)
    const failing = report.failures.map(f => [`${f.name} ${f.version}`, ['failing', ...f.missingCriteria].join(' ')])
    const got = [
      ...failing,
      ...report.violations.map(v => [`${v.name} ${v.version}`, 'violation']),
      ...(['fully', 'partially', 'exempted'] as const).flatMap(c => report[c].map(p => [`${p.name} ${p.version}`, c])),
    ]
    expect(Object.fromEntries(got)).toEqual(row.want)
  })

  it.each([
    { case: 'an audit', store: ['serde full 1.0.0 nowhere'], usedBy: 'audit of serde' },
    { case: 'an import', store: ['peer:serde full 1.0.0 nowhere'], usedBy: 'audit of serde imported from peer' },
    { case: 'an exemption', store: ['serde exempt 1.0.0 nowhere'], usedBy: 'exemption for serde 1.0.0' },
    { case: 'a violation', store: ['serde violation * nowhere'], usedBy: 'violation of serde' },
  ])('fails where cargo-vet panics: $case with an unknown criterion', ({ store: lines, usedBy }) => {
    const store = storeOf(lines)
    const graph = buildDepGraph(graphOf(...SERDE), store.config.policy)
    expect(resolve({ graph, store, mapper: mapperOf(store) })).toMatchObject({
      ok: false,
      error: { code: 'criteria-unknown', name: 'nowhere', usedBy },
    })
  })
})

describe('reports', () => {
  it('keeps number-like criteria in byte order, which plain objects would not', () => {
    const report = resolved({
      graph: SERDE,
      store: ['serde full 1.0.0 deploy', 'serde violation * run'],
    })
    expect(reportJson(report, null).split('\n').slice(0, 6)).toEqual([
      '{',
      '  "conclusion": "fail (violation)",',
      '  "violations": {',
      '    "serde:1.0.0": [',
      '      {',
      '        "AuditConflict": {',
    ])
    const item = {
      name: 'x',
      delta: { from: null, to: '1.0.0' },
      stat: { insertions: 1, deletions: 2, filesChanged: 3 },
    }
    const suggestion = { ...item, criteria: ['9'], notableParents: ['b', 'a'] }
    const failing = { ...resolved({ graph: SERDE, store: [] }) }
    const suggest = {
      suggestions: [],
      byCriteria: ['10', '9'].map(label => ({ label, items: [suggestion] })),
      totalLines: 3,
    }
    const text = reportJson(failing, suggest as never)
    expect(text.indexOf('"10"')).toBeLessThan(text.indexOf('"9"'))
    expect(text).toContain('"suggestions": []')
    expect(text).toContain('"notable_parents": "a and b"')
  })

  it.each([
    {
      case: 'success',
      graph: SERDE,
      store: ['serde full 1.0.0 deploy'],
      want: ['Vetting Succeeded (1 fully audited)'],
    },
    {
      case: 'success of several kinds',
      graph: ['app -> serde 1.0.0, log 1.0.0'],
      store: ['serde full 1.0.0 deploy', 'log exempt 1.0.0 deploy'],
      want: ['Vetting Succeeded (1 fully audited, 1 exempted)'],
    },
    {
      case: 'nothing to vet',
      graph: ['app'],
      store: [],
      want: ['Vetting Succeeded (because you have no third-party dependencies)'],
    },
    {
      case: 'failure',
      graph: SERDE,
      store: [],
      want: ['Vetting Failed!', '', '1 unvetted dependencies:', '  serde:1.0.0 missing ["safe-to-deploy"]'],
    },
  ])('say $case', ({ graph, store, want }) => {
    expect(reportHuman(resolved({ graph, store }), null)).toBe(`${want.join('\n')}\n`)
  })

  it('show violations in both commands', () => {
    const report = resolved({ graph: SERDE, store: ['serde exempt 1.0.0 deploy', 'peer:serde violation * run'] })
    const want = [
      'Violations Found!',
      '  serde:1.0.0',
      '    the exemption 1.0.0',
      '      criteria: ["safe-to-deploy"]',
      '    conflicts with foreign (peer) violation against *',
      '      criteria: ["safe-to-run"]',
      '      who: Ann',
      '',
      '',
    ].join('\n')
    expect(reportHuman(report, null)).toBe(want)
    expect(suggestHuman(report, null)).toBe(want)
  })
})
