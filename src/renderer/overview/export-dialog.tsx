/** What can be taken out: the queue, the report, and certified audits as a branch, patches or a file to publish. */
import { useEffect, useState } from 'react'
import type { AbsolutePath } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { AuditsPlan, ExportKind } from '../../shared/overview.ts'
import { useConnection } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { count } from '../parts/words.ts'
import { FolderPicker } from '../shell/folder-picker.tsx'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { useDialogEnd } from '../shell/use-dialog-end.ts'
import { useAppStore } from '../state/app-store.ts'

type Choice = ExportKind | 'branch'
const CHOICES: readonly { readonly id: Choice; readonly label: string; readonly text: string }[] = [
  { id: 'queue-csv', label: 'Queue, CSV', text: 'Every item, for a spreadsheet.' },
  { id: 'queue-json', label: 'Queue, JSON', text: 'The same for programs.' },
  { id: 'report-markdown', label: 'Report, Markdown', text: 'What changed and what is left, for a forge or mail.' },
  { id: 'report-html', label: 'Report, HTML', text: 'The same with charts, one file without scripts.' },
  { id: 'branch', label: 'Audits, branch', text: 'One commit per audit, ready for a pull request. Nothing is sent.' },
  { id: 'patches', label: 'Audits, patches', text: 'One patch file per audit.' },
  { id: 'aggregate', label: 'Audits to publish', text: 'audits.toml for others to import or aggregate.' },
]
const isReport = (choice: Choice) => choice === 'report-markdown' || choice === 'report-html'
const needsPlan = (choice: Choice) => choice === 'branch' || choice === 'patches'

function PlanText({ plan }: { readonly plan: AuditsPlan }) {
  const { entries, base, leftOut } = plan
  return (
    <div className="t11" role="status">
      <p className="sub">
        {entries.length === 0
          ? `audits.toml has no entry that ${base.name} lacks.`
          : `${count(entries.length, 'new entry', 'new entries')} since ${base.name} (${base.commit.slice(0, 7)}):`}
      </p>
      {entries.length > 0 && (
        <ul className="ov-plan mono" tabIndex={0} aria-label="New entries">
          {entries.map((entry, i) => (
            <li key={i}>
              {entry.kind === 'audit' ? '' : `${entry.kind} `}
              {entry.crate} {entry.what} <span className="dim">{entry.criteria.join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
      {leftOut.length > 0 && (
        <p className="warn">Stays out, because it belongs to none of them: {leftOut.join('; ')}.</p>
      )}
    </div>
  )
}

function usePlan(isWanted: boolean) {
  const { client } = useConnection()
  const [plan, setPlan] = useState<AuditsPlan | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  useEffect(() => {
    if (!isWanted || plan !== null) return
    let isOver = false
    void client.call('overview.plan', { base: null }).then(answer => {
      if (isOver) return
      setFailure(answer.ok ? null : answer.error)
      if (answer.ok) setPlan(answer.value)
    })
    return () => void (isOver = true)
  }, [client, isWanted, plan])
  return { plan, failure }
}

export function ExportOverviewDialog() {
  const form = useExport()
  const { isPicking, isBusy } = form
  return (
    <Overlay key={isPicking ? 'folder' : 'what'} label="Export" className="palette ov-export">
      <div className="oh">
        <b>Export</b>
        <span className="t11 dim ell">nothing that is there is changed, nothing is sent</span>
        <EscButton />
      </div>
      {isPicking ? (
        <FolderPicker
          verb={isBusy ? 'Writing' : 'Write here'}
          isBusy={isBusy}
          failure={form.failure}
          mark={() => null}
          hasFocus
          onChoose={folder => void form.write(folder)}
        />
      ) : (
        <ExportForm form={form} />
      )}
    </Overlay>
  )
}

/** What is chosen, and what comes of it: a branch at once, anything else in a folder that is asked for. */
function useExport() {
  const { client, door } = useConnection()
  const wish = useWish()
  const { choice, since } = wish
  const [isPicking, setPicking] = useState(false)
  const end = useDialogEnd()
  const { isBusy, failure } = end
  const makeBranch = async () => {
    end.begin()
    const answer = await client.call('overview.branch', { branch: wish.branch, base: null })
    if (!answer.ok) return end.failed(answer.error)
    const { branch: made, commits, pushCommand } = answer.value
    const text = `Made branch ${made} with ${count(commits.length, 'commit')}`
    end.done({ text, detail: pushCommand, copy: { text: pushCommand, what: 'push command' } })
  }
  const write = async (folder: AbsolutePath) => {
    if (choice === 'branch') return
    end.begin()
    const day = /^\d{4}-\d\d-\d\d$/.test(since) && isReport(choice) ? since : null
    const answer = await client.call('overview.export', { kind: choice, folder, since: day, base: null })
    if (!answer.ok) return end.failed(answer.error)
    const { path, files } = answer.value
    end.done({ text: `Wrote ${count(files.length, 'file')}`, detail: path, copy: { text: path, what: 'path' } })
  }
  const go = async () => {
    end.clear()
    if (choice === 'branch') return makeBranch()
    if (door === 'browser') return setPicking(true)
    const picked = await client.call('shell.pickFolder', null)
    if (!picked.ok) return setPicking(true)
    if (picked.value !== null) await write(picked.value)
  }
  const choose = (next: Choice) => {
    wish.setChoice(next)
    end.clear()
  }
  const isReady = !isBusy && (!needsPlan(choice) || wish.hasEntries)
  return { ...wish, choose, isPicking, isBusy, isReady, failure, go, write }
}

/** What the fields say; the branch has the name that is free until another is typed. */
function useWish() {
  const isQueue = useAppStore(s => s.view.kind === 'queue')
  const [choice, setChoice] = useState<Choice>(isQueue ? 'queue-csv' : 'report-markdown')
  const [since, setSince] = useState('')
  const [typed, setBranch] = useState<string | null>(null)
  const { plan, failure: planFailure } = usePlan(needsPlan(choice))
  const hasEntries = plan !== null && plan.entries.length > 0
  const branch = typed ?? plan?.branch ?? ''
  return { choice, setChoice, since, setSince, branch, setBranch, plan, planFailure, hasEntries }
}

interface FormProps {
  readonly form: ReturnType<typeof useExport>
}

function ExportForm({ form }: FormProps) {
  const { choice, plan, planFailure, failure, isBusy, isReady } = form
  return (
    <form
      className="ov-form t12"
      onSubmit={event => {
        event.preventDefault()
        if (isReady) void form.go()
      }}
    >
      <Choices form={form} />
      {isReport(choice) && (
        <label>
          <span>Since</span>
          <input className="inp" type="date" value={form.since} onChange={event => form.setSince(event.target.value)} />
          <span className="t11 dim">empty: the last seven days</span>
        </label>
      )}
      {choice === 'branch' && (
        <label>
          <span>Branch</span>
          <input
            className="inp mono"
            spellCheck={false}
            value={form.branch}
            onChange={event => form.setBranch(event.target.value)}
          />
        </label>
      )}
      {needsPlan(choice) && plan !== null && <PlanText plan={plan} />}
      {needsPlan(choice) && planFailure !== null && <FailureNotice failure={planFailure} />}
      {failure !== null && <FailureNotice failure={failure} />}
      <div className="row">
        <button className="btn p" type="submit" disabled={!isReady}>
          {isBusy ? 'Working' : choice === 'branch' ? 'Make branch' : 'Choose folder'}
        </button>
      </div>
    </form>
  )
}

function Choices({ form }: FormProps) {
  const { choice, choose } = form
  return (
    <fieldset>
      <legend className="sr">What</legend>
      {CHOICES.map(one => (
        <label className="row ov-radio" key={one.id}>
          <input
            type="radio"
            name="what"
            checked={choice === one.id}
            data-autofocus={choice === one.id ? true : undefined}
            onChange={() => choose(one.id)}
          />
          <b className="med nw">{one.label}</b>
          <span className="sub">{one.text}</span>
        </label>
      ))}
    </fieldset>
  )
}
