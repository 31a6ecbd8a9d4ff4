/**
 * Several audits on one sheet: rows of the queue that were released together, or one reading split at versions in
 * between. One preview of all of them, one write, one undo.
 */
import { useEffect, useMemo, useState } from 'react'
import type { Candidate } from '../../shared/certify-batch.ts'
import type { Failure } from '../../shared/failure.ts'
import type { CertifyRequest } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { changeText, count } from '../parts/words.ts'
import { toastFailure } from '../state/actions.ts'
import { closeTab, navigate, replaceView, useAppStore } from '../state/app-store.ts'
import { markDone } from '../team/sign-off-panel.tsx'
import {
  groupCandidates,
  isReadWhole,
  splitAt,
  stepCriteria,
  versionsBetween,
  type CandidateGroup,
} from './batch-groups.ts'
import { BatchRow } from './batch-row.tsx'
import { Actions, Blocks, planSums } from './certify-actions.tsx'
import { finishWriting } from './certify-page.tsx'
import { BatchEvidenceFields } from './evidence-fields.tsx'
import { CertifyPreview } from './certify-preview.tsx'
import { itemId, useBatch, useBatchPlan, type BatchItem, type BatchStart, type BatchState } from './use-batch.ts'
import { useBatchEvidence } from './use-batch-evidence.ts'
import './certify.css'
import './batch.css'

export function BatchPage() {
  const { start, turn } = useBatch()
  return start.kind === 'together' ? (
    <Together key={turn} first={start.first} />
  ) : (
    <Split key={turn} item={start.item} backTo={start.backTo} />
  )
}

/** Rows of the queue, by what they have in common. Only what was read whole is chosen from the start. */
function Together({ first }: { readonly first: Extract<BatchStart, { kind: 'together' }>['first'] }) {
  const client = useClient()
  const [rows, setRows] = useState<readonly Candidate[] | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  useEffect(() => {
    let isCurrent = true
    void client.call('certify.candidates', null).then(answer => {
      if (!isCurrent) return
      if (!answer.ok) return setFailure(answer.error)
      setRows(answer.value)
      const own = groupCandidates(answer.value, first)[0]?.rows ?? []
      const offered = first === null ? answer.value : own
      setChosen(new Set(offered.filter(isReadWhole).map(itemId)))
    })
    return () => {
      isCurrent = false
    }
  }, [client, first])
  const groups = useMemo(() => groupCandidates(rows ?? [], first), [rows, first])
  const items = useMemo(
    () =>
      groups
        .flatMap(group => group.rows)
        .filter(row => chosen.has(itemId(row)))
        .map(({ crate, delta, key }): BatchItem => ({ crate, delta, key, criteria: [] })),
    [groups, chosen],
  )
  const generation = useAppStore(s => s.queue?.generation ?? 0)
  const state = useBatchPlan(items, generation)
  const toggle = (row: Candidate) => {
    const next = new Set(chosen)
    if (!next.delete(itemId(row))) next.add(itemId(row))
    setChosen(next)
  }
  return (
    <Sheet
      title="Certify together"
      what={count(items.length, 'audit')}
      items={items}
      state={state}
      onBack={() => replaceView({ kind: 'queue' })}
      backLabel="Back to queue"
    >
      {failure !== null && <FailureNotice failure={failure} />}
      {rows !== null && rows.length === 0 && <p className="sub t12">Nothing in the queue has a proposed reading.</p>}
      {groups.map(group => (
        <Group key={group.title} group={group} chosen={chosen} state={state} onToggle={toggle} />
      ))}
    </Sheet>
  )
}

function Group(props: {
  readonly group: CandidateGroup
  readonly chosen: ReadonlySet<string>
  readonly state: BatchState
  readonly onToggle: (row: Candidate) => void
}) {
  const { group, chosen, state } = props
  const hasProgress = group.rows.some(row => row.read !== null || chosen.has(itemId(row)))
  const [isOpen, setOpen] = useState<boolean | null>(null)
  const isShown = isOpen ?? hasProgress
  return (
    <fieldset className="bt-group">
      <legend className="bh">
        <button className="link" aria-expanded={isShown} onClick={() => setOpen(!isShown)}>
          {group.title}
        </button>
        <span className="dim">{count(group.rows.length, 'row')}</span>
      </legend>
      {isShown && (
        <ul className="ccs">
          {group.rows.map(row => (
            <BatchRow
              key={itemId(row)}
              item={{ ...row, criteria: [] }}
              marked={row.read}
              isChosen={chosen.has(itemId(row))}
              onToggle={() => props.onToggle(row)}
              state={state}
            />
          ))}
        </ul>
      )}
    </fieldset>
  )
}

/** One reading as several audits. Versions that the queue asks for are chosen from the start. */
function Split({ item, backTo }: { readonly item: BatchItem; readonly backTo: string }) {
  const client = useClient()
  const queue = useAppStore(s => s.queue?.items)
  const [between, setBetween] = useState<readonly string[] | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [at, setAt] = useState<ReadonlySet<string>>(new Set())
  // As it was when the sheet was opened: a queue that is solved again meanwhile does not change the audits.
  const [asked] = useState(() => queue ?? [])
  useEffect(() => {
    let isCurrent = true
    void client.call('review.versions', { crate: item.crate }).then(answer => {
      if (!isCurrent) return
      if (!answer.ok) return setFailure(answer.error)
      const list = versionsBetween(
        item.delta,
        answer.value.map(({ version }) => version),
      )
      setBetween(list)
      setAt(new Set(list.filter(version => queue?.some(row => row.crate === item.crate && row.version === version))))
    })
    return () => {
      isCurrent = false
    }
    // Once: what is chosen afterwards is the reader's.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, item])
  const items = useMemo(
    () =>
      splitAt(
        item.delta,
        (between ?? []).filter(version => at.has(version)),
      ).map(delta => ({
        ...item,
        delta,
        partOf: item.delta,
        criteria: stepCriteria(item.criteria, { ...item, delta }, asked),
      })),
    [item, between, at, asked],
  )
  const generation = useAppStore(s => s.queue?.generation ?? 0)
  const state = useBatchPlan(items, generation)
  return (
    <Sheet
      title="Split"
      what={`${item.crate} ${changeText(item.delta)} into ${count(items.length, 'audit')}`}
      items={items}
      state={state}
      onBack={() => navigate({ kind: 'certify', id: backTo, from: 'review' })}
      backLabel="Back to one audit"
      readIn={backTo}
    >
      {failure !== null && <FailureNotice failure={failure} />}
      <fieldset>
        <legend className="bh">
          Split at <span className="dim">versions between both</span>
        </legend>
        {between !== null && between.length === 0 && <p className="t12 sub">The registry lists none in between.</p>}
        <div className="row wrap bt-versions">
          {(between ?? []).map(version => (
            <label key={version} className="row t12">
              <input
                type="checkbox"
                checked={at.has(version)}
                onChange={() => {
                  const next = new Set(at)
                  if (!next.delete(version)) next.add(version)
                  setAt(next)
                }}
              />
              <span className="mono">{version}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <p className="t12 sub">
        Each audit is of its own step. A file that a version in between had in another form was not seen in that form:
        it counts as unread there.
      </p>
      <ul className="ccs">
        {items.map(one => (
          <BatchRow key={itemId(one)} item={one} marked={null} isChosen onToggle={null} state={state} />
        ))}
      </ul>
    </Sheet>
  )
}

/** The packages of the queue that audits lead to. A version that only lies between two others is no item of anybody's. */
function queued(requests: readonly CertifyRequest[]) {
  const rows = useAppStore.getState().queue?.items ?? []
  return requests
    .map(({ crate, delta }) => ({ crate, version: delta.to }))
    .filter(one => rows.some(row => row.crate === one.crate && row.version === one.version))
}

function Sheet(props: {
  readonly title: string
  readonly what: string
  readonly items: readonly BatchItem[]
  readonly state: BatchState
  readonly onBack: () => void
  readonly backLabel: string
  /** The review that all of them were read in. */
  readonly readIn?: string
  readonly children: React.ReactNode
}) {
  const { items, state } = props
  const client = useClient()
  const [isWriting, setWriting] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const plan = items.length === 0 ? null : state.plan
  const evidence = useBatchEvidence(items, state, plan)
  const canWrite =
    plan !== null &&
    !state.isPlanning &&
    !isWriting &&
    evidence.isReady &&
    plan.blocks.length === 0 &&
    plan.trial.state === 'passed'
  const write = async (commit: boolean) => {
    if (plan === null) return
    setWriting(true)
    setFailure(null)
    const { commitMessage } = plan
    const requests = plan.steps.map(step => step.request)
    // Afterwards the queue has them no more.
    const asked = queued(requests)
    const sent = { requests, ...planSums(plan), commit, commitMessage, evidence: [...evidence.toWrite] }
    const answer = await client.call('certify.writeAll', sent)
    setWriting(false)
    if (answer.ok) {
      for (const id of [...requests.map(itemId), ...(props.readIn === undefined ? [] : [props.readIn])]) closeTab(id)
      return finishWriting(client, count(requests.length, 'audit'), answer.value, await markDone(client, asked))
    }
    setFailure(answer.error)
    toastFailure(answer.error)
    if (answer.error.code === 'store-changed') state.replan()
    if (answer.error.code === 'refused') evidence.again()
  }
  useCommandHandlers({
    'certify.back': props.onBack,
    'certify.write': canWrite ? () => void write(false) : undefined,
    'certify.commit': canWrite && plan.canCommit ? () => void write(true) : undefined,
  })
  const who = state.who ?? plan?.steps[0]?.who.join('\n') ?? ''
  return (
    <main className="cw" aria-label={props.title}>
      <header className="ch">
        <h1 className="t18">{props.title}</h1>
        <span className="t15 sub">{props.what}</span>
        {state.isPlanning && plan !== null && <span className="t12 dim right">Making the preview anew</span>}
      </header>
      <div className="cols">
        <section className="form scroll" aria-label="Audits" data-region="form">
          {props.children}
          <div>
            <label className="bh" htmlFor="batch-who">
              Who <span className="dim">in each of them</span>
            </label>
            <textarea
              id="batch-who"
              className="inp who"
              rows={Math.max(1, who.split('\n').length)}
              spellCheck={false}
              value={who}
              onChange={event => state.setWho(event.target.value)}
            />
          </div>
          <BatchEvidenceFields evidence={evidence} />
        </section>
        {plan !== null ? (
          <CertifyPreview plan={plan} isOld={state.isPlanning || state.failure !== null} />
        ) : (
          <p className="center sub t12" role="status">
            {items.length === 0 ? 'Choose what to certify' : state.failure === null ? 'Making the preview' : ''}
          </p>
        )}
      </div>
      <Blocks
        blocks={plan === null ? [] : plan.blocks}
        failure={failure ?? state.failure ?? (plan?.trial.state === 'failed' ? plan.trial.failure : null)}
      />
      <Actions
        plan={plan}
        isPlanning={state.isPlanning}
        isWriting={isWriting}
        canWrite={canWrite}
        backLabel={props.backLabel}
      />
    </main>
  )
}
