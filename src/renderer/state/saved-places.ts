/**
 * What this page remembers by itself across a restart: the open reviews of each workspace and the queue's order. Kept in
 * the browser's own storage; everything that matters (marks, drafts, settings) is the engine's.
 */
import { brand, reviewId } from '../../shared/domain.ts'
import type { OpenReview } from './app-store.ts'

const read = (key: string): unknown => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as unknown
  } catch {
    return null
  }
}
const write = (key: string, value: unknown): void => {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch {
    // NOTE: storage is full or forbidden; then nothing is remembered, which loses comfort only.
  }
}

/** The tabs that were open in the workspace, order kept; anything that does not look like one is left out. */
export function loadTabs(root: string): OpenReview[] {
  const saved = read(`tabs ${root}`)
  return Array.isArray(saved) ? saved.flatMap(parseTab) : []
}

function parseTab(value: unknown): OpenReview[] {
  if (typeof value !== 'object' || value === null) return []
  const { crate, from, to, key } = value as Record<string, unknown>
  if (typeof crate !== 'string' || typeof to !== 'string' || (from !== null && typeof from !== 'string')) return []
  const name = brand<'CrateName'>(crate)
  const delta = { from: from === null ? null : brand<'VetVersion'>(from), to: brand<'VetVersion'>(to) }
  return [
    {
      id: reviewId(name, delta),
      crate: name,
      delta,
      key: typeof key === 'string' ? brand<'PackageKey'>(key) : null,
    },
  ]
}

export function saveTabs(root: string, tabs: readonly OpenReview[]): void {
  write(
    `tabs ${root}`,
    tabs.map(tab => ({ crate: tab.crate, from: tab.delta.from, to: tab.delta.to, key: tab.key })),
  )
}

/** A filter of the queue that the user gave a name. */
export interface SavedFilter {
  readonly name: string
  readonly view: string
  readonly text: string
}
const MAX_FILTERS = 50

/** The named filters of the workspace, in the order they were made; anything that does not look like one is left out. */
export function loadFilters(root: string): SavedFilter[] {
  const saved = read(`filters ${root}`)
  if (!Array.isArray(saved)) return []
  return saved.slice(0, MAX_FILTERS).flatMap((value: unknown) => {
    if (typeof value !== 'object' || value === null) return []
    const { name, view, text } = value as Record<string, unknown>
    return typeof name === 'string' && typeof view === 'string' && typeof text === 'string'
      ? [{ name, view, text }]
      : []
  })
}

export function saveFilters(root: string, filters: readonly SavedFilter[]): void {
  write(`filters ${root}`, filters.slice(0, MAX_FILTERS))
}

/** A small preference of one screen, for example the order of the queue. */
export function loadChoice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
  const saved = read(`choice ${name}`)
  return choices.find(choice => choice === saved) ?? fallback
}

export function saveChoice(name: string, value: string): void {
  write(`choice ${name}`, value)
}
