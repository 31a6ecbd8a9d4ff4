/**
 * How many lines carried read marks save, measured on real crates: for the newest versions of each, the lines to read
 * when nothing is remembered, when what did not change stays read, and when a changed file is read from where it was
 * left. `node scripts/run-ts.mjs tools/carried-marks.ts [--versions N] [CRATE …]`. Archives come through the registry
 * as cargo is configured here, verified; nothing is stored but the cache.
 *
 * Three ways to go through the versions, each by a reviewer who reads everything:
 * - full: every version as a whole;
 * - base: every version as a change of the first one, which others vouch for (as when an audit of theirs is the base);
 * - chain: every version as a change of the one before it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openCache } from '../src/main/engine/cache.ts'
import { compareVetVersions, parseVetVersion } from '../src/main/engine/core/version.ts'
import { openRegistry } from '../src/main/engine/io/registry.ts'
import { readRegistryConfig } from '../src/main/engine/io/registry-config.ts'
import { createNodeCapabilities } from '../src/main/engine/node-capabilities.ts'
import { knowledgeOf, sideKeys, type MarkRow, type ReadContent } from '../src/main/engine/review/carried-marks.ts'
import { diffBytes } from '../src/main/engine/review/file-diff.ts'
import { compareTrees, type TreeFile } from '../src/main/engine/review/tree-diff.ts'
import { brand, type AbsolutePath, type Delta, type VetVersion } from '../src/shared/domain.ts'
import type { Failure } from '../src/shared/failure.ts'
import type { Result } from '../src/shared/result.ts'

const CRATES = ['serde_json', 'regex-automata', 'syn', 'tokio-util', 'rustix']
const { values, positionals } = parseArgs({
  options: { versions: { type: 'string', default: '10' } },
  allowPositionals: true,
})
const run = { signal: new AbortController().signal, onProgress: () => undefined }

const temp = (await mkdtemp(path.join(os.tmpdir(), 'assay-carried-'))) as AbsolutePath
const caps = createNodeCapabilities({ version: 'tool', sampleDir: temp, env: process.env })
const cache = openCache(caps)
const registry = openRegistry(caps, cache, need(await readRegistryConfig(caps, temp)), {
  offline: false,
  lockChecksums: new Map(),
})

function need<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

interface Version {
  readonly version: VetVersion
  readonly folder: AbsolutePath
}

/** The newest versions that are neither yanked nor pre-releases, oldest first, unpacked. */
async function newestVersions(crate: string, count: number): Promise<readonly Version[]> {
  const listed = need(await registry.versions(crate, run))
    .filter(v => !v.yanked && !v.version.includes('-'))
    .flatMap(v => {
      const parsed = parseVetVersion(v.version)
      return parsed.ok ? [parsed.value] : []
    })
    .sort(compareVetVersions)
    .slice(-count)
  const unpacked: Version[] = []
  for (const version of listed) {
    unpacked.push({ version, folder: need(await registry.unpacked(crate, version, run)).folder })
  }
  return unpacked
}

type Way = 'full' | 'base' | 'chain'

interface Lines {
  /** Nothing is remembered. */
  readonly without: number
  /** Unchanged content stays read, changed files are read as the review shows them. */
  readonly carried: number
  /** Also: a changed file is read from the content that was read, where that is enough. */
  readonly since: number
}

async function readAll(crate: string, versions: readonly Version[], way: Way): Promise<Lines> {
  const rows = new Map<string, MarkRow>()
  const sum = { without: 0, carried: 0, since: 0 }
  const folders = new Map(versions.map(v => [v.version as string, v.folder]))
  for (const [i, to] of versions.entries()) {
    const from = way === 'full' ? null : (versions[way === 'base' ? 0 : i - 1] ?? null)
    if (way !== 'full' && i === 0) continue
    const delta: Delta = { from: from?.version ?? null, to: to.version }
    const sides = { oldFolder: from?.folder ?? null, newFolder: to.folder }
    const { files } = need(await compareTrees(caps, { crate: brand<'CrateName'>(crate), delta, ...sides }, run))
    const knowledge = knowledgeOf([...rows.values()])
    for (const file of files) {
      const { mark, earlier, base } = knowledge.judge(file, delta)
      const lines = file.isCounted ? file.insertions + file.deletions : 0
      sum.without += lines
      if (mark === 'read') continue
      sum.carried += lines
      const isShorter = base !== null && earlier?.covers === 'rest' && file.isCounted
      sum.since += isShorter ? Math.min(lines, await linesSince(base, file, folders, to.folder)) : lines
    }
    // Marked at the end of the version: what it holds twice was read twice.
    for (const file of files) {
      const row = rowOf(file, delta, i)
      rows.set(`${row.path}\0${row.hashOld}\0${row.hashNew}`, row)
    }
  }
  return sum
}

async function linesSince(
  base: ReadContent,
  file: TreeFile,
  folders: ReadonlyMap<string, AbsolutePath>,
  newFolder: AbsolutePath,
): Promise<number> {
  const folder = folders.get(base.version ?? '')
  if (folder === undefined || file.isBinary) return Infinity
  const bytes = (root: AbsolutePath, name: string) => caps.files.readBytes(path.join(root, name) as AbsolutePath)
  const [before, after] = [await bytes(folder, base.path), await bytes(newFolder, file.path)]
  const diff = need(await diffBytes(caps, { path: file.path, old: before, new: after, page: 0 }, run))
  if (diff.kind === 'binary') return Infinity
  if (diff.kind === 'huge') return diff.changedLines
  return diff.hunks.reduce((sum, h) => sum + h.oldEnd - h.oldStart + h.newEnd - h.newStart, 0)
}

function rowOf(file: TreeFile, delta: Delta, at: number): MarkRow {
  const keys = sideKeys(file, delta)
  return {
    path: file.path,
    oldPath: file.oldPath,
    hashOld: keys.old,
    hashNew: keys.new,
    mark: 'read',
    atMs: at,
    group: file.group,
    versionFrom: delta.from,
    versionTo: delta.to,
  }
}

const number = (value: number): string => value.toLocaleString('en-US')
const cells = (parts: readonly string[]): string => `| ${parts.join(' | ')} |`

try {
  console.log(cells(['crate', 'versions', 'way', 'lines', 'carried', 'and since read', 'saved']))
  console.log(cells(['---', '---', '---', '--:', '--:', '--:', '--:']))
  for (const crate of positionals.length > 0 ? positionals : CRATES) {
    const versions = await newestVersions(crate, Number(values.versions))
    const span = `${versions.length}: ${versions[0]?.version ?? ''} … ${versions.at(-1)?.version ?? ''}`
    for (const way of ['full', 'base', 'chain'] as const) {
      const { without, carried, since } = await readAll(crate, versions, way)
      const saved = without === 0 ? '' : `${(100 * (1 - since / without)).toFixed(1)} %`
      console.log(cells([crate, span, way, number(without), number(carried), number(since), saved]))
    }
  }
} finally {
  cache.close()
  await rm(temp, { recursive: true, force: true })
}
