/**
 * One online case: a workspace and store as in the offline cases, and everything the network would say, as plain JSON.
 * Addresses in texts start with ORIGIN, which becomes the loopback server's own.
 */
import type { DiffRow, StoreFiles } from '../case.ts'

/** Stands for `http://127.0.0.1:PORT` in every text of a case. */
export const ORIGIN = 'http://origin.invalid'

export interface ServedFile {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type OnlineCommand =
  | { readonly kind: 'check' }
  | { readonly kind: 'suggest' }
  | { readonly kind: 'prune'; readonly flags: readonly string[] }
  | { readonly kind: 'regenerate'; readonly what: 'imports' | 'exemptions' | 'unpublished' }
  | { readonly kind: 'import'; readonly name: string; readonly urls: readonly string[] }
  | { readonly kind: 'certify'; readonly args: readonly string[] }
  /** `args[0]` is the command; `kind` only names it in counts. */
  | {
      readonly kind: 'suggest-human' | 'trust' | 'trust-all' | 'wildcard' | 'renew' | 'regenerate-audit-as' | 'init'
      readonly args: readonly string[]
    }

export interface OnlineCase {
  readonly name: string
  readonly metadata: unknown
  readonly store: StoreFiles
  readonly diffs: readonly DiffRow[]
  /** By path, for the loopback server: peers' files, descriptions, the list of known peers. */
  readonly served: Readonly<Record<string, ServedFile>>
  /** What the registry says: `crate` to its releases; a crate that is absent is unknown there. */
  readonly releases: Readonly<Record<string, readonly OnlineRelease[]>>
  /** How the registry describes a crate; default: not at all. */
  readonly described?: Readonly<
    Record<string, { readonly description: string | null; readonly repository: string | null }>
  >
  readonly commands: readonly OnlineCommand[]
}

export interface OnlineRelease {
  readonly version: string
  /** `YYYY-MM-DD`. */
  readonly when: string
  readonly by:
    | { readonly kind: 'user'; readonly id: number; readonly login: string; readonly name: string | null }
    | { readonly kind: 'trusted-publisher'; readonly repository: string }
    | null
}
