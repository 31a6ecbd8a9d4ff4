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

/** One of these files for a store that is opened when it is first needed. */
export interface DurableFile {
  /** Opens it; who asks meanwhile waits for the same. Throws SQLite's errors; then the next one tries again. */
  ready(): Promise<void>
  /** Throws before `ready` and after `close`. */
  open(): DatabaseSync
  /** Also one that is still being opened. */
  close(): Promise<void>
}

/** Opens nothing yet. `name` and `schema` as `openDurable` takes them; `prepare` comes after the schema. */
export function durableFile(
  caps: Pick<Capabilities, 'files' | 'host' | 'clock'>,
  name: string,
  schema: string,
  prepare: (db: DatabaseSync) => void = () => undefined,
): DurableFile {
  let opening: Promise<DatabaseSync> | null = null
  let db: DatabaseSync | null = null
  const openNow = async () => {
    const opened = await openDurable(caps, name, schema)
    prepare(opened)
    return opened
  }
  return {
    async ready() {
      const mine = (opening ??= openNow())
      try {
        const opened = await mine
        if (opening === mine) db = opened
      } catch (error) {
        if (opening === mine) opening = null
        throw error
      }
    },
    open() {
      if (db === null) throw new Error(`${name} used before it was opened`)
      return db
    },
    async close() {
      const was = opening
      opening = db = null
      const opened = await was?.catch(() => null)
      opened?.close()
    },
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
