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
import type { FirstTag } from '../provenance/anchor.ts'
import {
  changesSince,
  nearestOrigin,
  originOf,
  SINCE_EARLIER,
  withEarlier,
  type DatedOrigin,
} from '../provenance/earlier.ts'
import { sizeBoundedCache } from '../core/size-bounded-cache.ts'

/** What a list shows; `accepted` is the user's own and kept elsewhere. */
export type KeptSummary = Omit<ProvenanceSummary, 'accepted'> & {
  readonly archiveSha256: string
  /** Nothing that was missing decided: asking again would say the same. */
  readonly isSettled: boolean
  /** It was made without network and something was missing for that. */
  readonly wasOffline: boolean
  /** The tag of this version as it was first seen, to see later whether it moved. */
  readonly tag: FirstTag | null
  /** Where the archive says it comes from, for the versions after it; absent in summaries of before this was kept. */
  readonly origin?: { readonly repository: string | null; readonly path: string | null }
  /** What the archive of the version before said, read when this one was checked. */
  readonly earlier?: ProvenanceRecord['earlier']
}

export interface ProvenanceResults {
  /** The newest summary of a version, whatever archive it was made of unless `archiveSha256` says which. */
  summary(crate: string, version: string, archiveSha256?: string): KeptSummary | null
  /** The newest summary as it was made, without what is known of other versions by now: which most checks do not ask for. */
  asMade(crate: string, version: string): KeptSummary | null
  record(crate: string, version: string): ProvenanceRecord | null
  /** Gives what is kept: with what is known of the versions before it and of earlier checks of this one. */
  put(record: ProvenanceRecord): { readonly record: ProvenanceRecord; readonly summary: KeptSummary }
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
/** Summaries kept as read; one has about 2 KB. */
const MAX_READ = 4_000
const NEWEST = 'ORDER BY checked_at DESC, rowid DESC LIMIT 1'

/** The code of the reason that names a missing network. */
const OFFLINE_CODE = 'offline'

const FORMAT = 1 satisfies ProvenanceRecord['format']

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
    origin: { repository: record.claim.repository.url, path: originOf(record).path },
    ...(record.earlier === undefined ? {} : { earlier: record.earlier }),
  }
}

/**
 * The tag stays the one that was seen first: it is what later checks are held against. A check that came to no commit
 * saw no tags, so it neither forgets the tag nor that it moved.
 */
function remembering(summary: KeptSummary, before: KeptSummary | null): KeptSummary {
  if (before === null) return summary
  const stale = summary.commit === null ? before.stale : summary.stale
  return { ...summary, tag: before.tag ?? summary.tag, stale }
}

const datedOrigin = ({ version, publishedAt, origin, repository, path }: KeptSummary): DatedOrigin => ({
  ...{ version, publishedAt, repository: origin === undefined ? repository : origin.repository },
  path: origin === undefined ? path : origin.path,
})

/** The summary with what is known by now about the versions before it; `others`: of the same crate. */
function sinceEarlier(summary: KeptSummary, others: readonly KeptSummary[]): KeptSummary {
  const stored = summary.earlier?.known ?? null
  const origins = others.filter(other => other.version !== summary.version).map(datedOrigin)
  const known = nearestOrigin([...origins, ...(stored === null ? [] : [{ ...stored, publishedAt: null }])], summary)
  const told = changesSince(datedOrigin(summary), known).map(({ code }) => code)
  const reasonCodes = [...summary.reasonCodes.filter(code => !SINCE_EARLIER.has(code)), ...told]
  return { ...summary, reasonCodes }
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
  let rows: Rows | null = null
  const open = (): Rows => (rows ??= openRows(path.join(caps.host.cacheDir, 'provenance.sqlite')))
  const complete = (record: ProvenanceRecord): ProvenanceRecord => {
    const others = newestOf(open().ofCrate(record.crate)).filter(other => other.version !== record.version)
    return withEarlier(record, others.map(datedOrigin))
  }
  return {
    summary(crate, version, sha256) {
      const all = open().ofCrate(crate)
      const kept = newest(all, version, sha256)
      return kept === null ? null : sinceEarlier(kept, newestOf(all))
    },
    asMade: (crate, version) => newest(open().ofCrate(crate), version),
    record(crate, version) {
      const kept = open().record(crate, version)
      return kept === null ? null : complete(kept)
    },
    put(record) {
      const before = open().ofCrate(record.crate)
      const summary = remembering(keptSummary(record), newest(before, record.version))
      open().put(record, summary)
      return { record: complete(record), summary: sinceEarlier(summary, newestOf(before)) }
    },
    all() {
      const byCrate = Map.groupBy(newestOf(open().all()), ({ crate }) => crate)
      return [...byCrate.values()].flatMap(versions => versions.map(one => sinceEarlier(one, versions)))
    },
    close() {
      rows?.close()
      rows = null
    },
  }
}

/** What is written, as it was found at the time of the check. Summaries come oldest check first. */
interface Rows {
  ofCrate(crate: string): readonly KeptSummary[]
  all(): readonly KeptSummary[]
  record(crate: string, version: string): ProvenanceRecord | null
  put(record: ProvenanceRecord, summary: KeptSummary): void
  close(): void
}

function newest(all: readonly KeptSummary[], version: string, sha256?: string): KeptSummary | null {
  const isWanted = (one: KeptSummary) =>
    one.version === version && (sha256 === undefined || one.archiveSha256 === sha256)
  return all.findLast(isWanted) ?? null
}

/** The newest of every version, in the order in which the versions were first checked. */
function newestOf(all: readonly KeptSummary[]): readonly KeptSummary[] {
  if (all.length <= 1) return all
  return [...new Map(all.map(summary => [`${summary.crate}@${summary.version}`, summary])).values()]
}

function openRows(file: string): Rows {
  try {
    return sqliteRows(openDatabase(file, SCHEMA))
  } catch (error) {
    if (!isSqliteOrFileError(error)) throw error
    return memoryRows()
  }
}

function sqliteRows(database: DatabaseSync): Rows {
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string) => {
    let known = prepared.get(sql)
    if (known === undefined) prepared.set(sql, (known = database.prepare(sql)))
    return known
  }
  const summaryOf = (row: Record<string, unknown>) => JSON.parse(row['summary'] as string) as KeptSummary
  /** Each check asks four times for the other versions of its crate; reading them anew was a tenth of a long run. */
  const read = sizeBoundedCache<string, readonly KeptSummary[]>(MAX_READ, all => all.length + 1)
  let readAt: unknown = null
  const readOf = (crate: string): readonly KeptSummary[] => {
    // Grows when another program has written; what is written here is forgotten one by one.
    const now = statement('PRAGMA data_version').get()?.['data_version']
    if (now !== readAt) read.clear()
    readAt = now
    const known = read.get(crate)
    if (known !== undefined) return known
    const rows = statement('SELECT summary FROM results WHERE crate = ? ORDER BY checked_at, rowid').all(crate)
    const all = rows.map(summaryOf)
    read.set(crate, all)
    return all
  }
  /** What could not be written (a full disk) is remembered for this run, so that the answer is whole all the same. */
  const unwritten = memoryRows()
  return {
    ofCrate(crate) {
      return [...readOf(crate), ...unwritten.ofCrate(crate)]
    },
    all() {
      const rows = statement('SELECT summary FROM results ORDER BY crate, checked_at, rowid').all()
      return [...rows.map(summaryOf), ...unwritten.all()]
    },
    record(crate, version) {
      const kept = unwritten.record(crate, version)
      if (kept !== null) return kept
      const row = statement(`SELECT record FROM results WHERE crate = ? AND version = ? ${NEWEST}`).get(crate, version)
      if (row === undefined) return null
      const record = JSON.parse(inflateRawSync(row['record'] as Uint8Array).toString('utf8')) as ProvenanceRecord
      return record.format === FORMAT ? record : null
    },
    put(record, summary) {
      const known = readOf(record.crate)
      read.delete(record.crate)
      const compressed = deflateRawSync(JSON.stringify(record), { level: 1 })
      const text = JSON.stringify(summary)
      try {
        statement('INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)').run(
          ...[record.crate, record.version, record.archiveSha256, record.checkedAt, text, compressed],
        )
        const others = known.filter(one => one.version !== record.version || one.archiveSha256 !== record.archiveSha256)
        // In the order of the table, unless the clock went back.
        if (others.every(one => one.checkedAt <= record.checkedAt))
          read.set(record.crate, [...others, JSON.parse(text) as KeptSummary])
      } catch (error) {
        if (!isSqliteOrFileError(error)) throw error
        unwritten.put(record, summary)
      }
    },
    close: () => database.close(),
  }
}

function memoryRows(): Rows {
  const kept = new Map<string, { readonly record: ProvenanceRecord; readonly summary: KeptSummary }>()
  const all = () => [...kept.values()].map(one => one.summary)
  return {
    ofCrate: crate => all().filter(summary => summary.crate === crate),
    all,
    record: (crate, version) => kept.get(`${crate}@${version}`)?.record ?? null,
    put: (record, summary) => void kept.set(`${record.crate}@${record.version}`, { record, summary }),
    close: () => undefined,
  }
}
