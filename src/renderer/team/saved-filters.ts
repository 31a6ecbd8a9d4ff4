/** The user's own named filters of a workspace: a view and the text of its filter. */
import { create } from 'zustand'
import { loadFilters, saveFilters, type SavedFilter } from '../state/saved-places.ts'
import { useAppStore } from '../state/app-store.ts'

const useFilters = create<{ readonly root: string | null; readonly filters: readonly SavedFilter[] }>(() => ({
  root: null,
  filters: [],
}))

/** Those of the open workspace; read from storage once per workspace. */
export function useSavedFilters(): readonly SavedFilter[] {
  const root = useAppStore(s => s.app?.open?.root ?? null)
  const held = useFilters()
  if (held.root === root || root === null) return held.root === root ? held.filters : []
  const filters = loadFilters(root)
  // Outside of drawing: the next draw finds it.
  queueMicrotask(() => useFilters.setState({ root, filters }))
  return filters
}

function change(of: (filters: readonly SavedFilter[]) => readonly SavedFilter[]): void {
  const root = useAppStore.getState().app?.open?.root ?? null
  if (root === null) return
  const filters = of(loadFilters(root))
  saveFilters(root, filters)
  useFilters.setState({ root, filters })
}

/** One of the same name is replaced where it stands. */
export function addFilter(filter: SavedFilter): void {
  change(filters =>
    filters.some(({ name }) => name === filter.name)
      ? filters.map(other => (other.name === filter.name ? filter : other))
      : [...filters, filter],
  )
}

export function removeFilter(name: string): void {
  change(filters => filters.filter(other => other.name !== name))
}
