/** The two views that are not lists of reading: violations with what they contradict, and packages cargo vet never checks. */
import type { QueueSnapshot } from '../../shared/wire.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'

export function Violations({ snapshot }: { readonly snapshot: QueueSnapshot }) {
  if (snapshot.violations.length === 0)
    return (
      <div className="center">
        <span className="ring">
          <Icon name="check" />
        </span>
        <b>No violations</b>
        <p>No audit here or in the imports says that a version in use must not be used.</p>
      </div>
    )
  return (
    <ul className="scroll vio" tabIndex={0} aria-label="Violations" data-region-focus>
      {snapshot.violations.map(violation => (
        <li key={violation.key} className="card">
          <div className="row">
            <Icon name="ban" className="err" />
            <b className="t15">{violation.crate}</b>
            <span className="mono sub">{violation.version}</span>
          </div>
          {violation.conflicts.map((conflict, i) => (
            <div key={i} className="t12 conflict">
              <div className="row wrap">
                <b className="med">{conflict.source}</b>
                <span>says that</span>
                <span className="mono">{conflict.range}</span>
                <span>violates</span>
                {conflict.criteria.map(name => (
                  <CriteriaChip key={name} name={name} />
                ))}
              </div>
              <div className="sub">It contradicts {conflict.contradicts}.</div>
              {conflict.notes !== null && <q className="quote sub">{conflict.notes}</q>}
            </div>
          ))}
        </li>
      ))}
    </ul>
  )
}

export function NotChecked({ snapshot }: { readonly snapshot: QueueSnapshot }) {
  if (snapshot.notChecked.length === 0)
    return (
      <div className="center">
        <b>Every package is checked</b>
        <p>The graph has no path, git or other registries’ packages that cargo vet would leave out.</p>
      </div>
    )
  return (
    <div className="scroll grow" tabIndex={0} data-region-focus role="group" aria-label="Packages not checked">
      <p className="t12 sub" style={{ padding: '4px 16px 10px' }}>
        cargo vet never checks these, so nothing here says anything about them.
      </p>
      <table className="plain t12">
        <thead>
          <tr>
            <th scope="col">Package</th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          {snapshot.notChecked.map(entry => (
            <tr key={entry.key}>
              <td className="med">{entry.key.replace('@', ' ')}</td>
              <td className="mono sub">{entry.source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
