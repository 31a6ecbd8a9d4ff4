/**
 * The three files of a cargo-vet store as values, one type per table, in cargo-vet's words.
 * Maps are keyed as written and must be iterated in byte order (the loader builds them sorted).
 * Optional keys are `null` when absent. Nothing here knows TOML; reading and writing is the job of store/.
 * Source: cargo-vet 0.10.3 src/format.rs.
 */
import type { CrateName, IsoDate, VetVersion } from '../../../shared/domain.ts'

/** `cargo-vet.version`; a missing table reads as 0.4. */
export interface StoreVersion {
  readonly major: number
  readonly minor: number
}

export const SUPPORTED_STORE_VERSION: StoreVersion = { major: 0, minor: 10 }

export interface VetStore {
  readonly config: ConfigFile
  readonly audits: AuditsFile
  readonly imports: ImportsFile
}

// ── config.toml ──────────────────────────────────────────────────────────────────────────────

export interface ConfigFile {
  readonly storeVersion: StoreVersion
  /** `safe-to-deploy` when absent in the file. */
  readonly defaultCriteria: string
  readonly imports: ReadonlyMap<string, ImportConfig>
  /** Keyed by the whole policy key: `crate` or `crate:version`. */
  readonly policy: ReadonlyMap<string, PolicyEntry>
  readonly exemptions: ReadonlyMap<CrateName, readonly Exemption[]>
}

export interface ImportConfig {
  readonly url: readonly string[]
  readonly exclude: readonly string[]
  readonly criteriaMap: ReadonlyMap<string, readonly string[]>
}

export interface PolicyEntry {
  readonly auditAsCratesIo: boolean | null
  readonly criteria: readonly string[] | null
  readonly devCriteria: readonly string[] | null
  readonly dependencyCriteria: ReadonlyMap<string, readonly string[]>
  readonly notes: string | null
}

export interface Exemption {
  readonly version: VetVersion
  readonly criteria: readonly string[]
  readonly suggest: boolean
  readonly notes: string | null
}

// ── audits.toml, and one import inside imports.lock ──────────────────────────────────────────

export interface AuditsFile {
  readonly criteria: ReadonlyMap<string, CriteriaEntry>
  readonly wildcardAudits: ReadonlyMap<CrateName, readonly WildcardAudit[]>
  readonly audits: ReadonlyMap<CrateName, readonly AuditEntry[]>
  readonly trusted: ReadonlyMap<CrateName, readonly TrustedEntry[]>
}

export interface CriteriaEntry {
  readonly description: string | null
  readonly descriptionUrl: string | null
  readonly implies: readonly string[]
  readonly aggregatedFrom: readonly string[]
}

/** Who published: a registry user, or a trusted-publishing identity such as `github:OWNER/REPO`. */
export type PublisherId =
  | { readonly kind: 'user'; readonly userId: bigint }
  | { readonly kind: 'trusted-publisher'; readonly signature: string }

export type AuditKind =
  | { readonly kind: 'full'; readonly version: VetVersion }
  | { readonly kind: 'delta'; readonly from: VetVersion; readonly to: VetVersion }
  /** `range` is cargo-vet's re-rendered VersionReq text. */
  | { readonly kind: 'violation'; readonly range: string }

export interface AuditEntry {
  readonly who: readonly string[]
  readonly criteria: readonly string[]
  readonly kind: AuditKind
  readonly importable: boolean
  readonly notes: string | null
  readonly aggregatedFrom: readonly string[]
}

export interface WildcardAudit {
  readonly who: readonly string[]
  readonly criteria: readonly string[]
  readonly publisher: PublisherId
  readonly start: IsoDate
  /** Exclusive against the release date. */
  readonly end: IsoDate
  readonly renew: boolean | null
  readonly notes: string | null
  readonly aggregatedFrom: readonly string[]
}

export interface TrustedEntry {
  readonly criteria: readonly string[]
  readonly publisher: PublisherId
  readonly start: IsoDate
  readonly end: IsoDate
  readonly notes: string | null
  readonly aggregatedFrom: readonly string[]
}

// ── imports.lock ─────────────────────────────────────────────────────────────────────────────

export interface ImportsFile {
  readonly unpublished: ReadonlyMap<CrateName, readonly UnpublishedEntry[]>
  readonly publisher: ReadonlyMap<CrateName, readonly PublisherEntry[]>
  /** Keyed by import name; criteria inside are already local names. Never has `trusted`. */
  readonly audits: ReadonlyMap<string, AuditsFile>
}

export interface UnpublishedEntry {
  readonly version: VetVersion
  readonly auditedAs: VetVersion
}

export interface PublisherEntry {
  readonly version: VetVersion
  readonly when: IsoDate
  readonly source:
    | { readonly kind: 'user'; readonly userId: bigint; readonly login: string; readonly name: string | null }
    | { readonly kind: 'trusted-publisher'; readonly signature: string }
}
