/**
 * The changes that can be tried, in groups, as an ARIA grid with one tab stop. The tick is at once; figures follow when
 * they are solved. Moving keys come from the command table.
 */
import { Fragment, memo, useCallback, useEffect, useMemo, type ReactNode, type RefObject } from 'react'
import { changeId, type WhatIfRow, type WhatIfRows } from '../../shared/what-if.ts'
import { useClient } from '../client.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import { count, listText } from '../parts/words.ts'
import { runCommand } from '../commands/command-table.ts'
import { Keys } from '../parts/keys.tsx'
import { fetchedText, gainLines, linesGone, minus, rowLabel } from './row-texts.ts'
import { toggle, useWhatIf } from './state.ts'

const rowDomId = (id: string): string => `wi-${encodeURIComponent(id)}`

const RISK_ICON: Readonly<
  Record<WhatIfRow['risks'][number]['tone'], { readonly icon: IconName; readonly tone: string }>
> = {
  warning: { icon: 'warn', tone: 'warn' },
  info: { icon: 'info', tone: 'sub' },
  unknown: { icon: 'unknown', tone: 'unk' },
}

function Risks({ row }: { readonly row: WhatIfRow }) {
  if (row.gain === null)
    return (
      <span className="wi-risk">
        <Icon name="unknown" className="unk sm" />
        <span>{row.why ?? 'not known'}</span>
      </span>
    )
  const [first, ...more] = row.risks
  if (first === undefined) return <span className="dim">none found</span>
  const { icon, tone } = RISK_ICON[first.tone]
  return (
    <span className="wi-risk" title={row.risks.map(risk => risk.text).join('\n')}>
      <Icon name={icon} className={`${tone} sm`} />
      <span>
        {first.text}
        {more.length > 0 && `; ${more.map(risk => risk.text).join('; ')}`}
      </span>
    </span>
  )
}

const Row = memo(function Row(props: {
  readonly row: WhatIfRow
  readonly index: number
  readonly isTicked: boolean
  readonly isSelected: boolean
  readonly onToggle: (row: WhatIfRow) => void
  readonly onSelect: (id: string) => void
}) {
  const { row, isTicked } = props
  const { gain } = row
  const lines = gain === null ? null : gainLines(gain)
  return (
    <div
      role="row"
      id={rowDomId(row.id)}
      aria-rowindex={props.index}
      aria-selected={props.isSelected}
      aria-label={`${isTicked ? 'Included. ' : ''}${rowLabel(row)}`}
      className={`wi-row${isTicked ? ' on' : ''}${props.isSelected ? ' cur' : ''}`}
      // The grid keeps the keys, whatever is pressed with the mouse.
      onMouseDown={event => {
        event.preventDefault()
        props.onSelect(row.id)
      }}
      onClick={() => props.onToggle(row)}
    >
      <span role="gridcell">
        <span className={isTicked ? 'wi-cb on' : 'wi-cb'} aria-hidden="true">
          {isTicked && <Icon name="check" />}
        </span>
        <span className="sr">{isTicked ? 'included' : 'not included'}</span>
      </span>
      <span role="gridcell" className="wi-two">
        <b className="med ell">{row.title}</b>
        <span className="t11 dim ell" title={row.detail}>
          {row.detail}
        </span>
      </span>
      <span role="gridcell" className={(gain?.items ?? 0) > 0 ? 'ra num b ok' : 'ra num dim'}>
        {minus(gain?.items ?? null)}
      </span>
      <span role="gridcell" className={(gain?.exempted ?? 0) > 0 ? 'ra num ok' : 'ra num dim'}>
        {minus(gain?.exempted ?? null)}
      </span>
      <span role="gridcell" className="ra num wi-lines">
        {lines === null ? '?' : linesGone(lines)}
      </span>
      <span role="gridcell" className="t12">
        <Risks row={row} />
      </span>
    </div>
  )
})

function GroupHead(props: { readonly name: string; readonly index: number; readonly children: ReactNode }) {
  return (
    <div role="row" className="wi-group" aria-rowindex={props.index}>
      <span role="gridcell" aria-colspan={6} className="row">
        <h2 className="b t12">{props.name}</h2>
        <span className="t11 dim">{props.children}</span>
      </span>
    </div>
  )
}

function importsText(rows: WhatIfRows, now: number): string {
  if (rows.knownPeers === null) return 'the list of known peers was never fetched'
  const used = rows.inUse.length
  return `${count(rows.knownPeers, 'known peer')}, ${used} imported, audits ${fetchedText(rows.fetchedAt, now)}`
}

function InUse({ names, index }: { readonly names: readonly string[]; readonly index: number }) {
  return (
    <div role="row" className="wi-row used" aria-rowindex={index}>
      <span role="gridcell">
        <Icon name="ok" className="ok" />
      </span>
      <span role="gridcell" className="wi-two">
        <b className="med ell">{listText(names)}</b>
        <span className="t11 dim">already imported</span>
      </span>
      <span role="gridcell" className="ra dim t12">
        in use
      </span>
    </div>
  )
}

/** What stands where a group has no row yet, with the way to get some. */
function Call(props: { readonly index: number; readonly children: ReactNode }) {
  return (
    <div role="row" className="wi-call" aria-rowindex={props.index}>
      <span role="gridcell" aria-colspan={6} className="row wrap t12 sub">
        {props.children}
      </span>
    </div>
  )
}

interface GridProps {
  readonly rows: WhatIfRows
  readonly handle: RefObject<HTMLDivElement | null>
}

export function RowsGrid({ rows, handle }: GridProps) {
  const grid = useGrid(handle)
  const { selectedId, isSolving } = grid
  const now = useNow(30_000)
  return (
    <div
      ref={handle}
      className={isSolving ? 'wi-list old' : 'wi-list'}
      role="grid"
      aria-label="Changes to try"
      aria-busy={isSolving}
      aria-activedescendant={selectedId === null ? undefined : rowDomId(selectedId)}
      tabIndex={0}
      data-region-focus
      data-list
    >
      <ColumnHeads />
      <div role="rowgroup">
        {groupsOf(rows).map(group => (
          <Fragment key={group.id}>
            <GroupHead name={GROUP_NAMES[group.id]} index={group.index}>
              {groupText(group.id, rows, now)}
            </GroupHead>
            {group.rows.map((row, i) => (
              <Row
                key={row.id}
                row={row}
                index={group.index + 1 + i}
                isTicked={grid.ticked.has(row.id)}
                isSelected={row.id === selectedId}
                onToggle={grid.onToggle}
                onSelect={grid.onSelect}
              />
            ))}
            {group.ends.map((end, i) => (
              <EndRow key={end} end={end} index={group.index + 1 + group.rows.length + i} rows={rows} />
            ))}
          </Fragment>
        ))}
      </div>
    </div>
  )
}

/** What is ticked and selected, and what the mouse does: by the same functions each time, so only changed rows are drawn. */
function useGrid(handle: GridProps['handle']) {
  const client = useClient()
  const draft = useWhatIf(s => s.draft)
  const selectedId = useWhatIf(s => s.selectedId)
  const isSolving = useWhatIf(s => s.isSolving)
  const ticked = useMemo(() => new Set(draft.map(changeId)), [draft])
  useEffect(() => {
    if (selectedId !== null) document.getElementById(rowDomId(selectedId))?.scrollIntoView({ block: 'nearest' })
  }, [selectedId])
  const onToggle = useCallback((row: WhatIfRow) => toggle(client, row.change), [client])
  const onSelect = useCallback(
    (id: string) => {
      useWhatIf.setState({ selectedId: id })
      handle.current?.focus({ preventScroll: true })
    },
    [handle],
  )
  return { selectedId, isSolving, ticked, onToggle, onSelect }
}

type GroupId = WhatIfRow['group']
const GROUP_NAMES: Readonly<Record<GroupId, string>> = {
  imports: 'Imports',
  publishers: 'Publishers to trust',
  moves: 'Version moves',
}

function groupText(id: GroupId, rows: WhatIfRows, now: number): string {
  if (id === 'imports') return importsText(rows, now)
  return id === 'publishers'
    ? 'by identity, per crate; nobody reads for it'
    : 'to versions that are audited already; approximate'
}

/** What stands after the rows of a group: imports in use, and what was not asked for yet. */
type End = 'in-use' | 'ask-peers' | 'ask-publishers' | 'no-moves'

interface Group {
  readonly id: GroupId
  readonly rows: readonly WhatIfRow[]
  readonly ends: readonly End[]
  /** The `aria-rowindex` of its head; its rows and ends count on from there. */
  readonly index: number
}

/** The groups with their places in the grid, the first of which is that of the column heads. */
function groupsOf(rows: WhatIfRows): readonly Group[] {
  const groups: Group[] = []
  let index = 2
  for (const id of ['imports', 'publishers', 'moves'] as const) {
    const own = rows.rows.filter(row => row.group === id)
    const ends = endsOf(id, own, rows)
    groups.push({ id, rows: own, ends, index })
    index += 1 + own.length + ends.length
  }
  return groups
}

function endsOf(id: GroupId, own: readonly WhatIfRow[], rows: WhatIfRows): readonly End[] {
  if (id === 'imports') {
    const ends: End[] = rows.inUse.length > 0 ? ['in-use'] : []
    return rows.knownPeers === null ? [...ends, 'ask-peers'] : ends
  }
  if (id === 'publishers') return rows.publishersUnknown > 0 ? ['ask-publishers'] : []
  return own.length === 0 ? ['no-moves'] : []
}

function ColumnHeads() {
  return (
    <div role="rowgroup" className="wi-head">
      <div role="row" className="wi-th" aria-rowindex={1}>
        <span role="columnheader">
          <span className="sr">Included</span>
        </span>
        <span role="columnheader">Change</span>
        <span role="columnheader" className="ra" title="Failing packages that would pass">
          Items
        </span>
        <span role="columnheader" className="ra" title="Packages that would pass without their exemption">
          Exempted
        </span>
        <span
          role="columnheader"
          className="ra"
          title="Insertions and deletions, as cargo vet counts them; measured ones only"
        >
          Lines
        </span>
        <span role="columnheader">New risks</span>
      </div>
    </div>
  )
}

interface EndProps {
  readonly index: number
  readonly rows: WhatIfRows
}

function EndRow({ end, index, rows }: EndProps & { readonly end: End }) {
  switch (end) {
    case 'in-use':
      return <InUse names={rows.inUse} index={index} />
    case 'ask-peers':
      return <AskPeers index={index} rows={rows} />
    case 'ask-publishers':
      return <AskPublishers index={index} rows={rows} />
    case 'no-moves':
      return <Call index={index}>No other version of what is to be read is audited.</Call>
  }
}

function AskPeers({ index, rows }: EndProps) {
  const isFetching = useWhatIf(s => s.fetching !== null)
  return (
    <Call index={index}>
      <span>What known peers would bring is not known until their audits are fetched.</span>
      <button
        className="btn s p"
        tabIndex={-1}
        disabled={rows.offline || isFetching}
        onClick={() => runCommand('whatif.fetch')}
      >
        Fetch the audits of known peers <Keys of="whatif.fetch" />
      </button>
      {rows.offline && <span>Offline: nothing is fetched.</span>}
    </Call>
  )
}

function AskPublishers({ index, rows }: EndProps) {
  const isFetching = useWhatIf(s => s.fetching !== null)
  return (
    <Call index={index}>
      <Icon name="unknown" className="unk" />
      <span>Who published {count(rows.publishersUnknown, 'crate')} to be read was never asked.</span>
      <button
        className="btn s"
        tabIndex={-1}
        disabled={rows.offline || isFetching}
        onClick={() => runCommand('whatif.publishers')}
      >
        Look up publishers <Keys of="whatif.publishers" />
      </button>
    </Call>
  )
}
