/**
 * Who vouches for an event: the signature of the commit that brought its line, as git judges it (`%G?`) with the keys
 * that git knows here. It counts as the author's only when the signer's e-mail address is the author's. Lines that only a
 * merge brings are nobody's word. What we know is kept per event; commits are looked at once.
 */
import { ok, type Result } from '../../../shared/result.ts'
import { personKey, type TeamEvent } from '../../../shared/team.ts'
import type { Run } from '../capabilities.ts'
import type { Clone } from './clone.ts'
import type { GitSaid } from './git-run.ts'
import type { SeenSignature } from './journal.ts'

/** One git process each; a signed commit costs a run of gpg or ssh-keygen. */
const CHUNK = 250
const RANK: Readonly<Record<SeenSignature, number>> = { verified: 3, bad: 2, unchecked: 1, unsigned: 0 }

/**
 * Looks at the commits that `to` has and `from` has not. `onSigned` gets what each chunk of commits says of events; of
 * several commits with one line, the best word counts. Throws Cancelled.
 */
export async function readSignatures(
  clone: Clone,
  from: string | null,
  to: string,
  eventOf: (id: string) => TeamEvent | null,
  onSigned: (signatures: ReadonlyMap<string, SeenSignature>, upTo: string) => void,
  run: Run,
): Promise<Result<null, GitSaid>> {
  const commits = await clone.commitsBetween(from, to, run)
  if (!commits.ok) return commits
  for (let at = 0; at < commits.value.length; at += CHUNK) {
    const chunk = commits.value.slice(at, at + CHUNK)
    const step = commits.value.length > CHUNK ? 'checking signatures' : null
    run.onProgress({ done: at, total: commits.value.length, step })
    const diff = ['-p', '-U0', '--text', '--no-ext-diff', '--no-textconv', '--no-renames']
    const log = await clone.log(chunk, ['--format=%x00%H%x01%G?%x01%GS', ...diff], run)
    if (!log.ok) return log
    onSigned(signaturesOf(log.value, eventOf), chunk.at(-1) ?? to)
  }
  return ok(null)
}

function signaturesOf(log: string, eventOf: (id: string) => TeamEvent | null): ReadonlyMap<string, SeenSignature> {
  const signatures = new Map<string, SeenSignature>()
  for (const commit of log.split('\0')) {
    const [, verdict = 'N', rest = ''] = commit.split('\x01', 3)
    const signer = rest.slice(0, Math.max(0, rest.indexOf('\n')))
    for (const [, id = ''] of commit.matchAll(/^\+\{"id":"([0-9a-f]{32})",/gm)) {
      const event = eventOf(id)
      if (event === null) continue
      const signature = judge(verdict, signer, event.by)
      signatures.set(id, better(signatures.get(id) ?? null, signature))
    }
  }
  return signatures
}

export function better(known: SeenSignature | null, found: SeenSignature): SeenSignature {
  return known === null || RANK[found] > RANK[known] ? found : known
}

/**
 * @param verdict git's letter: G good, B bad, U good by a key that nobody vouches for, X Y expired, R revoked, E could
 * not be checked, N none
 * @param signer `Name <email>` for OpenPGP, the principals of the allowed signers file for ssh
 */
export function judge(verdict: string, signer: string, author: string): SeenSignature {
  if (verdict === 'N') return 'unsigned'
  if (verdict === 'B' || verdict === 'R') return 'bad'
  if (verdict !== 'G') return 'unchecked'
  const address = /<([^<>]*)>\s*$/.exec(signer)?.[1] ?? signer
  const signers = address.split(',').map(one => one.trim().toLowerCase())
  return signers.includes(personKey(author)) ? 'verified' : 'bad'
}
