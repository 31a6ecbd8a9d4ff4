/**
 * The three files of a store as values. In: their texts and the paths to name in messages. Out: the store, entries
 * in the order of the files, or every problem found with line and column. Nothing is repaired here: what cargo-vet
 * refuses is refused, what it drops (unknown keys outside audits and criteria) is dropped.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure, StoreProblem } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { AuditsFile, ConfigFile, ImportsFile, StoreVersion, VetStore } from '../core/store-model.ts'
import {
  readCanonicalAudits,
  readCanonicalExemptions,
  readCanonicalImports,
  type Canonical,
  type UserIdComment,
} from './canonical.ts'
import { decodeAuditsFile } from './decode-audits.ts'
import { decodeConfigFile, decodeImportsFile } from './decode-config.ts'
import type { DecodeProblem, Decoding, TomlTable } from './decode.ts'
import { parsePeerTree } from './decode-peer.ts'
import { MAX_FILE_BYTES, readToml } from './toml-text.ts'
import { buildSpanIndex, placeAt, spanOf, type SpanIndex } from './toml-spans.ts'
import { renderConfigFile, type StoreTexts } from './write-store.ts'

export type { StoreTexts } from './write-store.ts'

/** The file names to put into messages, one for each text. */
export interface StorePlaces {
  readonly config: string
  readonly audits: string
  readonly imports: string
}

/**
 * The whole store. A file that is not TOML fails alone (`store-toml`); problems of meaning are collected over all
 * three files (`store-invalid`).
 */
export function parseStore(texts: StoreTexts, where: StorePlaces): Result<VetStore, Failure> {
  return parseStoreWith(texts, where, () => null)
}

/** parseStore, asking about the version as soon as it is known: a newer store need not make sense to us. */
export function parseStoreWith(
  texts: StoreTexts,
  where: StorePlaces,
  checkVersion: (version: StoreVersion) => Failure | null,
): Result<VetStore, Failure> {
  const read = readStoreTexts(texts, where, checkVersion)
  return read.ok ? ok(read.value.store) : read
}

/**
 * What reading found out about the form of each file: it is canonical if these comments are the writer's. Null: not
 * known, it has to be written and compared.
 */
export type CanonicalForms = Readonly<Record<keyof StoreTexts, readonly UserIdComment[] | null>>

/** parseStoreWith, keeping what is known about the form of the texts. */
export function readStoreTexts(
  texts: StoreTexts,
  where: StorePlaces,
  checkVersion: (version: StoreVersion) => Failure | null,
): Result<{ readonly store: VetStore; readonly forms: CanonicalForms }, Failure> {
  const config =
    readQuickly(texts.config, readCanonicalConfig) ?? readFile(texts.config, where.config, decodeConfigFile)
  if (!config.ok) return config
  const refused = checkVersion(config.value.value.storeVersion)
  if (refused !== null) return fail(refused)
  const audits =
    readQuickly(texts.audits, readCanonicalAudits) ??
    readFile(texts.audits, where.audits, (d, table) => decodeAuditsFile(d, table, null))
  if (!audits.ok) return audits
  const imports =
    readQuickly(texts.imports, readCanonicalImports) ?? readFile(texts.imports, where.imports, decodeImportsFile)
  if (!imports.ok) return imports
  const problems = [...config.value.problems, ...audits.value.problems, ...imports.value.problems]
  if (problems.length > 0) return fail({ code: 'store-invalid', problems })
  const store = { config: config.value.value, audits: audits.value.value, imports: imports.value.value }
  return ok({
    store,
    forms: { config: config.value.comments, audits: audits.value.comments, imports: imports.value.comments },
  })
}

/** Null when the text is not plainly canonical. */
function readQuickly<T>(text: string, read: (text: string) => Canonical<T> | null): Result<FileRead<T>, never> | null {
  const quick = text.length > MAX_FILE_BYTES ? null : read(text)
  return quick === null ? null : ok({ ...quick, problems: [] })
}

/** config.toml in two parts: the settings by the general way, and the many exemptions. */
function readCanonicalConfig(text: string): Canonical<ConfigFile> | null {
  const found = readCanonicalExemptions(text)
  if (found === null) return null
  const { head, exemptions } = found.value
  const read = parseConfigFile(head, '')
  // A crate with the name of a key that cargo-vet writes inline has its exemptions in a table of their own, before.
  if (!read.ok || read.value.exemptions.size > 0 || renderConfigFile(read.value) !== head) return null
  return { value: { ...read.value, exemptions }, comments: [] }
}

export const parseConfigFile = (text: string, file: string): Result<ConfigFile, Failure> =>
  parseFile(text, file, decodeConfigFile)

export const parseImportsFile = (text: string, file: string): Result<ImportsFile, Failure> =>
  parseFile(text, file, decodeImportsFile)

/** An audits file and, for a peer's file, what was left out of it. */
export interface ParsedAudits {
  readonly audits: AuditsFile
  /** Criteria whose entry could not be read. */
  readonly ignoredCriteria: readonly string[]
  /** The crate of each audit or wildcard audit that could not be read, once per entry. */
  readonly ignoredAudits: readonly CrateName[]
}

/**
 * One audits.toml. `own` is strict; `peer` reads as cargo-vet reads an import: each entry for itself, unknown
 * criteria names removed, non-importable audits dropped, `[audits]` optional.
 */
export function parseAuditsFile(text: string, file: string, mode: 'own' | 'peer'): Result<ParsedAudits, Failure> {
  if (mode === 'peer') return parseFile(text, file, parsePeerTree)
  const parsed = parseFile(text, file, (d, table) => decodeAuditsFile(d, table, null))
  return parsed.ok ? ok({ audits: parsed.value, ignoredCriteria: [], ignoredAudits: [] }) : parsed
}

type Decode<T> = (d: Decoding, table: TomlTable) => T

function parseFile<T>(text: string, file: string, decode: Decode<T>): Result<T, Failure> {
  const read = readFile(text, file, decode)
  if (!read.ok) return read
  return read.value.problems.length === 0
    ? ok(read.value.value)
    : fail({ code: 'store-invalid', problems: read.value.problems })
}

interface FileRead<T> {
  /** Only to be used when there are no problems. */
  readonly value: T
  readonly problems: readonly StoreProblem[]
  /** Null when it is not known whether the text is canonical. */
  readonly comments: readonly UserIdComment[] | null
}

function readFile<T>(text: string, file: string, decode: Decode<T>): Result<FileRead<T>, Failure> {
  const tree = readToml(text, file)
  if (!tree.ok) return fail({ code: 'store-toml', file, problem: tree.error })
  const d: Decoding = { problems: [] }
  const value = decode(d, tree.value)
  if (d.problems.length === 0) return ok({ value, problems: [], comments: null })
  const spans = buildSpanIndex(text)
  return ok({ value, problems: d.problems.map(problem => placeProblem(problem, text, file, spans)), comments: null })
}

/** Ties a finding to its line; a key that is not written itself is placed at the closest table that is. */
export function placeProblem(problem: DecodeProblem, text: string, file: string, spans: SpanIndex): StoreProblem {
  const { message, help } = problem
  for (let length = problem.path.length; length > 0; length--) {
    const span = spanOf(spans, problem.path.slice(0, length))
    if (span === null) continue
    const isKey = problem.part === 'key' || length < problem.path.length
    const place = isKey
      ? placeAt(text, file, span.keyStart, span.keyEnd)
      : placeAt(text, file, span.valueStart, span.valueEnd)
    return { message, help, place }
  }
  return { message, help, place: placeAt(text, file, 0, 0) }
}
