/**
 * Measuring for all benchmarks: paired runs in alternation, medians, and one line per result with its limit.
 * A ratio is only ever taken between two things timed in the same run of the program, never against a stored number.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export const ROOT = path.resolve(import.meta.dirname, '..')
export const REFERENCE = path.join(ROOT, '.tools', 'cargo-vet', 'bin', 'cargo-vet')
export const SHARED = path.join(ROOT, '..', 'shared', 'data')

export interface Timing {
  readonly medianMs: number
  readonly minMs: number
  readonly maxMs: number
  readonly runs: number
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}
const timing = (values: readonly number[]): Timing => ({
  medianMs: median(values),
  minMs: Math.min(...values),
  maxMs: Math.max(...values),
  runs: values.length,
})

/** Times `ours` and `theirs` in turn, swapping who goes first, after `warmups` untimed pairs. `before` is not timed. */
export async function pair(options: {
  readonly runs: number
  readonly warmups: number
  readonly before?: () => void
  readonly ours: () => void | Promise<void>
  readonly theirs: () => void | Promise<void>
}): Promise<{ readonly ours: Timing; readonly theirs: Timing; readonly ratio: number }> {
  const times = { ours: [] as number[], theirs: [] as number[] }
  for (let i = -options.warmups; i < options.runs; i++) {
    for (const side of i % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)) {
      options.before?.()
      const startedAt = performance.now()
      await options[side]()
      if (i >= 0) times[side].push(performance.now() - startedAt)
    }
  }
  const ours = timing(times.ours)
  const theirs = timing(times.theirs)
  // The median of each pair's ratio: a slow moment of the machine falls on both halves of its pair.
  return { ours, theirs, ratio: median(times.ours.map((ms, i) => ms / (times.theirs[i] ?? NaN))) }
}

/** Times one thing alone. */
export function repeat(runs: number, warmups: number, run: () => void): Timing {
  const times: number[] = []
  for (let i = -warmups; i < runs; i++) {
    const startedAt = performance.now()
    run()
    if (i >= 0) times.push(performance.now() - startedAt)
  }
  return timing(times)
}

export const ms = (t: Timing): string =>
  `${t.medianMs.toFixed(1)} ms (${t.minMs.toFixed(1)}–${t.maxMs.toFixed(1)}, ${t.runs} runs)`

/** Prints a result against its limit; a missed limit makes the program exit with 1 at its end. */
export function judge(what: string, value: number, limit: number, unit: string): void {
  const isMet = value <= limit
  console.log(`  ${isMet ? 'ok    ' : 'MISSED'} ${what}: ${value.toFixed(2)}${unit}, limit ${limit}${unit}`)
  if (!isMet) process.exitCode = 1
}

/** Ends this benchmark without judging. The reason is printed; exit code 0. */
export function skip(reason: string): never {
  console.log(`  skipped: ${reason}`)
  process.exit(0)
}

export function needReference(): void {
  if (!existsSync(REFERENCE))
    skip('the real cargo-vet is not in .tools/cargo-vet (npm test installs it where cargo is)')
}

export function tempFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'assay-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The cargo that runs once rustup's own forwarding is out of the way; both sides get the same. Skips without one. */
export function cargoPath(): string {
  const found = spawnSync('rustup', ['which', 'cargo'], { encoding: 'utf8' })
  if (found.status === 0) return found.stdout.trim()
  const plain = spawnSync('sh', ['-c', 'command -v cargo'], { encoding: 'utf8' })
  if (plain.status === 0) return plain.stdout.trim()
  return skip('cargo is not installed')
}

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function run(command: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Ran {
  const done = spawnSync(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  return { code: done.status, out: done.stdout, err: done.stderr }
}

/** `assay` as a user starts it. */
export const assay = (args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Ran =>
  run(path.join(ROOT, 'bin', 'assay'), args, cwd, env)
/** The real cargo-vet, started directly. */
export const cargoVet = (args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Ran =>
  run(REFERENCE, ['vet', ...args], cwd, env)

/** A run that answers anything else than the first one was not measured: it failed. */
export function expectSame(ran: Ran, first: Ran): void {
  if (ran.code !== first.code || ran.out !== first.out)
    throw new Error(`a timed run answered something else (exit ${ran.code}): ${ran.err.slice(0, 500)}`)
}

/** Prints what is measured and on which machine. */
export function begin(title: string): void {
  const cpus = os.cpus()
  console.log(
    `${title}\n  on ${cpus.length} × ${cpus[0]?.model ?? 'unknown processor'}, load ${os.loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}`,
  )
}
