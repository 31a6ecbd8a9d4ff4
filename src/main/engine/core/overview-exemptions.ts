/**
 * Which exemptions could go: now, with a peer's audits, or by trusting a publisher. Decided by cargo-vet's own pruning
 * (update-store.ts), as `prune` and `import` do it; crates do not depend on each other there, so one run per peer says it
 * for every exemption. Pure; whose files are at hand is the caller's business.
 */
import { packageKey, type CrateName, type PackageKey, type VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { auditSources, nothingIsFresh, type IsFresh } from './audit-graph.ts'
import { withEntry } from './byte-order.ts'
import { containsAll, criteriaSet, type CriteriaMapper, type CriteriaSet } from './criteria.ts'
import type { DepGraph } from './dep-graph.ts'
import { crateFacts, thirdPartyCrates } from './resolve.ts'
import type { AuditsFile, Exemption, VetStore } from './store-model.ts'
import { updateStore, type UpdateMode } from './update-store.ts'

/** cargo-vet's `prune` as far as exemptions go. */
const PRUNE: UpdateMode = {
  search: 'prefer-fresh-imports',
  pruneExemptions: true,
  pruneNonImportable: false,
  pruneImports: false,
}

export interface ExemptionsInput {
  readonly graph: DepGraph
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly isFresh?: IsFresh
}

/** `whole`: the entry is not needed. `partly`: some of its criteria are not. */
export interface Removable {
  readonly whole: ReadonlySet<PackageKey>
  readonly partly: ReadonlySet<PackageKey>
}

/** What `prune` would take away of the exemptions. @failure criteria-unknown */
export function removableExemptions(input: ExemptionsInput): Result<Removable, Failure> {
  const updated = updateStore({ ...input, modeFor: () => PRUNE })
  if (!updated.ok) return updated
  return difference(input.mapper, input.store, updated.value)
}

/**
 * What could go with a peer's audits that cannot go without. `file` is translated to our criteria, with wildcard audits
 * counting for releases whose publisher imports.lock knows. A crate about which the peer contradicts us keeps its
 * exemptions, and so do all when importing would fail. @failure criteria-unknown
 */
export function removableWithPeer(
  input: ExemptionsInput,
  importName: string,
  file: AuditsFile,
  without: Removable,
): Result<ReadonlySet<PackageKey>, Failure> {
  const { isFresh = nothingIsFresh } = input
  // On top of what prune drops: of two exemptions that do the same, prune and the peer may spare different ones.
  const store = withoutExemptions(input.store, without.whole)
  const entries = new Set<object>([...file.audits.values(), ...file.wildcardAudits.values()].flat())
  const imports = { ...store.imports, audits: withEntry(store.imports.audits, importName, file) }
  const found = removableExemptions({
    ...input,
    store: { ...store, imports },
    isFresh: entry => entries.has(entry) || isFresh(entry),
  })
  if (!found.ok) return found
  return ok(found.value.whole)
}

function withoutExemptions(store: VetStore, gone: ReadonlySet<PackageKey>): VetStore {
  const left = [...store.config.exemptions].map(
    ([crate, entries]) => [crate, entries.filter(entry => !gone.has(packageKey(crate, entry.version)))] as const,
  )
  const exemptions = new Map(left.filter(([, entries]) => entries.length > 0))
  return { ...store, config: { ...store.config, exemptions } }
}

/** By version, because two entries may name the same one: all of it gone, or some of what it granted. */
function difference(mapper: CriteriaMapper, before: VetStore, after: VetStore): Result<Removable, Failure> {
  const whole = new Set<PackageKey>()
  const partly = new Set<PackageKey>()
  for (const [crate, entries] of before.config.exemptions) {
    const now = granted(mapper, crate, after.config.exemptions.get(crate) ?? [])
    if (!now.ok) return now
    const was = granted(mapper, crate, entries)
    if (!was.ok) return was
    for (const [version, set] of was.value) {
      const left = now.value.get(version)
      if (left === undefined) whole.add(packageKey(crate, version))
      else if (!containsAll(left, set)) partly.add(packageKey(crate, version))
    }
  }
  return ok({ whole, partly })
}

function granted(
  mapper: CriteriaMapper,
  crate: CrateName,
  entries: readonly Exemption[],
): Result<ReadonlyMap<VetVersion, CriteriaSet>, Failure> {
  const sets = new Map<VetVersion, CriteriaSet>()
  for (const { version, criteria } of entries) {
    const set = criteriaSet(mapper, criteria, () => `exemption for ${crate} ${version}`)
    if (!set.ok) return set
    sets.set(version, (sets.get(version) ?? 0n) | set.value)
  }
  return ok(sets)
}

/** Crates of which nothing is ever pruned: they have conflicts, or a package of them fails. @failure criteria-unknown */
export function unprunableCrates(
  { graph, store, mapper, isFresh = nothingIsFresh }: ExemptionsInput,
  failing: ReadonlySet<string>,
): Result<ReadonlySet<string>, Failure> {
  const sources = auditSources(store)
  const found = new Set(failing)
  for (const { crate, members } of thirdPartyCrates(graph)) {
    if (!store.config.exemptions.has(crate) || found.has(crate)) continue
    const targets = members.map(member => member.version)
    const facts = crateFacts({ crate, store, sources, mapper, targets, isFresh })
    if (!facts.ok) return facts
    if (facts.value.audits === null) found.add(crate)
  }
  return ok(found)
}
