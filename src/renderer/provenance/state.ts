/**
 * What pages know of provenance: the engine's last snapshots by scope (never recomputed here), and the user's place on
 * the provenance page. A failure to list stands beside the last snapshot and never erases it.
 */
import { create } from 'zustand'
import type { EngineClient } from '../../shared/contract.ts'
import type { PackageKey } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { ProvenanceRow, ProvenanceSnapshot } from '../../shared/provenance.ts'
import { toastFailure } from '../state/actions.ts'
import { navigate, useAppStore } from '../state/app-store.ts'
import { loadChoice, saveChoice } from '../state/saved-places.ts'
import { provenanceOrders, rowKey, type ProvenanceOrder } from './rows.ts'

export type Scope = ProvenanceSnapshot['scope']

export interface ProvenanceState {
  readonly snapshots: { readonly [S in Scope]: ProvenanceSnapshot | null }
  readonly failures: { readonly [S in Scope]: Failure | null }
  readonly isLoading: boolean
  readonly scope: Scope
  readonly filterText: string
  readonly order: ProvenanceOrder
  readonly selectedKey: PackageKey | null
  /** Null: shown when the window is wide enough. */
  readonly isDetailOpen: boolean | null
  readonly fileOrder: 'differing' | 'path'
  /** The file chosen last in each crate. */
  readonly chosenFiles: ReadonlyMap<PackageKey, string>
}

const nothing = { workspace: null, everything: null }

export const useProvenance = create<ProvenanceState>(() => ({
  snapshots: nothing,
  failures: nothing,
  isLoading: false,
  scope: 'workspace',
  filterText: '',
  order: loadChoice('provenance order', provenanceOrders, 'worst first'),
  selectedKey: null,
  isDetailOpen: null,
  fileOrder: 'differing',
  chosenFiles: new Map(),
}))

/** Another workspace was opened, or none: nothing known of the former one is kept. */
export function forgetProvenance(): void {
  useProvenance.setState({
    snapshots: nothing,
    failures: nothing,
    isLoading: false,
    scope: 'workspace',
    filterText: '',
    selectedKey: null,
    chosenFiles: new Map(),
  })
}

/** Takes a snapshot unless a newer one of its scope is here. */
export function takeProvenance(snapshot: ProvenanceSnapshot): void {
  const { snapshots, failures } = useProvenance.getState()
  const known = snapshots[snapshot.scope]
  if (known !== null && known.generation > snapshot.generation) return
  useProvenance.setState({
    snapshots: { ...snapshots, [snapshot.scope]: snapshot },
    failures: { ...failures, [snapshot.scope]: null },
  })
}

/** Asks for the rows of a scope; what is on screen stays until the answer is there, and longer when it is a failure. */
export async function loadProvenance(client: EngineClient, scope: Scope): Promise<void> {
  const root = useAppStore.getState().app?.open?.root ?? null
  useProvenance.setState({ isLoading: true })
  const answer = await client.call('provenance.list', { scope })
  if ((useAppStore.getState().app?.open?.root ?? null) !== root) return
  useProvenance.setState({ isLoading: false })
  if (answer.ok) return takeProvenance(answer.value)
  if (answer.error.code === 'cancelled') return
  useProvenance.setState(s => ({ failures: { ...s.failures, [scope]: answer.error } }))
}

export function setProvenanceOrder(order: ProvenanceOrder): void {
  saveChoice('provenance order', order)
  useProvenance.setState({ order })
}

export function selectRow(key: PackageKey | null): void {
  useProvenance.setState({ selectedKey: key })
}

export function chooseFile(key: PackageKey, path: string): void {
  useProvenance.setState(s => ({ chosenFiles: new Map(s.chosenFiles).set(key, path) }))
}

/** Checks packages in a job; null: all of the workspace that were not run. Results arrive by events. */
export async function runProvenance(
  client: EngineClient,
  rows: readonly ProvenanceRow[] | null,
  level: 'compare' | 'rebuild' = 'compare',
): Promise<void> {
  const packages = rows === null ? null : rows.map(row => ({ crate: row.crate as never, version: row.version }))
  const answer = await client.call('provenance.run', { packages, level, again: rows !== null })
  if (!answer.ok) toastFailure(answer.error)
  const { scope } = useProvenance.getState()
  if (scope === 'everything') await loadProvenance(client, scope)
}

const byKey = new WeakMap<ProvenanceSnapshot, ReadonlyMap<PackageKey, ProvenanceRow>>()

/** The rows of a snapshot by package; made once per snapshot. */
export function rowsByKey(snapshot: ProvenanceSnapshot): ReadonlyMap<PackageKey, ProvenanceRow> {
  const known = byKey.get(snapshot)
  if (known !== undefined) return known
  const made = new Map(snapshot.rows.map(row => [rowKey(row), row]))
  byKey.set(snapshot, made)
  return made
}

/** What is known of a package of the workspace; null before the engine answered, or when it has no such row. */
export function useRowOf(key: PackageKey | null): ProvenanceRow | null {
  return useProvenance(s => {
    if (key === null || s.snapshots.workspace === null) return null
    return rowsByKey(s.snapshots.workspace).get(key) ?? null
  })
}

/** Shows a file of the crate beside its side in the repository; null: the one that deserves a look most. */
export function openPair(row: { readonly crate: string; readonly version: string }, path: string | null): void {
  navigate({ kind: 'pair', crate: row.crate, version: row.version, path })
}
