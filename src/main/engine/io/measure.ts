/**
 * Sizes of deltas: remembered ones at once, others by fetching both sides and counting. Sizes never change, because
 * a version's archive never does, so they are kept for ever: in Assay's cache, and in cargo-vet's diff-cache.toml when
 * a `--cache-dir` is given. Then that folder alone is asked first, as cargo-vet would.
 */
import path from 'node:path'
import {
  deltaText,
  type AbsolutePath,
  type CrateName,
  type Delta,
  type DiffStat,
  type VetVersion,
} from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { gitRevOf, semverOf } from '../core/version.ts'
import { addToDiffCache, readDiffCache, type DiffCache } from './diff-cache.ts'
import { createSlots } from './fetcher.ts'
import { countFolders, createChangeCounter, type ChangeCounter } from './numstat.ts'
import type { CrateFiles, Registry } from './registry.ts'
import { createSharedWork } from './shared-work.ts'

export interface Measurer {
  /** Remembered size, or null. Never blocks on anything but the cache's own file. */
  known(crate: CrateName, delta: Delta): DiffStat | null
  /** Throws Cancelled. @failure registry, archive and git codes; git-source-unsupported */
  measure(crate: CrateName, delta: Delta, run: Run): Promise<Result<DiffStat, Failure>>
  /** Writes new sizes to cargo-vet's cache folder, if one is in use. @failure cache-io */
  flush(): Promise<Result<null, Failure>>
}

export interface MeasurerOptions {
  /** cargo-vet's `--cache-dir`. */
  readonly diffCacheDir: AbsolutePath | null
}

/** Deltas in work at once: enough to fill a batch for git, few enough to fit in memory. Downloads have their own limit. */
const PARALLEL = 32
/** Unpacked archives kept for the next delta of the same crate. */
const KEPT_BYTES = 64 << 20

export function createMeasurer(
  caps: Capabilities,
  registry: Registry,
  cache: Cache,
  options: MeasurerOptions,
): Measurer {
  const { diffCacheDir } = options
  const fresh = new Map<string, Map<string, DiffStat>>()
  const slots = createSlots(PARALLEL)
  const sides = createSides(registry)
  const counter = createChangeCounter(caps)
  const inWork = createSharedWork<Result<DiffStat, Failure>>()
  let fromFile: DiffCache | null = null
  let reading: Promise<void> | null = null

  const load = () => {
    if (diffCacheDir !== null) reading ??= readDiffCache(caps, diffCacheDir).then(read => void (fromFile = read))
    return reading
  }
  const remember = (crate: string, delta: string, stat: DiffStat) => {
    const deltas = fresh.get(crate) ?? new Map<string, DiffStat>()
    fresh.set(crate, deltas.set(delta, stat))
  }
  const known = (crate: CrateName, delta: Delta): DiffStat | null => {
    const text = deltaText(delta)
    const seen = fresh.get(crate)?.get(text) ?? fromFile?.get(crate)?.get(text)
    return seen ?? (diffCacheDir === null ? cache.diff(registry.id, crate, text) : null)
  }

  const measureNow = async (crate: CrateName, delta: Delta, run: Run): Promise<Result<DiffStat, Failure>> => {
    await load()
    const remembered = known(crate, delta)
    if (remembered !== null) return ok(remembered)
    if (diffCacheDir !== null) {
      const local = await measureVetSources(caps, diffCacheDir, crate, delta, run.signal)
      if (local !== null) {
        if (local.ok) remember(crate, deltaText(delta), local.value)
        return local
      }
    }
    const measured = ok(cache.diff(registry.id, crate, deltaText(delta)))
    if (measured.value !== null) {
      remember(crate, deltaText(delta), measured.value)
      return ok(measured.value)
    }
    const gitSide = [delta.from, delta.to].find(v => v !== null && gitRevOf(v) !== null) ?? null
    if (gitSide !== null) return fail({ code: 'git-source-unsupported', crate, version: gitSide })
    const counted = await countSides(counter, sides, crate, delta, run)
    if (!counted.ok) return counted
    remember(crate, deltaText(delta), counted.value)
    cache.putDiff(registry.id, crate, deltaText(delta), counted.value)
    return counted
  }

  return {
    known,
    measure(crate, delta, run) {
      const key = `${crate} ${deltaText(delta)}`
      return inWork.join(key, run.signal, () => slots.use(run.signal, () => measureNow(crate, delta, run)))
    },
    async flush() {
      if (diffCacheDir === null || fresh.size === 0) return ok(null)
      return addToDiffCache(caps, diffCacheDir, fresh, new AbortController().signal)
    },
  }
}

async function countSides(
  counter: ChangeCounter,
  sides: Sides,
  crate: string,
  delta: Delta,
  run: Run,
): Promise<Result<DiffStat, Failure>> {
  const [newSide, oldSide] = await Promise.all([
    sides.files(crate, semverOf(delta.to), run),
    delta.from === null ? null : sides.files(crate, semverOf(delta.from), run),
  ])
  if (!newSide.ok) return newSide
  if (oldSide !== null && !oldSide.ok) return oldSide
  return counter.count(oldSide?.value.entries ?? [], newSide.value.entries, run.signal)
}

/** Null unless every side is in the folder's `src`, complete by cargo-vet's marker. */
async function measureVetSources(
  caps: Capabilities,
  vetCacheDir: AbsolutePath,
  crate: string,
  delta: Delta,
  signal: AbortSignal,
): Promise<Result<DiffStat, Failure> | null> {
  const folderOf = async (version: VetVersion): Promise<AbsolutePath | null> => {
    const rev = gitRevOf(version)
    const name = `${crate}-${semverOf(version)}${rev === null ? '' : `.git.${rev}`}`
    const folder = path.join(vetCacheDir, 'src', name) as AbsolutePath
    const marker = await caps.files.readText(path.join(folder, '.cargo-ok') as AbsolutePath, 100).catch(() => null)
    return marker === 'ok' ? folder : null
  }
  const newFolder = await folderOf(delta.to)
  const oldFolder = delta.from === null ? null : await folderOf(delta.from)
  if (newFolder === null || (delta.from !== null && oldFolder === null)) return null
  return countFolders(caps, oldFolder, newFolder, gitRevOf(delta.to) !== null, signal)
}

// ── both sides in memory ─────────────────────────────────────────────────────────────────────

interface Sides {
  files(crate: string, version: string, run: Run): Promise<Result<CrateFiles, Failure>>
}

/** Several deltas share a side: each is read once while it is wanted, and kept while there is room. */
function createSides(registry: Registry): Sides {
  const reading = createSharedWork<Result<CrateFiles, Failure>>()
  const kept = new Map<string, { readonly files: CrateFiles; readonly bytes: number }>()
  let keptBytes = 0
  const keep = (key: string, files: CrateFiles) => {
    const bytes = files.entries.reduce((sum, e) => sum + e.data.length, 0)
    kept.set(key, { files, bytes })
    keptBytes += bytes
    for (const [oldest, one] of kept) {
      if (keptBytes <= KEPT_BYTES) break
      kept.delete(oldest)
      keptBytes -= one.bytes
    }
  }
  return {
    async files(crate, version, run) {
      const key = `${crate} ${version}`
      const known = kept.get(key)
      if (known !== undefined) return ok(known.files)
      return reading.join(key, run.signal, async () => {
        const read = await registry.files(crate, version, run)
        if (read.ok) keep(key, read.value)
        return read
      })
    },
  }
}
