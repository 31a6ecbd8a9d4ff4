/** The overview: four numbers, how it went, on whose word packages pass, the oldest exemptions, what is left to read. */
import { useCallback, useEffect, useMemo, useRef, type RefObject } from 'react'
import { useClient } from '../client.ts'
import { runCommand, useCommandHandlers } from '../commands/command-table.ts'
import { listMoves } from '../commands/list-moves.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { dayText } from '../../shared/overview-chart.ts'
import type { ExemptionRow, OverviewState } from '../../shared/overview.ts'
import { setOverlay, useAppStore } from '../state/app-store.ts'
import { BacklogCard } from './backlog-card.tsx'
import { BurnDownCard } from './burn-down-card.tsx'
import { CoverageCard } from './coverage-card.tsx'
import { matchesWords } from './exemption-words.ts'
import { ExemptionsCard } from './exemptions-card.tsx'
import { ExemptionsView } from './exemptions-view.tsx'
import { Figures } from './figures.tsx'
import { goQueue } from './go-queue.ts'
import { printPage, useLightPrint } from './print.ts'
import { editTerms, loadOverview, loadTeamPart, ranges, setRange, useOverview } from './state.ts'
import { ThroughputCard } from './throughput-card.tsx'
import { useExemptionRows } from './use-exemption-rows.ts'
import './overview.css'

function Header({ state }: { readonly state: OverviewState }) {
  const { mode, range } = useOverview()
  const branch = useAppStore(s => s.app?.open?.branch ?? null)
  return (
    <div className="row ov-head">
      <h1 className="t18">Overview</h1>
      <span className="t12 sub ell">
        {state.name}
        {branch === null ? '' : `, ${branch}`}, {range === 'all' ? 'all weeks' : range} to {dayText(state.today)}
      </span>
      <span className="right row no-print">
        <span className="seg" role="group" aria-label="What is shown">
          <button aria-pressed={mode === 'charts'} onClick={() => useOverview.setState({ mode: 'charts' })}>
            Charts
          </button>
          <button aria-pressed={mode === 'exemptions'} onClick={() => useOverview.setState({ mode: 'exemptions' })}>
            Exemptions
          </button>
        </span>
        <span className="seg" role="group" aria-label="Range">
          {ranges.map(one => (
            <button key={one} aria-pressed={range === one} onClick={() => setRange(one)}>
              {one === 'all' ? 'All' : one}
            </button>
          ))}
        </span>
        <button className="btn" onClick={() => runCommand('overview.export')}>
          <Icon name="export" />
          Export <Keys of="overview.export" />
        </button>
      </span>
    </div>
  )
}

function useCommands(parts: {
  readonly rows: readonly ExemptionRow[]
  readonly selected: ExemptionRow | null
  readonly input: RefObject<HTMLInputElement | null>
  readonly list: RefObject<HTMLDivElement | null>
}) {
  const { rows, selected, input, list } = parts
  const { mode, range, isTables } = useOverview()
  const isList = mode === 'exemptions'
  const move = useCallback(
    (step: number) => {
      const at = selected === null ? -1 : rows.indexOf(selected)
      const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)]
      if (next === undefined) return
      useOverview.setState({ selectedKey: next.key })
      list.current?.focus({ preventScroll: true })
    },
    [rows, selected, list],
  )
  useCommandHandlers({
    ...listMoves(isList && rows.length > 0 ? move : null),
    'overview.exemptions': () => useOverview.setState({ mode: isList ? 'charts' : 'exemptions' }),
    'overview.export': () => setOverlay('overview-export'),
    'overview.print': printPage,
    'overview.range': () => setRange(ranges[(ranges.indexOf(range) + 1) % ranges.length] ?? 'all'),
    'overview.tables': () => useOverview.setState({ isTables: !isTables }),
    'overview.terms': isList && selected !== null ? () => editTerms(selected.key) : undefined,
    'overview.queue':
      isList && selected !== null ? () => goQueue('exempted', `crate:${selected.crate}`) : () => goQueue('all'),
    'overview.filter': isList
      ? () => {
          input.current?.focus()
          input.current?.select()
        }
      : undefined,
  })
}

function Body({ state }: { readonly state: OverviewState }) {
  const { history, mode, filterText, helper, selectedKey, failures } = useOverview()
  const all = useExemptionRows()
  const rows = useMemo(
    () =>
      all.filter(
        row =>
          matchesWords(row, filterText) &&
          (helper === null || row.helpers.some(one => `${one.kind} ${one.name}` === helper)),
      ),
    [all, filterText, helper],
  )
  const selected = rows.find(row => row.key === selectedKey) ?? rows[0] ?? null
  const input = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  useCommands({ rows, selected, input, list })
  useEffect(() => {
    if (mode === 'exemptions' && document.activeElement === document.body) list.current?.focus()
  }, [mode])
  return (
    <main className="ov" data-region="list">
      <Header state={state} />
      {failures.state !== undefined && (
        <FailureNotice failure={failures.state} tone="w" lead="What is shown is from before the failure." />
      )}
      {mode === 'exemptions' ? (
        <ExemptionsView rows={rows} total={all.length} selected={selected} input={input} list={list} />
      ) : (
        <>
          <Figures state={state} past={history} rows={all} />
          <div className="ov-two">
            <BurnDownCard past={history} />
            <CoverageCard state={state} />
          </div>
          <div className="ov-three">
            <ExemptionsCard rows={all} />
            <BacklogCard state={state} />
            <ThroughputCard past={history} />
          </div>
        </>
      )}
    </main>
  )
}

export function OverviewPage() {
  const client = useClient()
  const root = useAppStore(s => s.app?.open?.root ?? null)
  const generation = useAppStore(s => (s.queue?.phase === 'measuring' ? 0 : (s.queue?.generation ?? 0)))
  const shown = useOverview(s => (s.root === root ? s.state : null))
  const failure = useOverview(s => s.failures.state)
  useLightPrint()
  // Anew for every queue that is complete, and once at the start.
  useEffect(() => {
    void loadOverview(client)
  }, [client, root, generation])
  useEffect(() => client.on('team.changed', () => void loadTeamPart(client)), [client])
  if (shown !== null) return <Body state={shown} />
  return (
    <main className="ov" aria-busy={failure === undefined}>
      <h1 className="t18">Overview</h1>
      {failure === undefined ? (
        <p className="t12 dim" role="status">
          Counting what vouches for each package…
        </p>
      ) : (
        <FailureNotice failure={failure}>
          <button className="btn p s" onClick={() => void loadOverview(client)}>
            Try again
          </button>
        </FailureNotice>
      )}
    </main>
  )
}
