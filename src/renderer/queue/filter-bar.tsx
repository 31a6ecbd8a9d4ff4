/** Filter, grouping, order and density of the list. */
import type { KeyboardEvent, RefObject } from 'react'
import { useClient } from '../client.ts'
import { Choice } from '../parts/choice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { changeSettings } from '../state/actions.ts'
import { useSettings } from '../state/app-store.ts'
import { groupings, orders } from './order.ts'
import { setGrouping, setOrder, useQueueState } from './queue-state.ts'

export function FilterBar(props: {
  readonly input: RefObject<HTMLInputElement | null>
  readonly problems: readonly string[]
  readonly onLeave: () => void
}) {
  const client = useClient()
  const { rowDensity } = useSettings()
  const { filterText, order, grouping } = useQueueState()
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === 'ArrowDown' || event.key === 'Escape') {
      event.preventDefault()
      if (event.key === 'Escape' && filterText !== '') useQueueState.setState({ filterText: '' })
      else props.onLeave()
    }
  }
  const density = (value: 'two-lines' | 'compact', label: string) => (
    <button aria-pressed={rowDensity === value} onClick={() => void changeSettings(client, { rowDensity: value })}>
      {label}
    </button>
  )
  return (
    <div className="fb-box">
      <div className="fb">
        <div className="inp grow" role="search">
          <Icon name="filter" />
          <input
            ref={props.input}
            aria-label="Filter packages"
            aria-invalid={props.problems.length > 0}
            aria-describedby={props.problems.length > 0 ? 'filter-problem' : undefined}
            placeholder="Filter, e.g. is:unsafe risk>40 advisory:any missing:safe-to-deploy"
            spellCheck={false}
            value={filterText}
            onChange={event => useQueueState.setState({ filterText: event.target.value })}
            onKeyDown={onKeyDown}
          />
          {filterText === '' ? (
            <Keys of="queue.filter" />
          ) : (
            <button
              className="link"
              aria-label="Clear filter"
              onClick={() => useQueueState.setState({ filterText: '' })}
            >
              <Icon name="close" className="sm" />
            </button>
          )}
        </div>
        <Choice label="Group" value={grouping} choices={groupings} onChange={setGrouping} />
        <Choice label="Order" value={order} choices={orders} onChange={setOrder} />
        <div className="seg" role="group" aria-label="Density">
          {density('two-lines', 'Two lines')}
          {density('compact', 'Compact')}
        </div>
      </div>
      {props.problems.length > 0 && (
        <p className="t11 warn" id="filter-problem" role="status">
          {props.problems.join('. ')}
        </p>
      )}
    </div>
  )
}
