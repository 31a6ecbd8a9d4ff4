/**
 * The text of an audit's `notes`, made from what the reviewer did: the published notes that are meant for it, how much
 * was read, what was not, how the units were answered. Plain sentences in the manner of public audits; it never claims
 * more than was recorded. Names of files cannot end a line of it or turn it round. Pure.
 */
import type { ChecklistGroup } from '../../../../shared/review-checklist.ts'
import type { Note } from '../../../../shared/review-notes.ts'
import { shownPath } from '../../../../shared/shown-path.ts'

export interface AuditFacts {
  /** Those of this review, placed in the audited version. */
  readonly notes: readonly Note[]
  /** Null when the delta was not opened. */
  readonly read: {
    readonly files: number
    readonly filesTotal: number
    readonly lines: number
    readonly linesTotal: number
    readonly unread: readonly string[]
  } | null
  /** Null when units were not looked for. */
  readonly units: {
    readonly total: number
    readonly answered: number
    readonly concerns: readonly { readonly place: string; readonly note: string }[]
    readonly notParsed: readonly string[]
  } | null
  /** Those of the criteria to certify. One that the reviewer answered nothing of is not spoken of. */
  readonly checklists: readonly ChecklistGroup[]
}

const MAX_NAMED = 5

/** Empty when nothing was recorded: then there is nothing to say. */
export function auditNotes(facts: AuditFacts): string {
  const parts = [
    ...facts.notes.filter(note => note.state === 'published' && note.inAudit).map(noteText),
    ...(facts.units?.concerns ?? []).map(({ place, note }) => `Concern at ${shownPath(place)}: ${oneLine(note)}`),
    ...facts.checklists.map(checklistText),
    coverage(facts),
  ]
  const said = parts.filter(part => part !== '')
  return said.join(said.some(part => part.includes('\n')) ? '\n\n' : '\n')
}

function noteText(note: Note): string {
  const { target, place } = note
  const where =
    target.kind === 'crate'
      ? ''
      : target.kind === 'file' || place.state === 'lost'
        ? `${shownPath(target.path)}: `
        : `${shownPath(target.path)}:${place.line}${place.endLine > place.line ? `-${place.endLine}` : ''}: `
  const weight = note.severity === 'remark' ? '' : `${note.severity[0]?.toUpperCase() ?? ''}${note.severity.slice(1)}: `
  return `${where}${weight}${note.text.trim()}`
}

/** What only counting answered says itself in the coverage. */
function checklistText({ criteria, rows, answered }: ChecklistGroup): string {
  if (!rows.some(row => row.answer !== null)) return ''
  const no = rows.filter(row => row.answer?.verdict === 'no')
  const named = no.map(row => `${oneLine(row.question)} (${oneLine(row.answer?.note ?? '')})`)
  const done = answered === rows.length ? `all ${rows.length} answered` : `${answered} of ${rows.length} answered`
  return `Checklist ${criteria}: ${done}${named.length === 0 ? '.' : `; no: ${named.join('; ')}.`}`
}

function coverage({ read, units }: AuditFacts): string {
  const sentences: string[] = []
  if (read !== null && read.filesTotal > 0) {
    const share = read.linesTotal === 0 ? null : Math.floor((read.lines / read.linesTotal) * 100)
    const lines = share === null ? '' : `, ${share} % of ${read.linesTotal.toLocaleString('en-US')} lines`
    sentences.push(
      read.files === read.filesTotal
        ? `Read all ${count(read.filesTotal, 'changed file')}${read.linesTotal === 0 ? '' : ` (${count(read.linesTotal, 'line')})`}.`
        : `Read ${read.files} of ${count(read.filesTotal, 'changed file')}${lines}.`,
    )
    if (read.unread.length > 0) sentences.push(`Not read: ${named(read.unread)}.`)
  }
  if (units !== null && units.total > 0) {
    sentences.push(
      units.answered === units.total
        ? `Looked at each of ${count(units.total, 'place')} with unsafe code, FFI, build-time code or system access.`
        : `Looked at ${units.answered} of ${count(units.total, 'place')} with unsafe code, FFI, build-time code or system access.`,
    )
  }
  if (units !== null && units.notParsed.length > 0)
    sentences.push(`Could not be parsed, so such places may be missing: ${named(units.notParsed)}.`)
  return sentences.join(' ')
}

/** Whole folders are named once when they hold several of the files. */
function named(paths: readonly string[]): string {
  const byTop = new Map<string, string[]>()
  for (const path of paths) {
    const top = path.includes('/') ? `${path.slice(0, path.indexOf('/'))}/` : path
    byTop.set(top, [...(byTop.get(top) ?? []), path])
  }
  const names = [...byTop].flatMap(([top, files]) => (files.length > 2 ? [`${top} (${files.length} files)`] : files))
  const shown = names.slice(0, MAX_NAMED).map(shownPath)
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ')
}

const count = (n: number, word: string): string => `${n.toLocaleString('en-US')} ${word}${n === 1 ? '' : 's'}`
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
