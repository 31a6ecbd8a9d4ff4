/**
 * The SQLite files in the user's data folder that hold what a reviewer did: what a promise resolved for is on disk. A
 * file that is no database is put aside as `NAME.broken-N`, never deleted; a locked or unwritable one is an error.
 */
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities } from '../capabilities.ts'

const DURABLE = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA busy_timeout = 3000;
`

/** Opens or creates `name` and runs `schema`, which must be safe to run again. Throws SQLite's errors. */
export async function openDurable(
  caps: Pick<Capabilities, 'files' | 'host' | 'clock'>,
  name: string,
  schema: string,
): Promise<DatabaseSync> {
  await caps.files.makeFolder(caps.host.dataDir)
  const file = path.join(caps.host.dataDir, name) as AbsolutePath
  try {
    return opened(file, schema)
  } catch (error) {
    if (!isBroken(error)) throw error
    await caps.files.rename(file, `${file}.broken-${caps.clock.nowMs()}` as AbsolutePath)
    for (const rest of ['-wal', '-shm']) await caps.files.remove(`${file}${rest}` as AbsolutePath)
    return opened(file, schema)
  }
}

/** Runs `work` as one transaction: all of it or nothing. */
export function atOnce(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isBroken(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return code === 11 || code === 26
}

function opened(file: string, schema: string): DatabaseSync {
  const db = new DatabaseSync(file)
  try {
    db.exec(DURABLE + schema)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
