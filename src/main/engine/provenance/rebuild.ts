/**
 * The full level: `cargo package` at the commit, in a form that starts no program and opens no connection, and both
 * archives compared. The tree is written by us (materialise.ts); cargo is called by its own path from a neutral folder
 * with an empty home, offline, without resolving dependencies, and without network where the system can take it away.
 * The rebuilt archive is thrown away: only what it says about the published one leaves this file. Source: cargo 1.95;
 * provenance.md 2.5 and 6.3.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Rebuild } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { gitEnv } from '../core/git-command.ts'
import type { OpenSubmodule } from './compare.ts'
import { openCrateArchive, type CrateArchive } from './crate-archive.ts'
import type { GitOid, GitRepository } from './git-repository.ts'
import { materialise } from './materialise.ts'
import { compareArchives, isAloneInLock } from './rebuild-compare.ts'
import { chooseToolchain, installedToolchains, type CargoRange, type Toolchain } from './toolchains.ts'

export interface RebuildInput {
  readonly crate: string
  readonly version: string
  readonly repository: GitRepository
  readonly commit: GitOid
  /** Package folder, `` for the root. */
  readonly path: string
  /** As published. */
  readonly archive: CrateArchive
  readonly archiveBytes: Uint8Array
  /** Of the cargo that made it, as far as its container tells. */
  readonly cargoRange: CargoRange
  readonly openSubmodule: OpenSubmodule
}

/** A crate takes 0.03 to 0.6 s. */
const TIMEOUT_MS = 120_000
const MAX_OUTPUT_BYTES = 4 << 20
const MAX_ARCHIVE_BYTES = 512 << 20

/** Rebuilds and compares. Everything that goes wrong is a `failed` result with its reason. Throws Cancelled only. */
export async function rebuildCrate(caps: Capabilities, input: RebuildInput, run: Run): Promise<Rebuild> {
  const chosen = chooseToolchain(await installedToolchains(caps, run), input.cargoRange)
  const base = { cargoVersion: chosen?.toolchain.version ?? null, lockFrom: 'none' as const }
  const failed = (why: string, command: readonly string[] = []): Rebuild => {
    const detail = why.split('\n').filter(line => line.trim() !== '')
    return { ...base, cargoChosen: chosen?.why ?? '', command: [...command], result: 'failed', detail }
  }
  if (chosen === null) return failed('No cargo 1.87 or newer is installed.')
  const scratch = await caps.temp.folder('rebuild')
  try {
    const tree = path.join(scratch.path, 'tree') as AbsolutePath
    const written = await materialise(caps, input, tree, run)
    if (!written.ok) {
      const refused = failed(`not tried: ${written.error.text}`)
      // Without a cargo, as where none is installed: nothing was found out about the crate.
      return written.error.isOurDisk ? { ...refused, cargoVersion: null } : refused
    }
    const call = { scratch: scratch.path, tree, toolchain: chosen.toolchain, withLock: false }
    const packed = await runCargo(caps, input, call, run)
    if (!packed.ok) return failed(packed.error, shownCommand(await cargoCommand(caps, input, call, run), scratch.path))
    // A package without dependencies has a lock file that needs no registry: so the whole archive can be made again.
    const isAlone = isAloneInLock(input.archive, input.crate)
    const whole = isAlone ? await runCargo(caps, input, { ...call, withLock: true }, run) : null
    const rebuilt =
      whole?.ok === true ? { bytes: whole.value, withLock: true } : { bytes: packed.value, withLock: false }
    const command = await cargoCommand(caps, input, { ...call, withLock: rebuilt.withLock }, run)
    const opened = await openCrateArchive(input.crate, input.version, rebuilt.bytes)
    const compared = compareArchives(
      { archive: input.archive, bytes: input.archiveBytes },
      { archive: opened, bytes: rebuilt.bytes },
      { crate: input.crate, version: input.version, cargoRange: input.cargoRange },
    )
    return { ...base, cargoChosen: chosen.why, command: [...shownCommand(command, scratch.path)], ...compared }
  } catch (error) {
    if (error instanceof FileError) return failed(`A file could not be written: ${error.message}`)
    throw error
  } finally {
    await scratch.dispose()
  }
}

interface CargoCall {
  readonly scratch: AbsolutePath
  readonly tree: AbsolutePath
  readonly toolchain: Toolchain
  readonly withLock: boolean
}

/** The archive that cargo made. @failure cargo's last words */
async function runCargo(
  caps: Capabilities,
  input: RebuildInput,
  call: CargoCall,
  run: Run,
): Promise<Result<Uint8Array, string>> {
  const [command, ...args] = await cargoCommand(caps, input, call, run)
  const target = path.join(call.scratch, 'target') as AbsolutePath
  await caps.files.remove(target)
  await caps.files.makeFolder(path.join(call.scratch, 'home') as AbsolutePath)
  const outcome = await caps.processes.run({
    command: command!,
    args,
    // Configuration is searched from here upward: above the file system's root there is nothing.
    cwd: path.parse(call.scratch).root as AbsolutePath,
    env: cargoEnv(caps, call),
    maxOutputBytes: MAX_OUTPUT_BYTES,
    timeoutMs: TIMEOUT_MS,
    signal: run.signal,
  })
  if (outcome.kind === 'not-found') return fail('cargo could not be started.')
  if (outcome.kind === 'killed') return fail(`cargo was stopped: ${outcome.why}.`)
  const said = new TextDecoder().decode(outcome.stderr).replaceAll(call.scratch, 'SCRATCH').trim()
  if (outcome.code !== 0) return fail(said.slice(-2_000).replace(/^error: /, '') || `cargo ended with ${outcome.code}.`)
  // NOTE: never the first file found: a package with `links` to other members may leave several archives.
  const made = path.join(target, 'package', `${input.crate}-${input.version}.crate`) as AbsolutePath
  try {
    return ok(await caps.files.readBytes(made, MAX_ARCHIVE_BYTES))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (error.code === 'ENOENT') return fail(`cargo made no archive named ${input.crate}-${input.version}.`)
    throw error
  }
}

async function cargoCommand(
  caps: Capabilities,
  input: RebuildInput,
  call: CargoCall,
  run: Run,
): Promise<readonly string[]> {
  const manifest = path.join(call.tree, ...input.path.split('/'), 'Cargo.toml')
  return [
    ...(await withoutNetwork(caps, run)),
    call.toolchain.cargo,
    'package',
    '--offline',
    ...(call.withLock ? [] : ['--exclude-lockfile']),
    '--no-verify',
    '--allow-dirty',
    '--color=never',
    '--manifest-path',
    manifest,
  ]
}

/**
 * CARGO_HOME is the folder that the tree lies in: cargo looks for a workspace upward and stops there, so that no
 * manifest of this machine takes part. PATH has the toolchain only: nothing else can be started by its name.
 */
function cargoEnv(caps: Capabilities, call: CargoCall): Record<string, string> {
  const home = path.join(call.scratch, 'home')
  const env = gitEnv(caps.host.env)
  for (const name of ['GIT_DIR', 'Path', 'LD_LIBRARY_PATH', 'XDG_CONFIG_HOME']) delete env[name]
  return {
    ...env,
    PATH: path.dirname(call.toolchain.cargo),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: home,
    CARGO_HOME: call.scratch,
    CARGO_TARGET_DIR: path.join(call.scratch, 'target'),
    CARGO_NET_OFFLINE: 'true',
    CARGO_TERM_COLOR: 'never',
    RUSTC: call.toolchain.rustc ?? path.join(call.scratch, 'no-rustc'),
    RUSTC_WRAPPER: '',
    RUSTC_WORKSPACE_WRAPPER: '',
    RUSTUP_AUTO_INSTALL: '0',
  }
}

/** Paths of ours replaced, so that a record does not depend on where it was made. */
function shownCommand(command: readonly string[], scratch: string): readonly string[] {
  const cargo = command.findIndex(part => /[/\\]cargo(\.exe)?$/.test(part))
  return command.map((part, i) =>
    i === cargo || /[/\\]unshare$/.test(part) ? path.basename(part) : part.replaceAll(scratch, 'SCRATCH'),
  )
}

const namespaces = new WeakMap<Capabilities, Promise<readonly string[]>>()

/** `unshare -rn --` where Linux lets us: a process without any network device. Asked once per process. */
function withoutNetwork(caps: Capabilities, run: Run): Promise<readonly string[]> {
  const asked = namespaces.get(caps)
  if (asked !== undefined) return asked
  const found = findUnshare(caps, run)
  namespaces.set(caps, found)
  found.catch(() => namespaces.delete(caps)) // cancelled: the next caller asks anew
  return found
}

async function findUnshare(caps: Capabilities, run: Run): Promise<readonly string[]> {
  if (caps.host.platform !== 'linux') return []
  for (const command of ['/usr/bin/unshare', '/bin/unshare']) {
    const prefix = [command, '-rn', '--']
    const probe = { cwd: '/' as AbsolutePath, env: {}, maxOutputBytes: 4096, timeoutMs: 10_000, signal: run.signal }
    const outcome = await caps.processes.run({ command, args: [...prefix.slice(1), '/bin/true'], ...probe })
    if (outcome.kind === 'exited' && outcome.code === 0) return prefix
  }
  return []
}
