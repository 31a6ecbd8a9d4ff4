/** Title, what is left to read, the coverage bar in cargo-vet's classes with its numbers, and what the answer lacks. */
import { memo, useMemo, useState } from 'react'
import type { QueueItem, QueueSnapshot } from '../../shared/wire.ts'
import { runCommand } from '../commands/command-table.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import { age, count, number } from '../parts/words.ts'
import { useAppStore } from '../state/app-store.ts'
import { linesToRead } from './order.ts'
import { NewsButton } from '../team/news.tsx'
import { SyncLine } from '../team/sync-status.tsx'
import { NO_TEAM, countOfView } from '../team/views.ts'
import { useQueueState } from './queue-state.ts'
import { viewTitles } from './rail.tsx'

export interface ReadingLeft {
  /** Lines of measured items that are not read yet. */
  readonly lines: number
  /** Share of those lines in the three largest items, 0 to 100. */
  readonly inThreeLargest: number
  readonly measuring: number
  readonly unknown: number
}

/** What is left to read in these items; sizes not known are counted apart, never as 0. */
function readingLeft(items: readonly QueueItem[]): ReadingLeft {
  const known = items.flatMap(item => {
    const lines = linesToRead(item)
    return lines === null ? [] : [Math.max(0, lines - (item.readLines ?? 0))]
  })
  const lines = known.reduce((sum, n) => sum + n, 0)
  const largest = [...known].sort((a, b) => b - a).slice(0, 3)
  return {
    lines,
    inThreeLargest: lines === 0 ? 0 : Math.round((largest.reduce((sum, n) => sum + n, 0) / lines) * 100),
    measuring: items.filter(item => item.size.state === 'measuring').length,
    unknown: items.filter(item => item.size.state === 'unknown').length,
  }
}

const classes = [
  { key: 'fully', label: 'fully audited', colour: 'var(--cov-full)' },
  { key: 'partially', label: 'partially', colour: 'var(--cov-partial)' },
  { key: 'exempted', label: 'exempted', colour: 'var(--cov-exempt)' },
  { key: 'failing', label: 'failing', colour: 'var(--cov-fail)' },
] as const

function CoverageBar({ counts }: { readonly counts: QueueSnapshot['counts'] }) {
  const words = classes.map(c => `${counts[c.key]} ${c.label}`).join(', ')
  return (
    <>
      <div className="bar" role="img" aria-label={`${counts.total} packages: ${words}`}>
        {classes
          .filter(c => counts[c.key] > 0)
          .map(c => (
            <i key={c.key} style={{ flex: `${counts[c.key]} 0 2px`, background: c.colour }} />
          ))}
      </div>
      <div className="row t11 sub nw legend" aria-hidden="true">
        {classes.map(c => (
          <span key={c.key} className="row" style={{ gap: 5 }}>
            <i className="sq" style={{ background: c.colour }} />
            <span>
              <b className="num">{number(counts[c.key])}</b> {c.label}
            </span>
          </span>
        ))}
        <span className="dim">of {number(counts.total)}</span>
      </div>
    </>
  )
}

function Summary({ items, packages }: { readonly items: readonly QueueItem[]; readonly packages: number }) {
  const left = useMemo(() => readingLeft(items), [items])
  return (
    <span className="sub t12 ell">
      <b className="num strong">{number(packages)}</b> {packages === 1 ? 'package' : 'packages'}
      {items.length > 0 && (
        <>
          , <b className="num strong">{number(left.lines)}</b> lines left to read
          {items.length > 3 && left.inThreeLargest > 0 && (
            <span className="dim">, {left.inThreeLargest}% in the three largest</span>
          )}
          {left.measuring > 0 && <span className="dim">, measuring {number(left.measuring)}</span>}
          {left.unknown > 0 && <span className="unk">, {number(left.unknown)} unknown</span>}
        </>
      )}
    </span>
  )
}

function Caveats({ caveats }: { readonly caveats: readonly string[] }) {
  const [isOpen, setOpen] = useState(false)
  if (caveats.length === 0) return null
  const [first, ...rest] = caveats
  return (
    <div className="caveats t11 warn" role="note">
      <Icon name="wave" />
      <div className="grow">
        <span>{first}</span>
        {isOpen && rest.map(caveat => <div key={caveat}>{caveat}</div>)}
        {rest.length > 0 && (
          <button className="link t11" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Less' : `and ${count(rest.length, 'more caveat')}`}
          </button>
        )}
      </div>
    </div>
  )
}

/** Drawn anew only with new items: the totals sort them all. */
export const QueueHeader = memo(function QueueHeader({
  snapshot,
  items,
}: {
  readonly snapshot: QueueSnapshot
  readonly items: readonly QueueItem[]
}) {
  const view = useQueueState(s => s.view)
  const isLoading = useAppStore(s => s.isQueueLoading)
  const now = useNow(20_000)
  return (
    <header className="qh">
      <div className="grow">
        <div className="row" style={{ gap: 14 }}>
          <h1 className="t18 nw">{viewTitles[view]}</h1>
          <Summary
            items={items}
            packages={
              view === 'violations' || view === 'not checked' ? countOfView(snapshot, view, NO_TEAM) : items.length
            }
          />
        </div>
        <CoverageBar counts={snapshot.counts} />
        <Caveats caveats={snapshot.caveats} />
      </div>
      <div className="col sync">
        <div className="row" style={{ gap: 6 }}>
          <NewsButton />
          <button className="btn" disabled={isLoading} onClick={() => runCommand('app.refresh')}>
            <Icon name="sync" />
            {isLoading ? 'Refreshing' : 'Refresh'}
          </button>
        </div>
        <SyncLine />
        <span className="t11 dim nw">Solved {age(snapshot.takenAt, Math.max(now, snapshot.takenAt))}</span>
      </div>
    </header>
  )
})
