/** The burn-down over the chosen weeks, with what happened as a list below it. */
import { useMemo } from 'react'
import type { History } from '../../shared/overview.ts'
import { burnDownChart, projectionText } from '../../shared/overview-burn-down.ts'
import { dayText } from '../../shared/overview-chart.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { count } from '../parts/words.ts'
import { ChartCard, Waiting } from './chart-card.tsx'
import { ChartSvg } from './chart-svg.tsx'
import { goQueue } from './go-queue.ts'
import { useOverview, type Range } from './state.ts'
import { useWidth } from './use-width.ts'

const EVENTS_SHOWN = 3
const PICTURE_WIDTH = 860

export function inRange<T>(weeks: readonly T[], range: Range): readonly T[] {
  return range === 'all' ? weeks : weeks.slice(range === '12 weeks' ? -13 : -27)
}

export function BurnDownCard({ past }: { readonly past: History | null }) {
  const range = useOverview(s => s.range)
  const failure = useOverview(s => s.failures.history)
  const known = past?.state === 'known' ? past : null
  const { box, width } = useWidth(PICTURE_WIDTH)
  const draw = useMemo(() => {
    if (known === null || known.weeks.length === 0) return null
    const { events, projection } = known
    const weeks = inRange(known.weeks, range)
    return (wide: number) => burnDownChart({ weeks, events, projection, width: wide, height: 236 })
  }, [known, range])
  // The file has the same size in every window.
  const chart = useMemo(() => draw?.(PICTURE_WIDTH) ?? null, [draw])
  const shown = useMemo(() => draw?.(width) ?? null, [draw, width])
  const first = inRange(known?.weeks ?? [], range)[0]?.monday ?? ''
  const events = (known?.events ?? []).filter(event => event.day >= first).toReversed()
  return (
    <ChartCard
      className="ov-burn"
      title="Burn-down"
      sub="exemptions and own audits at the end of each week, from git"
      chart={chart}
      note={
        known !== null && (
          <div className="ov-under t11">
            <p className="row dim">
              {known.projection.kind === 'falling' && <Icon name="wave" />}
              {projectionText(known.projection)}
              <button className="link t11 nw no-print" onClick={() => goQueue('exempted')}>
                Show exempted in the queue
              </button>
            </p>
            {known.caveats.map(caveat => (
              <p key={caveat} className="row warn">
                <Icon name="wave" />
                {caveat}
              </p>
            ))}
            {events.length > 0 && (
              <ul className="ov-events" aria-label="What happened">
                {events.slice(0, EVENTS_SHOWN).map((event, i) => (
                  <li key={i} className="row">
                    <span className="dim nw num">{dayText(event.day)}</span>
                    <span className="nw">{event.title}</span>
                    <span className="dim ell" title={event.subject}>
                      {event.subject}
                    </span>
                  </li>
                ))}
                {events.length > EVENTS_SHOWN && (
                  <li className="dim">{count(events.length - EVENTS_SHOWN, 'earlier event')} in the table</li>
                )}
              </ul>
            )}
          </div>
        )
      }
    >
      <div ref={box} />
      {shown !== null ? (
        <ChartSvg chart={shown} />
      ) : past?.state === 'unavailable' ? (
        <p className="t12 unk row">
          <Icon name="unknown" /> Not known: {past.reason}.
        </p>
      ) : failure !== undefined ? (
        <FailureNotice failure={failure} />
      ) : (
        <Waiting what="Reading the history of the store…" />
      )}
    </ChartCard>
  )
}
