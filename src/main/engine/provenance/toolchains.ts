/**
 * Which cargo rebuilds an archive: only what is installed here, called by its own path. rustup's stand-in is never
 * called, because a repository's rust-toolchain file could name a program of its own.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'

export interface Toolchain {
  /** As cargo says it, for example `1.95.0` or `1.97.0-nightly`. */
  readonly version: string
  /** 95 for `1.95.0`. */
  readonly minor: number
  readonly isStable: boolean
  readonly cargo: AbsolutePath
  /** Beside cargo; null when it is not there. */
  readonly rustc: AbsolutePath | null
}

/** Inclusive minor versions such as `1.63`; null: open. */
export interface CargoRange {
  readonly from: string | null
  readonly to: string | null
}

/** `--exclude-lockfile` came with 1.87; without it cargo resolves dependencies, which needs the registry. */
const FIRST_OFFLINE_MINOR = 87

/** Toolchains do not come and go while a run lasts: asked once per process. */
const known = new WeakMap<Capabilities, Promise<readonly Toolchain[]>>()

/** Installed toolchains, newest first, stable before others of the same minor version. Throws Cancelled. */
export function installedToolchains(caps: Capabilities, run: Run): Promise<readonly Toolchain[]> {
  const asked = known.get(caps)
  if (asked !== undefined) return asked
  const found = findToolchains(caps, run)
  known.set(caps, found)
  found.catch(() => known.delete(caps)) // cancelled: the next caller asks anew
  return found
}

/** The newest stable one within the range, else any within it, else the newest stable one; null when none will do. */
export function chooseToolchain(
  installed: readonly Toolchain[],
  range: CargoRange,
): { readonly toolchain: Toolchain; readonly why: string } | null {
  const usable = installed.filter(one => one.minor >= FIRST_OFFLINE_MINOR)
  const stableFirst = [...usable.filter(one => one.isStable), ...usable.filter(one => !one.isStable)]
  const inferred = rangeText(range)
  const fitting = stableFirst.find(one => isWithin(one.minor, range))
  if (fitting !== undefined && inferred !== null)
    return { toolchain: fitting, why: `The archive was made by cargo ${inferred}; ${fitting.version} is installed.` }
  const newest = stableFirst[0]
  if (newest === undefined) return null
  const hasOld = installed.some(one => one.minor < FIRST_OFFLINE_MINOR && isWithin(one.minor, range))
  const reason = hasOld ? 'which cannot package without a registry' : 'which is not installed'
  const why =
    inferred === null
      ? `The archive does not tell its cargo; ${newest.version} is the newest installed.`
      : `The archive was made by cargo ${inferred}, ${reason}; ${newest.version} is the newest installed.`
  return { toolchain: newest, why }
}

const minorOf = (version: string): number => Number(/^1\.(\d+)/.exec(version)?.[1] ?? Number.NaN)

function isWithin(minor: number, { from, to }: CargoRange): boolean {
  return !(from !== null && minor < minorOf(from)) && !(to !== null && minor > minorOf(to))
}

function rangeText({ from, to }: CargoRange): string | null {
  if (from === null && to === null) return null
  if (from === null) return `${to} or older`
  if (to === null) return `${from} or newer`
  return from === to ? from : `${from} to ${to}`
}

async function findToolchains(caps: Capabilities, run: Run): Promise<readonly Toolchain[]> {
  const suffix = caps.host.platform === 'win32' ? '.exe' : ''
  const found: Toolchain[] = []
  for (const bin of await binFolders(caps, suffix)) {
    const cargo = path.join(bin, `cargo${suffix}`) as AbsolutePath
    const rustc = path.join(bin, `rustc${suffix}`) as AbsolutePath
    if (!(await exists(caps, cargo))) continue
    const version = await cargoVersion(caps, cargo, run)
    if (version === null) continue
    const isStable = !version.includes('-')
    found.push({ version, minor: minorOf(version), isStable, cargo, rustc: (await exists(caps, rustc)) ? rustc : null })
  }
  return found.sort((a, b) => b.minor - a.minor || Number(b.isStable) - Number(a.isStable))
}

/** rustup's toolchains, then folders of the PATH (and of CARGO) that are not rustup's. */
async function binFolders(caps: Capabilities, suffix: string): Promise<readonly string[]> {
  const { env, platform, homeDir } = caps.host
  const toolchains = path.join(env['RUSTUP_HOME'] || path.join(homeDir, '.rustup'), 'toolchains')
  const names = await caps.files.list(toolchains as AbsolutePath).catch((error: unknown) => {
    if (error instanceof FileError) return []
    throw error
  })
  const onPath = (env['PATH'] ?? env['Path'] ?? '').split(platform === 'win32' ? ';' : ':')
  const stated = env['CARGO'] && path.isAbsolute(env['CARGO']) ? [path.dirname(env['CARGO'])] : []
  const others: string[] = []
  for (const folder of [...stated, ...onPath]) {
    if (!path.isAbsolute(folder) || others.includes(folder)) continue // '.' would be wherever we were started
    if (!(await exists(caps, path.join(folder, `rustup${suffix}`)))) others.push(folder)
  }
  return [...names.map(entry => path.join(toolchains, entry.name, 'bin')), ...others]
}

async function exists(caps: Capabilities, file: string): Promise<boolean> {
  const stat = await caps.files.stat(file as AbsolutePath)
  return stat?.kind === 'file' || stat?.kind === 'link'
}

async function cargoVersion(caps: Capabilities, cargo: AbsolutePath, run: Run): Promise<string | null> {
  const outcome = await caps.processes.run({
    command: cargo,
    args: ['--version'],
    cwd: path.parse(cargo).root as AbsolutePath,
    env: { HOME: '/nonexistent', CARGO_HOME: '/nonexistent', RUSTUP_AUTO_INSTALL: '0' },
    maxOutputBytes: 64 << 10,
    timeoutMs: 20_000,
    signal: run.signal,
  })
  if (outcome.kind !== 'exited' || outcome.code !== 0) return null
  return /^cargo (1\.\d+\.\d+\S*)/.exec(new TextDecoder().decode(outcome.stdout))?.[1] ?? null
}
