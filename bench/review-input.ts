/**
 * What the benchmark of the review page reads: 40 changes of real, common crates from the registry in one workspace, and a
 * generated crate of 20,000 files from a registry on this machine in another.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { archive, useLocalRegistry } from '../e2e/fixtures/local-registry.ts'
import { cargoPath, skip } from './harness.ts'

/** From 5 to 80,000 changed lines; crates that most projects have somewhere below them. */
export const DELTAS = `
libc 0.2.140 0.2.155
syn 2.0.32 2.0.66
serde 1.0.171 1.0.203
serde_json 1.0.96 1.0.117
proc-macro2 1.0.60 1.0.85
quote 1.0.28 1.0.36
tokio 1.32.0 1.38.0
hyper 1.0.1 1.3.1
h2 0.4.0 0.4.5
http 1.0.0 1.1.0
bytes 1.4.0 1.6.1
regex 1.9.1 1.10.4
regex-syntax 0.7.5 0.8.3
memchr 2.5.0 2.7.2
aho-corasick 1.0.2 1.1.3
hashbrown 0.14.0 0.14.5
indexmap 2.0.0 2.2.6
bitflags 2.3.3 2.5.0
log 0.4.19 0.4.21
clap_builder 4.3.11 4.5.2
anyhow 1.0.71 1.0.86
thiserror 1.0.50 1.0.61
smallvec 1.10.0 1.13.2
once_cell 1.18.0 1.19.0
cc 1.0.79 1.0.98
rand 0.8.4 0.8.5
getrandom 0.2.10 0.2.15
rustix 0.38.4 0.38.34
linux-raw-sys 0.4.5 0.4.14
socket2 0.5.3 0.5.7
mio 0.8.8 0.8.11
parking_lot 0.12.1 0.12.3
time 0.3.23 0.3.36
chrono 0.4.26 0.4.38
url 2.4.0 2.5.0
toml_edit 0.19.14 0.22.14
futures-util 0.3.28 0.3.31
tracing 0.1.37 0.1.40
ring 0.17.0 0.17.8
rustls 0.22.0 0.23.9`
  .trim()
  .split('\n')
  .map(line => line.split(' ') as [crate: string, from: string, to: string])

/** The generated crate: every file in a full audit, `TOUCHED_FILES` of them between its versions. */
export const MANY = { crate: 'many', files: 20_000, touched: 20_000, from: '1.0.0', to: '1.1.0' } as const

export interface BenchWorkspace {
  readonly root: string
  /** Environment of the program that opens it: caches and data below the given folder. */
  readonly env: Readonly<Record<string, string>>
}

/** A workspace whose queue holds DELTAS; cargo fetches what is not there. Skips the benchmark without cargo or registry. */
export function makeReadings(folder: string): BenchWorkspace {
  const dependencies = DELTAS.map(([crate, , to]) => `${crate} = { version = "=${to}", default-features = false }\n`)
  return makeWorkspace(folder, dependencies.join(''), DELTAS)
}

/** A workspace that needs the generated crate: as a change, or whole when there is no audit of the version before. */
export function makeMany(folder: string, isDelta: boolean): BenchWorkspace {
  const { crate, from, to, files, touched } = MANY
  const listed = [from, to].map((version, i) => {
    const sources = Array.from({ length: files }, (_, n): [string, string] => [
      `src/d${Math.floor(n / 100)}/f${n % 100}.rs`,
      `pub fn f(x: u32) -> u32 {\n    x + ${i === 1 && n < touched ? n + 1 : n}\n}\n`,
    ])
    const manifest = `[package]\nname = "${crate}"\nversion = "${version}"\nedition = "2021"\n`
    return [
      version,
      archive(`${crate}-${version}`, [['Cargo.toml', manifest], ['src/lib.rs', ''], ...sources]),
    ] as const
  })
  useLocalRegistry(folder, crate, listed)
  return makeWorkspace(folder, `${crate} = "=${to}"\n`, isDelta ? [[crate, from, to]] : [], [crate])
}

/** A package `reading` with these dependencies; `audited` up to `from`, all the others exempted apart from `unread`. */
function makeWorkspace(
  folder: string,
  dependencies: string,
  audited: readonly (readonly [crate: string, from: string, to: string])[],
  unread: readonly string[] = [],
): BenchWorkspace {
  const root = path.join(folder, 'reading')
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  const head = '[package]\nname = "reading"\nversion = "0.1.0"\nedition = "2021"\npublish = false\n'
  write('Cargo.toml', `${head}\n[dependencies]\n${dependencies}`)
  write('src/lib.rs', '')
  const gitConfig = path.join(folder, 'gitconfig')
  writeFileSync(gitConfig, '[user]\n\tname = Rae Reviewer\n\temail = rae@reviewer.invalid\n')
  const env = {
    ...(process.env as Record<string, string>),
    GIT_CONFIG_GLOBAL: gitConfig,
    GIT_CONFIG_SYSTEM: '/dev/null',
    ASSAY_CACHE_DIR: path.join(folder, 'cache'),
    ASSAY_DATA_DIR: path.join(folder, 'data'),
  }
  rmSync(env.ASSAY_DATA_DIR, { recursive: true, force: true })
  const lock = resolved(root, env)
  const versionOf = new Map(audited.map(([crate, , to]) => [`${crate}@${to}`, true]))
  const exempted = lock.filter(
    ({ name, version }) => name !== 'reading' && !unread.includes(name) && !versionOf.has(`${name}@${version}`),
  )
  const criteria = 'criteria = "safe-to-deploy"\n'
  const byName = <T extends { name: string; version: string }>(list: readonly T[]) =>
    [...list].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1))
  write(
    'supply-chain/config.toml',
    `\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n\n[policy.reading]\naudit-as-crates-io = false\n` +
      byName(exempted)
        .map(({ name, version }) => `\n[[exemptions.${name}]]\nversion = "${version}"\n${criteria}`)
        .join(''),
  )
  write(
    'supply-chain/audits.toml',
    `\n# cargo-vet audits file\n${audited.length === 0 ? '\n[audits]\n' : ''}` +
      byName(audited.map(([name, version]) => ({ name, version })))
        .map(
          ({ name, version }) =>
            `\n[[audits.${name}]]\nwho = "Earlier Auditor <earlier@auditor.invalid>"\n${criteria}version = "${version}"\n`,
        )
        .join(''),
  )
  write('supply-chain/imports.lock', '\n# cargo-vet imports lock\n')
  return { root, env }
}

function resolved(root: string, env: Readonly<Record<string, string>>): readonly { name: string; version: string }[] {
  const cargo = cargoPath()
  const run = (...args: string[]) =>
    execFileSync(cargo, args, {
      cwd: root,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    })
  try {
    run('generate-lockfile', '--quiet')
    run('fetch', '--locked', '--quiet')
    const metadata = JSON.parse(run('metadata', '--locked', '--format-version=1')) as {
      packages: { name: string; version: string }[]
    }
    return metadata.packages
  } catch (error) {
    const text = String((error as { stderr?: string }).stderr)
    return skip(`cargo cannot prepare the workspace: ${text.trim().split('\n')[0] ?? ''}`)
  }
}
