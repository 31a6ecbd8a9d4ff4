/** What this computer can do for a workspace: a row for each tool with what was found, what is lost, and a fix. */
import { useCallback, useEffect, useState, type FormEvent } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { AbsolutePath } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { EnvironmentRow } from '../../shared/wire.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import { age } from '../parts/words.ts'
import { copyText, setOffline, toastFailure } from '../state/actions.ts'
import { showToast, useAppStore } from '../state/app-store.ts'

type Status = EnvironmentRow['status']
const ids = ['cargo', 'git', 'registry', 'store', 'identity', 'peers'] as const
const titles: Readonly<Record<EnvironmentRow['id'], string>> = {
  cargo: 'cargo',
  git: 'git',
  registry: 'Registry',
  store: 'cargo-vet store',
  identity: 'Audit identity',
  peers: 'Other teams’ audits',
}
const looks: Readonly<Record<Status, { readonly icon: IconName; readonly tone: string; readonly word: string }>> = {
  ready: { icon: 'ok', tone: 'ok', word: 'Ready' },
  limited: { icon: 'warn', tone: 'warn', word: 'Limited' },
  'needs-fix': { icon: 'bad', tone: 'err', word: 'Needs a fix' },
  'not-run': { icon: 'outside', tone: 'dim', word: 'Not run' },
}

interface Check {
  readonly rows: readonly EnvironmentRow[] | null
  readonly failure: Failure | null
  readonly at: number
  readonly isRunning: boolean
}

function IdentityForm({ client, onDone }: { readonly client: EngineClient; readonly onDone: () => void }) {
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const isReady = name.trim() !== '' && /^\S+@\S+$/.test(email.trim())
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const answer = await client.call('app.setIdentity', { name: name.trim(), email: email.trim() })
    if (!answer.ok) return toastFailure(answer.error)
    showToast({ tone: 'ok', text: 'Saved to git config', detail: `${name.trim()} <${email.trim()}>` })
    onDone()
  }
  return (
    <form className="row wrap fixes" onSubmit={event => void save(event)}>
      <input
        className="inp"
        aria-label="Your name"
        placeholder="Your name"
        value={name}
        onChange={event => setName(event.target.value)}
      />
      <input
        className="inp"
        aria-label="Your e-mail"
        placeholder="you@example.com"
        spellCheck={false}
        value={email}
        onChange={event => setEmail(event.target.value)}
      />
      <button className="btn s" type="submit" disabled={!isReady}>
        Save to git config
      </button>
    </form>
  )
}

function Fix(props: {
  readonly fix: EnvironmentRow['fixes'][number]
  readonly client: EngineClient
  readonly again: () => void
}) {
  const { fix, client, again } = props
  const offline = async (on: boolean) => {
    await setOffline(client, on)
    again()
  }
  switch (fix.kind) {
    case 'set-identity':
      return <IdentityForm client={client} onDone={again} />
    case 'work-offline':
      return (
        <button className="btn s q" onClick={() => void offline(true)}>
          {fix.label}
        </button>
      )
    case 'go-online':
      return (
        <button className="btn s" onClick={() => void offline(false)}>
          {fix.label}
        </button>
      )
    case 'retry':
      return (
        <button className="btn s" onClick={again}>
          {fix.label}
        </button>
      )
    case 'copy-command':
    case 'init-store':
    case 'open-settings':
      if (fix.command === null) return <span className="t11 sub">{fix.label}</span>
      return (
        <span className="row" style={{ gap: 6 }}>
          <code className="m11 sub cmd">{fix.command}</code>
          <button className="btn s" onClick={() => void copyText(fix.command ?? '', `“${fix.command ?? ''}”`)}>
            {fix.label}
          </button>
        </span>
      )
  }
}

function Row(props: { readonly row: EnvironmentRow; readonly client: EngineClient; readonly again: () => void }) {
  const { row } = props
  const look = looks[row.status]
  return (
    <li className="er">
      <Icon name={look.icon} className={`md ${look.tone}`} />
      <div className="grow">
        <div className="row">
          <b className="med nw">{titles[row.id]}</b>
          <span className="sub t12 ell" title={row.found}>
            {row.found}
          </span>
          <span className={`right t11 nw ${row.status === 'ready' ? 'dim' : look.tone}`}>{look.word}</span>
        </div>
        {row.lost !== null && <div className="fx">{row.lost}</div>}
        {row.fixes.length > 0 && (
          <div className="row wrap fixes">
            {row.fixes.map(fix => (
              <Fix key={`${fix.kind} ${fix.label}`} fix={fix} client={props.client} again={props.again} />
            ))}
          </div>
        )}
      </div>
    </li>
  )
}

function CheckingRow({ id }: { readonly id: EnvironmentRow['id'] }) {
  return (
    <li className="er">
      <Icon name="sync" className="md dim" />
      <div className="grow row">
        <b className="med">{titles[id]}</b>
        <span className="dim t12">asking {titles[id]}…</span>
      </div>
    </li>
  )
}

function summary(rows: readonly EnvironmentRow[]): string {
  const limiting = rows.filter(row => row.status === 'limited' || row.status === 'needs-fix').length
  if (limiting === 0) return 'You can open a workspace now.'
  return limiting === 1
    ? 'You can open a workspace now. One row limits what works; it says what is lost.'
    : `You can open a workspace now. ${limiting} rows limit what works; each says what is lost.`
}

export function Environment({ client, path }: { readonly client: EngineClient; readonly path: AbsolutePath | null }) {
  const [check, setCheck] = useState<Check>({ rows: null, failure: null, at: 0, isRunning: true })
  const name = useAppStore(s => s.app?.recent.find(item => item.path === path)?.name ?? null)
  const now = useNow(20_000)
  const run = useCallback(async () => {
    setCheck(before => ({ ...before, isRunning: true }))
    const answer = await client.call('app.environment', { path })
    setCheck(before =>
      answer.ok
        ? { rows: answer.value, failure: null, at: Date.now(), isRunning: false }
        : { ...before, failure: answer.error, isRunning: false },
    )
  }, [client, path])
  useEffect(() => void run(), [run])
  const checked = `checked ${age(check.at, Math.max(now, check.at))}${name === null ? '' : `, for ${name}`}`
  return (
    <section aria-label="This computer" data-region="environment">
      <h2 className="row t15 this">
        This computer
        <span className="right t12 dim">{check.isRunning ? 'checking' : checked}</span>
        <button className="link t12" disabled={check.isRunning} onClick={() => void run()}>
          Check again
        </button>
      </h2>
      {check.failure !== null && <FailureNotice failure={check.failure} />}
      {(check.rows !== null || check.failure === null) && (
        <ul className="env" aria-busy={check.isRunning}>
          {check.rows === null
            ? ids.map(id => <CheckingRow key={id} id={id} />)
            : check.rows.map(row => <Row key={row.id} row={row} client={client} again={() => void run()} />)}
        </ul>
      )}
      {check.rows !== null && (
        <p className="row t12 sub" style={{ marginTop: 12, gap: 7 }}>
          <Icon name="info" />
          {summary(check.rows)}
        </p>
      )}
    </section>
  )
}
