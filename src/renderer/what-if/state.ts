/**
 * The what-if page's state: the draft (kept per workspace, also across a restart), the rows and the result that were
 * last solved. What is on screen stays until its successor is there; answers for an older draft are dropped.
 */
import { create } from 'zustand'
import type { EngineClient } from '../../shared/contract.ts'
import type { Failure } from '../../shared/failure.ts'
import {
  changeId,
  whatIfChanges,
  type WhatIfChange,
  type WhatIfResult,
  type WhatIfRow,
  type WhatIfRows,
  type WhatIfSmallest,
} from '../../shared/what-if.ts'
import { number } from '../parts/words.ts'
import { toastFailure } from '../state/actions.ts'

export interface WhatIfState {
  readonly root: string | null
  readonly draft: readonly WhatIfChange[]
  readonly rows: WhatIfRows | null
  /** Why the rows could not be made anew; those on screen are then old. */
  readonly rowsFailure: Failure | null
  /** Of the draft as it was last solved; null for an empty draft. */
  readonly result: WhatIfResult | null
  readonly resultFailure: Failure | null
  readonly isSolving: boolean
  readonly fetching: 'peers' | 'publishers' | null
  readonly smallest: WhatIfSmallest | null
  readonly isSearching: boolean
  readonly selectedId: string | null
  /** What happened to the draft while nobody looked. */
  readonly notice: string | null
  readonly isAddressOpen: boolean
}

const EMPTY: WhatIfState = {
  root: null,
  draft: [],
  rows: null,
  rowsFailure: null,
  result: null,
  resultFailure: null,
  isSolving: false,
  fetching: null,
  smallest: null,
  isSearching: false,
  selectedId: null,
  notice: null,
  isAddressOpen: false,
}

export const useWhatIf = create<WhatIfState>(() => EMPTY)

/** One more with each solving: answers to an earlier one are dropped. */
let latest = 0

// ── the draft ────────────────────────────────────────────────────────────────────────────────

const storageKey = (root: string): string => `whatif ${root}`

function loadDraft(root: string): WhatIfChange[] {
  try {
    const saved = whatIfChanges.safeParse(JSON.parse(localStorage.getItem(storageKey(root)) ?? '[]'))
    return saved.success ? saved.data : []
  } catch {
    return []
  }
}

function saveDraft(root: string, draft: readonly WhatIfChange[]): void {
  try {
    localStorage.setItem(storageKey(root), JSON.stringify(draft))
  } catch {
    // NOTE: storage is full or forbidden; then the draft lives as long as the page.
  }
}

/** Shows the workspace's own draft; another workspace starts with what was left there. */
export function openWhatIf(root: string): void {
  if (useWhatIf.getState().root === root) return
  // Answers on their way are about the former workspace.
  latest += 1
  useWhatIf.setState({ ...EMPTY, root, draft: loadDraft(root) })
}

/** Replaces the draft, shows it at once and solves it. */
export function setDraft(client: EngineClient, draft: readonly WhatIfChange[]): void {
  const { root } = useWhatIf.getState()
  if (root !== null) saveDraft(root, draft)
  useWhatIf.setState({ draft, notice: null })
  void solveDraft(client, 'draft')
}

export function toggle(client: EngineClient, change: WhatIfChange): void {
  const { draft } = useWhatIf.getState()
  const id = changeId(change)
  const without = draft.filter(one => changeId(one) !== id)
  setDraft(client, without.length < draft.length ? without : [...draft, change])
}

// ── solving ──────────────────────────────────────────────────────────────────────────────────

/** Rows against the draft, then the result of all of it. `queue`: because the files changed, which is said. */
export async function solveDraft(client: EngineClient, because: 'draft' | 'queue'): Promise<void> {
  const mine = ++latest
  const isOld = () => mine !== latest
  useWhatIf.setState({ isSolving: true })
  const { draft, result: before } = useWhatIf.getState()
  const rows = await client.call('whatif.rows', { draft: [...draft] })
  if (isOld()) return
  if (!rows.ok) return useWhatIf.setState({ rowsFailure: rows.error, isSolving: false })
  const kept = keepKnown(draft, rows.value)
  useWhatIf.setState(state => ({
    ...{ rows: rows.value, rowsFailure: null, draft: kept },
    selectedId: keepSelected(state, rows.value),
  }))
  // What was found belongs to the queue as it was then.
  if (because === 'queue' && useWhatIf.getState().smallest !== null) void findSmallest(client)
  const { root } = useWhatIf.getState()
  if (kept.length < draft.length && root !== null) saveDraft(root, kept)
  const gone = rows.value.dropped.join(' ')
  if (kept.length === 0) {
    return useWhatIf.setState({
      ...{ result: null, resultFailure: null, isSolving: false },
      ...(gone === '' ? {} : { notice: gone }),
    })
  }
  const result = await client.call('whatif.solve', { draft: [...kept] })
  if (isOld()) return
  if (!result.ok) return useWhatIf.setState({ resultFailure: result.error, isSolving: false })
  const moved = because === 'queue' && before !== null ? movedText(before, result.value) : ''
  const notice = [gone, moved].filter(text => text !== '').join(' ')
  useWhatIf.setState({
    ...{ result: result.value, resultFailure: null, isSolving: false },
    ...(notice === '' ? {} : { notice }),
  })
}

/** Without what cannot be tried any more; the rows are the engine's list of what can. */
function keepKnown(draft: readonly WhatIfChange[], { rows }: WhatIfRows): readonly WhatIfChange[] {
  const known = new Set(rows.map(row => row.id))
  const kept = draft.filter(change => known.has(changeId(change)))
  return kept.length === draft.length ? draft : kept
}

/** The row one is at, or the one that took its place in the list; null when none was chosen or none is left. */
function keepSelected({ rows, selectedId }: WhatIfState, next: WhatIfRows): string | null {
  if (selectedId === null || next.rows.some(row => row.id === selectedId)) return selectedId
  const order = rowsInOrder(next)
  const at = rowsInOrder(rows).findIndex(row => row.id === selectedId)
  return order[Math.min(Math.max(at, 0), order.length - 1)]?.id ?? null
}

/** What a change of the files did to the queue below the draft; empty for nothing. */
function movedText(before: WhatIfResult, now: WhatIfResult): string {
  const parts = (['failing', 'exempted', 'violation'] as const).flatMap(name => {
    const [a, b] = [before.before.counts[name], now.before.counts[name]]
    return a === b ? [] : [`${name === 'violation' ? 'in violation' : name} ${number(a)} → ${number(b)}`]
  })
  return parts.length === 0 ? '' : `The queue changed since: ${parts.join(', ')}. The draft was solved again.`
}

// ── acts ─────────────────────────────────────────────────────────────────────────────────────

/** Asks for peers' files or for publishers, as a job; then figures are made anew. */
export async function fetchMore(client: EngineClient, what: 'peers' | 'publishers'): Promise<void> {
  const { root, draft, fetching } = useWhatIf.getState()
  if (fetching !== null) return
  useWhatIf.setState({ fetching: what })
  const done = await client.call('whatif.fetch', { what, draft: [...draft] })
  if (useWhatIf.getState().root !== root) return
  useWhatIf.setState({ fetching: null, smallest: null })
  if (!done.ok) toastFailure(done.error)
  await solveDraft(client, 'draft')
}

export async function findSmallest(client: EngineClient): Promise<void> {
  const { root, draft, isSearching } = useWhatIf.getState()
  if (isSearching) return
  useWhatIf.setState({ isSearching: true })
  const found = await client.call('whatif.smallest', { draft: [...draft] })
  if (useWhatIf.getState().root !== root) return
  if (found.ok) useWhatIf.setState({ smallest: found.value, isSearching: false })
  else {
    useWhatIf.setState({ isSearching: false })
    toastFailure(found.error)
  }
}

/** Rows in the order of the screen. */
export function rowsInOrder(rows: WhatIfRows | null): readonly WhatIfRow[] {
  if (rows === null) return []
  return (['imports', 'publishers', 'moves'] as const).flatMap(group => rows.rows.filter(row => row.group === group))
}
