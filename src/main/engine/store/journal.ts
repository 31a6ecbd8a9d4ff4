/**
 * The crash journal of store writes. Before the three files are written in place, the old and the new texts go to
 * one file in Assay's data folder; after the last byte it is removed. A journal that is still there at the next
 * read means the write was cut short. Then each file on disk is the old text, the new one, or the beginning of the
 * new one (truncated, partly written): those are completed. A file that is anything else was changed by somebody
 * since: then nothing is touched and the journal is kept aside, so that what was certified can be copied from it.
 */
import { createHash } from 'node:crypto'
import { brand, type AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import type { StorePlaces, StoreTexts } from './parse-store.ts'

export type Recovery =
  /** The cut-short write was finished; these files were written. */
  | { readonly kind: 'completed'; readonly files: readonly string[] }
  /** Files changed since; the planned texts are in `keptAt`. */
  | { readonly kind: 'kept-aside'; readonly keptAt: string; readonly changed: readonly string[] }

interface Journal {
  readonly version: 1
  readonly storeDir: string
  readonly before: StoreTexts
  readonly after: StoreTexts
}

const KEYS = ['audits', 'config', 'imports'] as const

/** One journal per store folder, named by the hash of its path. */
export function journalPath(caps: Capabilities, storeDir: AbsolutePath): AbsolutePath {
  const name = createHash('sha256').update(storeDir).digest('hex').slice(0, 32)
  return brand(`${caps.host.dataDir}/journal/${name}.json`)
}

/** Rejects with FileError when the data folder cannot be written; then the store must not be written either. */
export async function writeJournal(
  caps: Capabilities,
  storeDir: AbsolutePath,
  texts: { readonly before: StoreTexts; readonly after: StoreTexts },
): Promise<void> {
  const journal: Journal = { version: 1, storeDir, ...texts }
  await caps.files.writeAtomic(journalPath(caps, storeDir), JSON.stringify(journal))
}

export async function dropJournal(caps: Capabilities, storeDir: AbsolutePath): Promise<void> {
  await caps.files.remove(journalPath(caps, storeDir))
}

/** Call under the store's lock. Null when there was nothing to do. */
export async function recoverJournal(
  caps: Capabilities,
  storeDir: AbsolutePath,
  places: StorePlaces,
): Promise<Recovery | null> {
  const path = journalPath(caps, storeDir)
  const journal = await readJournal(caps, path)
  if (journal === null) return null
  const states = await Promise.all(KEYS.map(key => stateOf(caps, places[key], journal.before[key], journal.after[key])))
  const changed = KEYS.filter((_, i) => states[i] === 'changed')
  if (changed.length > 0) {
    const keptAt = brand<'AbsolutePath'>(path.replace(/\.json$/, `.kept-${caps.clock.nowMs()}.json`))
    await caps.files.rename(path, keptAt)
    return { kind: 'kept-aside', keptAt, changed: changed.map(key => places[key]) }
  }
  // All old: the crash came before the first byte, or the user took it back. Nothing to do, nothing to say.
  const isStarted = states.some(state => state === 'new' || state === 'torn')
  const toWrite = isStarted ? KEYS.filter((_, i) => states[i] === 'torn' || states[i] === 'old') : []
  for (const key of toWrite) await caps.files.writeInPlace(brand(places[key]), journal.after[key])
  await dropJournal(caps, storeDir)
  return toWrite.length > 0 ? { kind: 'completed', files: toWrite.map(key => places[key]) } : null
}

async function stateOf(
  caps: Capabilities,
  file: string,
  before: string,
  after: string,
): Promise<'same' | 'old' | 'new' | 'torn' | 'changed'> {
  const limit = 4 * (before.length + after.length) + 1
  const bytes = await caps.files.readBytes(brand(file), limit).catch((error: unknown) => {
    if (error instanceof FileError) return null
    throw error
  })
  const [old, now] = [Buffer.from(before), Buffer.from(after)]
  if (old.equals(now)) return 'same'
  if (bytes === null) return 'changed'
  if (now.equals(bytes)) return 'new'
  if (old.equals(bytes)) return 'old'
  // The beginning of the old text is left when putting it back was cut short.
  return [now, old].some(text => text.subarray(0, bytes.length).equals(bytes)) ? 'torn' : 'changed'
}

/** Null when there is none, or none that can be used: then it says nothing about the store. */
async function readJournal(caps: Capabilities, path: AbsolutePath): Promise<Journal | null> {
  try {
    const parsed = JSON.parse(await caps.files.readText(path)) as Partial<Journal>
    return parsed.version === 1 && isTexts(parsed.before) && isTexts(parsed.after) ? (parsed as Journal) : null
  } catch (error) {
    if (error instanceof FileError || error instanceof SyntaxError) return null
    throw error
  }
}

const isTexts = (texts: StoreTexts | undefined): texts is StoreTexts =>
  texts !== undefined && KEYS.every(key => typeof texts[key] === 'string')
