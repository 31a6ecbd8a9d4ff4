/** Key hints, made from the command table so that a hint can never differ from what the key does. */
import { commandById, type CommandId } from '../commands/command-table.ts'
import { keyCaps } from '../commands/key-text.ts'
import { useAppStore } from '../state/app-store.ts'

/** The first key of a command as key caps; nothing when it has none. */
export function Keys({ of }: { readonly of: CommandId }) {
  const platform = useAppStore(s => s.app?.platform ?? '')
  const keys = commandById.get(of)?.keys[0]
  if (keys === undefined) return null
  return (
    <span className="keys">
      {keyCaps(keys, platform === 'darwin').map((cap, i) => (
        <kbd key={i}>{cap}</kbd>
      ))}
    </span>
  )
}
