/** The rail: views with counts, the user's own filters, and the review to continue with. */
import { memo, useDeferredValue, useMemo } from 'react'
import type { QueueItem, QueueSnapshot } from '../../shared/wire.ts'
import { commandById, runCommand, type CommandId } from '../commands/command-table.ts'
import { keyCaps } from '../commands/key-text.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { changeText, number } from '../parts/words.ts'
import { useAppStore } from '../state/app-store.ts'
import type { SavedFilter } from '../state/saved-places.ts'
import { percentRead } from '../team/cells.tsx'
import { localDay } from '../team/dates.ts'
import { removeFilter, useSavedFilters } from '../team/saved-filters.ts'
import { useMe, useTeam } from '../team/state.ts'
import { countOfView, rowsOfView, type TeamFacts } from '../team/views.ts'
import { matchesFilter, parseFilter } from './filter.ts'
import { linesToRead } from './order.ts'
import { queueViews, useQueueState, type QueueView } from './queue-state.ts'

export const viewTitles: Readonly<Record<QueueView, string>> = {
  'needs audit': 'Needs audit',
  mine: 'Mine',
  unassigned: 'Unassigned',
  'second sign-off': 'Needs second sign-off',
  waiting: 'Waiting for others',
  violations: 'Violations',
  exemptions: 'Exemptions to burn down',
  done: 'Done',
  all: 'All',
  'not checked': 'Not checked',
}
const icons: Readonly<Record<QueueView, IconName>> = {
  'needs audit': 'inbox',
  mine: 'person',
  unassigned: 'personAdd',
  'second sign-off': 'seal',
  waiting: 'clock',
  violations: 'ban',
  exemptions: 'minus',
  done: 'check',
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

/** The view and text of a named filter on screen; a view of an earlier version shows what needs audit. */
export function showFilter(saved: SavedFilter): void {
  const view = queueViews.find(name => name === saved.view) ?? 'needs audit'
  useQueueState.setState({ view, filterText: saved.text })
}

/** How many rows a named filter would show; null when it asks what is not counted beside the list (provenance, risk). */
function countOfFilter(saved: SavedFilter, snapshot: QueueSnapshot, facts: TeamFacts, today: string): number | null {
  const filter = parseFilter(saved.text)
  const view = queueViews.find(name => name === saved.view)
  if (view === undefined || filter.problems.length > 0) return null
  if (/(^|\s)-?(provenance:|risk|is:(unsafe|build|proc-macro|ffi)|advisory)/.test(saved.text)) return null
  const asked = { known: new Map(), team: { ...facts, today } }
  return rowsOfView(snapshot, view, facts).filter(item => matchesFilter(filter, item, asked)).length
}

function Saved({ snapshot, facts }: { readonly snapshot: QueueSnapshot; readonly facts: TeamFacts }) {
  const filters = useSavedFilters()
  const view = useQueueState(s => s.view)
  const text = useQueueState(s => s.filterText)
  // Counting every filter takes longer than a key may: it comes after what the key does.
  const late = useDeferredValue({ snapshot, facts })
  const today = localDay(Date.now())
  const counts = useMemo(
    () => filters.map(saved => countOfFilter(saved, late.snapshot, late.facts, today)),
    [filters, late.snapshot, late.facts, today],
  )
  return (
    <>
      {filters.length > 0 && <h2>Saved</h2>}
      {filters.map((saved, i) => (
        <div className="nv-row" key={saved.name}>
          <button
            className="nv"
            aria-current={view === saved.view && text === saved.text ? 'true' : undefined}
            title={`${saved.text}${i < 5 ? ` (Alt ${i + 1})` : ''}`}
            onClick={() => showFilter(saved)}
          >
            <Icon name="filter" />
            <span className="ell">{saved.name}</span>
            <span className="count">{countText(counts[i] ?? null)}</span>
          </button>
          <button
            className="nv-x"
            aria-label={`Remove the filter ${saved.name}`}
            onClick={() => removeFilter(saved.name)}
          >
            <Icon name="close" className="sm" />
          </button>
        </div>
      ))}
      {text !== '' && (
        <button className="nv dim" onClick={() => runCommand('queue.saveFilter')}>
          <Icon name="plus" />
          Save this filter
        </button>
      )}
    </>
  )
}

const countText = (count: number | null): string => (count === null ? '' : number(count))

function keyTitle(id: CommandId): string | undefined {
  const key = commandById.get(id)?.keys[0]
  return key === undefined ? undefined : keyCaps(key, false).join(' ')
}

/** Drawn anew only with a new snapshot or what the team wrote: counting 12,000 items takes longer than moving a row may. */
export const Rail = memo(function Rail({ snapshot }: { readonly snapshot: QueueSnapshot }) {
  const view = useQueueState(s => s.view)
  const lastTabKey = useAppStore(s => s.tabs.at(-1)?.key ?? null)
  const items = useTeam(s => s.items)
  const me = useMe()
  const facts = useMemo(() => ({ items, me }), [items, me])
  const counts = useMemo(() => queueViews.map(name => countOfView(snapshot, name, facts)), [snapshot, facts])
  const next = useMemo(() => itemToContinue(snapshot.items, lastTabKey), [snapshot.items, lastTabKey])
  return (
    <aside className="side rail" aria-label="Views" data-region="rail">
      <nav className="nav scroll">
        <h2>Views</h2>
        {queueViews.map((name, i) => (
          <button
            key={name}
            className="nv"
            aria-current={view === name ? 'true' : undefined}
            data-region-focus={view === name ? true : undefined}
            title={keyTitle(`queue.view${i + 1}` as CommandId)}
            onClick={() => useQueueState.setState({ view: name })}
          >
            <Icon name={icons[name]} className={name === 'violations' && snapshot.violations.length > 0 ? 'err' : ''} />
            <span className="ell">{viewTitles[name]}</span>
            <span className="count">{number(counts[i] ?? 0)}</span>
          </button>
        ))}
        <Saved snapshot={snapshot} facts={facts} />
      </nav>
      {next !== null && <Continue item={next} />}
    </aside>
  )
})
