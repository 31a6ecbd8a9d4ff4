/**
 * cargo-vet's `diff-cache.toml` (in its `--cache-dir`): measured sizes, kept for ever. Read and written in its canonical
 * form, under cargo-vet's own lock on that folder. Another version than 2, or a file that is not understood, reads as
 * empty: so does cargo-vet.
 */
import path from 'node:path'
import type { AbsolutePath, DiffStat, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { isTable, tableAt } from '../core/plain-table.ts'
import { compareVetVersions, parseVetVersion } from '../core/version.ts'
import { parseToml } from './toml.ts'
import { rewriteVetCacheFile } from './vet-cache-lock.ts'

const MAX_FILE_BYTES = 256 << 20

/** Sizes by crate, then by delta text. */
export type DiffCache = ReadonlyMap<string, ReadonlyMap<string, DiffStat>>

const diffCacheFile = (folder: AbsolutePath): AbsolutePath => path.join(folder, 'diff-cache.toml') as AbsolutePath

/** Never fails: what cannot be read counts as nothing. */
export async function readDiffCache(caps: Capabilities, folder: AbsolutePath): Promise<DiffCache> {
  try {
    return await parseDiffCache(await caps.files.readText(diffCacheFile(folder), MAX_FILE_BYTES))
  } catch (error) {
    if (error instanceof FileError) return new Map()
    throw error
  }
}

export async function parseDiffCache(text: string): Promise<DiffCache> {
  const parsed = await parseToml(text)
  if (!parsed.ok || parsed.value['version'] !== '2') return new Map()
  const crates = new Map<string, Map<string, DiffStat>>()
  for (const [crate, deltas] of Object.entries(tableAt(parsed.value, 'diffs') ?? {})) {
    const known = new Map<string, DiffStat>()
    for (const [delta, row] of Object.entries(isTable(deltas) ? deltas : {})) {
      const stat = statOf(row)
      if (stat !== null) known.set(canonicalDelta(delta), stat)
    }
    crates.set(crate, known)
  }
  return crates
}

function statOf(row: unknown): DiffStat | null {
  if (!isTable(row)) return null
  const { insertions, deletions, files_changed: filesChanged } = row
  const isCount = (n: unknown): n is number => typeof n === 'number' && Number.isInteger(n) && n >= 0
  return isCount(insertions) && isCount(deletions) && isCount(filesChanged)
    ? { insertions, deletions, filesChanged }
    : null
}

const canonicalDelta = (text: string): string =>
  text
    .split('->')
    .map(part => part.trim())
    .join(' -> ')

/** cargo-vet's bytes: crates in byte order, deltas by version before and after. Text from both versions of a delta. */
export function renderDiffCache(cache: DiffCache): string {
  const lines = ['version = "2"']
  const crates = [...cache].filter(([, deltas]) => deltas.size > 0).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  for (const [crate, deltas] of crates) {
    for (const [delta, stat] of [...deltas].sort(([a], [b]) => compareDeltas(a, b))) {
      lines.push(
        '',
        `[diffs.${tomlKey(crate)}.${tomlKey(delta)}]`,
        `insertions = ${stat.insertions}`,
        `deletions = ${stat.deletions}`,
        `files_changed = ${stat.filesChanged}`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

const tomlKey = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key))

/** A full audit before every delta, then by `from`, then by `to`; text that is no version last, in byte order. */
function compareDeltas(a: string, b: string): number {
  const [first, second] = [versionsOf(a), versionsOf(b)]
  if (first === null || second === null) return first === second ? (a < b ? -1 : 1) : first === null ? 1 : -1
  if (first.from !== null && second.from !== null) {
    return compareVetVersions(first.from, second.from) || compareVetVersions(first.to, second.to)
  }
  if (first.from !== second.from) return first.from === null ? -1 : 1
  return compareVetVersions(first.to, second.to)
}

function versionsOf(delta: string): { readonly from: VetVersion | null; readonly to: VetVersion } | null {
  const parts = delta.split(' -> ').map(parseVetVersion)
  const [first, second] = parts
  if (first === undefined || parts.length > 2 || !parts.every(p => p.ok)) return null
  if (!first.ok) return null
  return second === undefined || !second.ok ? { from: null, to: first.value } : { from: first.value, to: second.value }
}

/**
 * Adds `fresh` to the file, keeping what others wrote meanwhile. Nothing is written when nothing is new.
 * @failure cache-io
 */
export async function addToDiffCache(
  caps: Capabilities,
  folder: AbsolutePath,
  fresh: DiffCache,
  signal: AbortSignal,
): Promise<Result<null, Failure>> {
  return rewriteVetCacheFile(caps, diffCacheFile(folder), signal, async () =>
    renderDiffCache(mergeDiffs(await readDiffCache(caps, folder), fresh)),
  )
}

function mergeDiffs(known: DiffCache, fresh: DiffCache): DiffCache {
  const merged = new Map<string, ReadonlyMap<string, DiffStat>>(known)
  for (const [crate, deltas] of fresh) merged.set(crate, new Map([...(merged.get(crate) ?? []), ...deltas]))
  return merged
}
