/** Calls of the provenance page. */
import type { EngineHandlers } from '../../../shared/contract.ts'
import { ok } from '../../../shared/result.ts'
import type { ProvenanceSession } from './provenance-session.ts'

type ProvenanceHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `provenance.${string}`>>

export function provenanceHandlers(provenance: ProvenanceSession): ProvenanceHandlers {
  return {
    'provenance.list': async ({ scope }) => ok(await provenance.list(scope)),
    'provenance.run': args => provenance.run(args),
    'provenance.record': async ({ crate, version }) => ok(provenance.record(crate, version)),
    'provenance.file': args => provenance.file(args),
    'provenance.accept': args => provenance.accept(args),
    'provenance.export': args => provenance.export(args),
  }
}
