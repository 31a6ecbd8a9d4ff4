/** Audits added per week; by person only where the team turned that on. */
import { useMemo } from 'react'
import type { History } from '../../shared/overview.ts'
import { throughputChart } from '../../shared/overview-bars.ts'
import { number, personName } from '../parts/words.ts'
import { inRange } from './burn-down-card.tsx'
import { ChartCard } from './chart-card.tsx'
import { ChartSvg } from './chart-svg.tsx'
import { useOverview } from './state.ts'
import { useWidth } from './use-width.ts'

const PEOPLE_SHOWN = 5
const PICTURE_WIDTH = 420

export function ThroughputCard({ past }: { readonly past: History | null }) {
  const range = useOverview(s => s.range)
  const known = past?.state === 'known' ? past : null
  const weeks = useMemo(() => inRange(known?.weeks ?? [], range), [known, range])
  const people = useMemo(
    () => known?.people?.map(({ who, weeks: counts }) => ({ who, weeks: counts.slice(-weeks.length) })) ?? null,
    [known, weeks],
  )
  const { box, width } = useWidth(PICTURE_WIDTH)
  const draw = useMemo(
    () => (weeks.length === 0 ? null : (wide: number) => throughputChart({ weeks, people, width: wide, height: 150 })),
    [weeks, people],
  )
  const chart = useMemo(() => draw?.(PICTURE_WIDTH) ?? null, [draw])
  const shown = useMemo(() => draw?.(width) ?? null, [draw, width])
  const total = weeks.reduce((sum, week) => sum + week.auditsAdded, 0)
  return (
    <ChartCard
      className="ov-thr"
      title="Audits per week"
      sub={chart === null ? '' : `${number(total)} in ${number(weeks.length)} weeks`}
      chart={chart}
      note={
        people === null ? (
          known !== null && (
            <p className="t11 dim ov-note">
              Figures of single people are off. A team turns them on in assay.toml:{' '}
              <code>[overview] per-reviewer = true</code>
            </p>
          )
        ) : (
          <ul className="ov-shares t12" aria-label="Audits by person">
            {people.slice(0, PEOPLE_SHOWN).map(({ who, weeks: counts }) => (
              <li key={who} className="ov-share">
                <span className="ell" title={who}>
                  {personName(who)}
                </span>
                <span className="dim nw">{number(counts.at(-1) ?? 0)} this week</span>
                <b className="num">{number(counts.reduce((a, b) => a + b, 0))}</b>
              </li>
            ))}
          </ul>
        )
      }
    >
      <div ref={box} />
      {shown === null ? <p className="t12 dim">{past === null ? '' : 'Not known.'}</p> : <ChartSvg chart={shown} />}
    </ChartCard>
  )
}
