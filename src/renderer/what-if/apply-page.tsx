/**
 * Applying a draft: the exact change to each of the three files, what that does, and the result of a trial check, as on
 * the certify sheet. Nothing is written before one of the two buttons is pressed.
 */
import { useCallback, useEffect, useState } from 'react'
import { describeFailure, type Failure } from '../../shared/failure.ts'
import type { WhatIfPlan } from '../../shared/what-if.ts'
import type { WriteResult } from '../../shared/wire.ts'
import type { EngineClient } from '../../shared/contract.ts'
import { Actions, Blocks, planSums } from '../certify/certify-actions.tsx'
import { CertifyPreview } from '../certify/certify-preview.tsx'
import '../certify/certify.css'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { count, listText } from '../parts/words.ts'
import { copyText, toastFailure, undoWrite } from '../state/actions.ts'
import { replaceView, showToast, useAppStore } from '../state/app-store.ts'
import { setDraft, useWhatIf } from './state.ts'

/** After a write: says what was written, offers Undo, and shows what is left to try. */
function finish(client: EngineClient, plan: WhatIfPlan, result: WriteResult): void {
  const { undoId } = result
  useAppStore.setState({ undoId })
  const moves = plan.changes.filter(change => change.kind === 'move')
  useWhatIf.setState({ smallest: null })
  setDraft(client, moves)
  replaceView({ kind: 'whatif' })
  showToast({
    tone: 'ok',
    text: `${result.commit === null ? 'Applied' : `Committed ${result.commit.slice(0, 9)}:`} ${count(plan.changes.length - moves.length, 'change')}`,
    detail: result.written.length === 0 ? 'No file needed a change.' : listText(result.written),
    action: { label: 'Undo', run: () => void undoWrite(client, undoId) },
  })
  if (result.commitFailure === null) return
  const { title, cause } = describeFailure(result.commitFailure)
  showToast({ tone: 'err', text: `The files were written, but the commit failed: ${title}`, detail: cause })
}

interface Planning {
  readonly plan: WhatIfPlan | null
  readonly failure: Failure | null
  readonly isPlanning: boolean
  readonly again: () => void
}

function usePlan(): Planning {
  const client = useClient()
  const draft = useWhatIf(s => s.draft)
  const [state, setState] = useState<Omit<Planning, 'again'>>({ plan: null, failure: null, isPlanning: true })
  const [round, setRound] = useState(0)
  useEffect(() => {
    let isCurrent = true
    void client.call('whatif.plan', { draft: [...draft] }).then(answer => {
      if (!isCurrent) return
      setState(before =>
        answer.ok
          ? { plan: answer.value, failure: null, isPlanning: false }
          : { plan: before.plan, failure: answer.error, isPlanning: false },
      )
    })
    return () => {
      isCurrent = false
    }
  }, [client, draft, round])
  const again = useCallback(() => {
    setState(before => ({ ...before, isPlanning: true, failure: null }))
    setRound(n => n + 1)
  }, [])
  return { ...state, again }
}

function CargoCommands({ commands }: { readonly commands: readonly string[] }) {
  return (
    <div className="notice w" role="status">
      <Icon name="wave" />
      <div className="grow">
        <b className="med">Versions are for cargo to move.</b> Run this first, then look at the preview again:
        <pre className="wi-cmds">{commands.join('\n')}</pre>
        <button className="btn s" onClick={() => void copyText(commands.join('\n'), 'the commands')}>
          Copy
        </button>
      </div>
    </div>
  )
}

export function WhatIfApplyPage() {
  const client = useClient()
  const { plan, failure, isPlanning, again } = usePlan()
  const [isWriting, setWriting] = useState(false)
  const [writeFailure, setWriteFailure] = useState<Failure | null>(null)
  const canWrite = plan !== null && !isPlanning && !isWriting && failure === null && plan.blocks.length === 0
  const back = () => replaceView({ kind: 'whatif' })
  const write = async (shown: WhatIfPlan, commit: boolean) => {
    setWriting(true)
    setWriteFailure(null)
    const { changes, commitMessage } = shown
    const done = await client.call('whatif.apply', { changes, ...planSums(shown), commit, commitMessage })
    setWriting(false)
    if (done.ok) return finish(client, shown, done.value)
    setWriteFailure(done.error)
    toastFailure(done.error)
    if (done.error.code === 'store-changed') again()
  }
  useCommandHandlers({
    'certify.back': back,
    'certify.write': canWrite ? () => void write(plan, false) : undefined,
    'certify.commit': canWrite && plan.canCommit ? () => void write(plan, true) : undefined,
  })
  const shownFailure = writeFailure ?? failure ?? (plan?.trial.state === 'failed' ? plan.trial.failure : null)
  return (
    <main className="cw" aria-label="Apply changes">
      <header className="ch">
        <h1 className="t18">Apply</h1>
        <span className="t15 ell">
          {plan === null
            ? ''
            : listText(plan.commands.length > 0 ? [count(plan.commands.length, 'change')] : ['no change to the files'])}
        </span>
        <span className="mono m11 sub ell">{plan?.commands.join('; ')}</span>
        {isPlanning && plan !== null && <span className="t12 dim right">Making the preview anew</span>}
      </header>
      <div className="cols one">
        {plan === null ? (
          failure === null ? (
            <p className="center sub t12" role="status">
              Asking peers for what is written, and making the preview
            </p>
          ) : (
            <div className="form">
              <FailureNotice failure={failure}>
                <button className="btn s p" onClick={again}>
                  Try again
                </button>
              </FailureNotice>
            </div>
          )
        ) : (
          <CertifyPreview plan={plan} isOld={isPlanning || failure !== null} />
        )}
      </div>
      <Blocks blocks={plan?.blocks ?? []} failure={plan === null ? null : shownFailure}>
        {plan !== null && plan.cargoCommands.length > 0 && <CargoCommands commands={plan.cargoCommands} />}
      </Blocks>
      <Actions
        plan={plan}
        isPlanning={isPlanning}
        isWriting={isWriting}
        canWrite={canWrite}
        backLabel="Back to what-if"
      />
    </main>
  )
}
