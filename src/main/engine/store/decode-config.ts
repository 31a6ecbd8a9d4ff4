/**
 * config.toml and imports.lock from TOML trees. Keys cargo-vet does not know are dropped, as it drops them.
 * PARITY cargo-vet 0.10.3 src/format.rs ConfigFile, ImportsFile, src/serialization.rs policy.
 */
import { compareText } from '../core/byte-order.ts'
import { parseVetVersion } from '../core/version.ts'
import type {
  ConfigFile,
  Exemption,
  ImportConfig,
  ImportsFile,
  PolicyEntry,
  PublisherEntry,
  StoreVersion,
} from '../core/store-model.ts'
import { decodeAuditsFile, noteNoPublisher, userIdOf } from './decode-audits.ts'
import {
  isTable,
  note,
  readDate,
  readEntries,
  readList,
  readOptionalBoolean,
  readOptionalString,
  readOptionalStrings,
  readRequiredStrings,
  readString,
  readStrings,
  readStringsByKey,
  readTables,
  readVersion,
  shown,
  typeName,
  type At,
  type Decoding,
  type TomlTable,
} from './decode.ts'

export function decodeConfigFile(d: Decoding, table: TomlTable): ConfigFile {
  if (table['exemptions'] !== undefined && table['unaudited'] !== undefined)
    note(
      d,
      null,
      'unaudited',
      'key',
      "duplicate of 'exemptions'",
      'Rename the old [[unaudited.…]] to [[exemptions.…]].',
    )
  const exemptions = table['exemptions'] === undefined && table['unaudited'] !== undefined ? 'unaudited' : 'exemptions'
  return {
    storeVersion: decodeStoreVersion(d, table),
    defaultCriteria: readOptionalString(d, table, null, 'default-criteria') ?? 'safe-to-deploy',
    imports: readTables(d, table, null, 'imports', (entry, at) => decodeImport(d, entry, at)),
    policy: mergePolicies(
      d,
      readTables(d, table, null, 'policy', (entry, at) => decodePolicy(d, entry, at)),
    ),
    exemptions: readEntries(d, table, null, exemptions, (entry, at) => decodeExemption(d, entry, at)),
  }
}

const UNVERSIONED: StoreVersion = { major: 0, minor: 4 }
const U64_MAX = 18_446_744_073_709_551_615n

/** A missing table is version 0.4. PARITY: Rust's integer parser takes a leading `+` and leading zeros. */
function decodeStoreVersion(d: Decoding, table: TomlTable): StoreVersion {
  const vet = table['cargo-vet']
  if (vet === undefined) return UNVERSIONED
  if (!isTable(vet)) {
    note(d, null, 'cargo-vet', 'value', `'cargo-vet' must be a table, found ${typeName(vet)}`, null)
    return UNVERSIONED
  }
  const at: At = { parent: null, key: 'cargo-vet' }
  const text = readString(d, vet, at, 'version')
  if (typeof vet['version'] !== 'string') return UNVERSIONED
  const dot = text.indexOf('.')
  const parts = dot < 0 ? [] : [text.slice(0, dot), text.slice(dot + 1)]
  if (parts.length === 0 || !parts.every(part => /^\+?[0-9]{1,40}$/.test(part) && BigInt(part) <= U64_MAX)) {
    note(d, at, 'version', 'value', `'${shown(text)}' is not a store version`, 'Write MAJOR.MINOR, for example "0.10".')
    return UNVERSIONED
  }
  return { major: Number(parts[0]), minor: Number(parts[1]) }
}

const decodeImport = (d: Decoding, entry: TomlTable, at: At): ImportConfig => ({
  url: readRequiredStrings(d, entry, at, 'url'),
  exclude: readList(d, entry, at, 'exclude'),
  criteriaMap: readStringsByKey(d, entry, at, 'criteria-map'),
})

const decodePolicy = (d: Decoding, entry: TomlTable, at: At): PolicyEntry => ({
  auditAsCratesIo: readOptionalBoolean(d, entry, at, 'audit-as-crates-io'),
  criteria: readOptionalStrings(d, entry, at, 'criteria'),
  devCriteria: readOptionalStrings(d, entry, at, 'dev-criteria'),
  dependencyCriteria: readStringsByKey(d, entry, at, 'dependency-criteria'),
  notes: readOptionalString(d, entry, at, 'notes'),
})

/** Keys in canonical text and byte order. One crate has either one policy or only versioned ones. */
function mergePolicies(d: Decoding, policies: ReadonlyMap<string, PolicyEntry>): Map<string, PolicyEntry> {
  const at: At = { parent: null, key: 'policy' }
  const isVersionedByCrate = new Map<string, boolean>()
  const entries = new Map<string, PolicyEntry>()
  for (const [key, entry] of policies) {
    const colon = key.indexOf(':')
    const crate = colon < 0 ? key : key.slice(0, colon)
    if ((isVersionedByCrate.get(crate) ?? colon >= 0) !== colon >= 0)
      note(d, at, key, 'key', `cannot mix versioned and unversioned policies for ${shown(crate)}`, 'Keep one kind.')
    isVersionedByCrate.set(crate, colon >= 0)
    if (colon < 0) {
      entries.set(key, entry)
      continue
    }
    const version = parseVetVersion(key.slice(colon + 1))
    if (version.ok) entries.set(`${crate}:${version.value}`, entry)
    else note(d, at, key, 'key', `the version of policy '${shown(key)}' is wrong: ${version.error}`, null)
  }
  return new Map([...entries].sort((a, b) => compareText(a[0], b[0])))
}

const decodeExemption = (d: Decoding, entry: TomlTable, at: At): Exemption => ({
  version: readVersion(d, entry, at, 'version'),
  criteria: readStrings(d, entry, at, 'criteria'),
  suggest: readOptionalBoolean(d, entry, at, 'suggest') ?? true,
  notes: readOptionalString(d, entry, at, 'notes'),
})

export function decodeImportsFile(d: Decoding, table: TomlTable): ImportsFile {
  return {
    unpublished: readEntries(d, table, null, 'unpublished', (entry, at) => ({
      version: readVersion(d, entry, at, 'version'),
      auditedAs: readVersion(d, entry, at, 'audited_as'),
    })),
    publisher: readEntries(d, table, null, 'publisher', (entry, at) => decodePublisher(d, entry, at)),
    audits: readTables(d, table, null, 'audits', (entry, at) => decodeAuditsFile(d, entry, at)),
  }
}

function decodePublisher(d: Decoding, entry: TomlTable, at: At): PublisherEntry {
  return {
    version: readVersion(d, entry, at, 'version'),
    when: readDate(d, entry, at, 'when'),
    source: decodeSource(d, entry, at),
  }
}

/** A complete user wins over `trusted-publisher`, as serde's untagged enum tries it first. */
function decodeSource(d: Decoding, entry: TomlTable, at: At): PublisherEntry['source'] {
  const userId = userIdOf(entry['user-id'])
  const login = entry['user-login']
  const name = entry['user-name']
  if (userId !== null && typeof login === 'string' && (name === undefined || typeof name === 'string'))
    return { kind: 'user', userId, login, name: name ?? null }
  const signature = entry['trusted-publisher']
  if (typeof signature === 'string') return { kind: 'trusted-publisher', signature }
  if (userId === null) noteNoPublisher(d, entry, at)
  else if (typeof login !== 'string') readString(d, entry, at, 'user-login')
  else readOptionalString(d, entry, at, 'user-name')
  return { kind: 'user', userId: 0n, login: '', name: null }
}
