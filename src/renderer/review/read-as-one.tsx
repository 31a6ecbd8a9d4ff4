/** Where the queue asks for two deltas of a crate that follow each other: reads both as one, which the sheet can split. */
import { useMemo } from 'react'
import type { CrateName, Delta } from '../../shared/domain.ts'
import { changeText } from '../parts/words.ts'
import { openReview, useAppStore } from '../state/app-store.ts'
import { adjacentDeltas } from './adjacent.ts'

export function ReadAsOne({ crate, delta }: { readonly crate: CrateName; readonly delta: Delta }) {
  const items = useAppStore(s => s.queue?.items)
  const found = useMemo(() => adjacentDeltas(crate, delta, items ?? [])[0], [crate, delta, items])
  if (found === undefined) return null
  const { other, joined } = found
  return (
    <button
      className="btn q s"
      title={`${changeText(other)} is in the queue as well. Read both as one; marks count for each of them, and the sheet can split the audit again.`}
      onClick={() =>
        openReview(crate, joined, items?.find(i => i.crate === crate && i.version === joined.to)?.key ?? null)
      }
    >
      Read {changeText(joined)} as one
    </button>
  )
}
