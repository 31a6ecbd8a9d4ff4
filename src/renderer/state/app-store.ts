/**
 * What the page shows: the engine's last snapshots (never recomputed here) and the user's place in them. "What we show"
 * and "are we refreshing" are separate fields, so a refresh or a failure never erases what is on screen.
 * Selectors return primitives or stored references only.
 */
import { create } from 'zustand'
import type { CrateName, Delta, PackageKey } from '../../shared/domain.ts'
import { reviewId } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { AppState, Job, QueueSnapshot, Settings } from '../../shared/wire.ts'

/** One open review: a tab. `id` is `crate delta`. */
export interface OpenReview {
  readonly id: string
  readonly crate: CrateName
  readonly delta: Delta
  /** The queue's package this review is for; null when opened from elsewhere. */
  readonly key: PackageKey | null
}

export type View =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'queue' }
  | { readonly kind: 'provenance' }
  | { readonly kind: 'whatif' }
  /** The preview of applying what-if's draft. */
  | { readonly kind: 'whatif-apply' }
  | { readonly kind: 'overview' }
  /** A file of a crate beside its side in the repository; `path` null: the one that deserves a look most. */
  | { readonly kind: 'pair'; readonly crate: string; readonly version: string; readonly path: string | null }
  | { readonly kind: 'review'; readonly id: string }
  /** Two crates beside each other; review/compare-page.tsx knows which. */
  | { readonly kind: 'compare' }
  /** The sheet of several audits; certify/use-batch.ts knows which. */
  | { readonly kind: 'batch' }
  /** The certify sheet over the review `id`; `from` is where Back leads. */
  | { readonly kind: 'certify'; readonly id: string; readonly from: 'queue' | 'review' }

/** The settings, and the place in them that was asked for. */
export type SettingsOverlay = 'settings' | 'redirects'
export type Overlay =
  | SettingsOverlay
  | 'palette'
  | 'goto'
  | 'help'
  | 'jobs'
  | 'folder'
  | 'accept'
  | 'export'
  | 'compare'
  | 'overview-export'
  | 'overview-terms'
  | 'overview-packages'
  | 'overview-save'
  | 'team'
  | 'risk'
  | null

export interface Toast {
  readonly id: number
  readonly tone: 'ok' | 'warn' | 'err' | 'info'
  readonly text: string
  readonly detail: string | null
  readonly action: { readonly label: string; readonly run: () => void } | null
}

export interface AppStore {
  readonly app: AppState | null
  readonly appFailure: Failure | null
  readonly queue: QueueSnapshot | null
  /** Why the queue could not be made anew; the snapshot beside it is then stale. */
  readonly queueFailure: Failure | null
  readonly isQueueLoading: boolean
  readonly jobs: readonly Job[]
  readonly openFailure: Failure | null
  /** Path of the workspace that is being opened, or `sample`. */
  readonly opening: string | null
  readonly view: View
  readonly history: { readonly back: readonly View[]; readonly forward: readonly View[] }
  readonly tabs: readonly OpenReview[]
  readonly overlay: Overlay
  readonly toasts: readonly Toast[]
  readonly selectedKey: PackageKey | null
  /** The change chosen in the inspector instead of cargo-vet's own pick, by package. */
  readonly chosenDeltas: ReadonlyMap<PackageKey, Delta>
  /** First key of a two-key sequence that waits for its second. */
  readonly pendingKey: string | null
  readonly undoId: string | null
  /** Short state line of the page on screen, for the status bar; for example the draft's. */
  readonly pageStatus: string | null
}

const initialState: AppStore = {
  app: null,
  appFailure: null,
  queue: null,
  queueFailure: null,
  isQueueLoading: false,
  jobs: [],
  openFailure: null,
  opening: null,
  view: { kind: 'welcome' },
  history: { back: [], forward: [] },
  tabs: [],
  overlay: null,
  toasts: [],
  selectedKey: null,
  chosenDeltas: new Map(),
  pendingKey: null,
  undoId: null,
  pageStatus: null,
}

export const useAppStore = create<AppStore>(() => initialState)

export const defaultSettings: Settings = {
  theme: 'system',
  offline: false,
  diffLayout: 'split',
  rowDensity: 'two-lines',
  wrapLines: false,
  singleKeys: true,
}

/** The settings in force; defaults until the engine has answered. */
export function useSettings(): Settings {
  return useAppStore(s => s.app?.settings ?? defaultSettings)
}

const HISTORY_LIMIT = 50

/** Shows another place and remembers the former one for Back. */
export function navigate(view: View): void {
  useAppStore.setState(s => {
    if (sameView(s.view, view)) return {}
    const back = s.view.kind === 'welcome' ? s.history.back : [...s.history.back, s.view].slice(-HISTORY_LIMIT)
    return { view, overlay: null, pageStatus: null, history: { back, forward: [] } }
  })
}

/** Replaces the place on screen without a Back entry. */
export function replaceView(view: View): void {
  useAppStore.setState({ view, overlay: null, pageStatus: null })
}

function sameView(a: View, b: View): boolean {
  const placeOf = (view: View): string =>
    'id' in view ? view.id : view.kind === 'pair' ? `${view.crate} ${view.version} ${view.path ?? ''}` : ''
  return a.kind === b.kind && placeOf(a) === placeOf(b)
}

function isReachable(view: View, tabs: readonly OpenReview[]): boolean {
  return !('id' in view) || tabs.some(tab => tab.id === view.id)
}

/** One step through the places visited; entries whose review was closed are skipped. */
export function goHistory(direction: 'back' | 'forward'): void {
  useAppStore.setState(s => {
    const stack = s.history[direction].filter(view => isReachable(view, s.tabs))
    const target = stack.at(-1)
    if (target === undefined) return {}
    const rest = stack.slice(0, -1)
    const other = [...s.history[direction === 'back' ? 'forward' : 'back'], s.view]
    const history = direction === 'back' ? { back: rest, forward: other } : { back: other, forward: rest }
    return { view: target, overlay: null, pageStatus: null, history }
  })
}

/** Adds the review's tab unless it is open. Answers its id. */
export function ensureTab(crate: CrateName, delta: Delta, key: PackageKey | null): string {
  const id = reviewId(crate, delta)
  useAppStore.setState(s => (s.tabs.some(tab => tab.id === id) ? {} : { tabs: [...s.tabs, { id, crate, delta, key }] }))
  return id
}

export function openReview(crate: CrateName, delta: Delta, key: PackageKey | null): void {
  navigate({ kind: 'review', id: ensureTab(crate, delta, key) })
}

/** Closes a tab. When it is on screen, its right neighbour, else the left one, else the queue is shown. */
export function closeTab(id: string): void {
  useAppStore.setState(s => {
    const index = s.tabs.findIndex(tab => tab.id === id)
    if (index < 0) return {}
    const tabs = s.tabs.filter(tab => tab.id !== id)
    if (!('id' in s.view) || s.view.id !== id) return { tabs }
    const next = tabs[Math.min(index, tabs.length - 1)]
    return { tabs, view: next === undefined ? { kind: 'queue' } : { kind: 'review', id: next.id }, pageStatus: null }
  })
}

let lastToastId = 0

/** Shows a short message; it leaves by itself unless it reports a failure. */
export function showToast(toast: Omit<Toast, 'id' | 'detail' | 'action'> & Partial<Toast>): void {
  lastToastId += 1
  const full: Toast = { detail: null, action: null, ...toast, id: lastToastId }
  // The same once more, of a key pressed again say, is said once.
  const isSame = ({ tone, text, detail, action }: Toast) =>
    action === null && full.action === null && tone === full.tone && text === full.text && detail === full.detail
  useAppStore.setState(s => ({ toasts: [...s.toasts.filter(other => !isSame(other)).slice(-3), full] }))
}

export function dismissToast(id: number): void {
  useAppStore.setState(s => ({ toasts: s.toasts.filter(toast => toast.id !== id) }))
}

export function setOverlay(overlay: Overlay): void {
  useAppStore.setState({ overlay })
}
