/**
 * The words every part of Assay shares: branded strings for the names cargo-vet uses, and the few
 * value shapes built from them. Plain data, no runtime beyond the brand helpers, no Node, no DOM.
 * Names are cargo-vet's own; see its book for their meaning.
 */

/** A type that is a string at run time but cannot be mixed up with another string at compile time. */
export type Brand<T, B extends string> = T & { readonly __brand: B }

export type CrateName = Brand<string, 'CrateName'>
/** A criteria name as written in audits.toml, for example `safe-to-deploy`. */
export type CriteriaName = Brand<string, 'CriteriaName'>
/** Canonical text of a version: `SEMVER` or `SEMVER@git:` followed by 40 hex digits. */
export type VetVersion = Brand<string, 'VetVersion'>
/** `YYYY-MM-DD`, UTC. */
export type IsoDate = Brand<string, 'IsoDate'>
/** Absolute path on this machine, in the machine's own form. */
export type AbsolutePath = Brand<string, 'AbsolutePath'>
/** `name@version` of one package in the graph. */
export type PackageKey = Brand<string, 'PackageKey'>
export type JobId = Brand<string, 'JobId'>

/** Marks text as a brand after it was parsed or came from a trusted place. The only cast of its kind. */
export function brand<B extends string>(text: string): Brand<string, B> {
  return text as Brand<string, B>
}

export function packageKey(name: string, version: string): PackageKey {
  return brand<'PackageKey'>(`${name}@${version}`)
}

/** What an audit covers: `from === null` is a full audit of `to`. */
export interface Delta {
  readonly from: VetVersion | null
  readonly to: VetVersion
}

/** As cargo-vet counts: lines of `git diff --numstat`, its ignored files left out. Binary files count 0 lines. */
export interface DiffStat {
  readonly insertions: number
  readonly deletions: number
  readonly filesChanged: number
}

/** cargo-vet's text for a delta: `V` for a full audit, `A -> B` else. Key of its diff cache. */
export function deltaText(delta: Delta): string {
  return delta.from === null ? delta.to : `${delta.from} -> ${delta.to}`
}

/** The same for the same crate and delta, so that opening a review twice is the same review. */
export function reviewId(crate: CrateName, delta: Delta): string {
  return `${crate} ${deltaText(delta)}`
}

/** What `reviewId` made this of, as unchecked as it came; null for a text that it never makes. */
export function reviewOfId(id: string): { readonly crate: CrateName; readonly delta: Delta } | null {
  const [, crate, from, to] = /^(\S+) (?:(\S+) -> )?(\S+)$/.exec(id) ?? []
  if (crate === undefined || to === undefined) return null
  return { crate: crate as CrateName, delta: { from: (from ?? null) as VetVersion | null, to: to as VetVersion } }
}

/** Lines to read: insertions plus deletions, cargo-vet's measure of the size of an audit. */
export function linesOf(stat: DiffStat): number {
  return stat.insertions + stat.deletions
}
