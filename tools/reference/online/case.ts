/**
 * One online case: a workspace and store as in the offline cases, and everything the network would say, as plain JSON.
 * Addresses in texts start with ORIGIN, which becomes the loopback server's own.
 */
import type { Answer, DiffRow, StoreFiles } from '../case.ts'

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

/** These read no criteria in the reference, so a store on which its next check panics passes. */
const BLIND: readonly OnlineCommand['kind'][] = ['regenerate-audit-as', 'renew']

/** Where we differ on purpose (docs/parity.md); null when this is no such place. */
export function onPurpose(command: OnlineCommand, reference: Answer, ours: Answer): string | null {
  const isRefused = ours.outcome === 'refused'
  if (reference.outcome === 'refused') {
    const isPanic = reference.detail.startsWith('exit 101')
    return isPanic && !isRefused && command.kind === 'suggest-human' ? "a known peer's broken criteria left out" : null
  }
  if (!isRefused) return null
  if (ours.detail.includes('64 criteria are defined, 63 are supported')) return 'exactly 64 criteria refused'
  const isSick = /implies itself|is built in and cannot be redefined|\d+ criteria are defined/.test(ours.detail)
  return isSick && BLIND.includes(command.kind) ? 'a store that panics elsewhere refused' : null
}
