/**
 * Monaco starts key sequences of its own with Ctrl K and takes other combinations while it has the focus. Combinations
 * that belong to an available command go to the command before Monaco sees them.
 */
import { useEffect, type RefObject } from 'react'
import { availableCommands, runCommand, useCommandRegistry } from '../commands/command-table.ts'
import { findCommand } from '../commands/find-command.ts'
import { keyOf } from '../commands/key-text.ts'
import { useAppStore } from '../state/app-store.ts'

const isCombination = (key: string): boolean => /^(Ctrl|Alt)\+/.test(key) || /^(Shift\+)?F\d/.test(key)

/** Listens in the capture phase inside `area`. */
export function useEditorKeys(area: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = area.current
    if (element === null) return
    const onKey = (event: KeyboardEvent) => {
      if (!(event.target instanceof Element) || event.target.closest('.monaco-editor') === null) return
      const key = keyOf(event, useAppStore.getState().app?.platform === 'darwin')
      if (key === null || !isCombination(key)) return
      const found = findCommand(key, availableCommands(useCommandRegistry.getState()))
      if (found === null || found === 'prefix') return
      event.preventDefault()
      event.stopPropagation()
      runCommand(found.id)
    }
    element.addEventListener('keydown', onKey, true)
    return () => element.removeEventListener('keydown', onKey, true)
  }, [area])
}
