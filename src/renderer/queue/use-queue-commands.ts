/** The queue's commands: moving in the list, opening reviews, views, order. Only what works now gets a handler. */
import { useMemo, type RefObject } from 'react'
import type { QueueItem, QueueSnapshot } from '../../shared/wire.ts'
import { openBatch } from '../certify/use-batch.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { listMoves } from '../commands/list-moves.ts'
import { changeText } from '../parts/words.ts'
import { changeSettings, copyText } from '../state/actions.ts'
import { openPair, useRowOf } from '../provenance/state.ts'
import { ensureTab, navigate, openReview, setOverlay, useAppStore, useSettings } from '../state/app-store.ts'
import { groupings, orders } from './order.ts'
import { queueViews, setGrouping, setOrder, useQueueState } from './queue-state.ts'
import type { TableHandle } from './queue-table.tsx'
import { itemToContinue } from './rail.tsx'
import type { Rows } from './use-rows.ts'

const after = <T>(all: readonly T[], current: T): T => all[(all.indexOf(current) + 1) % all.length] ?? current

export function openItem(item: QueueItem): void {
  if (item.delta === null) return
  useQueueState.setState({ selectedByItself: null })
  openReview(item.crate, item.delta, item.key)
}

function certifyItem(item: QueueItem): void {
  if (item.delta === null) return
  useQueueState.setState({ selectedByItself: null })
  navigate({ kind: 'certify', id: ensureTab(item.crate, item.delta, item.key), from: 'queue' })
}

export interface QueueParts {
  readonly snapshot: QueueSnapshot
  readonly list: Rows
  readonly selected: QueueItem | null
  readonly table: RefObject<TableHandle | null>
  readonly filterInput: RefObject<HTMLInputElement | null>
  readonly isInspectorShown: boolean
  /** Moves the selection by this many items, or to an end with ±Infinity. */
  readonly move: (step: number) => void
  readonly showPath: () => void
}

export function useQueueCommands(parts: QueueParts): void {
  const { snapshot, list, selected, move } = parts
  const client = useClient()
  const { rowDensity } = useSettings()
  const { view, order, grouping } = useQueueState()
  const lastTabKey = useAppStore(s => s.tabs.at(-1)?.key ?? null)
  const next = useMemo(() => itemToContinue(snapshot.items, lastTabKey), [snapshot.items, lastTabKey])
  const hasRows = list.items.length > 0
  const views = Object.fromEntries(
    queueViews.map((name, i) => [
      `queue.view${i + 1}`,
      view === name ? undefined : () => useQueueState.setState({ view: name }),
    ]),
  )
  const page = () => parts.table.current?.pageSize() ?? 10
  const checked = useRowOf(selected?.key ?? null)
  const readable = selected !== null && selected.delta !== null ? selected : null
  useCommandHandlers({
    ...listMoves(hasRows ? move : null, page),
    'queue.review': readable === null ? undefined : () => openItem(readable),
    'queue.certify': readable === null ? undefined : () => certifyItem(readable),
    'queue.certifyTogether': hasRows ? () => openBatch({ kind: 'together', first: selected?.key ?? null }) : undefined,
    'queue.explain': selected === null ? undefined : () => setOverlay('risk'),
    'queue.path': selected === null ? undefined : parts.showPath,
    'queue.provenance':
      selected === null || checked === null || checked.summary === null
        ? undefined
        : () => {
            useQueueState.setState({ selectedByItself: null })
            openPair(checked, null)
          },
    'queue.copy':
      selected === null
        ? undefined
        : () =>
            void copyText(
              `${selected.crate} ${selected.delta === null ? selected.version : changeText(selected.delta)}`,
              'the row',
            ),
    'queue.inspector': () => useQueueState.setState({ isInspectorOpen: !parts.isInspectorShown }),
    'queue.filter': () => {
      parts.filterInput.current?.focus()
      parts.filterInput.current?.select()
    },
    'queue.group': () => setGrouping(after(groupings, grouping)),
    'queue.order': list.isOrderOld ? list.sortAnew : () => setOrder(after(orders, order)),
    'queue.density': () =>
      void changeSettings(client, { rowDensity: rowDensity === 'compact' ? 'two-lines' : 'compact' }),
    ...views,
    'queue.resume': next === null ? undefined : () => openItem(next),
  })
}
