/** Control characters of a crate's files must not steer the reader's terminal. */
export function harmless(text: string): string {
  return text.replace(
    /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    char => `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`,
  )
}
