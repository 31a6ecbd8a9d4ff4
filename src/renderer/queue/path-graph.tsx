/** The audit path drawn: root on top, version in use at the bottom; solid audited, dashed the part without audits, red when it is missing. */
import { useState } from 'react'
import type { Delta } from '../../shared/domain.ts'
import type { Inspection, Measured } from '../../shared/wire.ts'
import { sizeText } from '../parts/words.ts'
import { pathRows, pathSentence, type PathRow } from './path-rows.ts'

function gapTitle(word: string, size: Measured | null): string {
  if (size?.state === 'measured') return `${word}: ${sizeText(size.stat)}`
  return `${word}: ${size?.state === 'unknown' ? 'size unknown' : 'measuring'}`
}

function Row({
  row,
  size,
  isExempted,
  onExpand,
}: {
  readonly row: PathRow
  readonly size: Measured | null
  readonly isExempted: boolean
  readonly onExpand: () => void
}) {
  switch (row.kind) {
    case 'version':
      return (
        <li className={`pg-node ${row.state}`}>
          <b className={row.state === 'root' ? 'sub' : 'b'}>{row.text}</b>
          {row.note !== null && <span className="t11 dim">{row.note}</span>}
        </li>
      )
    case 'edge':
      return (
        <li className={row.isExemption ? 'pg-edge exempt' : 'pg-edge'}>
          {row.edges.length > 1 ? (
            <button className="link t11" title="Show each step" onClick={onExpand}>
              {row.text}
            </button>
          ) : (
            <span className={row.isExemption ? 't11 warn' : 't11 dim'} title={row.edges[0]?.notes ?? undefined}>
              {row.text}
            </span>
          )}
        </li>
      )
    case 'known':
      return (
        <li className="pg-edge">
          <span className="t11 dim">{row.text}</span>
        </li>
      )
    case 'missing':
      return (
        <li className={isExempted ? 'pg-edge missing exempted' : 'pg-edge missing'}>
          <div className="pg-gap">
            <b className={isExempted ? 'warn b' : 'err b'}>{gapTitle(isExempted ? 'Exempted' : 'Missing', size)}</b>
            <span className="t11 sub">{row.criteria.join(', ')}</span>
          </div>
        </li>
      )
  }
}

export function PathGraph(props: {
  readonly inspection: Inspection
  readonly chosen: Delta | null
  readonly size: Measured | null
  /** Whether an exemption stands where audits are missing: the package passes. */
  readonly isExempted: boolean
  /** Text beside the dotted arc from the root: a full audit as alternative. Null draws none. */
  readonly arc: string | null
}) {
  const [isExpanded, setExpanded] = useState(false)
  const rows = pathRows(props.inspection, props.chosen, isExpanded)
  return (
    <div className={props.arc === null ? 'pg' : 'pg arc'}>
      <ol aria-label={`Audit path: ${pathSentence(rows, props.isExempted ? 'exempted' : 'missing')}`}>
        {rows.map((row, i) => (
          <Row key={i} row={row} size={props.size} isExempted={props.isExempted} onExpand={() => setExpanded(true)} />
        ))}
      </ol>
      {props.arc !== null && <span className="pg-arc t11 dim">{props.arc}</span>}
      {isExpanded && (
        <button className="link t11" onClick={() => setExpanded(false)}>
          Collapse steps
        </button>
      )}
    </div>
  )
}
