/**
 * Comparing published crates with their repositories, against `cargo package` at the same commits plus a comparison of
 * the contents, on the same crates in one run; then 1,000 checks as a user starts them: crates per second and memory.
 * Real crates are taken from the team's sample where mirrors are named by ASSAY_GIT_INSTEAD_OF and archives can be had,
 * and up to 1,000 more from the archives in ASSAY_BENCH_CRATES (folders of NAME-VERSION.crate, parted like PATH) or
 * those that cargo downloaded; everywhere, 1,000 distinct crates are made here with the real git and the real cargo.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { AbsolutePath } from '../src/shared/domain.ts'
import type { ProvenanceRecord } from '../src/shared/provenance.ts'
import { createNodeCapabilities } from '../src/main/engine/node-capabilities.ts'
import { makeMany } from '../src/main/engine/provenance/testing/many.ts'
import { makeWorld } from '../src/main/engine/provenance/testing/world.ts'
import { prepareProvenance } from '../src/main/engine/session/provenance-command.ts'
import { openCache } from '../src/main/engine/cache.ts'
import { begin, cargoPath, judge, ROOT, SHARED, skip, tempFolder } from './harness.ts'
import { packaged } from './provenance-cargo.ts'
import { chooseVersions } from './provenance-published.ts'

const MANY = 1_000
/** Crates that cargo packages in its two forms; evenly taken from the sample. */
const PACKAGED = 40
/** Fewer published versions than this say nothing about a long run. */
const FEW = 300
const MEMORY_LIMIT_MB = 300
const RATE_LIMIT = 150
/** What the offline form of `cargo package` took on the machine that the limit of 150 a second was set for (median). */
const OFFLINE_MS = 31

begin('provenance: comparing with the repository')
const cargo = cargoPath()
const temp = tempFolder()
const quiet = { signal: new AbortController().signal, onProgress: () => undefined }

interface Ran {
  readonly seconds: number
  readonly peakMb: number
  readonly childrenMb: number
  readonly outcomes: ReadonlyMap<string, number>
}

/** `assay provenance` as a user starts it, its memory sampled from outside, that of its git processes apart. */
async function timed(list: string, env: Record<string, string>, more: readonly string[] = []): Promise<Ran> {
  const startedAt = performance.now()
  const argv = ['provenance', '--from', list, '--output-format', 'ndjson', ...more]
  const child = spawn(path.join(ROOT, 'bin', 'assay'), argv, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let [peakMb, childrenMb, rest] = [0, 0, '']
  const outcomes = new Map<string, number>()
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(child.pid ?? 0))
    childrenMb = Math.max(
      childrenMb,
      childrenOf(child.pid ?? 0).reduce((sum, pid) => sum + residentMb(pid), 0),
    )
  }, 100)
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { outcome } = JSON.parse(line) as { outcome: string | null }
      outcomes.set(String(outcome), (outcomes.get(String(outcome)) ?? 0) + 1)
    }
  })
  await new Promise(resolve => child.once('close', resolve))
  clearInterval(timer)
  return { seconds: (performance.now() - startedAt) / 1000, peakMb, childrenMb, outcomes }
}

/** Peak of one process so far; 0 where the system does not say. */
function residentMb(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
const shown = ({ outcomes }: Ran) => [...outcomes].map(([name, count]) => `${count} ${name}`).join(', ')

// ── real crates ──────────────────────────────────────────────────────────────────────────────

interface Sample {
  readonly crate: string
  readonly version: string
}
const sampleFile = path.join(SHARED, 'provenance-sample.json')
const insteadOf = process.env['ASSAY_GIT_INSTEAD_OF'] ?? ''
const cacheDir = process.env['ASSAY_BENCH_CACHE'] ?? path.join(temp, 'cache')
const realEnv = { ASSAY_CACHE_DIR: cacheDir, ASSAY_DATA_DIR: path.join(temp, 'data') }
const benchCapabilities = () =>
  createNodeCapabilities({ version: 'bench', sampleDir: temp, env: { ...process.env, ...realEnv } })

/** The median milliseconds of the offline form of `cargo package` here; null: it was not measured. */
async function realCrates(): Promise<number | null> {
  if (insteadOf === '' || !existsSync(sampleFile)) {
    console.log('  real crates: skipped, ASSAY_GIT_INSTEAD_OF names no mirrors, or there is no sample')
    return null
  }
  const { rows } = JSON.parse(readFileSync(sampleFile, 'utf8')) as { rows: Sample[] }
  const list = path.join(temp, 'real')
  writeFileSync(list, rows.map(row => `${row.crate} ${row.version}\n`).join(''))
  console.log(`  input: ${rows.length} versions of ${new Set(rows.map(r => r.crate)).size} crates of ${sampleFile}`)
  const first = await timed(list, realEnv)
  console.log(
    `  first run, mirrors made and archives fetched where they are missing: ${first.seconds.toFixed(1)} s; ${shown(first)}`,
  )
  const records = await recordsOf(list)
  // What has to be searched for is not what cargo packages: there the commit is given.
  const comparable = records.filter(
    r => r.fallback === null && r.commit !== null && r.path !== null && r.mirror?.fetchedFrom.startsWith('file:'),
  )
  const warm = await timed(list, realEnv, ['--again'])
  console.log(
    `  again, mirrors present: ${warm.seconds.toFixed(2)} s, ${(rows.length / warm.seconds).toFixed(0)} crates per second with process start, ${warm.peakMb.toFixed(0)} MB, git beside it ${warm.childrenMb.toFixed(0)} MB`,
  )

  const statedList = path.join(temp, 'stated')
  writeFileSync(statedList, comparable.map(r => `${r.crate} ${r.version}\n`).join(''))
  const stated = await inProcess(statedList, null)
  const rate = (comparable.length / stated.ms) * 1000
  console.log(
    `  the ${comparable.length} of them that state their commit, engine already started: ${(stated.ms / 1000).toFixed(2)} s, ${rate.toFixed(0)} crates per second (a run of a second: mostly warming up)`,
  )

  const step = Math.max(1, Math.floor(comparable.length / PACKAGED))
  const chosen = comparable.filter((_, i) => i % step === 0).slice(0, PACKAGED)
  const cache = openCache(benchCapabilities())
  const theirs = await packaged(chosen, { cargo, temp, insteadOf, cache })
  cache.close()
  // The same crates on both sides, one after the other: those that cargo packages in both forms.
  const chosenList = path.join(temp, 'chosen')
  writeFileSync(chosenList, theirs.names.join('\n'))
  const ours = await inProcess(chosenList, 1)
  const together = await inProcess(chosenList, null)
  console.log(
    `  the ${theirs.names.length} of ${chosen.length} that cargo packages in both forms: ${theirs.names.join(', ')}`,
  )
  const line = (what: string, each: readonly number[], more = '') =>
    console.log(
      `  ${what.padEnd(41)}median ${median(each).toFixed(2)}, mean ${mean(each).toFixed(2)} ms a crate${more}`,
    )
  line('assay, compare', ours.each, `; several at once mean ${(together.ms / theirs.names.length).toFixed(2)}`)
  line(
    'cargo package --no-verify, and compare',
    theirs.ordinary,
    ` (checkout not counted: ${mean(theirs.checkout).toFixed(1)})`,
  )
  line('its offline form, and compare', theirs.offline)
  // The figures aimed at, 374 and 31 ms, are medians. The means are told beside them: two crates with submodules of
  // thousands of files take as long as twenty others.
  const versus = (what: string, each: readonly number[], times: number) => {
    const [byMedian, byMean] = [median(each) / median(ours.each), mean(each) / mean(ours.each)]
    console.log(`  ${what}: ${byMedian.toFixed(1)} times by medians, ${byMean.toFixed(1)} by means`)
    judge(`${what}, at least ${times} times: median of ours to theirs`, 1 / byMedian, 1 / times, '×')
  }
  versus('ordinary cargo package to compare', theirs.ordinary, 50)
  versus('offline cargo package to compare', theirs.offline, 5)
  return median(theirs.offline)
}

const mean = (each: readonly number[]) => each.reduce((sum, ms) => sum + ms, 0) / each.length
const median = (each: readonly number[]) => [...each].sort((a, b) => a - b)[each.length >> 1] ?? NaN

async function prepared(list: string, parallel: number | null = null) {
  const caps = benchCapabilities()
  const target = { kind: 'file', file: list as AbsolutePath } as const
  const wish = { target, level: 'compare', again: true, refresh: false, offline: false, parallel } as const
  const ready = await prepareProvenance(caps, { path: temp as AbsolutePath, cacheDir: null }, wish, quiet)
  if (!ready.ok) throw new Error(JSON.stringify(ready.error))
  return ready.value
}

async function recordsOf(list: string): Promise<ProvenanceRecord[]> {
  const ready = await prepared(list)
  const records = ready.wanted.flatMap(wanted => ready.record(wanted) ?? [])
  await ready.close()
  return records
}

/**
 * Milliseconds of one run with nothing remembered in memory, git started anew, and of each crate (meaningful one at a
 * time): the medians of five runs.
 */
async function inProcess(list: string, parallel: number | null): Promise<{ ms: number; each: readonly number[] }> {
  const [runs, each]: [number[], number[][]] = [[], []]
  for (let i = 0; i < 6; i++) {
    const ready = await prepared(list, parallel)
    const startedAt = performance.now()
    let before = startedAt
    const done = (index: number) => {
      const now = performance.now()
      if (i > 0) (each[index] ??= []).push(now - before)
      before = now
    }
    await ready.check({ done }, quiet)
    if (i > 0) runs.push(performance.now() - startedAt)
    await ready.close()
  }
  return { ms: median(runs), each: each.map(median) }
}

// ── a thousand crates made here ──────────────────────────────────────────────────────────────

async function thousand(): Promise<void> {
  const world = await makeWorld('bench')
  try {
    const many = await makeMany(world, { crates: MANY, repositories: 40 })
    const list = path.join(temp, 'many')
    writeFileSync(list, many.list)
    const env = {
      ...{ CARGO_HOME: world.at('cargo-home'), ASSAY_GIT_INSTEAD_OF: world.insteadOf },
      ...{ ASSAY_CACHE_DIR: path.join(temp, 'many-cache'), ASSAY_DATA_DIR: path.join(temp, 'many-data') },
    }
    const first = await timed(list, env)
    console.log(`  input: ${MANY} distinct crates made here, in 40 repositories; ${shown(first)}`)
    console.log(`  first run, mirrors made: ${first.seconds.toFixed(2)} s`)
    const warm = await timed(list, env, ['--again'])
    report('made here, mirrors present', warm, MANY)
  } finally {
    await world.dispose()
  }
}

// ── a thousand published ones ────────────────────────────────────────────────────────────────

async function published(offlineMs: number | null): Promise<void> {
  const folders = archiveFolders()
  if (insteadOf === '' || folders.length === 0) {
    console.log('  published crates: skipped, ASSAY_GIT_INSTEAD_OF names no mirrors, or no archives are at hand')
    return
  }
  const caps = benchCapabilities()
  const chosen = await chooseVersions(caps, { folders, insteadOf, count: MANY }, quiet)
  const { versions } = chosen
  const list = path.join(temp, 'published')
  writeFileSync(list, versions.map(one => `${one.crate} ${one.version}\n`).join(''))
  console.log(
    `  input: ${versions.length} published versions of ${new Set(versions.map(one => one.crate)).size} crates from ${versions[0]?.publishedAt.slice(0, 10)} to ${versions.at(-1)?.publishedAt.slice(0, 10)}, of ${chosen.fitting} whose commit the mirrors have, of ${chosen.stating} that state one in a mirrored repository, of ${chosen.archives} archives`,
  )
  if (versions.length < FEW) return
  const first = await timed(list, realEnv)
  console.log(`  first run, mirrors made where they are missing: ${first.seconds.toFixed(1)} s; ${shown(first)}`)
  const warm = await timed(list, realEnv, ['--again'])
  report('published, mirrors present', warm, versions.length)
  if (offlineMs === null) return
  const eachMs = (warm.seconds * 1000) / versions.length
  judge(
    `published: a crate in the run to the offline form (${OFFLINE_MS} ms where ${RATE_LIMIT} a second was set)`,
    ...([eachMs / offlineMs, Number((1000 / RATE_LIMIT / OFFLINE_MS).toFixed(3)), '×'] as const),
  )
}

/** Those named, or else cargo's own downloads. */
function archiveFolders(): readonly string[] {
  const named = process.env['ASSAY_BENCH_CRATES']
  if (named !== undefined) return named.split(path.delimiter)
  const downloads = path.join(process.env['CARGO_HOME'] ?? path.join(os.homedir(), '.cargo'), 'registry', 'cache')
  return existsSync(downloads) ? readdirSync(downloads).map(name => path.join(downloads, name)) : []
}

function report(what: string, ran: Ran, count: number): void {
  const rate = count / ran.seconds
  console.log(
    `  ${what}: ${ran.seconds.toFixed(2)} s, ${rate.toFixed(0)} crates per second, peak ${ran.peakMb.toFixed(0)} MB, git beside it ${ran.childrenMb.toFixed(0)} MB`,
  )
  judge(`${what}: seconds for ${RATE_LIMIT} crates`, (ran.seconds / count) * RATE_LIMIT, 1, ' s')
  judge(`${what}: memory`, ran.peakMb, MEMORY_LIMIT_MB, ' MB')
}

if (cargo === '') skip('cargo is not installed')
await published(await realCrates())
await thousand()
