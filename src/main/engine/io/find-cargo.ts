/**
 * Which cargo to run and with which environment, decided without asking the workspace. CARGO wins; else the first
 * `cargo` on the PATH. Where rustup stands in between, the user's own default (or override) toolchain is chosen from
 * rustup's settings as data: a workspace's rust-toolchain file could name a folder with a program of its own.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { tableAt, textAt } from '../core/plain-table.ts'
import { ancestors } from './cargo-config.ts'
import { parseToml } from './toml.ts'

export interface FoundCargo {
  readonly command: string
  /** The whole environment for it. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Variables by which a program would be run, or the build environment would change the answer. RUSTC is set anew:
 * `cargo metadata` runs rustc (seen with 1.95: -vV and --print=cfg, once more for edition 2024).
 */
const DROPPED = [
  /^RUST(C|DOC)$/,
  /^RUSTC_(WORKSPACE_)?WRAPPER$/,
  /^(CARGO_ENCODED_)?RUST(DOC)?FLAGS$/,
  /^CARGO_BUILD_/,
  /^CARGO_TARGET_/,
  /^CARGO_ALIAS_/,
  /^CARGO_UNSTABLE_/,
  /^RUSTUP_TOOLCHAIN_SOURCE$/,
]

/** Null when there is no cargo. `workspaceRoot` is used only to look up `rustup override`s that the user set. */
export async function findCargo(caps: Capabilities, workspaceRoot: string): Promise<FoundCargo | null> {
  const { env } = caps.host
  const command = env['CARGO'] ? absoluteCommand(caps, env['CARGO']) : await searchPath(caps, 'cargo')
  if (command === null) return null
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) if (!DROPPED.some(rule => rule.test(name))) kept[name] = value
  const toolchain = env['RUSTUP_TOOLCHAIN'] ?? (await userToolchain(caps, workspaceRoot))
  const suffix = caps.host.platform === 'win32' ? '.exe' : ''
  let chosen = command
  let rustc = await existing(caps, path.join(path.dirname(command), `rustc${suffix}`))
  if (toolchain !== null) {
    const bin = path.isAbsolute(toolchain)
      ? path.join(toolchain, 'bin')
      : path.join(rustupHome(caps), 'toolchains', toolchain, 'bin')
    rustc = (await existing(caps, path.join(bin, `rustc${suffix}`))) ?? rustc
    // Calling the toolchain's cargo itself saves rustup's start; one that CARGO names is called as named.
    const isShim = !env['CARGO'] && (await existing(caps, path.join(path.dirname(command), `rustup${suffix}`))) !== null
    if (isShim) chosen = (await existing(caps, path.join(bin, `cargo${suffix}`))) ?? command
    kept['RUSTUP_TOOLCHAIN'] = toolchain
  }
  if (rustc !== null) kept['RUSTC'] = rustc
  return {
    command: chosen,
    env: {
      ...kept,
      RUSTC_WRAPPER: '',
      RUSTC_WORKSPACE_WRAPPER: '',
      RUSTUP_AUTO_INSTALL: '0',
      CARGO_TERM_COLOR: 'never',
    },
  }
}

/** A relative CARGO counts from where Assay was started, not from the neutral folder that cargo will run in. */
function absoluteCommand(_caps: Capabilities, stated: string): string {
  return stated.includes('/') || stated.includes('\\') ? path.resolve(stated) : stated
}

async function searchPath(caps: Capabilities, name: string): Promise<string | null> {
  const isWindows = caps.host.platform === 'win32'
  const stated = caps.host.env['PATH'] ?? caps.host.env['Path'] ?? ''
  for (const dir of stated.split(isWindows ? ';' : ':')) {
    if (!path.isAbsolute(dir)) continue // '.' on the PATH would be the workspace
    const found = await existing(caps, path.join(dir, isWindows ? `${name}.exe` : name))
    if (found !== null) return found
  }
  return null
}

async function existing(caps: Capabilities, file: string): Promise<string | null> {
  const stat = await caps.files.stat(file as AbsolutePath)
  return stat !== null && (stat.kind === 'file' || stat.kind === 'link') ? file : null
}

function rustupHome(caps: Capabilities): string {
  return caps.host.env['RUSTUP_HOME'] || path.join(caps.host.homeDir, '.rustup')
}

/** The user's override for the workspace's folder, else the default, else the newest installed; null without rustup. */
async function userToolchain(caps: Capabilities, workspaceRoot: string): Promise<string | null> {
  let text: string
  try {
    text = await caps.files.readText(path.join(rustupHome(caps), 'settings.toml') as AbsolutePath, 1 << 20)
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
  const byDefault = /^default_toolchain\s*=\s*"([^"\\]+)"\s*$/m.exec(text)?.[1]
  if (!/^\[overrides\]\s*\n\s*[^\s[]/m.test(text) && byDefault !== undefined) return byDefault
  const settings = await parseToml(text)
  const overrides = settings.ok ? tableAt(settings.value, 'overrides') : undefined
  for (const folder of ancestors(workspaceRoot)) {
    const stated = textAt(overrides, folder)
    if (stated !== undefined) return stated
  }
  return byDefault ?? (await newestToolchain(caps))
}

async function newestToolchain(caps: Capabilities): Promise<string | null> {
  try {
    const names = (await caps.files.list(path.join(rustupHome(caps), 'toolchains') as AbsolutePath)).map(
      entry => entry.name,
    )
    return names.find(name => name.startsWith('stable')) ?? names.at(-1) ?? null
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}
