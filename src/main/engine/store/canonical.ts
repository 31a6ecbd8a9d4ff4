/**
 * The three files at once read and found canonical: typed entries straight from the text, without a tree between.
 * An answer here is the same that the general way gives (toml-text.ts, decode*.ts) and says in addition that writing
 * the values again gives the same text, but for the comments behind user ids, which are answered to be compared. Null
 * means only that the text is not plainly so; then the general way reads it, judges it and words what is wrong.
 * Held to that by canonical.test.ts on random stores and random damage.
 */
import { brand, type CrateName } from '../../../shared/domain.ts'
import type {
  AuditEntry,
  AuditKind,
  AuditsFile,
  CriteriaEntry,
  Exemption,
  ImportsFile,
  PublisherEntry,
  PublisherId,
  TrustedEntry,
  UnpublishedEntry,
  WildcardAudit,
} from '../core/store-model.ts'
import { parseVersionReq, renderVersionReq } from '../core/version-req.ts'
import { canonicalVersion, Cursor, memory, NotCanonical, type Memory } from './canonical-cursor.ts'
import {
  compareAudits,
  compareExemptions,
  comparePublishers,
  compareTrusted,
  compareUnpublished,
  compareWildcards,
} from './tidy.ts'

/** A user id and what stands behind it as a comment, undefined without one. */
export interface UserIdComment {
  readonly userId: bigint
  readonly comment: string | undefined
}

export interface Canonical<T> {
  readonly value: T
  /** The text is canonical if these are the writer's; each once. */
  readonly comments: readonly UserIdComment[]
}

export const readCanonicalAudits = (text: string): Canonical<AuditsFile> | null =>
  attempt(text, reader => {
    reader.at.expect('\n# cargo-vet audits file\n')
    return readAuditsFile(reader, '')
  })

export const readCanonicalImports = (text: string): Canonical<ImportsFile> | null =>
  attempt(text, reader => {
    reader.at.expect('\n# cargo-vet imports lock\n')
    const unpublished = readBlocks(reader, '\n[[unpublished.', readUnpublished, compareUnpublished)
    const publisher = readBlocks(reader, '\n[[publisher.', readPublisher, comparePublishers)
    const audits = new Map<string, AuditsFile>()
    let name = ''
    while (!reader.at.isAtEnd()) {
      name = importName(reader.at, name)
      audits.set(name, readAuditsFile(reader, `audits.${name}.`))
    }
    return { unpublished, publisher, audits }
  })

const EXEMPTIONS = '\n[[exemptions.'

/**
 * The exemptions at the end of config.toml and the text before them, which is canonical by itself if the whole is.
 */
export function readCanonicalExemptions(
  text: string,
): Canonical<{ readonly head: string; readonly exemptions: ReadonlyMap<CrateName, readonly Exemption[]> }> | null {
  return attempt(text, reader => {
    const found = text.indexOf(`\n${EXEMPTIONS}`) + 1
    if (found === 0) throw new NotCanonical()
    reader.at.pos = found
    const exemptions = readBlocks(reader, EXEMPTIONS, readExemption, compareExemptions)
    return { head: text.slice(0, found), exemptions }
  })
}

interface Reader {
  readonly at: Cursor
  readonly who: Memory<readonly string[]>
  readonly criteria: Memory<readonly string[]>
  readonly aggregatedFrom: Memory<readonly string[]>
  readonly notes: Memory<string>
  readonly userIds: Memory<{ readonly id: PublisherId; readonly comment: string | undefined }>
}

function attempt<T>(text: string, read: (reader: Reader) => T): Canonical<T> | null {
  const reader: Reader = {
    at: new Cursor(text),
    who: memory<readonly string[]>(),
    criteria: memory<readonly string[]>(),
    aggregatedFrom: memory<readonly string[]>(),
    notes: memory<string>(),
    userIds: memory<{ id: PublisherId; comment: string | undefined }>(),
  }
  try {
    const value = read(reader)
    if (!reader.at.isAtEnd()) return null
    const comments: UserIdComment[] = []
    for (const { value } of reader.userIds.byLine.values())
      if (value.id.kind === 'user') comments.push({ userId: value.id.userId, comment: value.comment })
    return { value, comments }
  } catch (error) {
    if (error instanceof NotCanonical) return null
    throw error
  }
}

// ── tables ───────────────────────────────────────────────────────────────────────────────────

/** Which import the next table belongs to: the name after `audits.`, past `former`. The cursor stays. */
function importName(at: Cursor, former: string): string {
  const { pos } = at
  if (!at.take('\n[audits.')) at.expect('\n[[audits.')
  const start = at.pos
  const end = at.text.indexOf('.', start)
  const name = at.text.slice(start, end)
  if (end < 0 || !/^[A-Za-z0-9_-]+$/.test(name) || SPECIAL_NAMES.has(name) || name <= former) throw new NotCanonical()
  at.pos = pos
  return name
}
const SPECIAL_NAMES: ReadonlySet<string> = new Set(['dependency-criteria', '__proto__'])

/** `prefix` is empty in audits.toml and `audits.NAME.` in imports.lock. */
function readAuditsFile(reader: Reader, prefix: string): AuditsFile {
  const criteria = readCriteriaTables(reader, `\n[${prefix}criteria.`)
  const wildcardAudits = readBlocks(reader, `\n[[${prefix}wildcard-audits.`, readWildcard, compareWildcards)
  const audits = readBlocks(reader, `\n[[${prefix}audits.`, readAudit, compareAudits)
  if (audits.size === 0) reader.at.expect(`\n[${prefix}audits]\n`)
  const trusted = readBlocks(reader, `\n[[${prefix}trusted.`, readTrusted, compareTrusted)
  return { criteria, wildcardAudits, audits, trusted }
}

/** All blocks whose header starts with `open`, crates in byte order, entries in the writer's order. */
function readBlocks<E>(
  reader: Reader,
  open: string,
  readEntry: (reader: Reader) => E,
  compare: (a: E, b: E) => number,
): Map<CrateName, readonly E[]> {
  const { at } = reader
  const map = new Map<CrateName, readonly E[]>()
  let name = ''
  while (at.take(open)) {
    name = at.name(']]\n', name)
    const header = `${open}${name}]]\n`
    let last = readEntry(reader)
    const entries = [last]
    map.set(brand(name), entries)
    while (at.take(header)) {
      const next = readEntry(reader)
      if (compare(last, next) > 0) throw new NotCanonical()
      entries.push(next)
      last = next
    }
  }
  return map
}

function readCriteriaTables({ at }: Reader, open: string): Map<string, CriteriaEntry> {
  const map = new Map<string, CriteriaEntry>()
  let name = ''
  while (at.take(open)) {
    name = at.name(']\n', name)
    map.set(name, {
      description: at.optionalString('description = '),
      descriptionUrl: at.optionalString('description-url = '),
      implies: at.optionalStrings('implies', 'implies = ', memory<readonly string[]>()),
      aggregatedFrom: at.optionalStrings('aggregated-from', 'aggregated-from = ', memory<readonly string[]>()),
    })
  }
  return map
}

// ── entries ──────────────────────────────────────────────────────────────────────────────────

const readWho = ({ at, who }: Reader) => at.optionalStrings('who', 'who = ', who)
const readCriteria = ({ at, criteria }: Reader) => at.requiredStrings('criteria', 'criteria = ', criteria)
const readNotes = ({ at, notes }: Reader) => at.sharedString('notes = ', notes)
const readAggregated = ({ at, aggregatedFrom }: Reader) =>
  at.optionalStrings('aggregated-from', 'aggregated-from = ', aggregatedFrom)

const NOT_IMPORTABLE = 'importable = false\n'

function readAudit(reader: Reader): AuditEntry {
  const who = readWho(reader)
  const criteria = readCriteria(reader)
  const kind = readKind(reader.at)
  const importable = !(reader.at.isNext(NOT_IMPORTABLE) && reader.at.take(NOT_IMPORTABLE))
  const notes = readNotes(reader)
  return { who, criteria, kind, importable, notes, aggregatedFrom: readAggregated(reader) }
}

function readKind(at: Cursor): AuditKind {
  if (at.take('delta = ')) {
    const text = at.quoted()
    const arrow = text.indexOf(' -> ')
    if (arrow < 0) throw new NotCanonical()
    return { kind: 'delta', from: canonicalVersion(text.slice(0, arrow)), to: canonicalVersion(text.slice(arrow + 4)) }
  }
  if (at.take('version = ')) return { kind: 'full', version: at.version() }
  at.expect('violation = ')
  const range = at.quoted()
  const parsed = parseVersionReq(range)
  if (!parsed.ok || renderVersionReq(parsed.value) !== range) throw new NotCanonical()
  return { kind: 'violation', range }
}

function readWildcard(reader: Reader): WildcardAudit {
  const { at } = reader
  return {
    who: readWho(reader),
    criteria: readCriteria(reader),
    publisher: readPublisherId(reader),
    start: at.date('start = '),
    end: at.date('end = '),
    renew: at.optionalBoolean('renew = '),
    notes: readNotes(reader),
    aggregatedFrom: readAggregated(reader),
  }
}

function readTrusted(reader: Reader): TrustedEntry {
  const { at } = reader
  return {
    criteria: readCriteria(reader),
    publisher: readPublisherId(reader),
    start: at.date('start = '),
    end: at.date('end = '),
    notes: readNotes(reader),
    aggregatedFrom: readAggregated(reader),
  }
}

function readPublisherId({ at, userIds }: Reader): PublisherId {
  if (at.take('trusted-publisher = ')) return { kind: 'trusted-publisher', signature: at.string() }
  return at.remembered(userIds, 'user-id = ', () => {
    const userId = readUserId(at)
    const comment = at.take(' # ') ? restOfLine(at) : undefined
    at.expect('\n')
    const id: PublisherId = { kind: 'user', userId }
    return { id, comment }
  }).id
}

/** 18 digits always fit 64 bits. */
const USER_ID = /(?:0|[1-9][0-9]{0,17})(?=[ \n])/y

function readUserId(at: Cursor): bigint {
  USER_ID.lastIndex = at.pos
  const digits = USER_ID.exec(at.text)?.[0]
  if (digits === undefined) throw new NotCanonical()
  at.pos += digits.length
  return BigInt(digits)
}

/** What TOML allows in a comment. */
const COMMENT = /^[^\x00-\x08\x0a-\x1f\x7f\ufeff]*$/

function restOfLine(at: Cursor): string {
  const end = at.text.indexOf('\n', at.pos)
  const rest = at.text.slice(at.pos, end)
  if (end < 0 || !COMMENT.test(rest)) throw new NotCanonical()
  at.pos = end
  return rest
}

function readExemption(reader: Reader): Exemption {
  const { at } = reader
  at.expect('version = ')
  const version = at.version()
  const criteria = readCriteria(reader)
  const suggest = !at.take('suggest = false\n')
  return { version, criteria, suggest, notes: readNotes(reader) }
}

function readUnpublished({ at }: Reader): UnpublishedEntry {
  at.expect('version = ')
  const version = at.version()
  at.expect('audited_as = ')
  return { version, auditedAs: at.version() }
}

function readPublisher({ at }: Reader): PublisherEntry {
  at.expect('version = ')
  const version = at.version()
  const when = at.date('when = ')
  if (at.take('trusted-publisher = '))
    return { version, when, source: { kind: 'trusted-publisher', signature: at.string() } }
  at.expect('user-id = ')
  const userId = readUserId(at)
  at.expect('\nuser-login = ')
  const login = at.string()
  return { version, when, source: { kind: 'user', userId, login, name: at.optionalString('user-name = ') } }
}
