/**
 * cargo-vet's own cache folder: the one of --cache-dir, else where cargo-vet keeps it. Its command history is shared,
 * so that either tool can certify what the other showed; `gc` cleans it by cargo-vet's rules. Every access holds
 * cargo-vet's lock `.vet-lock`.
 * Source: cargo-vet 0.10.3 src/storage.rs Cache.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { NO_HISTORY, parseHistory, renderHistory, type CommandHistory } from '../core/fetch-mode.ts'
import { VET_CACHE_LOCK, withVetCacheLock } from './vet-cache-lock.ts'

const HISTORY = 'command-history.json'
const LOCK_WAIT_MS = 10_000
const MAX_HISTORY_BYTES = 1 << 20
/** Whatever else is in the folder is not cargo-vet's, or is of a former version. */
const KNOWN = new Set([
  ...[VET_CACHE_LOCK, HISTORY, 'diff-cache.toml', 'crates-io-cache.json'],
  ...['cache', 'src', 'empty'],
])
const DAY_MS = 86_400_000

/** `stated` or cargo-vet's default for this machine and user. */
export function vetCacheDir(caps: Pick<Capabilities, 'host'>, stated: AbsolutePath | null): AbsolutePath {
  if (stated !== null) return stated
  const { env, homeDir, platform } = caps.host
  const xdg = env['XDG_CACHE_HOME'] ?? ''
  const base =
    platform === 'darwin'
      ? path.join(homeDir, 'Library', 'Caches')
      : platform === 'win32'
        ? (env['LOCALAPPDATA'] ?? path.join(homeDir, 'AppData', 'Local'))
        : path.isAbsolute(xdg)
          ? xdg
          : path.join(homeDir, '.cache')
  return path.join(base, 'cargo-vet') as AbsolutePath
}

/** What was shown last; nothing when there is no folder or no history. @failure cache-io, store-locked */
export async function readHistory(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<CommandHistory, Failure>> {
  if ((await caps.files.stat(folder)) === null) return ok(NO_HISTORY)
  return withCacheLock(caps, folder, signal, () => historyIn(caps, folder))
}

/** Changes the history and answers what `change` says beside it. @failure cache-io, store-locked */
export async function changeHistory<T extends { readonly history: CommandHistory }>(
  caps: Capabilities,
  folder: AbsolutePath,
  change: (before: CommandHistory) => T,
  signal: AbortSignal,
): Promise<Result<T, Failure>> {
  return withCacheLock(caps, folder, signal, async () => {
    const changed = change(await historyIn(caps, folder))
    await caps.files.writeInPlace(path.join(folder, HISTORY) as AbsolutePath, renderHistory(changed.history))
    return changed
  })
}

async function historyIn(caps: Capabilities, folder: AbsolutePath): Promise<CommandHistory> {
  try {
    return parseHistory(await caps.files.readText(path.join(folder, HISTORY) as AbsolutePath, MAX_HISTORY_BYTES))
  } catch (error) {
    if (error instanceof FileError && error.code === 'ENOENT') return NO_HISTORY
    throw error
  }
}

/** How many entries went. */
export interface Collected {
  readonly removed: number
}

/** Everything goes but the lock. @failure cache-io, store-locked */
export async function cleanCache(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<Collected, Failure>> {
  return withCacheLock(caps, folder, signal, async () => ({
    removed: await removeWhere(caps, folder, name => name !== VET_CACHE_LOCK),
  }))
}

/**
 * What cargo-vet does not know goes, archives that were not used for so many days, and sources without an archive.
 * `maxAgeDays` is not negative and not NaN. @failure cache-io, store-locked
 */
export async function collectCache(
  caps: Capabilities,
  folder: AbsolutePath,
  maxAgeDays: number,
  signal: AbortSignal,
): Promise<Result<Collected, Failure>> {
  return withCacheLock(caps, folder, signal, async () => {
    const at = (name: string) => path.join(folder, name) as AbsolutePath
    let removed = await removeWhere(caps, folder, name => !KNOWN.has(name))
    removed += await removeWhere(caps, at('empty'), () => true)
    const kept = new Set<string>()
    removed += await removeWhere(caps, at('cache'), async (name, file) => {
      const stat = await caps.files.stat(file)
      const isOld = stat !== null && caps.clock.nowMs() - stat.mtimeMs > maxAgeDays * DAY_MS
      if (path.extname(name) !== '.crate' || isOld) return true
      kept.add(path.basename(name, '.crate'))
      return false
    })
    removed += await removeWhere(
      caps,
      at('src'),
      async (name, file) => !kept.has(name) || !(await isComplete(caps, file)),
    )
    return { removed }
  })
}

async function isComplete(caps: Capabilities, folder: AbsolutePath): Promise<boolean> {
  try {
    return (await caps.files.readText(path.join(folder, '.cargo-ok') as AbsolutePath, 16)) === 'ok'
  } catch (error) {
    if (error instanceof FileError) return false
    throw error
  }
}

async function removeWhere(
  caps: Capabilities,
  folder: AbsolutePath,
  isWanted: (name: string, file: AbsolutePath) => boolean | Promise<boolean>,
): Promise<number> {
  if ((await caps.files.stat(folder))?.kind !== 'directory') return 0
  let removed = 0
  for (const { name } of await caps.files.list(folder)) {
    const file = path.join(folder, name) as AbsolutePath
    if (!(await isWanted(name, file))) continue
    await caps.files.remove(file)
    removed++
  }
  return removed
}

async function withCacheLock<T>(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<Result<T, Failure>> {
  const file = path.join(folder, VET_CACHE_LOCK)
  const ifHeld: Failure = { code: 'store-locked', path: file, waitedMs: LOCK_WAIT_MS }
  return withVetCacheLock(caps, folder, { waitMs: LOCK_WAIT_MS, ifHeld, signal }, action)
}
