/** Deltas of one crate that follow each other. Pure. */
import type { CrateName, Delta } from '../../shared/domain.ts'

/** The deltas that begin where this one ends or end where it begins, with the delta of both; none that begins at nothing. */
export function adjacentDeltas(
  crate: CrateName,
  delta: Delta,
  rows: readonly { readonly crate: CrateName; readonly delta: Delta | null }[],
): readonly { readonly other: Delta; readonly joined: Delta }[] {
  return rows.flatMap(row => {
    const other = row.delta
    if (row.crate !== crate || other === null || other.from === null || delta.from === null) return []
    const joined =
      other.from === delta.to
        ? { from: delta.from, to: other.to }
        : other.to === delta.from
          ? { from: other.from, to: delta.to }
          : null
    return joined === null || joined.from === joined.to ? [] : [{ other, joined }]
  })
}
