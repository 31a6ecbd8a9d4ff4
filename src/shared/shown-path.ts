/**
 * Names from crates as text that cannot lie: characters that are invisible, move others or end lines are written as
 * escapes. Pure.
 */
const HIDDEN =
  /[\u0000-\u001F\u007F-\u00A0\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF9-\uFFFD\u{E0000}-\u{E0FFF}]/gu

const PLAIN = /^[\u0020-\u007e]*$/

/** The path with every hidden character as `\u{…}` and a backslash doubled when anything was escaped. */
export function shownPath(path: string): string {
  if (PLAIN.test(path)) return path
  const escaped = path.replace(HIDDEN, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
  return escaped === path ? path : escaped
}
