/** The words of `assay team` for people. What colleagues wrote is made harmless, and stays on its line. */
import { describeFailure } from '../../../shared/failure.ts'
import type {
  SignatureState,
  TeamItem,
  TeamLogEntry,
  TeamNews,
  TeamState,
  TeamSync,
  TeamThread,
  TeamWhere,
} from '../../../shared/team.ts'
import { harmless } from './harmless.ts'

const oneLine = (text: string): string => harmless(text.replace(/[\n\r\t]+/g, ' ')).trimEnd()
const lines = (all: readonly string[]): string => all.map(line => `${oneLine(line)}\n`).join('')
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

const SIGNED: Readonly<Record<SignatureState, string>> = {
  verified: 'signature verified',
  bad: 'SIGNATURE DOES NOT HOLD',
  unchecked: 'signature not checked',
  unsigned: 'not signed',
  local: 'not sent yet',
}

/** A block per item that is not settled, then how it stands with the remote. */
export function humanState(state: TeamState, nowMs: number): string {
  const open = state.items.filter(item => item.state !== 'done' && item.state !== 'accepted')
  const settled = state.items.length - open.length
  return lines([
    ...(open.length === 0 ? ['Nothing is assigned, claimed or noted.'] : open.map(itemLine)),
    ...(settled === 0 ? [] : [`${plural(settled, 'item')} done or accepted for now.`]),
    ...(state.exemptions.length === 0 ? [] : [`${plural(state.exemptions.length, 'exemption')} with an owner.`]),
    ...(state.unseen === 0
      ? []
      : [`${plural(state.unseen, 'change')} by others since you last looked: assay team news --seen`]),
    '',
    ...syncLines(state.sync, nowMs),
  ])
}

function itemLine(item: TeamItem): string {
  const claim =
    item.claim === null || item.claim.isExpired ? null : `held by ${item.claim.by} until ${item.claim.until}`
  const signed = item.signOffs.map(({ by, signature }) => `signed by ${by} (${SIGNED[signature]})`)
  const parts = [
    item.priority === null ? null : item.priority,
    item.due === null ? null : `due ${item.due}`,
    item.assignee === null ? 'nobody assigned' : `assigned to ${item.assignee}`,
    claim,
    ...signed,
    item.notes.open === 0 ? null : `${plural(item.notes.open, 'open note')}, worst ${item.notes.worst}`,
    item.stateReason === '' ? null : item.stateReason,
    `turn: ${turnText(item)}`,
  ].filter(part => part !== null)
  return `${`${item.crate} ${item.version}`.padEnd(28)} ${item.state.padEnd(16)} ${parts.join('; ')}`
}

function turnText({ turn }: TeamItem): string {
  if (turn.kind === 'people') return turn.people.join(', ')
  if (turn.kind === 'nobody') return 'nobody'
  return turn.but.length === 0 ? 'anyone' : `anyone but ${turn.but.join(', ')}`
}

function syncLines(sync: TeamSync, nowMs: number): string[] {
  const { where } = sync
  const synced =
    sync.syncedAt === null
      ? 'never synced'
      : `synced ${Math.max(0, Math.round((nowMs - sync.syncedAt) / 60_000))} min ago`
  const failed = sync.failure === null ? null : describeFailure(sync.failure)
  return [
    ...whereLines(where),
    ...(where.state === 'joined' ? [`${synced}; ${plural(sync.waiting, 'event')} to be sent.`] : []),
    ...(failed === null
      ? []
      : [`The last sync failed: ${failed.title}${failed.cause === null ? '' : `: ${failed.cause}`}`]),
    ...sync.problems.map(problem => `Left out or odd: ${problem}`),
    ...(sync.problemsTotal > sync.problems.length ? [`and ${sync.problemsTotal - sync.problems.length} more`] : []),
  ]
}

function whereLines(where: TeamWhere): string[] {
  const from = where.from === 'origin' ? 'the remote origin' : 'assay.toml'
  switch (where.state) {
    case 'none':
      return [`Only on this machine: ${where.reason ?? ''}.`]
    case 'not-joined':
      return [`Only on this machine. ${from} says ${where.address}, branch ${where.branch}: assay team join`]
    case 'joined':
      return [`${where.address}, branch ${where.branch} (${from}); own commits are ${where.signs ? '' : 'not '}signed.`]
  }
}

export function humanWhere(where: TeamWhere): string {
  return lines(whereLines(where))
}

export function humanSync(sync: TeamSync, nowMs: number): string {
  return lines(syncLines(sync, nowMs))
}

export function humanNews(news: TeamNews): string {
  const rest = news.total - news.entries.length
  return lines([
    ...(news.total === 0 ? ['Nothing new.'] : news.entries.map(entryLine)),
    ...(rest === 0 ? [] : [`and ${rest} before`]),
  ])
}

export function humanLog(thread: TeamThread): string {
  const notes = thread.notes.flatMap(note => [
    `${note.severity}${note.isResolved ? ', resolved' : ''} on ${thread.crate}${note.version === null ? '' : ` ${note.version}`}${placeText(note.target)} ${short(note.id)}`,
    `  ${note.by} (${SIGNED[note.signature]}): ${note.text}`,
    ...note.replies.map(reply => `  ${reply.by} (${SIGNED[reply.signature]}): ${reply.text}`),
  ])
  return lines([
    ...notes,
    ...(notes.length === 0 ? [] : ['']),
    ...(thread.log.length === 0 ? [`Nobody said anything of ${thread.crate}.`] : thread.log.map(entryLine)),
  ])
}

function placeText(target: TeamThread['notes'][number]['target']): string {
  if (target.kind === 'crate') return ''
  return target.kind === 'file' ? `, ${target.path}` : `, ${target.path}:${target.line}`
}

function entryLine(entry: TeamLogEntry): string {
  const about = entry.crate === null ? '' : `${entry.crate}${entry.version === null ? '' : ` ${entry.version}`}`
  const more = entry.more === 0 ? '' : ` and ${entry.more} more`
  const undone = entry.isUndone ? ' [taken back]' : ''
  const without = entry.withoutEffect === null ? '' : ` [no effect: ${entry.withoutEffect}]`
  return `${entry.at} ${short(entry.id)} ${about}${more}: ${entry.by} ${entry.text}${undone}${without} (${SIGNED[entry.signature]})`
}

const short = (id: string): string => id.slice(0, 10)
