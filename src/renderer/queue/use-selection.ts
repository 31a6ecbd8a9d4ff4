/**
 * The selected row. It follows its package through refreshes and sorting; when the package leaves the list, the row that
 * takes its place is selected.
 */
import { useEffect, useRef } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { useAppStore } from '../state/app-store.ts'

export function useSelection(items: readonly QueueItem[], view: string): QueueItem | null {
  const selectedKey = useAppStore(s => s.selectedKey)
  const lastIndex = useRef(0)
  const index = items.findIndex(item => item.key === selectedKey)
  useEffect(() => {
    if (index >= 0) {
      lastIndex.current = index
      return
    }
    const next = items[Math.min(lastIndex.current, items.length - 1)]
    if (next !== undefined) useAppStore.setState({ selectedKey: next.key })
  }, [items, index, view])
  return items[index] ?? null
}

export function select(key: PackageKey): void {
  useAppStore.setState({ selectedKey: key })
}
