/**
 * audits.toml, and one import inside imports.lock, from a TOML tree. Audits and criteria refuse unknown keys,
 * wildcard and trusted entries ignore them, as cargo-vet does. Entries keep the order of the file.
 * PARITY cargo-vet 0.10.3 src/format.rs AuditsFile and its entries, src/serialization.rs audit.
 */
import { brand } from '../../../shared/domain.ts'
import type {
  AuditEntry,
  AuditKind,
  AuditsFile,
  CriteriaEntry,
  PublisherId,
  TrustedEntry,
  WildcardAudit,
} from '../core/store-model.ts'
import {
  note,
  readDate,
  readDelta,
  readEntries,
  readOptionalBoolean,
  readOptionalString,
  readRange,
  readRequiredStrings,
  readStrings,
  readTables,
  readVersion,
  refuseUnknownKeys,
  type At,
  type Decoding,
  type TomlTable,
  type TomlValue,
} from './decode.ts'

export function decodeAuditsFile(d: Decoding, table: TomlTable, at: At | null): AuditsFile {
  if (table['audits'] === undefined)
    note(d, at, null, 'key', "missing the table 'audits'", 'Add an empty [audits] table to the file.')
  return {
    criteria: readTables(d, table, at, 'criteria', (entry, a) => decodeCriteria(d, entry, a)),
    wildcardAudits: readEntries(d, table, at, 'wildcard-audits', (entry, a) => decodeWildcard(d, entry, a)),
    audits: readEntries(d, table, at, 'audits', (entry, a) => decodeAudit(d, entry, a)),
    trusted: readEntries(d, table, at, 'trusted', (entry, a) => decodeTrusted(d, entry, a)),
  }
}

const CRITERIA_KEYS: ReadonlySet<string> = new Set(['description', 'description-url', 'implies', 'aggregated-from'])

export function decodeCriteria(d: Decoding, entry: TomlTable, at: At): CriteriaEntry {
  refuseUnknownKeys(d, entry, at, CRITERIA_KEYS)
  return {
    description: readOptionalString(d, entry, at, 'description'),
    descriptionUrl: readOptionalString(d, entry, at, 'description-url'),
    implies: readStrings(d, entry, at, 'implies'),
    aggregatedFrom: readStrings(d, entry, at, 'aggregated-from'),
  }
}

const AUDIT_KEYS: ReadonlySet<string> = new Set([
  'who',
  'criteria',
  'version',
  'delta',
  'violation',
  'importable',
  'notes',
  'aggregated-from',
])

export function decodeAudit(d: Decoding, entry: TomlTable, at: At): AuditEntry {
  refuseUnknownKeys(d, entry, at, AUDIT_KEYS)
  return {
    who: readStrings(d, entry, at, 'who'),
    criteria: readStrings(d, entry, at, 'criteria'),
    kind: decodeKind(d, entry, at),
    importable: readOptionalBoolean(d, entry, at, 'importable') ?? true,
    notes: readOptionalString(d, entry, at, 'notes'),
    aggregatedFrom: readStrings(d, entry, at, 'aggregated-from'),
  }
}

function decodeKind(d: Decoding, entry: TomlTable, at: At): AuditKind {
  const isFull = entry['version'] !== undefined
  const isDelta = entry['delta'] !== undefined
  const isViolation = entry['violation'] !== undefined
  if (Number(isFull) + Number(isDelta) + Number(isViolation) !== 1)
    note(
      d,
      at,
      null,
      'key',
      "an audit must have exactly one of 'version', 'delta', and 'violation'",
      isFull || isDelta || isViolation ? 'Keep one of them.' : 'Add one of them.',
    )
  if (isDelta) return { kind: 'delta', ...readDelta(d, entry, at, 'delta') }
  if (isViolation) return { kind: 'violation', range: readRange(d, entry, at, 'violation') }
  return { kind: 'full', version: isFull ? readVersion(d, entry, at, 'version') : brand('0.0.0') }
}

export function decodeWildcard(d: Decoding, entry: TomlTable, at: At): WildcardAudit {
  return {
    who: readStrings(d, entry, at, 'who'),
    criteria: readRequiredStrings(d, entry, at, 'criteria'),
    publisher: decodePublisherId(d, entry, at),
    start: readDate(d, entry, at, 'start'),
    end: readDate(d, entry, at, 'end'),
    renew: readOptionalBoolean(d, entry, at, 'renew'),
    notes: readOptionalString(d, entry, at, 'notes'),
    aggregatedFrom: readStrings(d, entry, at, 'aggregated-from'),
  }
}

export function decodeTrusted(d: Decoding, entry: TomlTable, at: At): TrustedEntry {
  return {
    criteria: readRequiredStrings(d, entry, at, 'criteria'),
    publisher: decodePublisherId(d, entry, at),
    start: readDate(d, entry, at, 'start'),
    end: readDate(d, entry, at, 'end'),
    notes: readOptionalString(d, entry, at, 'notes'),
    aggregatedFrom: readStrings(d, entry, at, 'aggregated-from'),
  }
}

/** A usable `user-id` wins over `trusted-publisher`; without either the entry is refused. */
function decodePublisherId(d: Decoding, entry: TomlTable, at: At): PublisherId {
  const userId = userIdOf(entry['user-id'])
  if (userId !== null) return { kind: 'user', userId }
  const signature = entry['trusted-publisher']
  if (typeof signature === 'string') return { kind: 'trusted-publisher', signature }
  noteNoPublisher(d, entry, at)
  return { kind: 'user', userId: 0n }
}

/** The id, null when it is not a whole number from 0. The readers refuse integers past 64 bits. */
export function userIdOf(value: TomlValue | undefined): bigint | null {
  return typeof value === 'bigint' && value >= 0n ? value : null
}

export function noteNoPublisher(d: Decoding, entry: TomlTable, at: At): void {
  const key =
    entry['user-id'] !== undefined ? 'user-id' : entry['trusted-publisher'] !== undefined ? 'trusted-publisher' : null
  const message =
    key === 'user-id'
      ? "'user-id' must be a whole number from 0 to 9223372036854775807"
      : key === null
        ? "missing 'user-id' or 'trusted-publisher'"
        : "'trusted-publisher' must be a string"
  note(
    d,
    at,
    key,
    key === null ? 'key' : 'value',
    message,
    'Write user-id = 123, or trusted-publisher = "github:OWNER/REPO".',
  )
}
