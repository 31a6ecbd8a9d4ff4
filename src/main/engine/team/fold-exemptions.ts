/** Exemptions of the fold: the last terms of each, and since when somebody keeps it. */
import { packageKey } from '../../../shared/domain.ts'
import type { ExemptionTerms, TeamEvent } from '../../../shared/team.ts'
import type { Folding } from './fold.ts'

type ExemptionEvent = Extract<TeamEvent, { kind: 'exemption' }>

export interface FoldedExemption {
  readonly event: ExemptionEvent
  readonly terms: ExemptionTerms
  /** `at` of the first event since it was last let go. */
  readonly since: string
}

export function applyExemption({ exemptions }: Folding, event: ExemptionEvent): void {
  const key = packageKey(event.crate, event.version)
  if (event.terms === null) exemptions.delete(key)
  else exemptions.set(key, { event, terms: event.terms, since: exemptions.get(key)?.since ?? event.at })
}
