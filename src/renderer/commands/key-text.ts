/**
 * Keys as text: turns a key press into the notation of the command table and that notation into key caps.
 * Pure apart from reading the event.
 */

/** The part of a KeyboardEvent that is read. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

const modifierKeys = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead', 'Unidentified'])

/** The key without modifiers; on layouts without Latin letters the key at that place of the board. */
function baseKey(press: KeyPress): string {
  if (press.key.length !== 1) return press.key
  if (press.key.charCodeAt(0) >= 0x80 && /^Key[A-Z]$/.test(press.code)) return press.code.slice(3).toLowerCase()
  return /[A-Za-z]/.test(press.key) ? press.key.toLowerCase() : press.key
}

/** `Ctrl+Shift+p`, `?`, `Shift+c`, ` `. Null for a modifier alone. `Ctrl` is the Cmd key on macOS. */
export function keyOf(press: KeyPress, isMac: boolean): string | null {
  if (modifierKeys.has(press.key)) return null
  const key = baseKey(press)
  const isMain = isMac ? press.metaKey : press.ctrlKey
  if (isMac ? press.ctrlKey : press.metaKey) return null
  const showsShift = press.shiftKey && (key.length > 1 || /[a-z0-9]/.test(key) || isMain || press.altKey)
  return (isMain ? 'Ctrl+' : '') + (press.altKey ? 'Alt+' : '') + (showsShift ? 'Shift+' : '') + key
}

/** True for keys that type a character: they never act in text fields and can be switched off as a group. */
export function isSingleKey(key: string): boolean {
  return key.replace(/^Shift\+/, '').length === 1
}

const capNames: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Escape: 'Esc',
  ' ': 'Space',
}

/** Key caps of the table's notation: `Ctrl+Shift+p` is Ctrl, Shift, P; `g q` is g, q; `Shift+m` is Shift, M. */
export function keyCaps(keys: string, isMac: boolean): string[] {
  const presses = keys === ' ' ? [' '] : keys.split(' ')
  return presses.flatMap(press => {
    const parts = press.split('+')
    const last = parts.pop() ?? ''
    const name = capNames[last] ?? (parts.length > 0 && last.length === 1 ? last.toUpperCase() : last)
    const mods = parts.map(part => (isMac ? ({ Ctrl: '⌘', Alt: '⌥', Shift: '⇧' }[part] ?? part) : part))
    return [...mods, name]
  })
}
