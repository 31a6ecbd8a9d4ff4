/** Writing down who finds a verdict fine, why and until when. The verdict itself never changes. */
import { useState, type FormEvent } from 'react'
import { brand } from '../../shared/domain.ts'
import { useClient } from '../client.ts'
import { Overlay, EscButton } from '../shell/overlay.tsx'
import { toastFailure } from '../state/actions.ts'
import { setOverlay, showToast } from '../state/app-store.ts'
import { wordsOf } from './rows.ts'
import { loadProvenance, rowsByKey, useProvenance } from './state.ts'
import { STATUS } from './texts.ts'
import { statusOf } from './rows.ts'
import { VerdictWords } from './verdict-badge.tsx'

/** The day half a year from `now` as `YYYY-MM-DD`: long enough to be of use, short enough to be looked at again. */
export function halfYearOn(now: number): string {
  const day = new Date(now)
  day.setUTCMonth(day.getUTCMonth() + 6)
  return day.toISOString().slice(0, 10)
}

export function AcceptDialog() {
  const client = useClient()
  const scope = useProvenance(s => s.scope)
  const row = useProvenance(s => {
    const snapshot = s.snapshots[s.scope]
    return snapshot === null || s.selectedKey === null ? null : (rowsByKey(snapshot).get(s.selectedKey) ?? null)
  })
  const accepted = row?.summary?.accepted ?? null
  const [reason, setReason] = useState(accepted?.reason ?? '')
  const [until, setUntil] = useState(accepted === null ? halfYearOn(Date.now()) : (accepted.until ?? ''))
  const [isBusy, setBusy] = useState(false)
  if (row === null) return null
  const save = async (accept: { reason: string; until: string | null } | null) => {
    setBusy(true)
    const answer = await client.call('provenance.accept', {
      crate: brand<'CrateName'>(row.crate),
      version: row.version,
      accept,
    })
    setBusy(false)
    if (!answer.ok) return toastFailure(answer.error)
    setOverlay(null)
    showToast({
      tone: 'ok',
      text:
        accept === null
          ? `No longer accepted: ${row.crate} ${row.version}`
          : `Written down for ${row.crate} ${row.version}`,
    })
    await loadProvenance(client, scope)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() !== '') void save({ reason: reason.trim(), until: until === '' ? null : until })
  }
  const { innocent } = STATUS[statusOf(row)]
  return (
    <Overlay label="Accept with reason" className="palette">
      <div className="oh">
        <b>Accept with reason</b>
        <span className="t11 dim ell">
          {row.crate} {row.version}
        </span>
        <EscButton />
      </div>
      <form className="pv-form t12" onSubmit={submit}>
        <p className="row">
          <VerdictWords words={wordsOf(row)} isBox />{' '}
          <span className="sub">The verdict stays; your reason stands beside it.</span>
        </p>
        {innocent !== null && <p className="sub">{innocent}</p>}
        <label className="col" style={{ gap: 4 }}>
          Why it is fine
          <textarea
            className="inp"
            data-autofocus
            rows={4}
            maxLength={4_000}
            value={reason}
            onChange={event => setReason(event.target.value)}
          />
        </label>
        <label className="row">
          Until
          <input className="inp" type="date" value={until} onChange={event => setUntil(event.target.value)} />
          <span className="sub">{until === '' ? 'with no end' : 'after this day it no longer counts as accepted'}</span>
        </label>
        <p className="sub">Who: the name and e-mail address that git has for you.</p>
        <div className="row" style={{ gap: 6 }}>
          <button className="btn p" type="submit" disabled={isBusy || reason.trim() === ''}>
            Write down
          </button>
          {accepted !== null && (
            <button className="btn" type="button" disabled={isBusy} onClick={() => void save(null)}>
              Take back
            </button>
          )}
        </div>
      </form>
    </Overlay>
  )
}
