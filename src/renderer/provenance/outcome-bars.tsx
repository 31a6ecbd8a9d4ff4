/** How many rows have each outcome; every bar is a filter. One tab stop, arrows move, Enter presses. */
import { memo, useState, type KeyboardEvent } from 'react'
import { Icon } from '../parts/icon.tsx'
import { number } from '../parts/words.ts'
import { asksFor, toggleOutcome, type ProvenanceFilter } from './filter.ts'
import type { Bar } from './rows.ts'
import { useProvenance } from './state.ts'
import { STATUS, type Status, type Tone } from './texts.ts'

const COLOUR: Readonly<Record<Tone, string>> = {
  match: 'var(--cov-full)',
  almost: 'var(--cov-exempt)',
  unknown: 'var(--v-unknown)',
  differ: 'var(--cov-fail)',
  notrun: 'var(--ctl)',
}

function press(status: Status): void {
  useProvenance.setState(s => ({ filterText: toggleOutcome(s.filterText, status) }))
}

export const OutcomeBars = memo(function OutcomeBars(props: {
  readonly bars: readonly Bar[]
  readonly filter: ProvenanceFilter
}) {
  const { bars, filter } = props
  const [active, setActive] = useState(0)
  const most = Math.max(1, ...bars.map(bar => bar.count))
  const half = Math.ceil(bars.length / 2)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: half, ArrowLeft: -half }[event.key]
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? bars.length - 1 : active + (step ?? NaN)
    if (Number.isNaN(next)) return
    event.preventDefault()
    const index = Math.min(Math.max(next, 0), bars.length - 1)
    setActive(index)
    event.currentTarget.querySelectorAll<HTMLElement>('button')[index]?.focus()
  }
  return (
    <div
      className="pv-bars"
      role="group"
      aria-label="Outcomes, each a filter"
      style={{ gridTemplateRows: `repeat(${half}, auto)` }}
      onKeyDown={onKeyDown}
    >
      {bars.map(({ status, count, outside }, i) => {
        const words = STATUS[status]
        const isPressed = asksFor(filter, status)
        return (
          <button
            key={status}
            className={`pv-bar${count === 0 ? ' none' : ''}`}
            tabIndex={i === active ? 0 : -1}
            aria-pressed={isPressed}
            title={words.meaning}
            onFocus={() => setActive(i)}
            onClick={() => press(status)}
          >
            <span className={`v ${count === 0 ? 'none' : words.tone}`}>
              <Icon name={words.glyph} />
              <span className="ell">{words.label}</span>
              {outside > 0 && (
                <span className="warn" title={`${number(outside)} of them at a commit on no branch`}>
                  <Icon name="warn" />
                  <span className="sr">, {number(outside)} of them at a commit on no branch</span>
                </span>
              )}
            </span>
            <span className="track" aria-hidden="true">
              {count > 0 && (
                <i style={{ width: `max(3px, ${(count / most) * 100}%)`, background: COLOUR[words.tone] }} />
              )}
            </span>
            <b className="num">{number(count)}</b>
          </button>
        )
      })}
    </div>
  )
})
