/**
 * The index of Assay's cache folder: what the registry said and when, which deltas were measured, which archives are
 * there. Archives themselves are files named by their sha256. Everything here can be fetched or computed again: a
 * damaged or foreign index is thrown away, and where none can be written the answers live in memory only.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import path from 'node:path'
import type { AbsolutePath, DiffStat } from '../../shared/domain.ts'
import type { Capabilities } from './capabilities.ts'

export interface CachedIndex {
  readonly etag: string | null
  readonly lastModified: string | null
  /** Milliseconds since the epoch: when the registry last confirmed it. */
  readonly fetchedAt: number
  /** Until when the registry said it need not be asked again. */
  readonly freshUntil: number
  /** JSON text; what it means is the registry's business. Null: the registry said there is no such crate. */
  readonly body: string | null
}

export interface Cache {
  readonly folder: AbsolutePath
  index(url: string): CachedIndex | null
  putIndex(url: string, entry: CachedIndex): void
  /** Notes that what is stored was confirmed now, without writing it again. */
  confirmIndex(url: string, fetchedAt: number): void
  /** The crate's whole index file as last received, compressed by the caller; null: not kept. */
  indexFile(url: string): Uint8Array | null
  putIndexFile(url: string, compressed: Uint8Array): void
  /** `registry` is the index address; `delta` cargo-vet's text for it. */
  diff(registry: string, crate: string, delta: string): DiffStat | null
  putDiff(registry: string, crate: string, delta: string, stat: DiffStat): void
  /** Where an archive with this sha256 is kept. Says nothing about whether it is there. */
  archiveFile(sha256: string): AbsolutePath
  /** Where its unpacked files are kept. */
  sourceFolder(sha256: string): AbsolutePath
  close(): void
}

const SCHEMA_VERSION = 3
const SCHEMA = `
CREATE TABLE IF NOT EXISTS indexes (url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, fetched_at INTEGER NOT NULL, fresh_until INTEGER NOT NULL, body TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS index_files (url TEXT PRIMARY KEY, compressed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS diffs (registry TEXT, crate TEXT, delta TEXT, insertions INTEGER NOT NULL, deletions INTEGER NOT NULL, files_changed INTEGER NOT NULL, PRIMARY KEY (registry, crate, delta)) WITHOUT ROWID;`

/** Opens nothing yet: the index is opened by the first call that needs it, which may block for a few milliseconds. */
export function openCache(caps: Capabilities): Cache {
  const folder = caps.host.cacheDir
  let tables: Tables | null = null
  const open = () => (tables ??= openTables(path.join(folder, 'index.sqlite')))
  const hashed = (kind: string, sha256: string, ending: string) =>
    path.join(folder, kind, sha256.slice(0, 2), sha256 + ending) as AbsolutePath
  return {
    folder,
    index: url => open().index(url),
    putIndex: (url, entry) => open().putIndex(url, entry),
    confirmIndex: (url, fetchedAt) => open().confirmIndex(url, fetchedAt),
    indexFile: url => open().indexFile(url),
    putIndexFile: (url, compressed) => open().putIndexFile(url, compressed),
    diff: (registry, crate, delta) => open().diff(registry, crate, delta),
    putDiff: (registry, crate, delta, stat) => open().putDiff(registry, crate, delta, stat),
    archiveFile: sha256 => hashed('archives', sha256, '.crate'),
    sourceFolder: sha256 => hashed('sources', sha256, ''),
    close() {
      tables?.close()
      tables = null
    },
  }
}

type Tables = Pick<
  Cache,
  'index' | 'putIndex' | 'confirmIndex' | 'indexFile' | 'putIndexFile' | 'diff' | 'putDiff' | 'close'
>

function openTables(file: string): Tables {
  try {
    return sqliteTables(openDatabase(file, { version: SCHEMA_VERSION, sql: SCHEMA }))
  } catch (error) {
    if (!isSqliteOrFileError(error)) throw error
    return memoryTables()
  }
}

export const isSqliteOrFileError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

/** SQLITE_BUSY and SQLITE_LOCKED. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && [5, 6].includes(Number(error.errcode) & 0xff)

/** A damaged file or one of another schema is replaced. Another process may hold it: waits up to 2 s for each write. */
export function openDatabase(file: string, schema: { readonly version: number; readonly sql: string }): DatabaseSync {
  const fs = process.getBuiltinModule('node:fs')
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const create = (database: DatabaseSync) => {
    database.exec(`BEGIN IMMEDIATE; ${schema.sql} PRAGMA user_version = ${schema.version}; COMMIT;`)
    return database
  }
  try {
    const database = connect(file)
    const { user_version: stated } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (stated === schema.version) return database
    if (stated === 0) return create(database)
    database.close()
  } catch (error) {
    // Another process that writes for long is no damage: its file stays.
    if (!isSqliteOrFileError(error) || isBusy(error)) throw error
  }
  for (const ending of ['', '-wal', '-shm']) fs.rmSync(file + ending, { force: true })
  return create(connect(file))
}

function connect(file: string): DatabaseSync {
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
  const database = new Database(file, { timeout: 2_000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
  return database
}

function sqliteTables(database: DatabaseSync): Tables {
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string) => {
    let known = prepared.get(sql)
    if (known === undefined) prepared.set(sql, (known = database.prepare(sql)))
    return known
  }
  /** A full disk or a lock held too long loses a cache entry, not the work. */
  const write = (sql: string, ...values: (string | number | null | Uint8Array)[]) => {
    try {
      statement(sql).run(...values)
    } catch (error) {
      if (!isSqliteOrFileError(error)) throw error
    }
  }
  return {
    index(url) {
      const row = statement('SELECT etag, last_modified, fetched_at, fresh_until, body FROM indexes WHERE url = ?').get(
        url,
      )
      if (row === undefined) return null
      return {
        etag: row['etag'] as string | null,
        lastModified: row['last_modified'] as string | null,
        fetchedAt: row['fetched_at'] as number,
        freshUntil: row['fresh_until'] as number,
        body: row['body'] as string | null,
      }
    },
    putIndex: (url, e) =>
      write(
        'INSERT OR REPLACE INTO indexes VALUES (?, ?, ?, ?, ?, ?)',
        url,
        e.etag,
        e.lastModified,
        e.fetchedAt,
        e.freshUntil,
        e.body,
      ),
    confirmIndex: (url, fetchedAt) => write('UPDATE indexes SET fetched_at = ? WHERE url = ?', fetchedAt, url),
    indexFile(url) {
      const row = statement('SELECT compressed FROM index_files WHERE url = ?').get(url)
      return row === undefined ? null : (row['compressed'] as Uint8Array)
    },
    putIndexFile: (url, compressed) => write('INSERT OR REPLACE INTO index_files VALUES (?, ?)', url, compressed),
    diff(registry, crate, delta) {
      const row = statement(
        'SELECT insertions, deletions, files_changed FROM diffs WHERE registry = ? AND crate = ? AND delta = ?',
      ).get(registry, crate, delta)
      if (row === undefined) return null
      return {
        insertions: row['insertions'] as number,
        deletions: row['deletions'] as number,
        filesChanged: row['files_changed'] as number,
      }
    },
    putDiff: (registry, crate, delta, s) =>
      write(
        'INSERT OR REPLACE INTO diffs VALUES (?, ?, ?, ?, ?, ?)',
        registry,
        crate,
        delta,
        s.insertions,
        s.deletions,
        s.filesChanged,
      ),
    close: () => database.close(),
  }
}

function memoryTables(): Tables {
  const indexes = new Map<string, CachedIndex>()
  const files = new Map<string, Uint8Array>()
  const diffs = new Map<string, DiffStat>()
  const key = (...parts: string[]) => parts.join('\n')
  return {
    index: url => indexes.get(url) ?? null,
    putIndex: (url, entry) => void indexes.set(url, entry),
    confirmIndex(url, fetchedAt) {
      const entry = indexes.get(url)
      if (entry !== undefined) indexes.set(url, { ...entry, fetchedAt })
    },
    indexFile: url => files.get(url) ?? null,
    putIndexFile: (url, compressed) => void files.set(url, compressed),
    diff: (registry, crate, delta) => diffs.get(key(registry, crate, delta)) ?? null,
    putDiff: (registry, crate, delta, stat) => void diffs.set(key(registry, crate, delta), stat),
    close: () => undefined,
  }
}
