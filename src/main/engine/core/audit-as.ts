/**
 * Local packages and the published crates of the same name: where a policy must say whether a local package is audited
 * as if it were published, where it says so without reason, and what `init` and `regenerate audit-as-crates-io` set.
 * Source: cargo-vet 0.10.3 src/main.rs check_audit_as_crates_io, fix_audit_as; src/format.rs get_mut_or_default.
 */
import { brand, type CrateName, type VetVersion } from '../../../shared/domain.ts'
import type { StoreProblem } from '../../../shared/failure.ts'
import { compareText, sortedMap } from './byte-order.ts'
import type { CargoMetadata, MetadataPackage } from './cargo-metadata.ts'
import { isCratesIo, vetVersionOf } from './dep-graph.ts'
import { indexPolicy, policyFor, splitPolicyKey } from './policy.ts'
import type { ConfigFile, PolicyEntry, VetStore } from './store-model.ts'
import { compareVetVersions } from './version.ts'

/** How the registry describes a crate; null when it has none, or could not be asked. */
export type DescribedAs = (
  crate: CrateName,
) => { readonly description: string | null; readonly repository: string | null } | null

export interface PackageOf {
  readonly crate: CrateName
  readonly version: VetVersion
}

export interface AuditAsIssues {
  /** Policies that no local package matches. Sorted by crate, without a version first. */
  readonly unused: readonly { readonly crate: CrateName; readonly version: VetVersion | null }[]
  /** Local packages that look published and have no policy, in cargo's order. */
  readonly needs: readonly PackageOf[]
  /** Policies that say published where nothing like it is, in cargo's order. */
  readonly shouldnt: readonly PackageOf[]
}

export interface AuditAsInput {
  readonly metadata: CargoMetadata
  /** As stored: what peers say now plays no part. */
  readonly store: VetStore
  readonly describedAs: DescribedAs
  /** False: nobody could be asked, so that nothing can be said against a policy. */
  readonly isOnline: boolean
}

/** The crates whose description decides, in cargo's order, each once: only those need be asked for. */
export function needsDescription({ metadata, store }: Pick<AuditAsInput, 'metadata' | 'store'>): CrateName[] {
  const policies = indexPolicy(store.config.policy)
  const wanted = localPackages(metadata).filter(
    p => policyFor(policies, p.name, vetVersionOf(p))?.auditAsCratesIo !== false && !hasEntries(store, nameOf(p)),
  )
  return [...new Set(wanted.map(nameOf))]
}

export function checkAuditAs({ metadata, store, describedAs, isOnline }: AuditAsInput): AuditAsIssues {
  const policies = indexPolicy(store.config.policy)
  const needs: PackageOf[] = []
  const shouldnt: PackageOf[] = []
  for (const pkg of localPackages(metadata)) {
    const found = { crate: nameOf(pkg), version: vetVersionOf(pkg) }
    const stated = policyFor(policies, pkg.name, found.version)?.auditAsCratesIo ?? null
    const looksPublished = hasEntries(store, found.crate) || isLike(pkg, describedAs(found.crate))
    if (looksPublished && stated === null) needs.push(found)
    else if (isOnline && !looksPublished && stated === true) shouldnt.push(found)
  }
  return { unused: unusedPolicies(metadata, store.config), needs, shouldnt }
}

const nameOf = (pkg: MetadataPackage): CrateName => brand<'CrateName'>(pkg.name)
const localPackages = (metadata: CargoMetadata): MetadataPackage[] =>
  metadata.packages.filter(p => !isCratesIo(p.source))

function hasEntries({ audits, imports, config }: VetStore, crate: CrateName): boolean {
  const inFile = [audits, ...imports.audits.values()].some(
    file => file.audits.has(crate) || file.wildcardAudits.has(crate) || file.trusted.has(crate),
  )
  return inFile || config.exemptions.has(crate)
}

/** The same description or the same repository. */
function isLike(pkg: MetadataPackage, described: ReturnType<DescribedAs>): boolean {
  if (described === null) return false
  const { description, repository } = described
  return (
    (description !== null && pkg.description === description) || (repository !== null && pkg.repository === repository)
  )
}

function unusedPolicies(metadata: CargoMetadata, config: ConfigFile): AuditAsIssues['unused'] {
  const local = localPackages(metadata)
  const names = new Set(local.map(p => p.name))
  const versions = new Set(local.map(p => `${p.name}:${vetVersionOf(p)}`))
  const unused = [...config.policy]
    .filter(([, entry]) => entry.auditAsCratesIo !== null)
    .map(([key]) => splitPolicyKey(key))
    .filter(({ crate, version }) => (version === null ? !names.has(crate) : !versions.has(`${crate}:${version}`)))
    .map(({ crate, version }) => ({ crate: brand<'CrateName'>(crate), version }))
  return unused.sort((a, b) => compareText(a.crate, b.crate) || compareOptional(a.version, b.version))
}

function compareOptional(a: VetVersion | null, b: VetVersion | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  return compareVetVersions(a, b)
}

/** In cargo-vet's words and order; empty when all is well. */
export function auditAsProblems({ unused, needs, shouldnt }: AuditAsIssues): readonly StoreProblem[] {
  const problem = (
    message: string,
    help: string,
    rows: readonly { readonly crate: string; readonly version: string | null }[],
  ) => {
    const names = rows.map(({ crate, version }) => `\n  ${crate}${version === null ? '' : `:${version}`}`)
    return rows.length === 0 ? [] : [{ message: message + names.join(''), help, place: null }]
  }
  return [
    ...problem(
      "some audit-as-crates-io policies don't match first-party crates",
      'Remove the audit-as-crates-io entries',
      unused,
    ),
    ...problem(
      'Some non-crates.io-fetched packages match published crates.io versions',
      'Add a `policy.*.audit-as-crates-io` entry for them',
      needs,
    ),
    ...problem(
      "some audit-as-crates-io packages don't match published crates.io versions",
      'Remove the audit-as-crates-io entries or make them `false`',
      shouldnt,
    ),
  ]
}

/**
 * The policies with every issue settled: true for a package that has the published one's description or repository,
 * false for other packages named, nothing where a policy matches nothing. Policies get versions where a published copy
 * of the crate is in the graph too.
 */
export function settleAuditAs(
  config: ConfigFile,
  metadata: CargoMetadata,
  issues: AuditAsIssues,
  describedAs: DescribedAs,
): ConfigFile {
  let policy: ReadonlyMap<string, PolicyEntry> = config.policy
  for (const { crate, version } of issues.unused) {
    const key = policyKey(crate, version)
    const entry = policy.get(key)
    if (entry !== undefined) policy = new Map(policy).set(key, { ...entry, auditAsCratesIo: null })
  }
  for (const { crate, version } of issues.needs) {
    const described = describedAs(crate)
    // PARITY cargo-vet 0.10.3: any package of that name counts, also another version.
    const isLikePublished = metadata.packages.some(p => p.name === crate && isLike(p, described))
    policy = withAuditAs(policy, metadata, crate, version, isLikePublished)
  }
  for (const { crate, version } of issues.shouldnt) policy = withAuditAs(policy, metadata, crate, version, false)
  return { ...config, policy }
}

const EMPTY_POLICY: PolicyEntry = {
  auditAsCratesIo: null,
  criteria: null,
  devCriteria: null,
  dependencyCriteria: new Map(),
  notes: null,
}

const policyKey = (crate: string, version: VetVersion | null): string =>
  version === null ? crate : `${crate}:${version}`

function withAuditAs(
  before: ReadonlyMap<string, PolicyEntry>,
  metadata: CargoMetadata,
  crate: CrateName,
  version: VetVersion,
  value: boolean,
): ReadonlyMap<string, PolicyEntry> {
  const policy = new Map(before)
  const copies = metadata.packages.filter(p => p.name === crate)
  const unversioned = policy.get(crate)
  if (copies.some(p => isCratesIo(p.source))) {
    policy.delete(crate)
    for (const copy of copies) {
      const key = policyKey(crate, vetVersionOf(copy))
      if (!policy.has(key)) policy.set(key, unversioned ?? EMPTY_POLICY)
    }
  }
  const isVersioned = [...policy.keys()].some(key => key.startsWith(`${crate}:`))
  const key = policyKey(crate, isVersioned ? version : null)
  policy.set(key, { ...(policy.get(key) ?? EMPTY_POLICY), auditAsCratesIo: value })
  return sortedMap(policy)
}
