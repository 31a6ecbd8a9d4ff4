/**
 * The dependency graph as cargo sees it. `cargo metadata` runs outside the workspace, with a toolchain that the
 * workspace cannot name and with the workspace's configuration translated to data (cargo-config.ts): opening a hostile
 * folder runs none of its programs. PARITY cargo-vet 0.10.3 src/main.rs: same arguments, so the same graph.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import type { CargoMetadata } from '../core/cargo-metadata.ts'
import { passedOnConfig, readCargoConfigs } from './cargo-config.ts'
import { findCargo, type FoundCargo } from './find-cargo.ts'
import { readMetadataJson } from './metadata-json.ts'

/** zcash's answer (about 400 packages) has 1.3 MB; some workspaces have 30 times that. */
const MAX_METADATA_BYTES = 512 << 20
/** cargo may have to download every dependency first. */
const TIMEOUT_MS = 15 * 60_000

export interface CargoMetadataInput {
  readonly manifestPath: AbsolutePath
  readonly frozen: boolean
  readonly locked: boolean
  readonly allFeatures: boolean
  readonly noDefaultFeatures: boolean
  readonly features: readonly string[]
  /** cargo vet's `--cargo-arg`, appended. */
  readonly cargoArgs: readonly string[]
  /** Also ask for `cargo --version`: a second process. */
  readonly wantVersion?: boolean
}

export interface MetadataAnswer {
  readonly metadata: CargoMetadata
  /** For example `1.95.0`; null when not asked for or not said. */
  readonly cargoVersion: string | null
}

/**
 * Runs `cargo metadata` hermetically.
 * @failure cargo-not-found, cargo-metadata-failed, cargo-metadata-unreadable, registry-config
 */
export async function runCargoMetadata(
  caps: Capabilities,
  input: CargoMetadataInput,
  run: Run,
): Promise<Result<MetadataAnswer, Failure>> {
  const workspaceDir = path.dirname(input.manifestPath) as AbsolutePath
  const [cargo, configs] = await Promise.all([findCargo(caps, workspaceDir), readCargoConfigs(caps, workspaceDir)])
  if (cargo === null) return fail({ code: 'cargo-not-found', tried: caps.host.env['CARGO'] ?? 'cargo on the PATH' })
  if (!configs.ok) return configs
  const configFile = await writePassedOn(caps, passedOnConfig(configs.value))
  if (!configFile.ok) return configFile
  run.onProgress({ done: 0, total: null, step: 'cargo metadata' })
  const args = metadataArgs(input, configFile.value)
  const [outcome, cargoVersion] = await Promise.all([
    runCargo(caps, cargo, args, TIMEOUT_MS, run.signal),
    input.wantVersion ? readCargoVersion(caps, cargo, run.signal) : null,
  ])
  if (!outcome.ok) return outcome
  const metadata = readMetadataJson(outcome.value)
  return metadata.ok
    ? ok({ metadata: metadata.value, cargoVersion })
    : fail({ code: 'cargo-metadata-unreadable', reason: metadata.error })
}

/** The version of the cargo that would be run for this folder; null when there is none or it does not say. */
export async function cargoVersionFor(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<{ readonly command: string; readonly version: string | null } | null> {
  const cargo = await findCargo(caps, folder)
  return cargo === null ? null : { command: cargo.command, version: await readCargoVersion(caps, cargo, signal) }
}

async function readCargoVersion(caps: Capabilities, cargo: FoundCargo, signal: AbortSignal): Promise<string | null> {
  const answer = await runCargo(caps, cargo, ['--version'], 20_000, signal)
  if (!answer.ok) return null
  return /^cargo (\d+\.\d+\.\d+\S*)/.exec(new TextDecoder().decode(answer.value))?.[1] ?? null
}

function metadataArgs(input: CargoMetadataInput, configFile: string | null): string[] {
  return [
    'metadata',
    '--format-version',
    '1',
    '--manifest-path',
    input.manifestPath,
    ...(input.allFeatures ? ['--all-features'] : []),
    ...(input.noDefaultFeatures ? ['--no-default-features'] : []),
    ...(input.features.length > 0 ? ['--features', input.features.join(' ')] : []),
    ...(input.frozen ? ['--frozen'] : input.locked ? ['--locked'] : []),
    ...(configFile === null ? [] : ['--config', configFile]),
    ...input.cargoArgs,
  ]
}

/** The file system's root: no folder above it, and only an administrator can put a `.cargo` there. */
const neutralDir = (caps: Capabilities): AbsolutePath => path.parse(caps.host.cacheDir).root as AbsolutePath

async function runCargo(
  caps: Capabilities,
  cargo: FoundCargo,
  args: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<Uint8Array, Failure>> {
  const command = `cargo ${args.slice(0, 1).join(' ')}`
  // A target folder of our own: a workspace's `target/.rustc_info.json` would be believed. Where the folder exists cargo
  // keeps there what rustc said, and the next run starts no rustc at all (1.95: two processes fewer).
  const targetDir = path.join(caps.host.cacheDir, 'cargo-target') as AbsolutePath
  await caps.files.makeFolder(targetDir).catch(() => undefined)
  const outcome = await caps.processes.run({
    command: cargo.command,
    args,
    cwd: neutralDir(caps),
    env: { ...cargo.env, CARGO_TARGET_DIR: targetDir },
    maxOutputBytes: MAX_METADATA_BYTES,
    timeoutMs,
    signal,
  })
  if (outcome.kind === 'not-found') return fail({ code: 'cargo-not-found', tried: cargo.command })
  if (outcome.kind === 'killed') {
    const why = {
      timeout: `no end after ${timeoutMs / 1000} s`,
      'too-much-output': 'too much output',
      signal: 'killed',
    }
    return fail({ code: 'cargo-metadata-failed', command, exitCode: null, stderr: why[outcome.why] })
  }
  if (outcome.code === 0) return ok(outcome.stdout)
  const stderr = new TextDecoder().decode(outcome.stderr).slice(-8_000)
  // rustup's stand-in without a toolchain behind it: there is no cargo, and the graph may come from Cargo.lock alone.
  if (NO_TOOLCHAIN.test(stderr)) return fail({ code: 'cargo-not-found', tried: `${cargo.command}: ${stderr.trim()}` })
  return fail({ code: 'cargo-metadata-failed', command, exitCode: outcome.code, stderr })
}

const NO_TOOLCHAIN =
  /rustup could not choose a version|no default (toolchain )?is configured|toolchain '[^']*' is not installed/

/** Null when there is nothing to pass on. The file is named by its content, so it is written once. */
async function writePassedOn(caps: Capabilities, toml: string): Promise<Result<string | null, Failure>> {
  if (toml === '') return ok(null)
  const name = `${createHash('sha256').update(toml).digest('hex').slice(0, 32)}.toml`
  const file = path.join(caps.host.cacheDir, 'cargo-config', name) as AbsolutePath
  try {
    await caps.files.writeAtomic(file, toml)
    return ok(file)
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: file, reason: error.message })
    throw error
  }
}
