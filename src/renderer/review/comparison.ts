/** Which two crates stand beside each other on their page. */
import { create } from 'zustand'
import type { ComparedPair } from '../../shared/crate-compare.ts'
import { navigate } from '../state/app-store.ts'

const useStore = create<{ readonly pair: ComparedPair | null }>(() => ({ pair: null }))

export const useComparison = (): ComparedPair | null => useStore(s => s.pair)

export function openComparison(pair: ComparedPair): void {
  useStore.setState({ pair })
  navigate({ kind: 'compare' })
}
