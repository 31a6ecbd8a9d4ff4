/** The provenance page: how many versions have which outcome, each version, and how its verdict came about. */
import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { ProvenanceRow, ProvenanceSnapshot } from '../../shared/provenance.ts'
import { useClient } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { ListFoot } from '../parts/list-foot.tsx'
import { useIsWide } from '../parts/use-is-wide.ts'
import { count } from '../parts/words.ts'
import { useAppStore } from '../state/app-store.ts'
import { DetailPane } from './detail-pane.tsx'
import { OutcomeBars } from './outcome-bars.tsx'
import { ProvenanceBar } from './provenance-bar.tsx'
import { EmptyScope, FailedProvenance, LoadingProvenance, NoMatch } from './provenance-states.tsx'
import { ProvenanceTable, type ProvenanceTableHandle } from './provenance-table.tsx'
import { barsOf, rowKey, statusOf, yearsOf } from './rows.ts'
import { loadProvenance, openPair, selectRow, useProvenance, type Scope } from './state.ts'
import { filesInOrder, firstToRead } from './steps.ts'
import { useProvenanceCommands } from './use-provenance-commands.ts'
import { useProvenanceRows, type ProvenanceRows } from './use-provenance-rows.ts'
import { useRecord } from './use-record.ts'
import { YearChart } from './year-chart.tsx'
import '../queue/queue.css'
import './provenance.css'

const HINTS = [
  ['prov.files', 'files'],
  ['prov.diff', 'diff'],
  ['prov.run', 'check again'],
  ['prov.filter', 'filter'],
  ['prov.detail', 'details'],
] as const

function ScopeSwitch({ scope }: { readonly scope: Scope }) {
  const choice = (value: Scope, label: string) => (
    <button aria-pressed={scope === value} onClick={() => useProvenance.setState({ scope: value })}>
      {label}
    </button>
  )
  return (
    <span className="seg right" role="group" aria-label="Which versions">
      {choice('workspace', 'This workspace')}
      {choice('everything', 'Everything checked')}
    </span>
  )
}

function Header({ snapshot, list }: { readonly snapshot: ProvenanceSnapshot; readonly list: ProvenanceRows }) {
  const bars = useMemo(() => barsOf(snapshot.rows), [snapshot])
  const { years, undated } = useMemo(() => yearsOf(snapshot.rows), [snapshot])
  const what =
    snapshot.scope === 'workspace'
      ? `${count(snapshot.rows.length, 'package')} in Cargo.lock`
      : `${count(snapshot.rows.length, 'version')} checked on this machine`
  return (
    <div className="pv-top">
      <div className="pv-head">
        <div className="row">
          <h1 className="t18">Provenance</h1>
          <span className="sub t12 ell" title="Each compared with the repository that it names">
            {what}
          </span>
          <ScopeSwitch scope={snapshot.scope} />
        </div>
        <OutcomeBars bars={bars} filter={list.filter} />
      </div>
      <YearChart years={years} undated={undated} />
    </div>
  )
}

/** The selected row; the first one until the user selects, and when the selected one is filtered out. */
function useSelected(rows: readonly ProvenanceRow[]): ProvenanceRow | null {
  const selectedKey = useProvenance(s => s.selectedKey)
  return useMemo(() => rows.find(row => rowKey(row) === selectedKey) ?? rows[0] ?? null, [rows, selectedKey])
}

function Body({ snapshot }: { readonly snapshot: ProvenanceSnapshot }) {
  const filterText = useProvenance(s => s.filterText)
  const order = useProvenance(s => s.order)
  const failure = useProvenance(s => s.failures[snapshot.scope])
  const isDetailOpen = useProvenance(s => s.isDetailOpen)
  const fileOrder = useProvenance(s => s.fileOrder)
  const list = useProvenanceRows(snapshot, filterText, order)
  const selected = useSelected(list.rows)
  const selectedKey = selected === null ? null : rowKey(selected)
  const chosen = useProvenance(s => (selectedKey === null ? undefined : s.chosenFiles.get(selectedKey)))
  const isWide = useIsWide()
  const isDetailShown = isDetailOpen ?? isWide
  const detail = useRecord(selected?.crate ?? null, selected?.version ?? null, selected?.summary?.checkedAt ?? null)
  const { record } = detail
  const selectedFile =
    record === null ? null : (chosen ?? firstToRead(record)?.path ?? filesInOrder(record, fileOrder)[0]?.path ?? null)
  const table = useRef<ProvenanceTableHandle>(null)
  const files = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const notRun = useMemo(
    () => snapshot.rows.filter(row => row.summary === null && row.state === 'not-run').length,
    [snapshot],
  )
  const { hold } = list
  const onSelect = useCallback(
    (key: PackageKey) => {
      hold()
      selectRow(key)
    },
    [hold],
  )
  const onOpen = useCallback((row: ProvenanceRow) => {
    if (row.summary !== null) openPair(row, useProvenance.getState().chosenFiles.get(rowKey(row)) ?? null)
  }, [])
  const leaveFilter = useCallback(() => table.current?.focus(), [])
  useProvenanceCommands({
    snapshot,
    list,
    selected,
    record,
    selectedFile,
    table,
    files,
    input,
    notRun,
    isDetailShown,
  })
  // Coming back from a diff, the selected row is in view and the list has the keys.
  useEffect(() => {
    const index = selectedKey === null ? -1 : list.rows.findIndex(row => rowKey(row) === selectedKey)
    if (index >= 0) table.current?.scrollTo(index)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when another row is selected, never when rows move
  }, [selectedKey])
  useEffect(() => {
    if (document.activeElement === document.body) table.current?.focus()
  }, [])
  const { scope } = snapshot
  return (
    <main className={isDetailShown ? 'pv-lay detail-on' : 'pv-lay'}>
      <section className="panel" aria-label="Versions" data-region="list">
        <Header snapshot={snapshot} list={list} />
        {failure !== null && (
          <div className="banners">
            <FailureNotice failure={failure} tone="w" lead="The list below is from before the failure." />
          </div>
        )}
        <ProvenanceBar
          input={input}
          problems={list.filter.problems}
          run={snapshot.run}
          notRun={notRun}
          canRun={selected !== null && statusOf(selected) !== 'not-applicable'}
          onLeave={leaveFilter}
        />
        {snapshot.rows.length === 0 ? (
          <EmptyScope scope={scope} />
        ) : list.rows.length === 0 ? (
          <NoMatch total={snapshot.rows.length} scope={scope} />
        ) : (
          <ProvenanceTable
            key={scope}
            rows={list.rows}
            selectedKey={selectedKey}
            handle={table}
            onSelect={onSelect}
            onOpen={onOpen}
          />
        )}
        <ListFoot
          hints={HINTS}
          index={selected === null ? -1 : list.rows.indexOf(selected)}
          total={list.rows.length}
          isOrderOld={list.isOrderOld}
          onSortAnew={list.sortAnew}
        />
      </section>
      {isDetailShown && <DetailPane row={selected} detail={detail} selectedFile={selectedFile} files={files} />}
    </main>
  )
}

export function ProvenancePage() {
  const client = useClient()
  const scope = useProvenance(s => s.scope)
  const snapshot = useProvenance(s => s.snapshots[scope])
  const failure = useProvenance(s => s.failures[scope])
  const root = useAppStore(s => s.app?.open?.root ?? null)
  useEffect(() => {
    void loadProvenance(client, scope)
  }, [client, scope, root])
  if (snapshot !== null) return <Body snapshot={snapshot} />
  return failure !== null ? (
    <FailedProvenance failure={failure} onRetry={() => void loadProvenance(client, scope)} />
  ) : (
    <LoadingProvenance />
  )
}
