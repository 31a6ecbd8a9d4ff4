/** Every exemption with all that the parts of the overview know of it. */
import { useMemo } from 'react'
import { exemptionRows, type ExemptionRow } from '../../shared/overview.ts'
import { useOverview } from './state.ts'

const NONE: readonly ExemptionRow[] = []

export function useExemptionRows(): readonly ExemptionRow[] {
  const { state, history, help, team } = useOverview()
  return useMemo(
    () => (state === null ? NONE : exemptionRows(state, history, team?.terms ?? [], help)),
    [state, history, help, team],
  )
}
