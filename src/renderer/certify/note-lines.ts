/**
 * Lines of the audit's notes that fields of the sheet write and read: the notes are the only copy, so what a person
 * changes or deletes there is what holds. Pure.
 */

/** One line, from its beginning to `end` of it. */
export interface NoteLine {
  readonly start: string
  readonly end: string
}

export const REASON: NoteLine = { start: 'Left open, and why that is fine: ', end: '' }
export const TIME: NoteLine = { start: 'Reading time ', end: '.' }
export const EVIDENCE: NoteLine = { start: 'Evidence: ', end: '.' }

const isIt = (line: string, { start, end }: NoteLine): boolean =>
  line.startsWith(start) && line.endsWith(end) && line.length >= start.length + end.length

/** What the line says; null when it is not there. */
export function lineIn(notes: string, which: NoteLine): string | null {
  const line = notes.split('\n').find(other => isIt(other, which))
  return line === undefined ? null : line.slice(which.start.length, line.length - which.end.length)
}

/** The notes with the line saying `text`, at its old place or at the end; null takes it out. */
export function withLine(notes: string, which: NoteLine, text: string | null): string {
  const lines = notes.split('\n')
  const at = lines.findIndex(line => isIt(line, which))
  const line = text === null ? null : `${which.start}${text.replace(/\s*\n\s*/g, ' ')}${which.end}`
  if (at === -1) {
    if (line === null) return notes
    const before = notes.replace(/\s+$/, '')
    return before === '' ? line : `${before}${before.includes('\n\n') ? '\n\n' : '\n'}${line}`
  }
  if (line !== null) return lines.with(at, line).join('\n')
  // With its line go the blank ones that set it apart.
  const rest = lines.toSpliced(at, 1)
  if (rest[at - 1] === '' && (rest[at] ?? '') === '') rest.splice(at - 1, 1)
  return rest.join('\n')
}

/** `102 minutes`: whole ones only, so never more than was read. */
export function minutesOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes === 0) return 'under a minute'
  return `${minutes.toLocaleString('en-US')} ${minutes === 1 ? 'minute' : 'minutes'}`
}
