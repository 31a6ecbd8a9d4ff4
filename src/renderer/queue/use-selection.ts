/**
 * The selected row. It follows its package through refreshes and sorting; when the package leaves the list, the row that
 * takes its place is selected. Until the user selects one, the first row is: the next thing to read is one key away.
 */
import { useEffect, useRef } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { useAppStore } from '../state/app-store.ts'
import { useQueueState } from './queue-state.ts'

export function useSelection<T extends QueueItem>(items: readonly T[], view: string): T | null {
  const selectedKey = useAppStore(s => s.selectedKey)
  const lastIndex = useRef(0)
  const index = items.findIndex(item => item.key === selectedKey)
  useEffect(() => {
    const isByItself = selectedKey === null || selectedKey === useQueueState.getState().selectedByItself
    if (index >= 0 && !isByItself) {
      lastIndex.current = index
      return
    }
    const next = items[isByItself ? 0 : Math.min(lastIndex.current, items.length - 1)]
    if (next === undefined || next.key === selectedKey) return
    if (isByItself) useQueueState.setState({ selectedByItself: next.key })
    useAppStore.setState({ selectedKey: next.key })
  }, [items, index, view, selectedKey])
  return items[index] ?? null
}

/** Selects for the user: from now on the selection stays with this package. */
export function select(key: PackageKey): void {
  useQueueState.setState({ selectedByItself: null })
  useAppStore.setState({ selectedKey: key })
}

/**
 * Where a step of the keys leads: rows that left go with it, so it never ends on one of them, and one that is selected
 * counts as the place between its neighbours. `step` may be larger than the list.
 */
export function stepAmong<T extends { readonly key: PackageKey }>(
  ordered: readonly T[],
  left: ReadonlySet<PackageKey>,
  selected: PackageKey | null,
  step: number,
): T | undefined {
  const stays = (item: T) => !left.has(item.key)
  const at = selected === null ? -1 : ordered.findIndex(item => item.key === selected)
  const staying = ordered.filter(stays)
  const above = ordered.slice(0, Math.max(at, 0)).filter(stays).length
  const isBetween = at >= 0 && left.has(ordered[at]!.key)
  const from = at < 0 ? -1 : isBetween && step > 0 ? above - 1 : above
  return staying[Math.min(Math.max(from + step, 0), staying.length - 1)]
}
