/**
 * The certify sheet: what will be certified, why, and exactly what is written. Nothing is written before one of the two
 * buttons is pressed, and never while the preview is not that of the form.
 */
import { useEffect, useState } from 'react'
import { describeFailure, type Failure } from '../../shared/failure.ts'
import type { CertifyPlan, WriteResult } from '../../shared/wire.ts'
import type { EngineClient } from '../../shared/contract.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { changeText, listText } from '../parts/words.ts'
import { SourceLine } from '../review/source-status.tsx'
import { toastFailure, undoWrite } from '../state/actions.ts'
import { closeTab, openReview, replaceView, showToast, useAppStore, type OpenReview } from '../state/app-store.ts'
import { markDone } from '../team/sign-off-panel.tsx'
import { isMe } from '../team/people.ts'
import { useSigners } from '../team/signers.ts'
import { useMe } from '../team/state.ts'
import { openDialog } from '../team/use-team-commands.ts'
import { Actions, Blocks, planSums } from './certify-actions.tsx'
import { CertifyForm } from './certify-form.tsx'
import { CertifyPreview } from './certify-preview.tsx'
import { useEvidence, type EvidenceState } from './use-evidence.ts'
import { useCertify, type CertifyState } from './use-plan.ts'
import { openBatch } from './use-batch.ts'
import './certify.css'

const draftTexts: Readonly<Record<CertifyState['draft'], string | null>> = {
  none: null,
  saving: 'Saving draft',
  saved: 'Draft saved',
  restored: 'Draft restored',
}

/** After a write: tells the team, and goes on with the next item of the queue. */
async function finishWrite(client: EngineClient, tab: OpenReview, result: WriteResult): Promise<void> {
  closeTab(tab.id)
  const done = await markDone(client, [{ crate: tab.crate, version: tab.delta.to }])
  finishWriting(client, `${tab.crate} ${changeText(tab.delta)}`, result, done)
}

/** Says what was written, offers Undo, and shows the queue. `told`: what the team was told of it, undone with it. */
export function finishWriting(
  client: EngineClient,
  what: string,
  result: WriteResult,
  told: readonly string[] = [],
): void {
  const { undoId } = result
  useAppStore.setState({ undoId })
  replaceView({ kind: 'queue' })
  if (result.next !== null) useAppStore.setState({ selectedKey: result.next })
  showToast({
    tone: 'ok',
    text: `${result.commit === null ? 'Wrote' : `Committed ${result.commit.slice(0, 9)}:`} ${what}`,
    detail: result.written.length === 0 ? 'No file needed a change.' : listText(result.written),
    action: { label: 'Undo', run: () => void undoAll(client, undoId, told) },
  })
  if (result.commitFailure === null) return
  const { title, cause } = describeFailure(result.commitFailure)
  showToast({ tone: 'err', text: `The files were written, but the commit failed: ${title}`, detail: cause })
}

async function undoAll(client: EngineClient, undoId: string, told: readonly string[]): Promise<void> {
  await undoWrite(client, undoId)
  if (told.length > 0 && useAppStore.getState().undoId === null) await client.call('team.undo', { events: [...told] })
}

function writeArguments(plan: CertifyPlan, commit: boolean, evidence: EvidenceState['toWrite']) {
  return {
    request: plan.request,
    ...planSums(plan),
    commit,
    commitMessage: plan.commitMessage,
    evidence,
  }
}

function useWrite(tab: OpenReview, state: CertifyState, evidence: EvidenceState) {
  const client = useClient()
  const [isWriting, setWriting] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const write = async (plan: CertifyPlan, commit: boolean) => {
    setWriting(true)
    setFailure(null)
    const answer = await client.call('certify.write', writeArguments(plan, commit, evidence.toWrite))
    setWriting(false)
    if (answer.ok) {
      state.dropDraft()
      return void finishWrite(client, tab, answer.value)
    }
    setFailure(answer.error)
    toastFailure(answer.error)
    if (answer.error.code === 'store-changed') state.replan()
    if (answer.error.code === 'refused') evidence.again()
  }
  return { isWriting, failure, write }
}

export function CertifyPage({ tab, onBack }: { readonly tab: OpenReview; readonly onBack: () => void }) {
  const generation = useAppStore(s => s.queue?.generation ?? 0)
  const from = useAppStore(s => (s.view.kind === 'certify' ? s.view.from : 'queue'))
  const state = useCertify(tab.crate, tab.delta, generation)
  const { plan, isPlanning, failure, draft } = state
  const evidence = useEvidence(tab.crate, tab.delta, state)
  const writer = useWrite(tab, state, evidence)
  const canWrite =
    plan !== null &&
    failure === null &&
    !isPlanning &&
    !writer.isWriting &&
    evidence.isReady &&
    plan.blocks.length === 0 &&
    plan.trial.state === 'passed'
  const split =
    plan === null || tab.delta.from === null
      ? undefined
      : () =>
          openBatch({
            kind: 'split',
            item: { crate: tab.crate, delta: tab.delta, key: tab.key, criteria: plan.request.criteria },
            backTo: tab.id,
          })
  const me = useMe()
  const { signOffs } = useSigners(tab.crate, tab.delta, plan?.request.criteria ?? null)
  const canSign =
    plan !== null &&
    !isPlanning &&
    me !== null &&
    plan.request.criteria.length > 0 &&
    !signOffs.some(s => isMe(s.by, me))
  const sign = () => {
    if (plan === null) return
    const { crate, delta, criteria, notes } = plan.request
    openDialog({
      kind: 'signOff',
      request: { crate, delta, criteria, notes: notes ?? '', evidence: evidence.toWrite?.sha256 ?? null },
    })
  }
  const read = () => openReview(tab.crate, tab.delta, tab.key)
  useCommandHandlers({
    'certify.back': onBack,
    'certify.rebuildNotes': (state.review?.text ?? '') === '' ? undefined : state.rebuildNotes,
    'certify.split': split,
    'certify.signOff': canSign ? sign : undefined,
    'certify.write': canWrite ? () => void writer.write(plan, false) : undefined,
    'certify.commit': canWrite && plan.canCommit ? () => void writer.write(plan, true) : undefined,
  })
  useEffect(() => useAppStore.setState({ pageStatus: draftTexts[draft] }), [draft])
  const trialFailure = plan?.trial.state === 'failed' ? plan.trial.failure : null
  return (
    <main className="cw" aria-label={`Certify ${tab.crate}`}>
      <header className="ch">
        <h1 className="t18">Certify</h1>
        <span className="t15">{tab.crate}</span>
        <span className="mono sub">{changeText(tab.delta)}</span>
        {split !== undefined && (
          <button className="btn q s" onClick={split} title="Certify this reading as several audits, one for each step">
            Split at versions
          </button>
        )}
        {isPlanning && plan !== null && <span className="t12 dim">Making the preview anew</span>}
        <span className="t12 sub right">
          <SourceLine crate={tab.crate} delta={tab.delta} />
        </span>
      </header>
      {plan === null ? (
        <div className="cols one">
          {failure === null ? (
            <p className="center sub t12" role="status">
              {isPlanning ? 'Making the preview' : ''}
            </p>
          ) : (
            <div className="form">
              <FailureNotice failure={failure} />
            </div>
          )}
        </div>
      ) : (
        <div className="cols">
          <CertifyForm state={state} plan={plan} evidence={evidence} onRead={read} />
          <CertifyPreview plan={plan} isOld={isPlanning || failure !== null} />
        </div>
      )}
      <Blocks
        blocks={plan === null || failure !== null ? [] : plan.blocks}
        failure={writer.failure ?? (plan === null ? null : (failure ?? trialFailure))}
      />
      <Actions
        plan={plan}
        isPlanning={isPlanning}
        isWriting={writer.isWriting}
        canWrite={canWrite}
        signing={canSign ? { isMain: plan.blocks.length > 0 } : undefined}
        backLabel={from === 'review' ? 'Back to review' : 'Back to queue'}
      />
    </main>
  )
}
