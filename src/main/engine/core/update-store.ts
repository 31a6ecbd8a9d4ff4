/**
 * What the store becomes after a command: imports that are needed are taken in, and what nothing needs any more is
 * dropped as far as the mode allows. "Needed" are the edges of the best path for each criterion that each package
 * must have. The result is written by store/, which also sorts the lists.
 * Source: cargo-vet 0.10.3 src/resolver.rs get_store_updates.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { auditSources, nothingIsFresh, type EdgeOrigin, type IsFresh } from './audit-graph.ts'
import { compareText, withEntry } from './byte-order.ts'
import {
  containsAll,
  criteriaSet,
  minimalIndices,
  minimalNames,
  type CriteriaMapper,
  type CriteriaSet,
} from './criteria.ts'
import type { DepGraph } from './dep-graph.ts'
import { resolveRequirements } from './requirements.ts'
import { crateFacts, thirdPartyCrates, type PackageRef } from './resolve.ts'
import { searchPath, type SearchMode } from './search.ts'
import type { AuditEntry, AuditsFile, Exemption, ImportsFile, UnpublishedEntry, VetStore } from './store-model.ts'
import { compareVetVersions } from './version.ts'

export interface UpdateMode {
  readonly search: SearchMode
  /** Exemptions and unpublished entries: drop, and narrow their criteria. */
  readonly pruneExemptions: boolean
  readonly pruneNonImportable: boolean
  readonly pruneImports: boolean
}

export interface UpdateInput {
  readonly graph: DepGraph
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly modeFor: (crate: CrateName) => UpdateMode
  readonly isFresh?: IsFresh
}

/** The updated store, as a new value. @failure criteria-unknown */
export function updateStore(input: UpdateInput): Result<VetStore, Failure> {
  const { store, isFresh = nothingIsFresh } = input
  const needs = findNeeds(input, isFresh)
  if (!needs.ok) return needs
  const context: Context = { ...input, isFresh, needs: needs.value }
  const exemptions = updateExemptions(context)
  if (!exemptions.ok) return exemptions
  return ok({
    config: { ...store.config, exemptions: exemptions.value },
    audits: { ...store.audits, audits: pruneLocalAudits(context) },
    imports: updateImports(context),
  })
}

// ── what is needed ───────────────────────────────────────────────────────────────────────────

/** What one crate's packages need, with the criteria each entry is needed for. */
interface Needed {
  /** By `entryKey`. */
  readonly entries: ReadonlyMap<string, CriteriaSet>
  readonly newExemptions: ReadonlyMap<VetVersion, CriteriaSet>
  /** A needed import or publisher row is new, so the old ones of this crate are swept too. */
  readonly usesFresh: boolean
}

const NOTHING: Needed = { entries: new Map(), newExemptions: new Map(), usesFresh: false }

interface Context extends UpdateInput {
  readonly isFresh: IsFresh
  /** By crate in the graph; null when it has conflicts or a package of it fails. */
  readonly needs: ReadonlyMap<CrateName, Needed | null>
}

const entryKey = {
  localAudit: (auditIndex: number) => `local ${auditIndex}`,
  importedAudit: (importIndex: number, auditIndex: number) => `audit ${importIndex} ${auditIndex}`,
  wildcard: (importIndex: number, auditIndex: number) => `wildcard ${importIndex} ${auditIndex}`,
  publisher: (publisherIndex: number) => `publisher ${publisherIndex}`,
  exemption: (exemptionIndex: number) => `exemption ${exemptionIndex}`,
  unpublished: (unpublishedIndex: number) => `unpublished ${unpublishedIndex}`,
}

function findNeeds(input: UpdateInput, isFresh: IsFresh): Result<ReadonlyMap<CrateName, Needed | null>, Failure> {
  const { graph, store, mapper, modeFor } = input
  const requirements = resolveRequirements(graph, store.config.policy, mapper)
  if (!requirements.ok) return requirements
  const sources = auditSources(store)
  const needs = new Map<CrateName, Needed | null>(graph.nodes.map(node => [node.name, NOTHING]))
  for (const { crate, members } of thirdPartyCrates(graph)) {
    const facts = crateFacts({ crate, store, sources, mapper, targets: members.map(m => m.version), isFresh })
    if (!facts.ok) return facts
    const { audits } = facts.value
    const found =
      audits === null
        ? null
        : collectNeeds(members, member => {
            const required = minimalIndices(mapper, requirements.value[member.idx] ?? 0n)
            return required.map(criterion => ({
              criterion,
              search: searchPath(audits, criterion, member.version, modeFor(crate).search),
            }))
          })
    needs.set(crate, found === null ? null : { ...found, usesFresh: usesFresh(found, crate, input, isFresh) })
  }
  return ok(needs)
}

type Searched = readonly { readonly criterion: number; readonly search: ReturnType<typeof searchPath> }[]

function collectNeeds(members: readonly PackageRef[], searchAll: (member: PackageRef) => Searched): Needed | null {
  const entries = new Map<string, CriteriaSet>()
  const newExemptions = new Map<VetVersion, CriteriaSet>()
  for (const member of members) {
    for (const { criterion, search } of searchAll(member)) {
      if (!search.found) return null
      const bit = 1n << BigInt(criterion)
      for (const { origin } of search.path) {
        for (const key of keysOf(origin)) entries.set(key, (entries.get(key) ?? 0n) | bit)
        if (origin.kind !== 'new-exemption') continue
        newExemptions.set(origin.version, (newExemptions.get(origin.version) ?? 0n) | bit)
      }
    }
  }
  return { entries, newExemptions, usesFresh: false }
}

function keysOf(origin: EdgeOrigin): readonly string[] {
  switch (origin.kind) {
    case 'local-audit':
      return [entryKey.localAudit(origin.auditIndex)]
    case 'imported-audit':
      return [entryKey.importedAudit(origin.importIndex, origin.auditIndex)]
    case 'wildcard': {
      const publisher = entryKey.publisher(origin.publisherIndex)
      return origin.importIndex === null
        ? [publisher]
        : [entryKey.wildcard(origin.importIndex, origin.auditIndex), publisher]
    }
    case 'trusted':
      return [entryKey.publisher(origin.publisherIndex)]
    case 'exemption':
      return [entryKey.exemption(origin.exemptionIndex)]
    case 'unpublished':
      return [entryKey.unpublished(origin.unpublishedIndex)]
    case 'new-exemption':
      return []
  }
}

function usesFresh(needed: Needed, crate: CrateName, { store }: UpdateInput, isFresh: IsFresh): boolean {
  const isNeeded = (key: string): boolean => needed.entries.has(key)
  const publishers = store.imports.publisher.get(crate) ?? []
  return (
    publishers.some((entry, i) => isNeeded(entryKey.publisher(i)) && isFresh(entry)) ||
    [...store.imports.audits.values()].some(
      (file, i) =>
        (file.audits.get(crate) ?? []).some((entry, j) => isNeeded(entryKey.importedAudit(i, j)) && isFresh(entry)) ||
        (file.wildcardAudits.get(crate) ?? []).some((entry, j) => isNeeded(entryKey.wildcard(i, j)) && isFresh(entry)),
    )
  )
}

// ── what is kept ─────────────────────────────────────────────────────────────────────────────

function pruneLocalAudits({ store, modeFor, needs }: Context): AuditsFile['audits'] {
  return mapLists(store.audits.audits, (crate, audits) => {
    const needed = needs.get(crate)
    if (needed === undefined || needed === null || !modeFor(crate).pruneNonImportable) return audits
    // Importable audits stay: others may use them.
    return audits.filter((audit, i) => audit.importable || needed.entries.has(entryKey.localAudit(i)))
  })
}

/** Crates outside the graph need nothing; null (failing) keeps what was stored. */
const neededBy = ({ needs }: Context, crate: CrateName): Needed | null =>
  needs.get(crate) ?? (needs.has(crate) ? null : NOTHING)

function updateImports(context: Context): ImportsFile {
  const { store, modeFor, isFresh } = context
  const keeper = (crate: CrateName, shouldPrune: boolean) => {
    const needed = neededBy(context, crate)
    return (entry: Parameters<IsFresh>[0], key: string): boolean => {
      if (!shouldPrune && !isFresh(entry)) return true
      return needed === null ? !isFresh(entry) : needed.entries.has(key)
    }
  }
  const importKeeper = (crate: CrateName) =>
    keeper(crate, modeFor(crate).pruneImports || neededBy(context, crate)?.usesFresh === true)

  const audits = [...store.imports.audits].map(([name, file], importIndex) => {
    const updated: AuditsFile = {
      criteria: file.criteria,
      wildcardAudits: mapLists(file.wildcardAudits, (crate, entries) => {
        const keep = importKeeper(crate)
        return entries.filter((entry, i) => keep(entry, entryKey.wildcard(importIndex, i)))
      }),
      audits: mapLists(file.audits, (crate, entries) => {
        const keep = importKeeper(crate)
        const keepsAll = !(modeFor(crate).pruneImports || neededBy(context, crate)?.usesFresh === true)
        return entries.filter((entry, i) =>
          isViolation(entry) && !(keepsAll && !isFresh(entry))
            ? context.needs.has(crate)
            : keep(entry, entryKey.importedAudit(importIndex, i)),
        )
      }),
      trusted: new Map(),
    }
    return [name, updated] as const
  })
  return {
    unpublished: mapLists(store.imports.unpublished, (crate, entries) => {
      const keep = keeper(crate, modeFor(crate).pruneExemptions)
      return withoutDuplicates(entries.filter((entry, i) => keep(entry, entryKey.unpublished(i))))
    }),
    publisher: mapLists(store.imports.publisher, (crate, entries) => {
      const keep = importKeeper(crate)
      return entries.filter((entry, i) => keep(entry, entryKey.publisher(i)))
    }),
    audits: new Map(audits),
  }
}

const isViolation = (entry: AuditEntry): boolean => entry.kind.kind === 'violation'

function withoutDuplicates(entries: readonly UnpublishedEntry[]): readonly UnpublishedEntry[] {
  const sorted = [...entries].sort(
    (a, b) => compareVetVersions(a.version, b.version) || compareVetVersions(a.auditedAs, b.auditedAs),
  )
  return sorted.filter((entry, i) => {
    const previous = sorted[i - 1]
    return previous === undefined || previous.version !== entry.version || previous.auditedAs !== entry.auditedAs
  })
}

function updateExemptions(context: Context): Result<ReadonlyMap<CrateName, readonly Exemption[]>, Failure> {
  const { store, mapper, modeFor, needs } = context
  let updated: ReadonlyMap<CrateName, readonly Exemption[]> = new Map()
  for (const [crate, entries] of store.config.exemptions) {
    const needed = neededBy(context, crate)
    const kept: Exemption[] = []
    for (const [i, entry] of entries.entries()) {
      const original = criteriaSet(mapper, entry.criteria, () => `exemption for ${crate} ${entry.version}`)
      if (!original.ok) return original
      let useful = needed === null ? original.value : (needed.entries.get(entryKey.exemption(i)) ?? 0n)
      if (!modeFor(crate).pruneExemptions) useful |= original.value
      kept.push(...narrowExemption(mapper, entry, original.value, useful))
    }
    if (kept.length > 0) updated = withEntry(updated, crate, kept)
  }
  const crates = [...needs].sort(([a], [b]) => compareText(a, b))
  for (const [crate, needed] of crates) {
    if (needed === null || needed.newExemptions.size === 0) continue
    const added = [...needed.newExemptions].map(([version, set]) => newExemption(mapper, version, set))
    updated = withEntry(updated, crate, [...(updated.get(crate) ?? []), ...added])
  }
  return ok(mapLists(updated, (_, entries) => [...entries].sort((a, b) => compareVetVersions(a.version, b.version))))
}

/** An exemption with the criteria it is useful for; none when there are none. */
function narrowExemption(
  mapper: CriteriaMapper,
  entry: Exemption,
  original: CriteriaSet,
  useful: CriteriaSet,
): Exemption[] {
  if (useful === 0n) return []
  // An entry marked `suggest = false` is never widened: the rest becomes an entry of its own.
  if (!entry.suggest && !containsAll(original, useful)) {
    return [
      newExemption(mapper, entry.version, useful & ~original),
      { ...entry, criteria: minimalNames(mapper, original) },
    ]
  }
  return [{ ...entry, criteria: minimalNames(mapper, useful) }]
}

function newExemption(mapper: CriteriaMapper, version: VetVersion, set: CriteriaSet): Exemption {
  return { version, criteria: minimalNames(mapper, set), suggest: true, notes: null }
}

/** The same map with other lists; crates whose list becomes empty are left out. */
function mapLists<T>(
  map: ReadonlyMap<CrateName, readonly T[]>,
  change: (crate: CrateName, entries: readonly T[]) => readonly T[],
): ReadonlyMap<CrateName, readonly T[]> {
  const changed = [...map].map(([crate, entries]) => [crate, change(crate, entries)] as const)
  return new Map(changed.filter(([, entries]) => entries.length > 0))
}
