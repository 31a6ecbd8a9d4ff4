/** Where the queue asks for two deltas of a crate that follow each other: reads both as one, which the sheet can split. */
import { useMemo } from 'react'
import type { CrateName, Delta } from '../../shared/domain.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { changeText } from '../parts/words.ts'
import { openReview, useAppStore } from '../state/app-store.ts'
import { adjacentDeltas } from './adjacent.ts'

export function ReadAsOne({ crate, delta }: { readonly crate: CrateName; readonly delta: Delta }) {
  const items = useAppStore(s => s.queue?.items)
  const found = useMemo(() => adjacentDeltas(crate, delta, items ?? [])[0], [crate, delta, items])
  const read =
    found === undefined
      ? undefined
      : () => {
          const { to } = found.joined
          openReview(crate, found.joined, items?.find(i => i.crate === crate && i.version === to)?.key ?? null)
        }
  useCommandHandlers({ 'review.readAsOne': read })
  if (found === undefined) return null
  const { other, joined } = found
  return (
    <button
      className="btn q s"
      title={`${changeText(other)} is in the queue as well. Read both as one; the sheet can split the audit again, and says what a version in between had in another form.`}
      onClick={read}
    >
      Read {changeText(joined)} as one
    </button>
  )
}
