/** What the team keeps of one exemption: owner, reason, day of review, what would let it go. cargo-vet's entry stays. */
import { useMemo, useState, type FormEvent } from 'react'
import type { ExemptionRow } from '../../shared/overview.ts'
import { useClient } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { EscButton, Overlay } from '../shell/overlay.tsx'
import { setOverlay, showToast } from '../state/app-store.ts'
import type { Failure } from '../../shared/failure.ts'
import { ageTitle } from './exemption-words.ts'
import { goQueue } from './go-queue.ts'
import { loadTeamPart, useOverview } from './state.ts'
import { useExemptionRows } from './use-exemption-rows.ts'

/** A quarter: long enough to do something, short enough to be asked again. */
const REVIEW_DAYS = 91

function inDays(today: string, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

function Form({ row, today }: { readonly row: ExemptionRow; readonly today: string }) {
  const client = useClient()
  const team = useOverview(s => s.team)
  const [owner, setOwner] = useState(row.terms?.owner ?? team?.me ?? '')
  const [reason, setReason] = useState(row.terms?.reason ?? '')
  const [reviewBy, setReviewBy] = useState(row.terms?.reviewBy ?? inDays(today, REVIEW_DAYS))
  const [removal, setRemoval] = useState(row.terms?.removal ?? '')
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const { crate, version } = row
  const people = [...new Set([...[team?.me ?? []].flat(), ...(team?.people ?? [])])]
  const missing = [
    ...(owner.trim() === '' ? ['an owner'] : []),
    ...(reason.trim() === '' ? ['a reason'] : []),
    ...(/^\d{4}-\d\d-\d\d$/.test(reviewBy) ? [] : ['a day of review']),
  ]
  const write = async (isKept: boolean) => {
    setBusy(true)
    const terms = isKept
      ? { owner: owner.trim(), reason: reason.trim(), reviewBy, removal: removal.trim() === '' ? null : removal.trim() }
      : null
    const answer = await client.call('team.act', { actions: [{ kind: 'exemption', crate, version, terms }] })
    setBusy(false)
    if (!answer.ok) return setFailure(answer.error)
    setOverlay(null)
    await loadTeamPart(client)
    const { events } = answer.value
    showToast({
      tone: 'ok',
      text: isKept ? `Kept the terms of ${crate} ${version}` : `No longer kept: the terms of ${crate} ${version}`,
      action: {
        label: 'Undo',
        run: () => void client.call('team.undo', { events: [...events] }).then(() => loadTeamPart(client)),
      },
    })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (missing.length === 0 && !isBusy) void write(true)
  }
  return (
    <form className="ov-form t12" onSubmit={submit}>
      <label>
        <span>Owner</span>
        <input
          className="inp"
          list="ov-people"
          data-autofocus
          placeholder="Name <email> or @group"
          value={owner}
          onChange={event => setOwner(event.target.value)}
        />
        <datalist id="ov-people">
          {people.map(who => (
            <option key={who} value={who} />
          ))}
        </datalist>
      </label>
      <label>
        <span>Reason</span>
        <textarea className="inp" rows={2} value={reason} onChange={event => setReason(event.target.value)} />
      </label>
      <label>
        <span>Review by</span>
        <input className="inp" type="date" value={reviewBy} onChange={event => setReviewBy(event.target.value)} />
      </label>
      <label>
        <span>Goes when</span>
        <input
          className="inp"
          placeholder="for example: we are on 2.0"
          value={removal}
          onChange={event => setRemoval(event.target.value)}
        />
      </label>
      {failure !== null && <FailureNotice failure={failure} />}
      <div className="row">
        <button className="btn p" type="submit" disabled={isBusy || missing.length > 0}>
          Keep
        </button>
        {row.terms !== null && (
          <button className="btn" type="button" disabled={isBusy} onClick={() => void write(false)}>
            Keep no longer
          </button>
        )}
        <button className="btn q right" type="button" onClick={() => goQueue('exempted', `crate:${crate}`)}>
          Show in the queue
        </button>
      </div>
      <p className="t11 dim" role="status">
        {missing.length > 0
          ? `Still needed: ${missing.join(', ')}.`
          : reviewBy < today
            ? 'That day has passed: it will be shown as overdue.'
            : 'Kept in the team’s state; config.toml is not changed.'}
      </p>
    </form>
  )
}

export function TermsDialog() {
  const rows = useExemptionRows()
  const key = useOverview(s => s.editing)
  const state = useOverview(s => s.state)
  const row = useMemo(() => rows.find(one => one.key === key) ?? null, [rows, key])
  if (row === null || state === null) return null
  return (
    <Overlay label={`Exemption of ${row.crate} ${row.version}`} className="palette">
      <div className="oh">
        <b>
          {row.crate} {row.version}
        </b>
        <span className="t11 dim ell">
          {row.criteria.join(', ')}. {ageTitle(row)}
        </span>
        <EscButton />
      </div>
      <Form key={row.key} row={row} today={state.today} />
    </Overlay>
  )
}
