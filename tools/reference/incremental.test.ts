/**
 * The law of the resolver with a memory: whatever changes in the store, one after the other, its answer is that of
 * solving from scratch, on random stores from fixed seeds; and it does solve less.
 */
import { expect, it } from 'vitest'
import { brand } from '../../src/shared/domain.ts'
import { certifyAudit } from '../../src/main/engine/core/certify.ts'
import { buildCriteriaMapper } from '../../src/main/engine/core/criteria.ts'
import { buildDepGraph } from '../../src/main/engine/core/dep-graph.ts'
import { createResolver } from '../../src/main/engine/core/incremental.ts'
import { resolve } from '../../src/main/engine/core/resolve.ts'
import type { VetStore } from '../../src/main/engine/core/store-model.ts'
import { candidateDeltas, storeForSuggest } from '../../src/main/engine/core/suggest.ts'
import { readMetadataJson } from '../../src/main/engine/io/metadata-json.ts'
import { parseStore } from '../../src/main/engine/store/parse-store.ts'
import { generateCase } from './generate.ts'

const SEEDS = 150
const FIRST_SEED = 7_000_000
const WHERE = { config: 'config', audits: 'audits', imports: 'imports' }

it(`equals solving from scratch after every change, on ${SEEDS} random stores`, () => {
  let steps = 0
  let fromMemory = 0
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const subject = generateCase(seed)
    const metadata = readMetadataJson(new TextEncoder().encode(JSON.stringify(subject.metadata)))
    const parsed = parseStore(subject.store, WHERE)
    if (!metadata.ok || !parsed.ok) continue
    const mapper = buildCriteriaMapper(parsed.value.audits)
    if (!mapper.ok) continue
    const resolver = createResolver()
    const look = (store: VetStore, packages = metadata.value.packages) => {
      // The policies decide what is third-party: a change of them makes another graph.
      const graph = buildDepGraph({ ...metadata.value, packages }, store.config.policy)
      const input = { graph, store, mapper: mapper.value }
      const scratch = resolve(input)
      expect(resolver.resolve(input), `seed ${seed}`).toEqual(scratch)
      steps++
      if (scratch.ok)
        fromMemory += scratch.value.outcomes.filter(o => o !== null).length > resolver.solvedCrates() ? 1 : 0
      return { input, report: scratch.ok ? scratch.value : null }
    }
    let { input, report } = look(parsed.value)
    for (let i = 0; i < 4 && report !== null; i++) {
      const plan = candidateDeltas({ ...input, report, knownVersions: () => null })[i % 2]
      const delta = plan?.candidates[0]
      if (plan === undefined || delta === undefined) break
      const request = { crate: plan.crate, delta, criteria: ['safe-to-deploy'], who: ['a'], notes: null }
      const certified = certifyAudit({ ...input, request, force: true })
      if (!certified.ok) break
      ;({ input, report } = look(certified.value.store))
    }
    const { store } = input
    look(storeForSuggest(store))
    look({ ...store, config: { ...store.config, exemptions: new Map() } })
    look({ ...store, config: { ...store.config, policy: new Map() } })
    look({ ...store, imports: { ...store.imports, audits: new Map() } })
    for (const gone of ['audits', 'wildcardAudits'] as const) {
      const audits = new Map([...store.imports.audits].map(([name, file]) => [name, { ...file, [gone]: new Map() }]))
      look({ ...store, imports: { ...store.imports, audits } })
    }
    look(
      store,
      metadata.value.packages.map(p => ({ ...p, version: '7.7.7' })),
    )
    look({ ...store, audits: { ...store.audits, wildcardAudits: new Map(), trusted: new Map() } })
    look({ ...store, imports: { ...store.imports, publisher: new Map(), unpublished: new Map() } })
    look(store)
  }
  expect(steps).toBeGreaterThan(700)
  expect(fromMemory).toBeGreaterThan(steps / 2)
})

it('forgets everything when the freshness or the meaning of the criteria changes', () => {
  const name = brand<'CrateName'>('a')
  const resolver = createResolver()
  const empty = { criteria: new Map(), wildcardAudits: new Map(), audits: new Map(), trusted: new Map() }
  const store = {
    config: {
      storeVersion: { major: 0, minor: 10 },
      defaultCriteria: '',
      imports: new Map(),
      policy: new Map(),
      exemptions: new Map(),
    },
    audits: empty,
    imports: { unpublished: new Map(), publisher: new Map(), audits: new Map() },
  } satisfies VetStore
  const pkg = { id: name, name, version: '1.0.0', source: 'registry+https://github.com/rust-lang/crates.io-index' }
  const node = { id: name, deps: [], dependencies: [] }
  const metadata = {
    packages: [{ ...pkg, description: null, repository: null, manifestPath: '', vetMetadata: null }],
    workspaceMembers: [name],
    workspaceRoot: '',
    resolveNodes: [node],
    resolveRoot: null,
    workspaceVetMetadata: null,
    origin: 'cargo',
  } as const
  const mapper = buildCriteriaMapper(empty)
  if (!mapper.ok) throw new Error('built-in criteria do not map')
  const input = { graph: buildDepGraph(metadata, store.config.policy), store, mapper: mapper.value }
  resolver.resolve(input)
  expect(resolver.solvedCrates()).toBe(1)
  resolver.resolve(input)
  expect(resolver.solvedCrates()).toBe(0)
  resolver.resolve({ ...input, isFresh: () => true })
  expect(resolver.solvedCrates()).toBe(1)
  const more = buildCriteriaMapper({
    criteria: new Map([['b', { description: 'b', descriptionUrl: null, implies: [], aggregatedFrom: [] }]]),
  })
  if (!more.ok) throw new Error('criteria do not map')
  resolver.resolve({ ...input, mapper: more.value, isFresh: () => true })
  expect(resolver.solvedCrates()).toBe(1)
})
