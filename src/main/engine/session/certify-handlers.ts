/**
 * Calls of the certify sheet and of several audits at once. A write takes the evidence files that were asked for with it;
 * they are made before anything is written.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import type { ProvenanceSession } from './provenance-session.ts'
import { withEvidence, type ReviewEvidence } from './review-evidence.ts'

type CertifyHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `certify.${string}`>>

/** Each asks the workspace that is open when it is called. @failure no-workspace-open */
export function certifyHandlers(
  workspace: OpenWorkspace,
  evidence: ReviewEvidence,
  provenance: ProvenanceSession,
): CertifyHandlers {
  return {
    'certify.plan': request => workspace.within(s => s.planCertify(request)),
    'certify.write': request =>
      workspace.within(async s => {
        const files = await evidence.files([request])
        return files.ok ? s.writeCertify(request, files.value) : files
      }),
    'certify.planAll': args => workspace.within(s => s.batches.plan(args)),
    'certify.writeAll': args =>
      workspace.within(async s => {
        const files = await evidence.files(withEvidence(args))
        return files.ok ? s.batches.write(args, files.value) : files
      }),
    'certify.candidates': async () => {
      const checked = await provenance.list('workspace')
      return workspace.within(s => s.batches.candidates(checked))
    },
    'certify.undo': ({ undoId }) => workspace.within(s => s.undo(undoId)),
    'certify.loadDraft': ({ crate, delta }) => workspace.within(s => s.loadDraft(crate, delta)),
    'certify.saveDraft': ({ crate, delta, ...draft }) => workspace.within(s => s.saveDraft(crate, delta, draft)),
  }
}
