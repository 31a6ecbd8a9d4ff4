/** The rail: views with counts, and the review to continue with. */
import { memo } from 'react'
import type { QueueItem, QueueSnapshot } from '../../shared/wire.ts'
import { runCommand, type CommandId } from '../commands/command-table.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { changeText, number } from '../parts/words.ts'
import { useAppStore } from '../state/app-store.ts'
import { linesToRead } from './order.ts'
import { percentRead } from './queue-table.tsx'
import { countOfView, queueViews, useQueueState, type QueueView } from './queue-state.ts'

export const viewTitles: Readonly<Record<QueueView, string>> = {
  'needs audit': 'Needs audit',
  exempted: 'Exempted',
  violations: 'Violations',
  all: 'All',
  'not checked': 'Not checked',
}
const icons: Readonly<Record<QueueView, IconName>> = {
  'needs audit': 'inbox',
  exempted: 'minus',
  violations: 'ban',
  all: 'list',
  'not checked': 'outside',
}

/** The review to continue: that of the last tab when it was begun, else the one with most lines read. */
export function itemToContinue(items: readonly QueueItem[], lastTabKey: string | null): QueueItem | null {
  const begun = items.filter(item => {
    const lines = linesToRead(item)
    return (
      item.delta !== null && item.readLines !== null && item.readLines > 0 && (lines === null || item.readLines < lines)
    )
  })
  const ofTab = begun.find(item => item.key === lastTabKey)
  const most = begun.reduce<QueueItem | null>(
    (best, item) => ((item.readLines ?? 0) > (best?.readLines ?? 0) ? item : best),
    null,
  )
  return ofTab ?? most
}

function Continue({ item }: { readonly item: QueueItem }) {
  const percent = percentRead(item)
  const lines = linesToRead(item)
  return (
    <section className="card cont" aria-label="Continue">
      <div className="t11 dim">Continue</div>
      <b className="med ell">{item.crate}</b>
      <div className="m11 dim ell">{item.delta === null ? item.version : changeText(item.delta)}</div>
      {percent !== null && (
        <div
          className="row"
          style={{ marginTop: 6 }}
          title={`${number(item.readLines ?? 0)} of ${number(lines ?? 0)} lines read`}
        >
          <span className="meter grow">
            <i style={{ width: `${percent}%` }} />
          </span>
          <span className="t11 dim num">{percent}%</span>
        </div>
      )}
      <button className="btn s" onClick={() => runCommand('queue.resume')}>
        Resume <Keys of="queue.resume" />
      </button>
    </section>
  )
}

/** Drawn anew only with a new snapshot: counting 12,000 items takes longer than moving a row may. */
export const Rail = memo(function Rail({ snapshot }: { readonly snapshot: QueueSnapshot }) {
  const view = useQueueState(s => s.view)
  const lastTabKey = useAppStore(s => s.tabs.at(-1)?.key ?? null)
  const next = itemToContinue(snapshot.items, lastTabKey)
  return (
    <aside className="side rail" aria-label="Views" data-region="rail">
      <nav className="nav">
        <h2>Views</h2>
        {queueViews.map((name, i) => (
          <button
            key={name}
            className="nv"
            aria-current={view === name ? 'true' : undefined}
            data-region-focus={view === name ? true : undefined}
            title={`Ctrl ${i + 1}`}
            onClick={() => runCommand(`queue.view${i + 1}` as CommandId)}
          >
            <Icon name={icons[name]} className={name === 'violations' && snapshot.violations.length > 0 ? 'err' : ''} />
            {viewTitles[name]}
            <span className="count">{number(countOfView(snapshot, name))}</span>
          </button>
        ))}
      </nav>
      {next !== null && <Continue item={next} />}
    </aside>
  )
})
