/** The line below a list: the keys that act on a row, and where in the list one is. */
import type { CommandId } from '../commands/command-table.ts'
import { Keys } from './keys.tsx'
import { number } from './words.ts'

export function ListFoot(props: {
  /** Beside those that every list has, in order. */
  readonly hints: readonly (readonly [CommandId, string])[]
  /** 0-based place of the selected row; -1 without one. */
  readonly index: number
  readonly total: number
  /** The rows no longer stand in the order chosen, because a re-sort waits for the user. */
  readonly isOrderOld: boolean
  readonly onSortAnew: () => void
}) {
  const hints = [...props.hints, ['app.help', 'all keys']] as const
  return (
    <footer className="foot">
      <span>
        <Keys of="list.down" />
        <Keys of="list.up" /> row
      </span>
      {hints.map(([id, text]) => (
        <span key={id}>
          <Keys of={id} /> {text}
        </span>
      ))}
      <span className="right num">
        {props.isOrderOld ? (
          <button className="link t11" onClick={props.onSortAnew}>
            Order changed, sort anew
          </button>
        ) : (
          props.index >= 0 && `${number(props.index + 1)} of ${number(props.total)}`
        )}
      </span>
    </footer>
  )
}
