/**
 * The part of `cargo metadata --format-version 1` that the graph is built from, as plain data.
 * io/cargo-metadata.ts reads it from cargo, io/cargo-lock.ts approximates it from Cargo.lock alone.
 */

export type DepKind = 'normal' | 'build' | 'dev'

export interface MetadataPackage {
  readonly id: string
  readonly name: string
  /** Plain semver, no git hash. */
  readonly version: string
  /** cargo's source id text, for example `registry+https://…` or `git+https://…#HASH`; null for a path package. */
  readonly source: string | null
  readonly description: string | null
  readonly repository: string | null
  readonly manifestPath: string
  /** As the manifest states them; absent where nobody says. */
  readonly authors?: readonly string[]
  /** The package's `metadata.vet` table as JSON, null when absent. Only the root package's is looked at. */
  readonly vetMetadata: unknown
}

export interface MetadataDep {
  /** Package id. */
  readonly pkg: string
  /** Kinds as listed by cargo, duplicates removed, in cargo's order. */
  readonly kinds: readonly DepKind[]
}

export interface MetadataNode {
  readonly id: string
  /** In cargo's order. */
  readonly deps: readonly MetadataDep[]
  /** cargo's flat `dependencies` list, in its order. */
  readonly dependencies: readonly string[]
  /** Whether the feature `default` is on; absent where nobody says. */
  readonly hasDefaultFeatures?: boolean
}

export interface CargoMetadata {
  readonly packages: readonly MetadataPackage[]
  readonly workspaceMembers: readonly string[]
  readonly workspaceRoot: string
  readonly resolveNodes: readonly MetadataNode[]
  /** `resolve.root`, null for a virtual workspace. */
  readonly resolveRoot: string | null
  /** The workspace's `metadata.vet` table as JSON, null when absent. */
  readonly workspaceVetMetadata: unknown
  /** `lockfile` when made from Cargo.lock alone: then every kind is taken as normal. */
  readonly origin: 'cargo' | 'lockfile'
}
