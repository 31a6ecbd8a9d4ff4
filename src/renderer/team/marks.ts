/**
 * The rows that are selected for one action on all of them, by package: sorting, filtering and solving anew change nothing
 * in it. Extending goes from an anchor to the row one moves to, as in any list.
 */
import { create } from 'zustand'
import type { PackageKey } from '../../shared/domain.ts'

export interface Marks {
  readonly keys: ReadonlySet<PackageKey>
  /** Where extending began, and what was selected before; null when the last act was another one. */
  readonly anchor: { readonly key: PackageKey; readonly before: ReadonlySet<PackageKey> } | null
}

export const noMarks: Marks = { keys: new Set(), anchor: null }

export function toggled(marks: Marks, key: PackageKey): Marks {
  const keys = new Set(marks.keys)
  if (!keys.delete(key)) keys.add(key)
  return { keys, anchor: null }
}

/** Everything from the anchor to `to`; the anchor is `from` when extending begins here. `order`: the list as shown. */
export function extended(marks: Marks, order: readonly PackageKey[], from: PackageKey, to: PackageKey): Marks {
  const anchor = marks.anchor ?? { key: from, before: marks.keys }
  const [a, b] = [order.indexOf(anchor.key), order.indexOf(to)]
  if (b < 0) return marks
  const range = a < 0 ? [to] : order.slice(Math.min(a, b), Math.max(a, b) + 1)
  return { keys: new Set([...anchor.before, ...range]), anchor }
}

export const useMarks = create<Marks>(() => noMarks)

export function toggleMark(key: PackageKey): void {
  useMarks.setState(marks => toggled(marks, key))
}
export function extendMarks(order: readonly PackageKey[], from: PackageKey, to: PackageKey): void {
  useMarks.setState(marks => extended(marks, order, from, to))
}
export function markAll(order: readonly PackageKey[]): void {
  useMarks.setState({ keys: new Set(order), anchor: null })
}
export function clearMarks(): void {
  if (useMarks.getState().keys.size > 0) useMarks.setState(noMarks)
}
