/** What can be done with the selected rows, in place of the line below the list; the keys are those of the rows. */
import { runCommand, useCommandRegistry, availableCommands, type CommandId } from '../commands/command-table.ts'
import { Keys } from '../parts/keys.tsx'
import { number } from '../parts/words.ts'
import { clearMarks, useMarks } from './marks.ts'
import type { QueueRow } from './views.ts'

const ACTIONS = [
  ['queue.assign', 'Assign'],
  ['queue.assignMe', 'To me'],
  ['queue.claim', 'Claim'],
  ['queue.due', 'Due'],
  ['queue.state', 'State'],
  ['queue.priority', 'Priority'],
  ['queue.handOver', 'Hand over'],
  ['queue.note', 'Note'],
  ['queue.openAll', 'Open all'],
] as const satisfies readonly (readonly [CommandId, string])[]

export function BulkBar({ items }: { readonly items: readonly QueueRow[] }) {
  const keys = useMarks(s => s.keys)
  const registry = useCommandRegistry()
  const available = new Set(availableCommands(registry).map(command => command.id))
  const shown = items.reduce((n, item) => n + (keys.has(item.key) ? 1 : 0), 0)
  return (
    <div className="foot bulk" role="toolbar" aria-label="Selected rows">
      <b className="num nw">
        {number(keys.size)} selected{shown < keys.size && `, ${number(keys.size - shown)} not shown`}
      </b>
      {ACTIONS.map(([id, title]) => (
        <button key={id} className="btn s q" disabled={!available.has(id)} onClick={() => runCommand(id)}>
          {title} <Keys of={id} />
        </button>
      ))}
      <button className="btn s q right" onClick={clearMarks}>
        None <Keys of="queue.selectNone" />
      </button>
    </div>
  )
}
