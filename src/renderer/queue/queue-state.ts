/**
 * What the queue page remembers while other pages are shown: view, filter, order, grouping, inspector. And the choice of
 * change per row: cargo-vet's own pick unless the user took another one.
 */
import { create } from 'zustand'
import type { Delta, PackageKey } from '../../shared/domain.ts'
import type { Alternative, Measured, QueueItem } from '../../shared/wire.ts'
import { useAppStore } from '../state/app-store.ts'
import type { QueueView } from '../team/views.ts'
import { loadChoice, saveChoice } from '../state/saved-places.ts'
import { groupings, orders, type Grouping, type Order } from './order.ts'

export { queueViews, type QueueView } from '../team/views.ts'

export interface QueueState {
  readonly view: QueueView
  readonly filterText: string
  readonly order: Order
  readonly grouping: Grouping
  /** Null: shown when the window is wide enough. */
  readonly isInspectorOpen: boolean | null
  /** Size of the changes chosen instead of cargo-vet's pick, by package. */
  readonly chosenSizes: ReadonlyMap<PackageKey, Measured>
  /** The package that was selected only because it came first; null once the user selected or opened one. */
  readonly selectedByItself: PackageKey | null
}

export const useQueueState = create<QueueState>(() => ({
  view: 'needs audit',
  filterText: '',
  order: loadChoice('queue order', orders, 'least reading'),
  grouping: loadChoice('queue grouping', groupings, 'none'),
  isInspectorOpen: null,
  chosenSizes: new Map(),
  selectedByItself: null,
}))

export function setOrder(order: Order): void {
  saveChoice('queue order', order)
  useQueueState.setState({ order })
}

export function setGrouping(grouping: Grouping): void {
  saveChoice('queue grouping', grouping)
  useQueueState.setState({ grouping })
}

/** Takes this change for the package from now on; null goes back to cargo-vet's pick. */
export function chooseDelta(key: PackageKey, alternative: Alternative | null): void {
  const { chosenDeltas } = useAppStore.getState()
  const deltas = new Map(chosenDeltas)
  const sizes = new Map(useQueueState.getState().chosenSizes)
  if (alternative === null) {
    deltas.delete(key)
    sizes.delete(key)
  } else {
    deltas.set(key, alternative.delta)
    sizes.set(key, alternative.size)
  }
  useAppStore.setState({ chosenDeltas: deltas })
  useQueueState.setState({ chosenSizes: sizes, selectedByItself: null })
}

/** The item with the user's choice in place of cargo-vet's pick. */
export function withChoice<T extends QueueItem>(
  item: T,
  deltas: ReadonlyMap<PackageKey, Delta>,
  sizes: ReadonlyMap<PackageKey, Measured>,
): T {
  const delta = deltas.get(item.key)
  const size = sizes.get(item.key)
  return delta === undefined || size === undefined ? item : { ...item, delta, size }
}
