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
  if (names.length === 0) return null
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

export function RowsGrid({
  rows,
  handle,
}: {
  readonly rows: WhatIfRows
  readonly handle: RefObject<HTMLDivElement | null>
}) {
  const client = useClient()
  const draft = useWhatIf(s => s.draft)
  const selectedId = useWhatIf(s => s.selectedId)
  const fetching = useWhatIf(s => s.fetching)
  const isSolving = useWhatIf(s => s.isSolving)
  const now = useNow(30_000)
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
  let index = 1
  const groups = [
    { group: 'imports' as const, name: 'Imports', text: importsText(rows, now) },
    { group: 'publishers' as const, name: 'Publishers to trust', text: 'by identity, per crate; nobody reads for it' },
    { group: 'moves' as const, name: 'Version moves', text: 'to versions that are audited already; approximate' },
  ]
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
      <div role="rowgroup" className="wi-head">
        <div role="row" className="wi-th" aria-rowindex={index++}>
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
      <div role="rowgroup">
        {groups.map(({ group, name, text }) => {
          const own = rows.rows.filter(row => row.group === group)
          return (
            <Fragment key={group}>
              <GroupHead name={name} index={index++}>
                {text}
              </GroupHead>
              {own.map(row => (
                <Row
                  key={row.id}
                  row={row}
                  index={index++}
                  isTicked={ticked.has(row.id)}
                  isSelected={row.id === selectedId}
                  onToggle={onToggle}
                  onSelect={onSelect}
                />
              ))}
              {group === 'imports' && <InUse names={rows.inUse} index={index++} />}
              {group === 'imports' && rows.knownPeers === null && (
                <Call index={index++}>
                  <span>What known peers would bring is not known until their audits are fetched.</span>
                  <button
                    className="btn s p"
                    tabIndex={-1}
                    disabled={rows.offline || fetching !== null}
                    onClick={() => runCommand('whatif.fetch')}
                  >
                    Fetch the audits of known peers <Keys of="whatif.fetch" />
                  </button>
                  {rows.offline && <span>Offline: nothing is fetched.</span>}
                </Call>
              )}
              {group === 'publishers' && rows.publishersUnknown > 0 && (
                <Call index={index++}>
                  <Icon name="unknown" className="unk" />
                  <span>Who published {count(rows.publishersUnknown, 'crate')} to be read was never asked.</span>
                  <button
                    className="btn s"
                    tabIndex={-1}
                    disabled={rows.offline || fetching !== null}
                    onClick={() => runCommand('whatif.publishers')}
                  >
                    Look up publishers <Keys of="whatif.publishers" />
                  </button>
                </Call>
              )}
              {group === 'moves' && own.length === 0 && (
                <Call index={index++}>No other version of what is to be read is audited.</Call>
              )}
            </Fragment>
          )
        })}
      </div>
    </div>
  )
}
