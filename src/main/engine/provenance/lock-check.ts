/** Is a published Cargo.lock plausible (provenance.md 1.3)? */

/** What the index says of one version; null: not known here. */
export type IndexLookup = (
  crate: string,
  version: string,
) => { readonly checksum: string; readonly publishedAt: string | null } | null

export interface LockCheck {
  readonly state: 'absent' | 'plausible' | 'implausible' | 'unchecked'
  /** One sentence each, in the lock file's order, at most 100. */
  readonly differences: readonly string[]
}

export function checkLock(
  _text: string | null,
  _publishedAt: string | null,
  _lookup: IndexLookup,
  _self: { readonly crate: string; readonly version: string },
): LockCheck {
  throw new Error('not built yet')
}
