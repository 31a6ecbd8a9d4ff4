/**
 * What is known of signatures, kept up with the branch: the commits that were not looked at yet, and all of them again when
 * the keys to trust are others. Kept in the journal chunk by chunk, so that a walk which is ended goes on from there.
 */
import { ok, type Result } from '../../../shared/result.ts'
import type { TeamEvent } from '../../../shared/team.ts'
import type { Run } from '../capabilities.ts'
import type { Clone } from './clone.ts'
import type { GitSaid } from './git-run.ts'
import type { Journal, Seen, SeenSignature } from './journal.ts'
import { better, readSignatures } from './signatures.ts'

/** Signatures whose keys were not known are tried again with a sync that somebody asked for, so often at most. */
const RECHECK_MS = 3_600_000
const KEY = 'signed'

interface Known {
  /** The last commit that was looked at. */
  readonly tip: string
  readonly signers: string
  /** When everything was looked at last, in milliseconds since the epoch. */
  readonly at: number
}

/**
 * `signers` changes when the keys to trust do. Changes `seen` along with the journal. Throws Cancelled.
 * @param eventOf an event of the branch by its id
 */
export async function updateSignatures(
  clone: Clone,
  journal: Journal,
  seen: Map<string, Seen>,
  wish: { readonly tip: string; readonly signers: string; readonly isAsked: boolean; readonly nowMs: number },
  eventOf: (id: string) => TeamEvent | null,
  run: Run,
): Promise<Result<null, GitSaid>> {
  const { tip, signers, isAsked, nowMs } = wish
  const known = JSON.parse(journal.get(KEY) ?? 'null') as Known | null
  const isStale =
    known === null || known.signers !== signers || (isAsked && nowMs - known.at > RECHECK_MS && hasUnchecked(seen))
  if (!isStale && known.tip === tip) return ok(null)
  const from = !isStale && (await clone.isAncestor(known.tip, tip, run)) ? known.tip : null
  const at = from === null ? nowMs : (known?.at ?? 0)
  // Everything is judged anew when the keys are others: what was verified need not be any more.
  const before: ReadonlyMap<string, Seen> = from === null ? new Map() : seen
  const best = new Map<string, SeenSignature>()
  return readSignatures(
    clone,
    from,
    tip,
    eventOf,
    (signatures, upTo) => {
      for (const [id, signature] of signatures)
        best.set(id, better(best.get(id) ?? before.get(id)?.signature ?? null, signature))
      const now = [...signatures.keys()].map(id => [id, best.get(id) ?? 'unchecked'] as const)
      journal.sign(now)
      for (const [id, signature] of now) seen.set(id, { seq: seen.get(id)?.seq ?? 0, signature })
      journal.set(KEY, JSON.stringify({ tip: upTo, signers, at } satisfies Known))
    },
    run,
  )
}

function hasUnchecked(seen: ReadonlyMap<string, Seen>): boolean {
  for (const { signature } of seen.values()) if (signature === 'unchecked') return true
  return false
}
