/** Filter, order, and what starts or stops checks; a running check takes the place of its button. */
import type { KeyboardEvent, RefObject } from 'react'
import type { ProvenanceSnapshot } from '../../shared/provenance.ts'
import { runCommand } from '../commands/command-table.ts'
import { Choice } from '../parts/choice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { Meter } from '../parts/meter.tsx'
import { duration, number } from '../parts/words.ts'
import { provenanceOrders } from './rows.ts'
import { setProvenanceOrder, useProvenance } from './state.ts'

/** `120 of 389, 142 a second, 2 s left`; what is not known yet is left out. */
export function runText(run: NonNullable<ProvenanceSnapshot['run']>): string {
  const rate = run.perSecond >= 10 ? Math.round(run.perSecond) : Math.round(run.perSecond * 10) / 10
  return [
    `${number(run.done)} of ${number(run.total)}`,
    rate > 0 && `${number(rate)} a second`,
    run.secondsLeft !== null && `${duration(run.secondsLeft * 1_000)} left`,
  ]
    .filter(part => part !== false)
    .join(', ')
}

function Running({ run }: { readonly run: NonNullable<ProvenanceSnapshot['run']> }) {
  return (
    <span className="pv-run t12" role="status" aria-live="off">
      <span className="nw num">{runText(run)}</span>
      <Meter done={run.done} total={run.total} label="Provenance checks" />
      <button className="btn s" onClick={() => runCommand('prov.cancel')}>
        Cancel
      </button>
    </span>
  )
}

export function ProvenanceBar(props: {
  readonly input: RefObject<HTMLInputElement | null>
  readonly problems: readonly string[]
  readonly run: ProvenanceSnapshot['run']
  readonly notRun: number
  readonly canRun: boolean
  readonly onLeave: () => void
}) {
  const { problems, run, notRun } = props
  const filterText = useProvenance(s => s.filterText)
  const order = useProvenance(s => s.order)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== 'ArrowDown' && event.key !== 'Escape') return
    event.preventDefault()
    if (event.key === 'Escape' && filterText !== '') useProvenance.setState({ filterText: '' })
    else props.onLeave()
  }
  return (
    <div className="fb-box pv-bar-box">
      <div className="fb">
        <div className="inp grow" role="search">
          <Icon name="filter" />
          <input
            ref={props.input}
            aria-label="Filter versions"
            aria-invalid={problems.length > 0}
            aria-describedby={problems.length > 0 ? 'provenance-problem' : undefined}
            placeholder="Filter by crate, file, outcome:mismatch anchor:branch reason:…"
            spellCheck={false}
            value={filterText}
            onChange={event => useProvenance.setState({ filterText: event.target.value })}
            onKeyDown={onKeyDown}
          />
          {filterText === '' ? (
            <Keys of="prov.filter" />
          ) : (
            <button
              className="link"
              aria-label="Clear filter"
              onClick={() => useProvenance.setState({ filterText: '' })}
            >
              <Icon name="close" className="sm" />
            </button>
          )}
        </div>
        <Choice label="Order" value={order} choices={provenanceOrders} onChange={setProvenanceOrder} />
        <button
          className="btn"
          title="Check the selected version again"
          disabled={!props.canRun || run !== null}
          onClick={() => runCommand('prov.run')}
        >
          <Icon name="sync" />
          Check again
        </button>
        {run !== null ? (
          <Running run={run} />
        ) : (
          <button className="btn" disabled={notRun === 0} onClick={() => runCommand('prov.runAll')}>
            <Icon name="play" />
            {notRun === 0 ? 'All were run' : `Check the ${number(notRun)} not run`}
          </button>
        )}
        <button className="btn icon" aria-label="Export" title="Export" onClick={() => runCommand('prov.export')}>
          <Icon name="export" />
        </button>
      </div>
      {problems.length > 0 && (
        <p className="pop t11 warn pv-problem" id="provenance-problem" role="status">
          {problems.join('. ')}
        </p>
      )}
    </div>
  )
}
