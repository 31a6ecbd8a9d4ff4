/** Which rows of the queue belong together, and into which deltas a reading is split. Pure. */
import type { Candidate } from '../../shared/certify-batch.ts'
import type { CrateName, CriteriaName, Delta, VetVersion } from '../../shared/domain.ts'
import type { QueueItem } from '../../shared/wire.ts'

export interface CandidateGroup {
  readonly title: string
  readonly rows: readonly Candidate[]
}

/** Every changed line of its review was marked read. */
export function isReadWhole({ read }: Pick<Candidate, 'read'>): boolean {
  return read !== null && read.total > 0 && read.lines >= read.total
}

/**
 * Rows of one repository, else of one publisher; the group of `first` on top, then the larger ones, then by name. Rows
 * of which neither is known come last.
 */
export function groupCandidates(rows: readonly Candidate[], first: string | null): readonly CandidateGroup[] {
  const groups = new Map<string, Candidate[]>()
  for (const row of rows) {
    const title =
      row.repository !== null
        ? row.repository
        : row.publisher !== null
          ? `Published by ${row.publisher}`
          : 'Repository and publisher not known'
    groups.set(title, [...(groups.get(title) ?? []), row])
  }
  const rank = (group: CandidateGroup) =>
    group.rows.some(row => row.key === first)
      ? 0
      : group.rows.every(r => r.repository === null && r.publisher === null)
        ? 2
        : 1
  return [...groups]
    .map(([title, list]) => ({ title, rows: list }))
    .sort((a, b) => rank(a) - rank(b) || b.rows.length - a.rows.length || (a.title < b.title ? -1 : 1))
}

/** The versions between both ends of a delta, oldest first; `newestFirst` is the registry's list. */
export function versionsBetween({ from, to }: Delta, newestFirst: readonly string[]): readonly string[] {
  const [upper, lower] = [newestFirst.indexOf(to), from === null ? -1 : newestFirst.indexOf(from)]
  return upper < 0 || lower < upper ? [] : newestFirst.slice(upper + 1, lower).toReversed()
}

/** The deltas of a reading split at versions in between, in order. */
export function splitAt({ from, to }: Delta, at: readonly string[]): readonly Delta[] {
  const ends = [...at, to] as VetVersion[]
  return ends.map((end, i) => ({ from: i === 0 ? from : (ends[i - 1] ?? null), to: end }))
}

/**
 * What a step of a reading is certified for: what was chosen for the whole, and what the queue misses of the version it
 * leads to. That version would stay in the queue otherwise, though it was read for it.
 */
export function stepCriteria(
  chosen: readonly CriteriaName[],
  step: { readonly crate: CrateName; readonly delta: Delta },
  rows: readonly Pick<QueueItem, 'crate' | 'version' | 'missing'>[],
): readonly CriteriaName[] {
  const asked = rows.filter(row => row.crate === step.crate && row.version === step.delta.to)
  return [...new Set([...chosen, ...asked.flatMap(row => row.missing)])]
}
