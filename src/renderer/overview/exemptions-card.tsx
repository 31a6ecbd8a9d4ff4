/** The oldest exemptions, with who answers for them. */
import type { ExemptionRow } from '../../shared/overview.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { number, personName } from '../parts/words.ts'
import { ageText, ageTitle } from './exemption-words.ts'
import { editTerms, useOverview } from './state.ts'

const SHOWN = 7

export function ExemptionsCard({ rows }: { readonly rows: readonly ExemptionRow[] }) {
  const team = useOverview(s => s.team)
  const unowned = rows.filter(row => row.terms === null).length
  const overdue = rows.filter(row => row.isOverdue)
  const shown = [...overdue, ...rows.filter(row => !row.isOverdue)].slice(0, SHOWN)
  const sub = `${number(rows.length)} in all${team === null ? '' : `, ${number(unowned)} without owner`}`
  return (
    <section className="card ov-card ov-old" aria-label="Oldest exemptions">
      <div className="ov-ct">
        <h2 className="med">{overdue.length > 0 ? 'Overdue and oldest exemptions' : 'Oldest exemptions'}</h2>
        <span className="t11 dim ell">{sub}</span>
        <button className="link t11 right nw no-print" onClick={() => useOverview.setState({ mode: 'exemptions' })}>
          Burn these down
        </button>
      </div>
      {rows.length === 0 && <p className="t12 sub">There are none.</p>}
      <ul>
        {shown.map(row => (
          <li key={`${row.key} ${row.criteria.join()}`}>
            <button className="ov-ox" onClick={() => editTerms(row.key)}>
              <span className="t12 ell">
                <b className="med">{row.crate}</b> <span className="sub">{row.version}</span>
              </span>
              <span className="ell">
                <CriteriaChip name={row.criteria[0] ?? ''} />
                {row.criteria.length > 1 && <span className="t11 dim"> +{row.criteria.length - 1}</span>}
              </span>
              <span className="t12 num ra nw" title={ageTitle(row)}>
                {row.isOverdue && <Icon name="clock" className="warn" />}
                {row.isOverdue && <span className="sr">overdue</span>} {ageText(row)}
              </span>
              <span className={row.terms === null ? 't12 dim ell' : 't12 sub ell'}>
                {row.terms !== null ? personName(row.terms.owner) : team === null ? '?' : 'no owner'}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
