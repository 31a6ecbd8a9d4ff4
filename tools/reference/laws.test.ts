/**
 * What must hold for every store, on random ones from fixed seeds: writing is a fixed point, pruning changes no
 * verdict, regenerated exemptions and a new store let everything pass, and a certified suggestion heals its failure.
 */
import { expect, it } from 'vitest'
import { brand } from '../../src/shared/domain.ts'
import { buildCriteriaMapper } from '../../src/main/engine/core/criteria.ts'
import { certifyAudit } from '../../src/main/engine/core/certify.ts'
import { buildDepGraph } from '../../src/main/engine/core/dep-graph.ts'
import { resolve, type ResolveReport } from '../../src/main/engine/core/resolve.ts'
import type { VetStore } from '../../src/main/engine/core/store-model.ts'
import { candidateDeltas, chooseSuggestions } from '../../src/main/engine/core/suggest.ts'
import { updateStore, type UpdateMode } from '../../src/main/engine/core/update-store.ts'
import { readMetadataJson } from '../../src/main/engine/io/metadata-json.ts'
import { EMPTY_STORE, freshStore } from '../../src/main/engine/session/init-command.ts'
import { REGENERATE_MODE } from '../../src/main/engine/session/store-commands.ts'
import { parseStore } from '../../src/main/engine/store/parse-store.ts'
import { validateStore } from '../../src/main/engine/store/validate-store.ts'
import { renderStore } from '../../src/main/engine/store/write-store.ts'
import { CASE_TODAY, type ReferenceCase } from './case.ts'
import { generateCase } from './generate.ts'

const SEEDS = 200
const FIRST_SEED = 5_000_000
const WHERE = { config: 'config', audits: 'audits', imports: 'imports' }

function value<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** Null for a store that is refused: about that nothing is promised. */
function load(subject: ReferenceCase) {
  const metadata = value(readMetadataJson(new TextEncoder().encode(JSON.stringify(subject.metadata))))
  const store = parseStore(subject.store, WHERE)
  if (!store.ok) return null
  const today = brand<'IsoDate'>(CASE_TODAY)
  if (validateStore({ store: store.value, texts: subject.store, where: WHERE, today, locked: true }).length > 0)
    return null
  const mapper = buildCriteriaMapper(store.value.audits)
  if (!mapper.ok) return null
  const graph = buildDepGraph(metadata, store.value.config.policy)
  const report = resolve({ graph, store: store.value, mapper: mapper.value })
  return report.ok ? { metadata, store: store.value, mapper: mapper.value, graph, report: report.value } : null
}

type Case = NonNullable<ReturnType<typeof load>>
const cases = Array.from({ length: SEEDS }, (_, i) => generateCase(FIRST_SEED + i)).flatMap(subject => {
  const loaded = load(subject)
  return loaded === null ? [] : [{ name: subject.name, texts: subject.store, ...loaded }]
})

const reportOf = (subject: Case, store: VetStore): ResolveReport => value(resolve({ ...subject, store }))
const verdict = (report: ResolveReport) => ({
  failures: report.failures.map(f => [f.name, f.version, f.missingCriteria]),
  violations: report.violations.map(v => [v.name, v.version]),
})

it('speaks of many cases with every outcome', () => {
  const conclusions = new Set(cases.map(subject => subject.report.conclusion))
  expect(cases.length).toBeGreaterThan(SEEDS / 2)
  expect([...conclusions].sort()).toEqual(['fail (vetting)', 'fail (violation)', 'success'])
})

it('writing what was read changes no byte', () => {
  for (const { name, store, texts } of cases) expect(renderStore(store), name).toEqual(texts)
})

it.each([true, false])('pruning changes no verdict (exemptions too: %s)', pruneExemptions => {
  const mode: UpdateMode = {
    search: pruneExemptions ? 'prefer-fresh-imports' : 'prefer-exemptions',
    pruneExemptions,
    pruneNonImportable: true,
    pruneImports: true,
  }
  for (const subject of cases) {
    const pruned = value(updateStore({ ...subject, modeFor: () => mode }))
    expect(verdict(reportOf(subject, pruned)), subject.name).toEqual(verdict(subject.report))
    const again = value(updateStore({ ...subject, store: pruned, modeFor: () => mode }))
    expect(renderStore(again), subject.name).toEqual(renderStore(pruned))
  }
})

it('regenerated exemptions let everything pass that no violation stops', () => {
  for (const subject of cases) {
    const store = value(updateStore({ ...subject, modeFor: () => REGENERATE_MODE }))
    expect(reportOf(subject, store).failures, subject.name).toEqual([])
  }
})

it('a new store passes', () => {
  for (const subject of cases) {
    const store = value(freshStore(subject.metadata, EMPTY_STORE, []))
    const mapper = value(buildCriteriaMapper(store.audits))
    const graph = buildDepGraph(subject.metadata, store.config.policy)
    expect(value(resolve({ graph, store, mapper })).conclusion, subject.name).toBe('success')
  }
})

it('a certified suggestion heals its failure and makes no other', () => {
  let healed = 0
  for (const subject of cases) {
    const { report } = subject
    if (report.conclusion !== 'fail (vetting)') continue
    const plans = candidateDeltas({ ...subject, knownVersions: () => null })
    const sizeOf = () => ({ insertions: 1, deletions: 0, filesChanged: 1 })
    for (const item of chooseSuggestions({ ...subject, plans, sizeOf }).suggestions) {
      if (plans.some(plan => plan.extra.length > 0 && plan.crate === item.name)) continue // takes two readings
      const request = { crate: item.name, delta: item.delta, criteria: item.criteria, who: ['me'], notes: null }
      const after = value(certifyAudit({ ...subject, request, force: false })).store
      const failures = reportOf(subject, after).failures
      expect(
        failures.map(f => f.idx),
        subject.name,
      ).not.toContain(item.idx)
      const before = new Set(report.failures.map(f => f.idx))
      expect(
        failures.filter(f => !before.has(f.idx)),
        subject.name,
      ).toEqual([])
      healed++
    }
  }
  expect(healed).toBeGreaterThan(50)
})
