/** Calls of the provenance page. */
import type { EngineHandlers } from '../../../shared/contract.ts'
import { fail } from '../../../shared/result.ts'

type ProvenanceHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `provenance.${string}`>>

/** Answers `unsupported` until the checks are connected. */
export function provenanceHandlers(): ProvenanceHandlers {
  const refuse = () =>
    Promise.resolve(fail({ code: 'unsupported', what: 'checking provenance', instead: null } as const))
  return {
    'provenance.list': refuse,
    'provenance.run': refuse,
    'provenance.record': refuse,
    'provenance.file': refuse,
    'provenance.accept': refuse,
    'provenance.export': refuse,
  }
}
