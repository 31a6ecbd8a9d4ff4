/**
 * The application menu, made from the command table that also feeds palette and keys. A click tells the page the id of
 * the command; the page knows whether it does something now. System entries (copy, zoom, quit) are Electron's roles.
 */
import type { MenuItemConstructorOptions } from 'electron'
import { commands, type Command, type CommandMenu } from '../../../shared/command-table.ts'

const MENUS = ['File', 'Edit', 'View', 'Go', 'Review', 'Help'] as const satisfies readonly CommandMenu[]
const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  Enter: 'Return',
}

/**
 * Electron's text for the first key of a command; null for single letters and sequences, which belong to the page alone
 * (a menu would take them from text fields).
 */
export function acceleratorOf(command: Command): string | null {
  const key = command.keys[0]
  if (key === undefined || key.includes(' ')) return null
  const parts = key.split('+')
  const last = parts[parts.length - 1] ?? ''
  if (!parts.includes('Ctrl') && !parts.includes('Alt') && !/^F\d+$/.test(last)) return null
  const modifiers = parts.slice(0, -1).map(part => (part === 'Ctrl' ? 'CmdOrCtrl' : part))
  return [...modifiers, KEY_NAMES[last] ?? (last.length === 1 ? last.toUpperCase() : last)].join('+')
}

/** The menu as plain data; `send` gets the id of the command that was chosen. */
export function menuTemplate(
  platform: string,
  areToolsAllowed: boolean,
  send: (id: string) => void,
): MenuItemConstructorOptions[] {
  const item = (command: Command): MenuItemConstructorOptions => {
    const accelerator = acceleratorOf(command)
    return {
      label: command.title,
      click: () => send(command.id),
      // NOTE: the page handles its keys itself; elsewhere than on macOS the menu only shows them.
      ...(accelerator === null ? {} : { accelerator, registerAccelerator: false }),
    }
  }
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const roles: Partial<Record<string, MenuItemConstructorOptions[]>> = {
    File: [separator, platform === 'darwin' ? { role: 'close' } : { role: 'quit' }],
    Edit: [separator, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    View: [
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      ...(areToolsAllowed ? [{ role: 'toggleDevTools' } as const] : []),
    ],
  }
  const menus = MENUS.map(label => ({
    label,
    submenu: [...commands.filter(command => command.menu === label).map(item), ...(roles[label] ?? [])],
  }))
  return platform === 'darwin' ? [{ role: 'appMenu' }, ...menus, { role: 'windowMenu' }] : menus
}
