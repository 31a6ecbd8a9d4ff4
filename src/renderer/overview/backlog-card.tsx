/** What is left to read by missing criterion, and by who has it where the team's state says so. */
import { useMemo } from 'react'
import { linesOf } from '../../shared/domain.ts'
import { knownLines, type OverviewState, type ReadingSum } from '../../shared/overview.ts'
import { backlogChart } from '../../shared/overview-bars.ts'
import { numberText } from '../../shared/overview-chart.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { count, number, personName } from '../parts/words.ts'
import { useAppStore } from '../state/app-store.ts'
import { ChartCard } from './chart-card.tsx'
import { goQueue } from './go-queue.ts'
import { useOverview } from './state.ts'

const PEOPLE_SHOWN = 5

function Row(props: {
  readonly criterion: string
  readonly because: 'failing' | 'exempted'
  readonly sum: ReadingSum
  readonly most: number
}) {
  const { criterion, because, sum, most } = props
  if (sum.packages === 0) return null
  const unknown = sum.unknown + sum.measuring
  return (
    <li>
      <button className="ov-bk" onClick={() => goQueue(because, `missing:${criterion}`)}>
        <span className="row">
          <CriteriaChip name={criterion} />
          <span className="t12 dim nw">
            {count(sum.packages, 'package')} {because}
          </span>
          {unknown > 0 && <span className="t11 unk nw">{number(unknown)} not known</span>}
          <b className="num t12 right">{numberText(knownLines(sum))}</b>
        </span>
        <span className="track" aria-hidden="true">
          <i
            hidden={knownLines(sum) === null}
            style={{
              width: `${Math.max(sum.lines > 0 ? 0.5 : 0, (sum.lines / most) * 100)}%`,
              background: because === 'failing' ? 'var(--cov-fail)' : 'var(--cov-exempt)',
            }}
          />
        </span>
      </button>
    </li>
  )
}

interface Share {
  readonly who: string | null
  readonly packages: number
  readonly lines: number
}

/** Open items by assignee, most lines first; nobody's at the end. */
function useShares(): readonly Share[] {
  const assigned = useOverview(s => s.team?.assigned ?? null)
  const items = useAppStore(s => s.queue?.items ?? null)
  return useMemo(() => {
    if (assigned === null || assigned.size === 0 || items === null) return []
    const shares = new Map<string | null, { packages: number; lines: number }>()
    for (const item of items) {
      const who = assigned.get(item.key) ?? null
      if (who === null && item.because === 'exempted') continue
      const share = shares.get(who) ?? { packages: 0, lines: 0 }
      share.packages++
      if (item.size.state === 'measured') share.lines += linesOf(item.size.stat)
      shares.set(who, share)
    }
    return [...shares]
      .map(([who, share]) => ({ who, ...share }))
      .sort((a, b) => Number(a.who === null) - Number(b.who === null) || b.lines - a.lines)
  }, [assigned, items])
}

export function BacklogCard({ state }: { readonly state: OverviewState }) {
  const { backlog } = state
  const chart = useMemo(() => backlogChart(backlog, 560), [backlog])
  const shares = useShares()
  const most = Math.max(1, ...backlog.byCriterion.flatMap(row => [row.failing.lines, row.exempted.lines]))
  const isMany = backlog.byCriterion.length > 1
  return (
    <ChartCard
      className="ov-back"
      title="Backlog"
      sub="lines by missing criterion"
      chart={backlog.byCriterion.length === 0 ? null : chart}
      note={
        shares.length > 0 && (
          <ul className="ov-shares t12" aria-label="Backlog by person">
            {shares.slice(0, PEOPLE_SHOWN).map(({ who, packages, lines }) => (
              <li key={who ?? ''}>
                <button
                  className="ov-share"
                  onClick={() =>
                    goQueue('all', who === null ? 'assignee:none' : `assignee:${filterWord(personName(who))}`)
                  }
                >
                  <span className="ell">{who === null ? 'nobody' : personName(who)}</span>
                  <span className="dim nw">{count(packages, 'package')}</span>
                  <b className="num">{number(lines)}</b>
                </button>
              </li>
            ))}
          </ul>
        )
      }
    >
      {backlog.byCriterion.length === 0 ? (
        <p className="t12 sub">Nothing is left to read.</p>
      ) : (
        <>
          <ul>
            {backlog.byCriterion.map(row => (
              <RowPair key={row.criterion} row={row} most={most} />
            ))}
          </ul>
          {isMany && (
            <p className="t11 dim ov-note">
              A package missing two criteria counts in both rows; its lines are read once.
            </p>
          )}
        </>
      )}
    </ChartCard>
  )
}

const filterWord = (name: string): string => name.toLowerCase().split(/\s+/)[0] ?? ''

function RowPair({
  row,
  most,
}: {
  readonly row: OverviewState['backlog']['byCriterion'][number]
  readonly most: number
}) {
  return (
    <>
      <Row criterion={row.criterion} because="failing" sum={row.failing} most={most} />
      <Row criterion={row.criterion} because="exempted" sum={row.exempted} most={most} />
    </>
  )
}
