/** Provenance of a package in a row of the queue: the verdict, and numbers or the reason below it. Not run is shown so. */
import type { PackageKey } from '../../shared/domain.ts'
import { detailText } from './rows.ts'
import { useProvenance, useRowOf } from './state.ts'
import { STATUS } from './texts.ts'
import { VerdictBadge, VerdictWords } from './verdict-badge.tsx'

export function ProvenanceCell({ of, isCompact }: { readonly of: PackageKey; readonly isCompact: boolean }) {
  const row = useRowOf(of)
  const isLoading = useProvenance(s => s.snapshots.workspace === null && s.failures.workspace === null)
  if (row === null) return isLoading ? null : <VerdictWords words={STATUS['not-run']} />
  const detail = isCompact ? '' : detailText(row)
  return (
    <>
      <VerdictBadge row={row} />
      {detail !== '' && (
        <span className="t11 dim ell" title={row.summary?.sentence ?? detail}>
          {detail}
        </span>
      )}
    </>
  )
}
