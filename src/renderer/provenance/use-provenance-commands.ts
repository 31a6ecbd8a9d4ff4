/** The commands of the provenance page. Only what works now gets a handler. */
import type { RefObject } from 'react'
import type { ProvenanceRecord, ProvenanceRow, ProvenanceSnapshot } from '../../shared/provenance.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { listMoves } from '../commands/list-moves.ts'
import { toastFailure } from '../state/actions.ts'
import { setOverlay, useAppStore } from '../state/app-store.ts'
import type { ProvenanceTableHandle } from './provenance-table.tsx'
import { canBeAccepted, provenanceOrders, rowKey } from './rows.ts'
import { openPair, runProvenance, selectRow, setProvenanceOrder, useProvenance } from './state.ts'
import type { ProvenanceRows } from './use-provenance-rows.ts'

const after = <T>(all: readonly T[], current: T): T => all[(all.indexOf(current) + 1) % all.length] ?? current

export interface ProvenanceParts {
  readonly snapshot: ProvenanceSnapshot
  readonly list: ProvenanceRows
  readonly selected: ProvenanceRow | null
  readonly record: ProvenanceRecord | null
  readonly selectedFile: string | null
  readonly table: RefObject<ProvenanceTableHandle | null>
  readonly files: RefObject<HTMLDivElement | null>
  readonly input: RefObject<HTMLInputElement | null>
  readonly notRun: number
  readonly isDetailShown: boolean
}

export function useProvenanceCommands(parts: ProvenanceParts): void {
  const { snapshot, list, selected, record, selectedFile, table } = parts
  const client = useClient()
  const { order, scope, fileOrder } = useProvenance()
  const job = useAppStore(s => s.jobs.find(j => j.state === 'running' && /provenance/i.test(j.title)) ?? null)
  const hasRows = list.rows.length > 0
  const move = (step: number) => {
    list.hold()
    const at = selected === null ? -1 : list.rows.indexOf(selected)
    const next = list.rows[Math.min(Math.max(at + step, 0), list.rows.length - 1)]
    if (next === undefined) return
    selectRow(rowKey(next))
    table.current?.scrollTo(list.rows.indexOf(next))
    table.current?.focus()
  }
  const page = () => table.current?.pageSize() ?? 10
  const cancel = async () => {
    if (job === null) return
    const answer = await client.call('jobs.cancel', { id: job.id })
    if (!answer.ok) toastFailure(answer.error)
  }
  const focusFiles = () => {
    useProvenance.setState({ isDetailOpen: true })
    // The drawer may just be opening.
    setTimeout(() => parts.files.current?.focus(), 0)
  }
  const isIdle = snapshot.run === null
  const canRun = selected !== null && selected.state !== 'not-applicable' && isIdle
  const hasFiles = record !== null && record.fileResults.length > 0
  useCommandHandlers({
    ...listMoves(hasRows ? move : null, page),
    'prov.diff': selected === null || !hasFiles ? undefined : () => openPair(selected, selectedFile),
    'prov.files': hasFiles ? focusFiles : undefined,
    'prov.allFiles': hasFiles
      ? () => useProvenance.setState({ fileOrder: fileOrder === 'differing' ? 'path' : 'differing' })
      : undefined,
    'prov.run': canRun ? () => void runProvenance(client, [selected]) : undefined,
    'prov.runAll': parts.notRun > 0 && isIdle ? () => void runProvenance(client, null) : undefined,
    'prov.rebuild':
      canRun && (selected.summary?.commit ?? null) !== null
        ? () => void runProvenance(client, [selected], 'rebuild')
        : undefined,
    'prov.cancel': job === null ? undefined : () => void cancel(),
    'prov.accept':
      selected !== null && canBeAccepted(selected)
        ? () => {
            selectRow(rowKey(selected))
            setOverlay('accept')
          }
        : undefined,
    'prov.export': snapshot.rows.length > 0 ? () => setOverlay('export') : undefined,
    'prov.filter': () => {
      parts.input.current?.focus()
      parts.input.current?.select()
    },
    'prov.order': list.isOrderOld ? list.sortAnew : () => setProvenanceOrder(after(provenanceOrders, order)),
    'prov.scope': () => useProvenance.setState({ scope: scope === 'workspace' ? 'everything' : 'workspace' }),
    'prov.detail': () => useProvenance.setState({ isDetailOpen: !parts.isDetailShown }),
  })
}
