/**
 * A real project to measure on, made in a temporary folder and thrown away: the cargo-vet crate of the registry with the
 * lock file and the store recorded for it in the shared data. Everything is fetched by cargo itself.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SHARED, skip } from './harness.ts'

const CRATE = 'cargo-vet'
/** The version whose manifest the recorded lock file fits. */
const VERSION = '0.10.2'

export interface RealProject {
  readonly folder: string
  /** Folders of cargo's own cache that hold `NAME-VERSION.crate`. */
  readonly archives: readonly string[]
}

/** Skips the benchmark, with the reason, when the input or the registry is missing. */
export function prepareRealProject(temp: string, cargo: string): RealProject {
  const recorded = path.join(SHARED, 'stores', 'cargo-vet')
  if (!existsSync(recorded)) skip('the recorded store stores/cargo-vet is not there (needs shared data)')
  const source = fetchCrate(temp, cargo)
  const folder = path.join(temp, 'project')
  cpSync(source, folder, { recursive: true })
  rmSync(path.join(folder, 'supply-chain'), { recursive: true, force: true })
  mkdirSync(path.join(folder, 'supply-chain'))
  copyFileSync(path.join(recorded, 'Cargo.lock'), path.join(folder, 'Cargo.lock'))
  for (const file of ['config.toml', 'audits.toml', 'imports.lock']) {
    copyFileSync(path.join(recorded, 'supply-chain', file), path.join(folder, 'supply-chain', file))
  }
  const metadata = spawnSync(cargo, ['metadata', '--format-version', '1', '--locked', '--all-features'], {
    cwd: folder,
    maxBuffer: 1 << 28,
  })
  if (metadata.status !== 0)
    skip(`cargo metadata failed on the prepared project: ${String(metadata.stderr).trim().split('\n').at(-1)}`)
  return { folder, archives: cargoFolders('cache') }
}

function fetchCrate(temp: string, cargo: string): string {
  const unpacked = () =>
    cargoFolders('src')
      .map(at => path.join(at, `${CRATE}-${VERSION}`))
      .find(at => existsSync(at))
  const there = unpacked()
  if (there !== undefined) return there
  const fetching = path.join(temp, 'fetch')
  mkdirSync(path.join(fetching, 'src'), { recursive: true })
  writeFileSync(path.join(fetching, 'src', 'lib.rs'), '')
  writeFileSync(
    path.join(fetching, 'Cargo.toml'),
    `[package]\nname = "fetch"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${CRATE} = "=${VERSION}"\n`,
  )
  try {
    execFileSync(cargo, ['fetch', '--quiet'], { cwd: fetching, stdio: 'pipe' })
  } catch (error) {
    skip(
      `the registry cannot be reached: ${String((error as { stderr?: Buffer }).stderr)
        .trim()
        .split('\n')
        .at(-1)}`,
    )
  }
  return unpacked() ?? skip(`cargo fetched ${CRATE} ${VERSION} to an unknown place`)
}

function cargoFolders(kind: 'src' | 'cache'): string[] {
  const at = path.join(process.env['CARGO_HOME'] ?? path.join(os.homedir(), '.cargo'), 'registry', kind)
  return existsSync(at) ? readdirSync(at).map(name => path.join(at, name)) : []
}
