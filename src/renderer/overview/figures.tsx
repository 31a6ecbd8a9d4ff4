/** The four numbers at the top. Each says what it counts, what it was a week ago where that is known, and opens the queue. */
import type { ReactNode } from 'react'
import {
  agesOf,
  daysBetween,
  knownLines,
  type ExemptionRow,
  type History,
  type OverviewState,
} from '../../shared/overview.ts'
import { percentText } from '../../shared/overview-bars.ts'
import { dayText } from '../../shared/overview-chart.ts'
import { Icon } from '../parts/icon.tsx'
import { count, number } from '../parts/words.ts'
import { goQueue } from './go-queue.ts'
import { useOverview, type TeamPart } from './state.ts'

function Figure(props: {
  readonly title: string
  readonly value: string | null
  readonly side?: ReactNode
  readonly sub: string
  readonly onOpen: () => void
}) {
  const { title, value, sub } = props
  return (
    <button className="ov-fig" onClick={props.onOpen}>
      <span className="t12 sub">{title}</span>
      <span className="ov-big">
        {value === null ? (
          <span className="unk row">
            <Icon name="unknown" /> not known
          </span>
        ) : (
          <b className="num">{value}</b>
        )}
        {props.side}
      </span>
      <span className="t11 dim ell2">{sub}</span>
    </button>
  )
}

function change(now: number | undefined, then: number | undefined, isGood: (n: number) => boolean): ReactNode {
  if (now === undefined || then === undefined || now === then) return null
  const by = now - then
  return (
    <span className={`t11 nw ${isGood(by) ? 'ok' : 'warn'}`}>
      {by > 0 ? '+' : '−'}
      {number(Math.abs(by))} since last week
    </span>
  )
}

function dueFigure(team: TeamPart | null, today: string) {
  if (team === null) return { value: null, sub: 'the team’s state is not known', filter: '' }
  const days = team.due.map(({ date }) => daysBetween(today, date))
  const late = days.filter(n => n < 0).length
  const thisWeek = days.filter(n => n <= 7).length
  const now = days.filter(n => n === 0).length
  return { value: number(thisWeek), sub: `${number(now)} today, ${number(late)} late`, filter: 'due<8d' }
}

export function Figures(props: {
  readonly state: OverviewState
  readonly past: History | null
  readonly rows: readonly ExemptionRow[]
}) {
  const { state, past, rows } = props
  const team = useOverview(s => s.team)
  const { counts, backlog } = state
  const weeks = past?.state === 'known' ? past.weeks : []
  const [before, now] = [weeks.at(-2), weeks.at(-1)]
  const unknown = backlog.failing.unknown + backlog.failing.measuring
  const ages = agesOf(state, past)
  const due = dueFigure(team, state.today)
  const trusted = state.coverage.sources
    .filter(source => source.kind === 'trusted' || source.kind === 'wildcard')
    .reduce((sum, source) => sum + source.packages.length, 0)
  const lines = knownLines(backlog.failing)
  const largest = backlog.failing.largest
  const overdue = rows.filter(row => row.isOverdue).length
  return (
    <div className="card ov-figs">
      <Figure
        title="Fully audited"
        value={number(counts.fully)}
        side={<span className="t11 dim nw">{percentText(counts.fully, counts.total)}</span>}
        sub={`of ${count(counts.total, 'package')}, ${number(trusted)} by trust in a publisher`}
        onOpen={() => goQueue('all')}
      />
      <Figure
        title="Lines left to read"
        value={lines === null ? null : number(lines)}
        side={unknown > 0 && <span className="t11 unk nw">{count(unknown, 'size')} not known</span>}
        sub={
          backlog.failing.packages === 0
            ? `nothing fails; ${number(backlog.exempted.lines)} lines behind exemptions`
            : `in ${count(backlog.failing.packages, 'package')} that fail${largest === null ? '' : `, ${largest.crate} alone ${number(largest.lines)}`}`
        }
        onOpen={() => goQueue('failing')}
      />
      {state.failing.length > 0 || team === null ? (
        <Figure
          title={state.failing.length > 0 ? 'Median age in queue' : 'Exemptions'}
          value={
            state.failing.length > 0 ? (ages === null ? null : count(ages.medianDays, 'day')) : number(rows.length)
          }
          side={state.failing.length > 0 ? null : change(now?.exemptions, before?.exemptions, by => by < 0)}
          sub={
            state.failing.length === 0
              ? oldestText(rows)
              : ages === null
                ? past === null
                  ? 'reading the history'
                  : 'no commit of Cargo.lock tells since when'
                : `oldest ${ages.oldest.isAtLeast ? 'at least ' : ''}${count(ages.oldest.days, 'day')}: ${ages.oldest.key}${ages.unknown > 0 ? `, ${number(ages.unknown)} not known` : ''}`
          }
          onOpen={() => goQueue(state.failing.length > 0 ? 'failing' : 'exempted')}
        />
      ) : (
        <Figure
          title="Exemptions"
          value={number(rows.length)}
          side={change(now?.exemptions, before?.exemptions, by => by < 0)}
          sub={overdue > 0 ? `${number(overdue)} overdue for review` : oldestText(rows)}
          onOpen={() => useOverview.setState({ mode: 'exemptions' })}
        />
      )}
      <Figure title="Due within a week" value={due.value} sub={due.sub} onOpen={() => goQueue('all', due.filter)} />
    </div>
  )
}

function oldestText(rows: readonly ExemptionRow[]): string {
  const oldest = rows.find(row => row.ageDays !== null)
  if (oldest === undefined || oldest.since === null || oldest.since === 'uncommitted') return 'their age is not known'
  return `oldest since ${dayText(oldest.since.day)}${oldest.since.isAtLeast ? ' or before' : ''}: ${oldest.crate}`
}
