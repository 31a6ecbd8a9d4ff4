/**
 * The kept records of provenance checks, each written as soon as it is there, so that a run that is killed loses only
 * what is in flight. One file of its own in the cache folder: a new format of the index does not cost the results.
 * Where none can be written the records live in memory only. A record counts for the archive it was made of: another
 * checksum of the same name and version is another record.
 */
import path from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Outcome, ProvenanceRecord, ProvenanceSummary } from '../../../shared/provenance.ts'
import { isSqliteOrFileError, openDatabase } from '../cache.ts'
import type { Capabilities } from '../capabilities.ts'

/** What a list shows; `accepted` is the user's own and kept elsewhere. */
export type KeptSummary = Omit<ProvenanceSummary, 'accepted'> & {
  readonly archiveSha256: string
  /** Nothing that was missing decided: asking again would say the same. */
  readonly isSettled: boolean
  /** It was made without network and something was missing for that. */
  readonly wasOffline: boolean
  /** The tag of this version, to see later whether it moved. */
  readonly tag: { readonly name: string; readonly objectId: string } | null
}

export interface ProvenanceResults {
  /** The newest summary of a version, whatever archive it was made of unless `archiveSha256` says which. */
  summary(crate: string, version: string, archiveSha256?: string): KeptSummary | null
  record(crate: string, version: string): ProvenanceRecord | null
  put(record: ProvenanceRecord): void
  /** The newest of every version ever checked here, by crate, then in the order they were made. */
  all(): readonly KeptSummary[]
  close(): void
}

const SCHEMA = {
  /** Grows with the shape of summaries. */
  version: 2,
  sql: `
CREATE TABLE IF NOT EXISTS results (
  crate TEXT NOT NULL, version TEXT NOT NULL, archive_sha256 TEXT NOT NULL, checked_at INTEGER NOT NULL,
  summary TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (crate, version, archive_sha256));`,
}
const MAX_NOTABLE = 12
const NEWEST = 'ORDER BY checked_at DESC, rowid DESC LIMIT 1'

/** The code of the reason that names a missing network. */
export const OFFLINE_CODE = 'offline'

export const FORMAT = 1 satisfies ProvenanceRecord['format']

/** Outcomes that say what could not be had: it may be there another day. */
const UNSETTLED: ReadonlySet<Outcome> = new Set([
  'repository-unavailable',
  'revision-not-found',
  'submodule-unavailable',
  'undetermined-stale-mirror',
])

/** The index did not know all of its lock file, or no cargo was here to rebuild it: another day may say more. */
const wasHalf = ({ lock, rebuild }: ProvenanceRecord): boolean =>
  lock.state === 'unchecked' || (rebuild?.result === 'failed' && rebuild.cargoVersion === null)

/** What of a record is shown in lists. */
export function keptSummary(record: ProvenanceRecord): KeptSummary {
  const { crate, version, outcome, content, anchor, sentence, repository, commit } = record
  const { fallback, files, level, publishedAt, checkedAt, archiveSha256 } = record
  const { tag } = record.anchorDetail
  return {
    ...{ crate, version, outcome, content, anchor, sentence, repository, commit, path: record.path },
    ...{ fallback, files, level, publishedAt, checkedAt, archiveSha256 },
    reasonCodes: record.reasons.map(r => r.code),
    notablePaths: notablePaths(record),
    isSettled: !UNSETTLED.has(record.outcome) && record.indexLineSha256 !== null && !wasHalf(record),
    wasOffline: record.reasons.some(r => r.code === OFFLINE_CODE),
    tag: tag === null ? null : { name: tag.name, objectId: tag.objectId },
    stale: record.reasons.find(r => r.code === 'tag-moved')?.text ?? null,
  }
}

/** What a list is searched for: the files that deserve a look, the worst first. */
function notablePaths({ fileResults }: ProvenanceRecord): string[] {
  return fileResults
    .filter(file => file.concern !== null && file.state !== 'same' && file.state !== 'only-in-repository')
    .sort((a, b) => a.concern! - b.concern!)
    .slice(0, MAX_NOTABLE)
    .map(file => file.path)
}

/** Opens nothing yet: the first call does, which may block for a few milliseconds. */
export function openProvenanceResults(caps: Capabilities): ProvenanceResults {
  let tables: ProvenanceResults | null = null
  const open = (): ProvenanceResults => (tables ??= openTables(path.join(caps.host.cacheDir, 'provenance.sqlite')))
  return {
    summary: (crate, version, sha256) => open().summary(crate, version, sha256),
    record: (crate, version) => open().record(crate, version),
    put: record => open().put(record),
    all: () => open().all(),
    close() {
      tables?.close()
      tables = null
    },
  }
}

function openTables(file: string): ProvenanceResults {
  try {
    return sqliteResults(openDatabase(file, SCHEMA))
  } catch (error) {
    if (!isSqliteOrFileError(error)) throw error
    return memoryResults()
  }
}

function sqliteResults(database: DatabaseSync): ProvenanceResults {
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string) => {
    let known = prepared.get(sql)
    if (known === undefined) prepared.set(sql, (known = database.prepare(sql)))
    return known
  }
  /** What could not be written (a full disk) is remembered for this run, so that the answer is whole all the same. */
  const unwritten = memoryResults()
  return {
    summary(crate, version, sha256) {
      const kept = unwritten.summary(crate, version, sha256)
      if (kept !== null) return kept
      const row =
        sha256 === undefined
          ? statement(`SELECT summary FROM results WHERE crate = ? AND version = ? ${NEWEST}`).get(crate, version)
          : statement('SELECT summary FROM results WHERE crate = ? AND version = ? AND archive_sha256 = ?').get(
              ...[crate, version, sha256],
            )
      return row === undefined ? null : (JSON.parse(row['summary'] as string) as KeptSummary)
    },
    record(crate, version) {
      const kept = unwritten.record(crate, version)
      if (kept !== null) return kept
      const row = statement(`SELECT record FROM results WHERE crate = ? AND version = ? ${NEWEST}`).get(crate, version)
      if (row === undefined) return null
      const record = JSON.parse(inflateRawSync(row['record'] as Uint8Array).toString('utf8')) as ProvenanceRecord
      return record.format === FORMAT ? record : null
    },
    put(record) {
      const compressed = deflateRawSync(JSON.stringify(record), { level: 1 })
      const summary = JSON.stringify(keptSummary(record))
      try {
        statement('INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)').run(
          ...[record.crate, record.version, record.archiveSha256, record.checkedAt, summary, compressed],
        )
      } catch (error) {
        if (!isSqliteOrFileError(error)) throw error
        unwritten.put(record)
      }
    },
    all() {
      const rows = statement('SELECT summary FROM results ORDER BY crate, checked_at, rowid').all()
      const newest = new Map<string, KeptSummary>()
      for (const row of rows) {
        const summary = JSON.parse(row['summary'] as string) as KeptSummary
        newest.set(`${summary.crate}@${summary.version}`, summary)
      }
      for (const summary of unwritten.all()) newest.set(`${summary.crate}@${summary.version}`, summary)
      return [...newest.values()]
    },
    close: () => database.close(),
  }
}

function memoryResults(): ProvenanceResults {
  const records = new Map<string, ProvenanceRecord>()
  return {
    summary(crate, version, sha256) {
      const record = records.get(`${crate}@${version}`)
      if (record === undefined || (sha256 !== undefined && record.archiveSha256 !== sha256)) return null
      return keptSummary(record)
    },
    record: (crate, version) => records.get(`${crate}@${version}`) ?? null,
    put: record => void records.set(`${record.crate}@${record.version}`, record),
    all: () => [...records.values()].map(keptSummary),
    close: () => undefined,
  }
}
