/**
 * The one keyboard listener of the page: finds the command for a key press and runs it if it is available. Keys that
 * type a character never act in text fields; keys that a focused control uses itself (Enter on a button, arrows in a
 * radio group) are left to it. Held down, only keys that move act again. The first key of a sequence waits one second and is shown in the status bar.
 */
import { useEffect } from 'react'
import { useAppStore, defaultSettings } from '../state/app-store.ts'
import { isRepeated } from '../../shared/command-table.ts'
import { availableCommands, runCommand, useCommandRegistry } from './command-table.ts'
import { findCommand } from './find-command.ts'
import { isSingleKey, keyOf } from './key-text.ts'

const SEQUENCE_MS = 1_000
const textInputTypes = new Set(['text', 'search', 'email', 'url', 'number', 'password', 'tel'])

/** Whether typing belongs to the element. A read-only editor does not type, its search box does. */
function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('.monaco-editor') !== null) return target.closest('.find-widget') !== null
  if (target instanceof HTMLInputElement) return textInputTypes.has(target.type) && !target.readOnly
  if (target instanceof HTMLTextAreaElement) return !target.readOnly
  return target.isContentEditable
}

/** What a text field does itself with these is never a command. */
const editingKeys = new Set(['Ctrl+a', 'Ctrl+z', 'Ctrl+Shift+z', 'Shift+ArrowUp', 'Shift+ArrowDown', 'Shift+Enter'])

const ownKeys = new Set([
  'Enter',
  ' ',
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'Home',
  'End',
  'PageUp',
  'PageDown',
])
const ownsKeys =
  'button, a[href], input, select, textarea, summary, [role=menu], [role=listbox], [role=tree], [role=radiogroup], [data-own-keys]'

function isTakenByControl(key: string, target: EventTarget | null): boolean {
  return ownKeys.has(key) && target instanceof Element && target.closest(ownsKeys) !== null
}

function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  const { app, overlay, pendingKey } = useAppStore.getState()
  const key = keyOf(event, app?.platform === 'darwin')
  if (key === null) return
  const singleKeys = app?.settings.singleKeys ?? defaultSettings.singleKeys
  if (isSingleKey(key) && (isTextField(event.target) || !singleKeys)) return
  if (editingKeys.has(key) && isTextField(event.target)) return
  if (isTakenByControl(key, event.target)) return
  // An overlay takes the keyboard; only the commands that open overlays work above it.
  const open = availableCommands(useCommandRegistry.getState()).filter(c => overlay === null || c.menu === 'View')
  const found = pendingKey === null ? null : findCommand(`${pendingKey} ${key}`, open)
  const command = found ?? findCommand(key, open)
  useAppStore.setState({ pendingKey: command === 'prefix' ? key : null })
  if (command === null) return
  event.preventDefault()
  if (command !== 'prefix' && (!event.repeat || isRepeated(command.id))) runCommand(command.id)
}

/** Listens while mounted. Used once, by the frame. */
export function useKeyboard(): void {
  useEffect(() => {
    let timer = 0
    const onKey = (event: KeyboardEvent) => {
      handleKey(event)
      window.clearTimeout(timer)
      if (useAppStore.getState().pendingKey !== null)
        timer = window.setTimeout(() => useAppStore.setState({ pendingKey: null }), SEQUENCE_MS)
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
      window.clearTimeout(timer)
    }
  }, [])
}
