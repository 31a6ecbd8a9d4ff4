/** Why an item has its score: every summand with the fact behind it, largest first, and those that count nothing. */
import { useEffect, useState } from 'react'
import type { RiskDetail, RiskSignal } from '../../shared/risk.ts'
import type { Failure } from '../../shared/failure.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import { age } from '../parts/words.ts'
import { useDialogFocus } from '../shell/use-dialog-focus.ts'
import { setOverlay } from '../state/app-store.ts'
import { RiskBars } from './risk-cell.tsx'
import { useRisk } from './risk-state.ts'
import { factText, pointsText, SIGNAL_NAMES, summands } from './risk-words.ts'
import { rowId } from './queue-table.tsx'

const WIDTH = 400
const GAP = 6

interface Place {
  readonly left: number
  readonly top: number | undefined
  readonly bottom: number | undefined
  readonly maxHeight: number
}

/** Below the row where there is more room below, else above it; in the middle when the row is not on screen. */
function placeOf(item: QueueItem): Place {
  const row = document.getElementById(rowId(item.key))?.getBoundingClientRect()
  const { innerWidth: width, innerHeight: height } = window
  if (row === undefined)
    return { left: Math.max(GAP, (width - WIDTH) / 2), top: 80, bottom: undefined, maxHeight: height - 120 }
  const left = Math.max(GAP, Math.min(row.left + 76, width - WIDTH - GAP))
  const below = height - row.bottom
  return below >= row.top
    ? { left, top: row.bottom + GAP, bottom: undefined, maxHeight: below - 3 * GAP }
    : { left, top: undefined, bottom: height - row.top + GAP, maxHeight: row.top - 3 * GAP }
}

function Summand({
  signal,
  now,
  hasSources,
}: {
  readonly signal: RiskSignal
  readonly now: number
  readonly hasSources: boolean
}) {
  const isUnknown = signal.state === 'unknown'
  const from = `${signal.source}${signal.date === null ? '' : `, ${age(signal.date, now)}`}`
  return (
    <tr>
      <th scope="row">{SIGNAL_NAMES[signal.id]}</th>
      <td className={isUnknown ? 'rk-unknown' : ''}>
        {isUnknown && <Icon name="unknown" />}
        {signal.state === 'stale' && (
          <span className="warn" title="may be out of date">
            <Icon name="clock" />
            <span className="sr">may be out of date: </span>
          </span>
        )}
        {factText(signal)}
        {hasSources && (
          <span className="t11 dim from">
            {isUnknown ? `${signal.value}; ` : ''}
            {from}
          </span>
        )}
      </td>
      <td className="num ra">
        <b>{pointsText(signal.points)}</b> <span className="dim t11">of {signal.weight}</span>
      </td>
    </tr>
  )
}

function Weights({ weights }: { readonly weights: RiskDetail['weights'] }) {
  return (
    <div className="t11 dim rk-weights">
      Weights: {weights.from === 'team' ? 'the team’s' : 'defaults'}. A team sets them in{' '}
      <code>supply-chain/assay.toml</code> below <code>[risk.weights]</code>.
      {weights.problems.map(problem => (
        <span key={problem} className="warn">
          {problem}
        </span>
      ))}
    </div>
  )
}

/** Loads the arithmetic again when scores change, so that what is shown adds up to the row's number. */
function useDetail(item: QueueItem): { readonly detail: RiskDetail | null; readonly failure: Failure | null } {
  const client = useClient()
  const generation = useRisk(s => s.snapshot?.generation ?? 0)
  const [state, setState] = useState<{ detail: RiskDetail | null; failure: Failure | null }>({
    detail: null,
    failure: null,
  })
  useEffect(() => {
    let isOld = false
    void client.call('risk.explain', { key: item.key }).then(answer => {
      if (isOld) return
      setState(before => (answer.ok ? { detail: answer.value, failure: null } : { ...before, failure: answer.error }))
    })
    return () => void (isOld = true)
  }, [client, item.key, generation])
  return state
}

export function RiskPopover({ item }: { readonly item: QueueItem }) {
  const close = () => setOverlay(null)
  const box = useDialogFocus(close)
  const now = useNow(60_000)
  const { detail, failure } = useDetail(item)
  const [hasSources, setSources] = useState(false)
  // Known from the start: what is hidden cannot take the focus.
  const [place, setPlace] = useState(() => placeOf(item))
  useEffect(() => {
    const move = () => setPlace(placeOf(item))
    window.addEventListener('resize', move)
    return () => window.removeEventListener('resize', move)
  }, [item])
  const { counted, nothing } = summands(detail?.signals ?? [])
  return (
    <div className="rk-scrim" onMouseDown={event => event.target === event.currentTarget && close()}>
      <div
        ref={box}
        className="pop rk-pop"
        role="dialog"
        aria-modal="true"
        aria-label={`Why the risk of ${item.crate} is ${detail?.row.score ?? 'what it is'}`}
        tabIndex={-1}
        style={{ width: WIDTH, ...place }}
        onKeyDown={event => {
          if (event.key !== ' ' || event.target instanceof HTMLButtonElement) return
          event.preventDefault()
          event.stopPropagation()
          close()
        }}
      >
        <div className="row rk-head">
          <b className="ell">Why {item.crate} is</b>
          {detail !== null && (
            <>
              <RiskBars score={detail.row.score} most={detail.weights.most} />
              <b className="num">{detail.row.score}</b>
              <span className="right t11 dim">of {detail.weights.most}</span>
            </>
          )}
        </div>
        {failure !== null && <FailureNotice failure={failure} />}
        {/* There before its rows are, so that the keys that scroll go here from the start. */}
        <div className="rk-body" tabIndex={0} role="group" aria-label="Summands" data-autofocus>
          <table>
            <tbody>
              {counted.map(signal => (
                <Summand key={signal.id} signal={signal} now={now} hasSources={hasSources} />
              ))}
            </tbody>
            <tbody className="none">
              {nothing.map(signal => (
                <Summand key={signal.id} signal={signal} now={now} hasSources={hasSources} />
              ))}
            </tbody>
          </table>
        </div>
        {detail !== null && (
          <>
            <Weights weights={detail.weights} />
            <div className="row">
              <button className="link t11" aria-pressed={hasSources} onClick={() => setSources(!hasSources)}>
                {hasSources ? 'Hide sources' : 'Show sources and dates'}
              </button>
              <button className="link t11 right" onClick={close}>
                Close <kbd>Esc</kbd>
              </button>
            </div>
          </>
        )}
      </div>
    </div>
  )
}
