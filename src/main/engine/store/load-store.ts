/**
 * Reading a store from disk and writing it back, under the lock cargo-vet takes (flock on config.toml). Reading
 * changes nothing, except that it finishes a write of ours that a crash cut short (journal.ts). Writing refuses when
 * the files are no longer those the new texts were made from, and undoes itself when the disk fails.
 */
import { createHash } from 'node:crypto'
import { brand, type AbsolutePath, type IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { SUPPORTED_STORE_VERSION, type StoreVersion, type VetStore } from '../core/store-model.ts'
import { putBeside, type Beside, type BesideDone } from './beside.ts'
import { dropJournal, recoverJournal, writeJournal, type Recovery } from './journal.ts'
import { readStoreTexts, type StorePlaces, type StoreTexts } from './parse-store.ts'
import { MAX_FILE_BYTES } from './toml-text.ts'
import { decodeUtf8 } from './utf8.ts'
import { validateStore } from './validate-store.ts'

export interface StoreHashes {
  readonly config: string
  readonly audits: string
  readonly imports: string
}

export interface LoadedStore {
  readonly storeDir: AbsolutePath
  /** Paths of the three files, as they appear in messages. */
  readonly places: StorePlaces
  readonly texts: StoreTexts
  /** Hex sha256 of the bytes on disk. */
  readonly sha256: StoreHashes
  readonly store: VetStore
  /** Set when a write cut short by a crash was found: finished, or left alone because the files changed since. */
  readonly recovery: Recovery | null
  /** Set when the lock could not be taken on this machine: why. */
  readonly unlockedBecause: string | null
}

/** How long to wait for a running cargo-vet to let go of the store. */
export const LOCK_WAIT_MS = 10_000
/** Without a lock, an empty file may be one that cargo-vet is just writing: look again so often, so far apart. */
const EMPTY_RETRIES = 5
const EMPTY_RETRY_MS = 60

/** cargo-vet's order of writing. */
const WRITE_ORDER = ['audits', 'config', 'imports'] as const
const FILE_NAMES = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' } as const
type FileKey = keyof typeof FILE_NAMES

/** The paths of the three files of a store. */
export function storePlaces(storeDir: AbsolutePath): StorePlaces {
  const separator = storeDir.includes('\\') && !storeDir.includes('/') ? '\\' : '/'
  const at = (name: string): string => `${storeDir.replace(/[/\\]+$/, '')}${separator}${name}`
  return { config: at(FILE_NAMES.config), audits: at(FILE_NAMES.audits), imports: at(FILE_NAMES.imports) }
}

/**
 * The store in `storeDir`, parsed and valid on `today`. With `locked`, as cargo-vet's --locked: an older store
 * version and files not in canonical form are failures too.
 * @failure store-missing, store-io, store-locked, store-toml, store-invalid, store-outdated, store-newer
 */
export async function readStore(
  caps: Capabilities,
  storeDir: AbsolutePath,
  options: { readonly locked: boolean; readonly today: IsoDate },
  signal: AbortSignal,
): Promise<Result<LoadedStore, Failure>> {
  const read = await withStoreLock(caps, storeDir, 'read', signal, async unlockedBecause => {
    const recovery = await recoverJournal(caps, storeDir, storePlaces(storeDir))
    const texts = await readTexts(caps, storePlaces(storeDir), unlockedBecause !== null)
    return texts.ok ? ok({ ...texts.value, recovery, unlockedBecause }) : texts
  })
  if (!read.ok) return read
  const { texts, sha256, recovery, unlockedBecause } = read.value
  const places = storePlaces(storeDir)
  const parsed = readStoreTexts(texts, places, version => checkVersion(version, options.locked))
  if (!parsed.ok) return parsed
  const { store, forms } = parsed.value
  const problems = validateStore({ store, texts, forms, where: places, ...options })
  if (problems.length > 0) return fail({ code: 'store-invalid', problems })
  return ok({ storeDir, places, texts, sha256, store, recovery, unlockedBecause })
}

function checkVersion(stored: StoreVersion, locked: boolean): Failure | null {
  const supported = SUPPORTED_STORE_VERSION
  const order = stored.major - supported.major || stored.minor - supported.minor
  const versions = {
    stored: `${stored.major}.${stored.minor}`,
    supported: `${supported.major}.${supported.minor}`,
  }
  if (order > 0) return { code: 'store-newer', ...versions }
  return order < 0 && locked ? { code: 'store-outdated', ...versions } : null
}

/**
 * Writes those of the three files that differ, in place, if all three still have the bytes of `base`. Answers the
 * names written. On a failing disk the former bytes are put back; after a crash the next readStore finishes it.
 * `beside` is written before them and only with them.
 * @failure store-changed, store-missing, store-io, store-locked
 */
export async function commitStore(
  caps: Capabilities,
  commit: {
    readonly storeDir: AbsolutePath
    readonly base: StoreHashes
    readonly texts: StoreTexts
    readonly beside?: readonly Beside[]
  },
  signal: AbortSignal,
): Promise<Result<{ readonly written: readonly string[]; readonly besideBefore: BesideDone['before'] }, Failure>> {
  const { storeDir, base, texts } = commit
  const places = storePlaces(storeDir)
  return withStoreLock(caps, storeDir, 'write', signal, async () => {
    const before = await readTexts(caps, places, false)
    if (!before.ok) return before
    const changed = WRITE_ORDER.filter(key => before.value.sha256[key] !== base[key])
    if (changed.length > 0) return fail({ code: 'store-changed', files: changed.map(key => places[key]) })
    const toWrite = WRITE_ORDER.filter(key => before.value.texts[key] !== texts[key])
    // From here on there is no way back by cancelling: the files are small and a half-written store helps nobody.
    if (toWrite.length > 0) await writeJournal(caps, storeDir, { before: before.value.texts, after: texts })
    const files = commit.beside ?? []
    const put = await putBeside(caps, files)
    if (!put.ok) {
      await dropJournal(caps, storeDir)
      return put
    }
    const beside = put.value
    const besideNames = files.filter(file => file.text !== null).map(file => file.name)
    if (toWrite.length === 0) return ok({ written: besideNames, besideBefore: beside.before })
    const failed = await writeFiles(caps, places, toWrite, texts)
    if (failed !== null) {
      const undone = await writeFiles(caps, places, toWrite, before.value.texts)
      await beside.undo()
      if (undone === null) await dropJournal(caps, storeDir)
      return fail({
        ...failed,
        reason: undone === null ? `${failed.reason}; the former contents were put back` : failed.reason,
      })
    }
    await dropJournal(caps, storeDir)
    return ok({ written: [...toWrite.map(key => FILE_NAMES[key]), ...besideNames], besideBefore: beside.before })
  })
}

async function writeFiles(
  caps: Capabilities,
  places: StorePlaces,
  keys: readonly FileKey[],
  texts: StoreTexts,
): Promise<(Failure & { code: 'store-io' }) | null> {
  for (const key of keys)
    try {
      await caps.files.writeInPlace(brand(places[key]), texts[key])
    } catch (error) {
      if (error instanceof FileError) return { code: 'store-io', path: places[key], reason: error.message }
      throw error
    }
  return null
}

/** Runs `action` under cargo-vet's lock; its argument says why there is none, null when there is. */
async function withStoreLock<T>(
  caps: Capabilities,
  storeDir: AbsolutePath,
  purpose: 'read' | 'write',
  signal: AbortSignal,
  action: (unlockedBecause: string | null) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const config = brand<'AbsolutePath'>(storePlaces(storeDir).config)
  try {
    const folder = await caps.files.stat(storeDir)
    if (folder === null) return fail({ code: 'store-missing', path: storeDir })
    // NOTE: looked at before locking, because locking creates the file.
    if ((await caps.files.stat(config)) === null) return fail({ code: 'store-io', path: config, reason: NO_FILE })
    const lock = await lockOrReason(caps, config, purpose, signal)
    if (lock === null) return fail({ code: 'store-locked', path: config, waitedMs: LOCK_WAIT_MS })
    try {
      return await action(lock.locked ? null : lock.reason)
    } finally {
      await lock.release()
    }
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'store-io', path: error.path, reason: error.message })
    throw error
  }
}

const NO_FILE = 'the file does not exist; a store has config.toml, audits.toml and imports.lock'

/** A store that may be read but not written (a read-only disk) is read without the lock. */
async function lockOrReason(caps: Capabilities, config: AbsolutePath, purpose: 'read' | 'write', signal: AbortSignal) {
  try {
    const lock = await caps.files.lock(config, LOCK_WAIT_MS, signal)
    return lock === null ? null : { ...lock, reason: lock.reason ?? 'no lock', release: () => lock.release() }
  } catch (error) {
    const isReadOnly = error instanceof FileError && ['EACCES', 'EPERM', 'EROFS'].includes(error.code)
    if (purpose === 'write' || !isReadOnly) throw error
    return { locked: false, reason: error.message, release: () => Promise.resolve() }
  }
}

async function readTexts(
  caps: Capabilities,
  places: StorePlaces,
  mayBeWritten: boolean,
): Promise<Result<{ readonly texts: StoreTexts; readonly sha256: StoreHashes }, Failure>> {
  const files = await Promise.all(
    (['config', 'audits', 'imports'] as const).map(key => readText(caps, places[key], mayBeWritten)),
  )
  const [config, audits, imports] = files as [TextRead, TextRead, TextRead]
  if (!config.ok) return config
  if (!audits.ok) return audits
  if (!imports.ok) return imports
  return ok({
    texts: { config: config.value.text, audits: audits.value.text, imports: imports.value.text },
    sha256: { config: config.value.sha256, audits: audits.value.sha256, imports: imports.value.sha256 },
  })
}

type TextRead = Result<{ readonly text: string; readonly sha256: string }, Failure>

async function readText(caps: Capabilities, file: string, mayBeWritten: boolean): Promise<TextRead> {
  let bytes: Uint8Array
  try {
    bytes = await caps.files.readBytes(brand(file), MAX_FILE_BYTES)
    for (let i = 0; i < EMPTY_RETRIES && mayBeWritten && bytes.length === 0; i++) {
      await new Promise(resolve => setTimeout(resolve, EMPTY_RETRY_MS))
      bytes = await caps.files.readBytes(brand(file), MAX_FILE_BYTES)
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return fail({ code: 'store-io', path: file, reason: error.code === 'ENOENT' ? NO_FILE : error.message })
  }
  const decoded = decodeUtf8(bytes, file)
  if (!decoded.ok) return fail({ code: 'store-toml', file, problem: decoded.error })
  return ok({ text: decoded.value, sha256: createHash('sha256').update(bytes).digest('hex') })
}
