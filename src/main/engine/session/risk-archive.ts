/**
 * What an archive says about risk: build script, procedural macro, and how many places of the code that dependents build
 * are unsafe, foreign, or reach out. Words are looked for, nothing is parsed or run. One answer per archive checksum,
 * kept in the cache; a file that cannot be looked through makes the counts unknown, never smaller.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import type { UnitKind } from '../../../shared/review-units.ts'
import { Cancelled } from '../../../shared/result.ts'
import { isSqliteOrFileError, openDatabase } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { ArchiveEntry } from '../io/archive.ts'
import { crateFacts, groupOf } from '../review/classify.ts'
import { decodeText, isBinaryBytes } from '../review/text-scan.ts'
import { scanRustInTurns } from '../review/units/scan-rust.ts'

const count = z.number().int().nonnegative()
const archiveFacts = z.object({
  /** sha256 of the build script's text; null: there is none. */
  buildScript: z.string().nullable(),
  procMacro: z.boolean(),
  unsafe: count,
  ffi: count,
  process: count,
  network: count,
  fileSystem: count,
  /** Of each unsafe place, sorted, with repetition; null: there are too many to keep. */
  unsafeTexts: z.array(z.string()).nullable(),
  /** Rust files that could not be looked through. */
  unread: count,
})
export type ArchiveFacts = z.infer<typeof archiveFacts>

const NEVER_BUILT = new Set(['tests', 'benches', 'examples'])
const COUNTED: Partial<Record<UnitKind, 'unsafe' | 'ffi' | 'process' | 'network' | 'fileSystem'>> = {
  'unsafe-block': 'unsafe',
  'unsafe-fn': 'unsafe',
  'unsafe-impl': 'unsafe',
  'unsafe-trait': 'unsafe',
  'unsafe-attribute': 'unsafe',
  asm: 'unsafe',
  ffi: 'ffi',
  process: 'process',
  network: 'network',
  'file-system': 'fileSystem',
}
const MAX_FILE_BYTES = 8 << 20
const MAX_TEXTS = 20_000

/** Gives way to other work every 20 ms or so. Throws Cancelled. */
export async function archiveFactsOf(entries: readonly ArchiveEntry[], signal: AbortSignal): Promise<ArchiveFacts> {
  const manifest = entries.find(entry => entry.path === 'Cargo.toml')
  const stated = crateFacts(manifest === undefined ? '' : decodeText(manifest.data).text)
  const script = entries.find(entry => entry.path === stated.buildScript)
  const counts = { unsafe: 0, ffi: 0, process: 0, network: 0, fileSystem: 0 }
  const texts: string[] = []
  let unread = 0
  const pause = async () => {
    await nextTurn()
    if (signal.aborted) throw new Cancelled()
  }
  for (const { path: name, data } of entries) {
    const isRust = name.endsWith('.rs')
    const isBinary = isBinaryBytes(data)
    const group = groupOf(name, isBinary, '', stated)
    if (NEVER_BUILT.has(group)) continue
    if (!isRust) {
      if (group === 'ffi') counts.ffi++
      continue
    }
    if (isBinary || data.length > MAX_FILE_BYTES) {
      unread++
      continue
    }
    await pause()
    const { text } = decodeText(data)
    for (const unit of (await scanRustInTurns(text, null, pause)).units) {
      const kind = COUNTED[unit.kind]
      if (kind === undefined) continue
      counts[kind] += unit.places
      if (kind === 'unsafe') texts.push(shortHash(text.slice(unit.start, unit.end)))
    }
  }
  return {
    buildScript: script === undefined ? null : createHash('sha256').update(script.data).digest('hex'),
    procMacro: stated.isProcMacro,
    ...counts,
    unsafeTexts: texts.length > MAX_TEXTS ? null : texts.sort(),
    unread,
  }
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12)

/** Places of `now` that `before` does not have, each as often as it stands; null: not known. */
export function newUnsafePlaces(before: ArchiveFacts | null, now: ArchiveFacts): number | null {
  if (now.unsafeTexts === null || (before !== null && before.unsafeTexts === null)) return null
  const left = new Map<string, number>()
  for (const text of before?.unsafeTexts ?? []) left.set(text, (left.get(text) ?? 0) + 1)
  return now.unsafeTexts.filter(text => {
    const n = left.get(text) ?? 0
    if (n > 0) left.set(text, n - 1)
    return n === 0
  }).length
}

export interface ArchiveFactsStore {
  /** Null: not looked through yet. */
  get(checksum: string): ArchiveFacts | null
  put(checksum: string, facts: ArchiveFacts): void
  close(): void
}

/** Grows with what is looked for, so that answers of an older search are not taken for new ones. */
const SCHEMA = {
  version: 1,
  sql: 'CREATE TABLE IF NOT EXISTS facts (checksum TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;',
}

/** In the cache folder; where none can be written, in memory only. Opens nothing yet. */
export function openArchiveFacts(caps: Pick<Capabilities, 'host'>): ArchiveFactsStore {
  const memory = new Map<string, ArchiveFacts | null>()
  let database: ReturnType<typeof openDatabase> | null | undefined
  const open = () => {
    if (database !== undefined) return database
    try {
      database = openDatabase(path.join(caps.host.cacheDir, 'risk.sqlite'), SCHEMA)
    } catch (error) {
      if (!isSqliteOrFileError(error)) throw error
      database = null
    }
    return database
  }
  return {
    get(checksum) {
      const known = memory.get(checksum)
      if (known !== undefined) return known
      const row = open()?.prepare('SELECT body FROM facts WHERE checksum = ?').get(checksum) as
        { body: string } | undefined
      const facts = row === undefined ? null : read(row.body)
      memory.set(checksum, facts)
      return facts
    },
    put(checksum, facts) {
      memory.set(checksum, facts)
      try {
        open()?.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?)').run(checksum, JSON.stringify(facts))
      } catch (error) {
        // A full disk costs the entry, not the work.
        if (!isSqliteOrFileError(error)) throw error
      }
    },
    close() {
      database?.close()
      database = undefined
      memory.clear()
    },
  }
}

function read(body: string): ArchiveFacts | null {
  try {
    return archiveFacts.parse(JSON.parse(body))
  } catch {
    return null
  }
}

/** What of a list of archives is looked through next, one after the other, until the run is cancelled. */
export async function scanArchives(
  wanted: readonly { readonly name: string; readonly checksum: string }[],
  files: (at: number) => Promise<readonly ArchiveEntry[] | null>,
  store: ArchiveFactsStore,
  onEach: (at: number, isFound: boolean) => void,
  run: Run,
): Promise<void> {
  for (const [at, { name, checksum }] of wanted.entries()) {
    if (run.signal.aborted) throw new Cancelled()
    run.onProgress({ done: at, total: wanted.length, step: name })
    const entries = await files(at)
    if (entries !== null) store.put(checksum, await archiveFactsOf(entries, run.signal))
    onEach(at, entries !== null)
  }
}
