/**
 * The three files of a store as values. In: their texts and the paths to name in messages. Out: the store, entries
 * in the order of the files, or every problem found with line and column. Nothing is repaired here: what cargo-vet
 * refuses is refused, what it drops (unknown keys outside audits and criteria) is dropped.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure, StoreProblem } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { AuditsFile, ConfigFile, ImportsFile, VetStore } from '../core/store-model.ts'
import { decodeAuditsFile } from './decode-audits.ts'
import { decodeConfigFile, decodeImportsFile } from './decode-config.ts'
import type { DecodeProblem, Decoding, TomlTable } from './decode.ts'
import { parsePeerTree } from './decode-peer.ts'
import { readToml } from './toml-text.ts'
import { buildSpanIndex, placeAt, spanOf, type SpanIndex } from './toml-spans.ts'
import type { StoreTexts } from './write-store.ts'

export type { StoreTexts } from './write-store.ts'

/** The file names to put into messages, one for each text. */
export interface StoreFiles {
  readonly config: string
  readonly audits: string
  readonly imports: string
}

/**
 * The whole store. A file that is not TOML fails alone (`store-toml`); problems of meaning are collected over all
 * three files (`store-invalid`).
 */
export function parseStore(texts: StoreTexts, where: StoreFiles): Result<VetStore, Failure> {
  const config = parseFile(texts.config, where.config, decodeConfigFile)
  const audits = parseFile(texts.audits, where.audits, (d, table) => decodeAuditsFile(d, table, null))
  const imports = parseFile(texts.imports, where.imports, decodeImportsFile)
  for (const file of [config, audits, imports]) if (!file.ok && file.error.code === 'store-toml') return file
  if (config.ok && audits.ok && imports.ok)
    return ok({ config: config.value, audits: audits.value, imports: imports.value })
  const problems = [config, audits, imports].flatMap(file =>
    !file.ok && file.error.code === 'store-invalid' ? file.error.problems : [],
  )
  return fail({ code: 'store-invalid', problems })
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

function parseFile<T>(text: string, file: string, decode: (d: Decoding, table: TomlTable) => T): Result<T, Failure> {
  const tree = readToml(text, file)
  if (!tree.ok) return fail({ code: 'store-toml', file, problem: tree.error })
  const d: Decoding = { problems: [] }
  const value = decode(d, tree.value)
  if (d.problems.length === 0) return ok(value)
  const spans = buildSpanIndex(text)
  return fail({ code: 'store-invalid', problems: d.problems.map(problem => placeProblem(problem, text, file, spans)) })
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
