/** Finds the command of a key among those that are available. Pure. */
import type { Command } from '../../shared/command-table.ts'

/** The command bound to the key, or `prefix` when a sequence starts with it. */
export function findCommand(key: string, commands: readonly Command[]): Command | 'prefix' | null {
  const exact = commands.find(command => command.keys.includes(key))
  if (exact !== undefined) return exact
  const starts = commands.some(command =>
    command.keys.some(keys => keys.length > key.length && keys.startsWith(`${key} `)),
  )
  return starts ? 'prefix' : null
}
