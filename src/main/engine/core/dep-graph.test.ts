import { describe, expect, it } from 'vitest'
import { checkCratePolicies } from './check-policies.ts'
import { buildDepGraph, type DepGraph } from './dep-graph.ts'
import { filterGraph, parseGraphFilter } from './graph-filter.ts'
import { graphOf, storeOf } from './test-notation.ts'

const build = (...lines: readonly string[]) => buildDepGraph(graphOf(...lines), new Map())
const namesWhere = (graph: DepGraph, test: (node: DepGraph['nodes'][number]) => boolean) =>
  graph.nodes.filter(test).map(n => n.name)

describe('buildDepGraph', () => {
  it('sorts by name, then version', () => {
    const graph = build('app -> log 10.0.0, Zed 1.0.0, log 9.0.0')
    expect(graph.nodes.map(n => `${n.name} ${n.version}`)).toEqual([
      'Zed 1.0.0',
      'app 0.1.0',
      'log 9.0.0',
      'log 10.0.0',
    ])
  })
  it('puts dependencies before dependents', () => {
    const graph = build('app -> a 1.0.0', 'a 1.0.0 -> b 1.0.0', 'b 1.0.0 build> c 1.0.0')
    expect(graph.topoOrder.map(i => graph.nodes[i]?.name)).toEqual(['c', 'b', 'a', 'app'])
  })
  it('survives a chain longer than the call stack', () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `c${i} 1.0.0 -> c${i + 1} 1.0.0`)
    expect(build('app -> c0 1.0.0', ...lines).topoOrder).toHaveLength(20_002)
  })
  it('finds roots by normal edges only, even in a cycle of dev-dependencies', () => {
    const graph = build('app -> lib', 'lib dev> app', 'tool dev> lib')
    expect(namesWhere(graph, n => n.isRoot)).toEqual(['app', 'tool'])
  })
  it('knows what only tests use', () => {
    const graph = build('app -> log 1.0.0', 'app dev> either 1.0.0', 'either 1.0.0 -> log 1.0.0, memo 1.0.0')
    expect(namesWhere(graph, n => n.isDevOnly)).toEqual(['either', 'memo'])
  })
  it('does not follow dev-dependencies of others', () => {
    const graph = build('app -> log 1.0.0', 'log 1.0.0 dev> rand 1.0.0')
    expect(graph.nodes.find(n => n.name === 'log')?.devDeps).toEqual([])
    expect(namesWhere(graph, n => n.reverseDeps.length > 0)).toEqual(['log'])
  })
  it('takes as third-party only the default registry and what a policy says', () => {
    const git = `1.0.0@git:${'a'.repeat(40)}`
    const policy = storeOf([], {
      policy: { [`fork:${git}`]: { auditAsCratesIo: true }, app: { auditAsCratesIo: false } },
    })
    const graph = buildDepGraph(graphOf(`app -> log 1.0.0, fork ${git}, other ${git}`), policy.config.policy)
    expect(namesWhere(graph, n => n.isThirdParty)).toEqual(['fork', 'log'])
  })
})

describe('filterGraph', () => {
  const graph = build('app -> a 1.0.0', 'a 1.0.0 -> b 1.0.0', 'tool -> c 1.0.0', 'app dev> d 2.0.0')
  it.each([
    { filter: 'exclude(name(a))', want: ['app', 'c', 'd', 'tool'] },
    { filter: 'include(any(is_workspace_member(true), name(c)))', want: ['app', 'c', 'tool'] },
    { filter: 'exclude(is_dev_only(true))', want: ['a', 'app', 'b', 'c', 'tool'] },
    { filter: 'exclude(all(is_third_party(true), not(version(2.0.0))))', want: ['app', 'd', 'tool'] },
    { filter: ' exclude( name( tool ) ) ', want: ['a', 'app', 'b', 'd'] },
  ])('$filter', ({ filter, want }) => {
    const parsed = parseGraphFilter(filter)
    if (!parsed.ok) throw new Error(parsed.error)
    expect(filterGraph(graph, [parsed.value]).nodes.map(n => n.name)).toEqual(want)
  })
  it.each([
    { filter: 'drop(name(a))', want: "expected include(…) or exclude(…), found 'drop'" },
    { filter: 'exclude(eq(name(a)))', want: "unknown query 'eq' at column 11" },
    { filter: 'exclude(name(a)', want: "expected ')' at column 16" },
    { filter: 'exclude(is_root(maybe))', want: 'expected true or false at column 22' },
    { filter: 'exclude(name(a)) and more', want: "unexpected text after the filter: 'and more'" },
    { filter: 'exclude(any())', want: "unknown query '' at column 13" },
  ])('refuses $filter', ({ filter, want }) => {
    expect(parseGraphFilter(filter)).toEqual({ ok: false, error: want })
  })
})

describe('checkCratePolicies', () => {
  const git = `1.0.0@git:${'a'.repeat(40)}`
  const check = (keys: readonly string[], withDependencyCriteria: boolean) => {
    const dependencyCriteria = new Map(withDependencyCriteria ? [['x', ['safe-to-run']]] : [])
    const policy = Object.fromEntries(keys.map(key => [key, { dependencyCriteria }]))
    const { config } = storeOf([], { policy })
    return checkCratePolicies(buildDepGraph(graphOf(`app -> log 1.0.0, log ${git}`), config.policy), config).map(
      p => p.message,
    )
  }
  const MUST = 'some crates have unversioned policies that must be versioned'
  const UNUSED = "some versioned policy entries don't correspond to crates being used"
  const NEEDS = 'some crates have policies that are missing an associated version'
  it.each([
    { case: 'a member may have an unversioned one', keys: ['app'], deps: true, want: [] },
    { case: 'a registry crate may not', keys: ['log'], deps: false, want: [`${MUST}\n  log:1.0.0\n  log:${git}`] },
    { case: 'versions must be in use', keys: ['log:9.0.0', 'x'], deps: false, want: [`${UNUSED}\n  x\n  log:9.0.0`] },
    { case: 'a version of a crate may stand alone', keys: ['log:1.0.0'], deps: false, want: [] },
    {
      case: 'dependency-criteria need all versions',
      keys: ['log:1.0.0'],
      deps: true,
      want: [`${NEEDS}\n  log:${git}`],
    },
    { case: 'all versions are there', keys: ['log:1.0.0', `log:${git}`], deps: true, want: [] },
  ])('$case', ({ keys, deps, want }) => {
    expect(check(keys, deps)).toEqual(want)
  })
})
