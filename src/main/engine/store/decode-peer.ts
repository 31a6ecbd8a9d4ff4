/**
 * A peer's audits.toml, read with the tolerance cargo-vet has for files it did not write: each entry for itself, so
 * that a newer cargo-vet's entries are skipped and counted instead of losing the whole file.
 * PARITY cargo-vet 0.10.3 src/storage.rs foreign_audit_file_to_local.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { AuditEntry, AuditsFile, CriteriaEntry, TrustedEntry, WildcardAudit } from '../core/store-model.ts'
import { decodeAudit, decodeCriteria, decodeTrusted, decodeWildcard } from './decode-audits.ts'
import { readEntries, readTables, type At, type Decoding, type TomlTable } from './decode.ts'
import type { ParsedAudits } from './parse-store.ts'

/** Problems of the file's outer shape go to `d`; entries that do not read are left out and counted. */
export function parsePeerTree(d: Decoding, table: TomlTable): ParsedAudits {
  const ignoredCriteria: string[] = []
  const ignoredAudits: CrateName[] = []
  const raw = readTables<string, CriteriaEntry | null>(d, table, null, 'criteria', alone(decodeCriteria))
  const criteria = new Map<string, CriteriaEntry>()
  for (const [name, entry] of raw)
    if (entry === null) ignoredCriteria.push(name)
    else criteria.set(name, entry)
  const isKnown = (name: string): boolean => name === 'safe-to-run' || name === 'safe-to-deploy' || criteria.has(name)
  for (const [name, entry] of criteria) criteria.set(name, { ...entry, implies: entry.implies.filter(isKnown) })

  const keep = <E extends { readonly criteria: readonly string[] }>(
    entries: ReadonlyMap<CrateName, readonly (E | null)[]>,
    ignored: CrateName[] | null,
    isWanted: (entry: E) => boolean,
  ): Map<CrateName, readonly E[]> => keepKnown(entries, isKnown, ignored, isWanted)
  const audits = readEntries<CrateName, AuditEntry | null>(d, table, null, 'audits', alone(decodeAudit))
  const wildcards = readEntries<CrateName, WildcardAudit | null>(
    d,
    table,
    null,
    'wildcard-audits',
    alone(decodeWildcard),
  )
  const trusted = readEntries<CrateName, TrustedEntry | null>(d, table, null, 'trusted', alone(decodeTrusted))
  const file: AuditsFile = {
    criteria,
    audits: keep(audits, ignoredAudits, entry => entry.importable),
    wildcardAudits: keep(wildcards, ignoredAudits, () => true),
    trusted: keep(trusted, null, () => true),
  }
  return { audits: file, ignoredCriteria, ignoredAudits }
}

/** Decodes with problems of its own: null when there were any. */
function alone<T>(decode: (d: Decoding, entry: TomlTable, at: At) => T): (entry: TomlTable, at: At) => T | null {
  return (entry, at) => {
    const own: Decoding = { problems: [] }
    const value = decode(own, entry, at)
    return own.problems.length === 0 ? value : null
  }
}

function keepKnown<E extends { readonly criteria: readonly string[] }>(
  entries: ReadonlyMap<CrateName, readonly (E | null)[]>,
  isKnown: (criteria: string) => boolean,
  ignored: CrateName[] | null,
  isWanted: (entry: E) => boolean,
): Map<CrateName, readonly E[]> {
  const kept = new Map<CrateName, readonly E[]>()
  for (const [crate, list] of entries) {
    const wanted: E[] = []
    for (const entry of list) {
      const criteria = entry === null ? [] : entry.criteria.filter(isKnown)
      if (entry === null || criteria.length === 0) ignored?.push(crate)
      else if (isWanted(entry)) wanted.push({ ...entry, criteria })
    }
    if (wanted.length > 0) kept.set(crate, wanted)
  }
  return kept
}
