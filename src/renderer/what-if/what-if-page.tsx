/** The what-if page: changes to try on a copy of the store, and what they would do. Nothing is written from here. */
import { useEffect, useRef, type RefObject } from 'react'
import { failureText } from '../../shared/failure.ts'
import { useClient } from '../client.ts'
import { runCommand, useCommandHandlers } from '../commands/command-table.ts'
import { listMoves } from '../commands/list-moves.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { ListFoot } from '../parts/list-foot.tsx'
import { useIsWide } from '../parts/use-is-wide.ts'
import { copyText } from '../state/actions.ts'
import { navigate, useAppStore, useSettings } from '../state/app-store.ts'
import { AddressForm } from './address-form.tsx'
import { ResultPanel } from './result-panel.tsx'
import { RowsGrid } from './rows-grid.tsx'
import { fetchMore, findSmallest, openWhatIf, rowsInOrder, setDraft, solveDraft, toggle, useWhatIf } from './state.ts'
import './what-if.css'

const HINTS = [
  ['whatif.toggle', 'include'],
  ['whatif.smallest', 'smallest set'],
  ['whatif.fetch', 'fetch'],
  ['whatif.apply', 'apply'],
] as const

/** The queue changes up to four times a second while it is measured; figures follow more calmly. */
const FOLLOW_MS = 1_000

function useFigures(root: string | null): void {
  const client = useClient()
  const generation = useAppStore(s => s.queue?.generation ?? null)
  const solved = useRef<string | null>(null)
  useEffect(() => {
    if (root === null || generation === null) return undefined
    openWhatIf(root)
    const isFirst = solved.current !== root
    solved.current = root
    const timer = setTimeout(() => void solveDraft(client, 'queue'), isFirst ? 0 : FOLLOW_MS)
    return () => clearTimeout(timer)
  }, [client, root, generation])
}

function useWhatIfCommands(list: RefObject<HTMLDivElement | null>): void {
  const client = useClient()
  const { rows, draft, selectedId, fetching, isSolving, resultFailure } = useWhatIf()
  const { offline } = useSettings()
  const order = rowsInOrder(rows)
  const at = order.findIndex(row => row.id === selectedId)
  const move = (step: number) => {
    const next = order[Math.min(Math.max(at + step, 0), order.length - 1)]
    if (next === undefined) return
    useWhatIf.setState({ selectedId: next.id })
    list.current?.focus({ preventScroll: true })
  }
  const selected = order[at]
  const canFetch = rows !== null && fetching === null && !offline
  useCommandHandlers({
    ...listMoves(order.length > 0 ? move : null),
    'whatif.toggle': selected === undefined ? undefined : () => toggle(client, selected.change),
    'whatif.smallest': order.length > 0 ? () => void findSmallest(client) : undefined,
    'whatif.apply':
      draft.length > 0 && !isSolving && resultFailure === null ? () => navigate({ kind: 'whatif-apply' }) : undefined,
    'whatif.reset': draft.length > 0 ? () => setDraft(client, []) : undefined,
    'whatif.fetch': canFetch ? () => void fetchMore(client, 'peers') : undefined,
    'whatif.publishers':
      canFetch && rows.publishersUnknown > 0 ? () => void fetchMore(client, 'publishers') : undefined,
    'whatif.address': rows === null ? undefined : () => useWhatIf.setState({ isAddressOpen: true }),
  })
}

function Header() {
  const draft = useWhatIf(s => s.draft.length)
  const isSearching = useWhatIf(s => s.isSearching)
  return (
    <div className="wi-top">
      <div className="grow">
        <div className="row">
          <h1 className="t18">What-if</h1>
          <span className="pill">{draft === 0 ? 'Nothing included' : 'Draft, nothing written'}</span>
        </div>
        <p className="t12 sub">
          Try changes on a copy of the store. Every figure is re-solved over the whole queue, against the draft; figures
          add up only roughly when changes overlap.
        </p>
      </div>
      <div className="row wi-tools">
        <button className="btn q" disabled={draft === 0} onClick={() => runCommand('whatif.reset')}>
          Reset
        </button>
        <button className="btn" onClick={() => runCommand('whatif.address')}>
          From an address <Keys of="whatif.address" />
        </button>
        <button className="btn" disabled={isSearching} onClick={() => runCommand('whatif.smallest')}>
          <Icon name="inbox" />
          {isSearching ? 'Searching' : 'Smallest set that clears the queue'} <Keys of="whatif.smallest" />
        </button>
      </div>
    </div>
  )
}

function Banners() {
  const notice = useWhatIf(s => s.notice)
  const failure = useWhatIf(s => s.rowsFailure)
  const rows = useWhatIf(s => s.rows)
  const fetching = useWhatIf(s => s.fetching)
  const problems = rows?.problems ?? []
  if (notice === null && failure === null && problems.length === 0 && fetching === null && rows?.offline !== true)
    return null
  return (
    <div className="banners">
      {failure !== null && (
        <FailureNotice failure={failure} tone="w" lead="The figures below are from before the failure." />
      )}
      {notice !== null && (
        <div className="notice k" role="status">
          <Icon name="clock" />
          <div className="grow">{notice}</div>
          <button className="btn s q" onClick={() => useWhatIf.setState({ notice: null })}>
            Dismiss
          </button>
        </div>
      )}
      {fetching !== null && (
        <div className="notice k" role="status">
          <Icon name="sync" />
          <div>
            {fetching === 'peers' ? 'Fetching the audits of peers' : 'Looking up publishers'}: progress and Cancel are
            in the status bar. Figures stay as they are until then.
          </div>
        </div>
      )}
      {rows?.offline === true && (
        <div className="notice w" role="status">
          <Icon name="offline" />
          <div>Offline: figures are from copies that were fetched before, and an import cannot be applied.</div>
        </div>
      )}
      {problems.length > 0 && (
        <div className="notice w" role="status">
          <Icon name="warn" />
          <div>
            <b className="med">Not everything could be fetched.</b> {problems.slice(0, 4).join(' ')}
            {problems.length > 4 && ` And ${problems.length - 4} more.`}
          </div>
        </div>
      )}
    </div>
  )
}

function Loading() {
  return (
    <main className="panel loading" aria-busy="true">
      <h1 className="sr">What-if</h1>
      <div className="ld t12" role="status">
        Solving the queue with each change…
      </div>
      {Array.from({ length: 9 }, (_, i) => (
        <div className="skr" key={i} aria-hidden="true">
          <i style={{ width: 120 + ((i * 37) % 90) }} />
          <i style={{ width: 60 + ((i * 53) % 60) }} />
        </div>
      ))}
    </main>
  )
}

export function WhatIfPage() {
  const client = useClient()
  const root = useAppStore(s => s.app?.open?.root ?? null)
  const counts = useAppStore(s => s.queue?.counts ?? null)
  const items = useAppStore(s => s.queue?.items.length ?? null)
  const list = useRef<HTMLDivElement>(null)
  const isWide = useIsWide()
  useFigures(root)
  useWhatIfCommands(list)
  const rows = useWhatIf(s => (s.root === root ? s.rows : null))
  const failure = useWhatIf(s => s.rowsFailure)
  const selectedId = useWhatIf(s => s.selectedId)
  const isAddressOpen = useWhatIf(s => s.isAddressOpen)
  const isReady = rows !== null
  useEffect(() => {
    if (!isReady) return
    const { selectedId: before, rows: shown } = useWhatIf.getState()
    const [first] = rowsInOrder(shown)
    if (before === null && first !== undefined) useWhatIf.setState({ selectedId: first.id })
    if (document.activeElement === document.body) list.current?.focus()
  }, [isReady])
  if (rows === null) {
    if (failure === null) return <Loading />
    return (
      <main className="panel failed" data-region="list">
        <div className="failed-in">
          <h1 className="t18">The queue could not be solved with other changes</h1>
          <FailureNotice failure={failure}>
            <button className="btn p s" onClick={() => void solveDraft(client, 'queue')}>
              Try again
            </button>
            <button className="btn s q" onClick={() => void copyText(failureText(failure), 'the details')}>
              Copy details
            </button>
          </FailureNotice>
        </div>
      </main>
    )
  }
  const order = rowsInOrder(rows)
  const hasWork = (items ?? 0) > 0 || (counts?.failing ?? 0) > 0
  return (
    <main className={isWide ? 'wi-lay' : 'wi-lay narrow'}>
      <section className="panel" aria-label="Changes" data-region="list">
        <Header />
        <Banners />
        {isAddressOpen && <AddressForm onLeave={() => list.current?.focus()} />}
        {!hasWork && order.length === 0 ? (
          <div className="center">
            <b>Nothing to clear</b>
            <p>Every package passes without an exemption, so no change would make a difference.</p>
          </div>
        ) : (
          <RowsGrid rows={rows} handle={list} />
        )}
        <ListFoot
          hints={HINTS}
          index={order.findIndex(row => row.id === selectedId)}
          total={order.length}
          isOrderOld={false}
          onSortAnew={() => undefined}
        />
      </section>
      <ResultPanel />
    </main>
  )
}
