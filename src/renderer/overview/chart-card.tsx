/** A card with a chart: picture or table of the same numbers, both to be kept as a file. */
import { useEffect, useState, type ReactNode } from 'react'
import type { Chart, ChartTable } from '../../shared/overview-chart.ts'
import { numberText } from '../../shared/overview-chart.ts'
import { chartPng, tableCsv } from './chart-file.ts'
import { useSaveFile } from './use-save-file.ts'
import { useOverview } from './state.ts'

function TableOf({ table }: { readonly table: ChartTable }) {
  return (
    <div className="ov-table" tabIndex={0} role="group" aria-label={table.caption}>
      <table>
        <caption className="sr">{table.caption}</caption>
        <thead>
          <tr>
            {table.columns.map(column => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, at) => (
                <td key={at} className={typeof cell === 'string' ? undefined : 'n'}>
                  {typeof cell === 'string' ? cell : numberText(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function ChartCard(props: {
  readonly className: string
  readonly title: string
  readonly sub: string
  /** Null while it is not there; `children` say why. */
  readonly chart: Chart | null
  /** The picture; default: nothing. */
  readonly children: ReactNode
  readonly note?: ReactNode
}) {
  const { chart, title } = props
  const areTables = useOverview(s => s.isTables)
  const [own, setOwn] = useState<boolean | null>(null)
  const isTable = own ?? areTables
  // The command for all of them wins over what was chosen before.
  useEffect(() => setOwn(null), [areTables])
  const save = useSaveFile()
  const savePicture = () => {
    const base64 = chart === null ? null : chartPng(chart)
    if (chart !== null && base64 !== null) save(`${chart.name}.png`, base64)
  }
  return (
    <section className={`card ov-card ${props.className}`} aria-label={title}>
      <div className="ov-ct">
        <h2 className="med">{title}</h2>
        <span className="t11 dim ell" title={props.sub}>
          {props.sub}
        </span>
        {chart !== null && (
          <span className="right row ov-tools no-print">
            <button
              className="link t11"
              aria-pressed={isTable}
              aria-label={`${title} as a table`}
              onClick={() => setOwn(!isTable)}
            >
              Table
            </button>
            <button className="link t11" aria-label={`Keep ${title} as PNG`} onClick={savePicture}>
              PNG
            </button>
            <button
              className="link t11"
              aria-label={`Keep ${title} as CSV`}
              onClick={() => save(`${chart.name}.csv`, tableCsv(chart.table))}
            >
              CSV
            </button>
          </span>
        )}
      </div>
      {isTable && chart !== null ? <TableOf table={chart.table} /> : props.children}
      {props.note}
    </section>
  )
}

/** Before 100 ms nothing; the space is kept. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <p className="t12 dim ov-wait" role="status">
      {what}
    </p>
  )
}
