/**
 * What the tests of the command line share: a workspace in a temporary folder with a store, a cargo that prints stored
 * metadata, a captured terminal, and one digest over a folder to show that nothing changed. Not part of the product.
 */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { productRoot } from './product-root.ts'
import { runCli, type Environment } from './run.ts'
import type { Terminal } from './terminal.ts'

export const DEFAULT_SOURCE = 'registry+https://github.com/rust-lang/crates.io-index'

export interface CliAnswer {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the command line in this process. `answers` makes the terminal interactive and types them in order. */
export async function assay(
  argv: readonly string[],
  { cwd, env, answers }: { readonly cwd: string; readonly env: Environment; readonly answers?: readonly string[] },
): Promise<CliAnswer> {
  let out = ''
  let err = ''
  const typed = [...(answers ?? [])]
  const terminal: Terminal = {
    cwd,
    isInteractive: answers !== undefined,
    out: text => void (out += text),
    err: text => void (err += text),
    ask: async question => {
      err += question
      return typed.shift() ?? null
    },
    drain: async () => undefined,
  }
  const code = await runCli(argv, terminal, env, new AbortController().signal)
  return { code, out, err }
}

/** A fresh folder for one test; `dispose` removes it. */
export function scratch(): { readonly folder: string; dispose(): void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'assay-cli-test-'))
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) }
}

/** An environment of this process with Assay's own folders below `folder` and the given variables on top. */
export function envIn(folder: string, more: Environment = {}): Environment {
  return {
    ...process.env,
    ASSAY_CACHE_DIR: path.join(folder, 'assay-cache'),
    ASSAY_DATA_DIR: path.join(folder, 'assay-data'),
    // Nothing listens there: a test that needs these starts its own.
    ASSAY_WEB_API: 'http://127.0.0.1:9/api/v1',
    ASSAY_ADVISORY_DB: '',
    ASSAY_PEER_REGISTRY: 'http://127.0.0.1:9/peers.toml',
    // cargo-vet's own cache, whose history certify reads.
    XDG_CACHE_HOME: path.join(folder, 'xdg-cache'),
    ...more,
  }
}

/** A program that answers every call with the text of a file; what cargo-vet's `CARGO` may be as well. */
export function printingProgram(folder: string, textFile: string): string {
  const file = path.join(folder, 'printing-cargo')
  writeFileSync(file, `#!/bin/sh\nexec /bin/cat '${textFile}'\n`)
  chmodSync(file, 0o755)
  return file
}

export function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** sha256 over names and bytes of all files below a folder. */
export function digestOf(folder: string): string {
  const hash = createHash('sha256')
  const visit = (at: string) => {
    for (const entry of readdirSync(at, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = path.join(at, entry.name)
      hash.update(`${path.relative(folder, file)}\0`)
      if (entry.isDirectory()) visit(file)
      else if (entry.isFile()) hash.update(readFileSync(file))
    }
  }
  visit(folder)
  return hash.digest('hex')
}

/** A dependency of the synthetic workspace: name, version, and what it depends on. */
export interface FakePackage {
  readonly name: string
  readonly version: string
  readonly deps?: readonly string[]
  readonly isLocal?: boolean
}

/** `cargo metadata` of a made-up graph; the first package is the only workspace member. */
export function metadataJson(root: string, packages: readonly FakePackage[]): string {
  const idOf = (p: FakePackage) =>
    p.isLocal === true ? `path+file://${root}#${p.name}@${p.version}` : `${DEFAULT_SOURCE}#${p.name}@${p.version}`
  const byName = new Map(packages.map(p => [p.name, p]))
  const first = packages[0]
  if (first === undefined) throw new Error('a graph needs a package')
  return JSON.stringify({
    packages: packages.map(p => ({
      name: p.name,
      version: p.version,
      id: idOf(p),
      source: p.isLocal === true ? null : DEFAULT_SOURCE,
      license: null,
      license_file: null,
      description: null,
      dependencies: [],
      targets: [],
      features: {},
      manifest_path: `${root}/${p.isLocal === true ? '' : `${p.name}/`}Cargo.toml`,
      metadata: null,
      publish: null,
      authors: [],
      categories: [],
      keywords: [],
      readme: null,
      repository: null,
      homepage: null,
      documentation: null,
      edition: '2021',
      links: null,
      default_run: null,
      rust_version: null,
    })),
    workspace_members: [idOf(first)],
    workspace_default_members: [idOf(first)],
    resolve: {
      nodes: packages.map(p => {
        const deps = (p.deps ?? []).map(name => idOf(byName.get(name) ?? first))
        return {
          id: idOf(p),
          dependencies: deps,
          deps: deps.map((pkg, i) => ({ name: p.deps?.[i], pkg, dep_kinds: [{ kind: null, target: null }] })),
          features: [],
        }
      }),
      root: idOf(first),
    },
    target_directory: `${root}/target`,
    build_directory: `${root}/target`,
    version: 1,
    workspace_root: root,
    metadata: null,
  })
}

/** The repository's sibling folder of shared data, null where there is none. */
export function sharedData(): string | null {
  const folder = path.join(productRoot(), '..', 'shared', 'data')
  return existsSync(folder) ? folder : null
}

/** The real cargo-vet that the team's machines and CI install, null where there is none. */
export function realCargoVet(): string | null {
  const file = path.join(productRoot(), '.tools', 'cargo-vet', 'bin', 'cargo-vet')
  return existsSync(file) ? file : null
}
