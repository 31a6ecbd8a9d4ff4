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
