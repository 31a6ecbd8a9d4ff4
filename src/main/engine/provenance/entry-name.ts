/** Names of archive entries as cargo takes them: decoded, cut into parts, judged against the crate's folder. */
import type { AnomalyCode } from './crate-archive.ts'

const MAX_SHOWN = 300
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of a name; bytes that are not UTF-8 become `\xNN`, so that two different names stay different. */
export function decodeName(bytes: Uint8Array): { readonly name: string; readonly isUtf8: boolean } {
  try {
    return { name: strict.decode(bytes), isUtf8: true }
  } catch {
    let name = ''
    for (const byte of bytes) {
      const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      name += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
    }
    return { name, isUtf8: false }
  }
}

export const shownName = (name: string): string => name.slice(0, MAX_SHOWN)

export interface PlacedName {
  /** Below the crate's folder; null: cargo does not put it there. Empty: the folder itself. */
  readonly inside: string | null
  readonly anomaly: { readonly code: AnomalyCode; readonly text: string } | null
}

/** `prefix`: `NAME-VERSION`. Empty parts and `.` vanish, as in the paths of cargo's language. */
export function placeName(name: string, prefix: string): PlacedName {
  const clean = cleanInside(name, prefix)
  if (clean !== null) return { inside: clean, anomaly: null }
  if (name.startsWith('/')) return outside('absolute-path', 'a path is absolute; cargo refuses such an archive')
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  if (parts[0] !== prefix) {
    return outside('foreign-prefix', `a path is outside ${prefix}/; cargo refuses such an archive`)
  }
  if (parts.includes('..')) return outside('parent-path', 'a path leaves its folder with ..; cargo skips it silently')
  const inside = parts.slice(1).join('/')
  const isSpelledOddly = name.replace(/\/$/, '') !== parts.join('/')
  const oddness = isSpelledOddly ? 'a path has empty or . parts' : oddText(inside)
  return { inside, anomaly: oddness === null ? null : { code: 'odd-name', text: oddness } }
}

const outside = (code: AnomalyCode, text: string): PlacedName => ({ inside: null, anomaly: { code, text } })

/** What nearly every name is: `PREFIX/` and plain ASCII parts. Null: look closer. */
function cleanInside(name: string, prefix: string): string | null {
  if (!name.startsWith(prefix) || name[prefix.length] !== '/') return null
  const inside = name.slice(prefix.length + 1)
  return /^[\w@+=~,%!#&()[\]{} $'^;-][\w@+=~,%!#&()[\]{} $'^;.-]*(\/[\w@+=~,%!#&()[\]{} $'^;-][\w@+=~,%!#&()[\]{} $'^;.-]*)*$/.test(
    inside,
  ) && inside.length <= 200
    ? inside
    : null
}

function oddText(inside: string): string | null {
  if (/[\u0000-\u001f\u007f-\u009f]/.test(inside)) return 'a name has control characters'
  if (/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(inside))
    return 'a name has invisible or bidirectional marks'
  if (inside.includes('\\')) return 'a name has a backslash'
  if (/^[a-z]:/i.test(inside)) return 'a name begins like a drive letter'
  if (Buffer.byteLength(inside) > 1_024 || inside.split('/').length > 64) return 'a path is very long or deep'
  return null
}

/** As case-insensitive, normalising file systems compare. */
export const foldName = (path: string): string =>
  /^[\x20-\x7e]*$/.test(path) ? path.toLowerCase() : path.normalize('NFC').toLowerCase().toUpperCase().toLowerCase()
