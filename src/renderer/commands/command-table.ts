/**
 * The renderer's side of the command table: the rows themselves are shared with the application menu
 * (src/shared/command-table.ts); here they meet their handlers. Pages register what works right now, and palette,
 * keys and buttons ask here. The page mounted last wins when two register the same id.
 */
import { useEffect, useRef, useState } from 'react'
import { create } from 'zustand'
import { commands, type Command, type CommandContext, type CommandId } from '../../shared/command-table.ts'

export { commands, commandById, isCommandId, type Command, type CommandId } from '../../shared/command-table.ts'

export type CommandHandlers = { readonly [K in CommandId]?: (() => void) | undefined }
interface Registration {
  /** The component that registered. */
  readonly owner: object
  readonly ids: readonly CommandId[]
  /** Read at call time, so that a re-render needs no new registration. */
  readonly current: () => CommandHandlers
}

interface CommandRegistry {
  readonly registrations: readonly Registration[]
  /** Contexts of the page on screen, set by the frame. */
  readonly contexts: ReadonlySet<CommandContext>
}

/** Who handles what. Components that show availability subscribe; everybody else calls the functions below. */
export const useCommandRegistry = create<CommandRegistry>(() => ({
  registrations: [],
  contexts: new Set<CommandContext>(['always']),
}))

/** Registers the handlers that are not undefined for as long as the component is mounted. */
export function useCommandHandlers(handlers: CommandHandlers): void {
  const latest = useRef(handlers)
  useEffect(() => {
    latest.current = handlers
  })
  const ids = (Object.keys(handlers) as CommandId[]).filter(id => handlers[id] !== undefined).join(' ')
  const [owner] = useState(() => ({}))
  useEffect(() => {
    const registration: Registration = { owner, ids: [], current: () => latest.current }
    useCommandRegistry.setState(s => ({ registrations: [...s.registrations, registration] }))
    return () =>
      useCommandRegistry.setState(s => ({ registrations: s.registrations.filter(other => other.owner !== owner) }))
  }, [owner])
  // In its place: a frame whose handlers change must not come after the page in it.
  useEffect(() => {
    const now = ids === '' ? [] : (ids.split(' ') as CommandId[])
    useCommandRegistry.setState(s => ({
      registrations: s.registrations.map(other => (other.owner === owner ? { ...other, ids: now } : other)),
    }))
  }, [owner, ids])
}

function handlerOf(registry: CommandRegistry, command: Command): (() => void) | null {
  if (!registry.contexts.has(command.when)) return null
  for (let i = registry.registrations.length - 1; i >= 0; i--) {
    const registration = registry.registrations[i]
    if (registration?.ids.includes(command.id) !== true) continue
    const handler = registration.current()[command.id]
    if (handler !== undefined) return handler
  }
  return null
}

/** The commands that would do something now, in table order. */
export function availableCommands(registry: CommandRegistry): readonly Command[] {
  return commands.filter(command => handlerOf(registry, command) !== null)
}

/** Runs the command if it is available; says whether it did. */
export function runCommand(id: CommandId): boolean {
  const command = commands.find(c => c.id === id)
  const handler = command === undefined ? null : handlerOf(useCommandRegistry.getState(), command)
  if (handler === null) return false
  handler()
  return true
}
