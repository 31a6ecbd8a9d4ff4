/**
 * Runs the real cargo-vet on the three texts of a store, for tests. cargo-vet asks cargo for the metadata of a
 * workspace; a script that prints a workspace of one package stands in for cargo, so nothing else is needed.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export interface Texts {
  readonly config: string
  readonly audits: string
  readonly imports: string
}
/** A text, or the bytes of one that is not UTF-8. */
export type Contents = { readonly [K in keyof Texts]: string | Uint8Array }

export interface Answer {
  readonly status: number | null
  readonly output: string
  /** The files afterwards. */
  readonly texts: Texts
}

export const REPOSITORY = path.resolve(import.meta.dirname, '..')
const BINARY = path.join(REPOSITORY, '.tools/cargo-vet/bin/cargo-vet')
export const hasCargoVet = fs.existsSync(BINARY) && process.platform !== 'win32'

/** Folder of real stores and audit files beside the repository; null where it is absent. */
export const sharedData = ((): string | null => {
  const folder = path.join(REPOSITORY, '../shared/data')
  return fs.existsSync(path.join(folder, 'registry')) ? folder : null
})()

const NAMES = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' } as const

const PACKAGE_ID = 'path+file:///r#root@1.0.0'
const METADATA = {
  packages: [
    {
      ...{ name: 'root', version: '1.0.0', id: PACKAGE_ID, license: null, license_file: null, description: null },
      ...{ source: null, dependencies: [], targets: [], features: {}, manifest_path: '/r/Cargo.toml', metadata: null },
      ...{ publish: null, authors: [], categories: [], keywords: [], readme: null, repository: null, homepage: null },
      ...{ documentation: null, edition: '2021', links: null, default_run: null, rust_version: null },
    },
  ],
  workspace_members: [PACKAGE_ID],
  workspace_default_members: [PACKAGE_ID],
  resolve: { nodes: [{ id: PACKAGE_ID, dependencies: [], deps: [], features: [] }], root: PACKAGE_ID },
  ...{ target_directory: '/r/target', build_directory: '/r/target', version: 1, workspace_root: '/r', metadata: null },
}

/** A private folder with the stand-in cargo; `run` may be called any number of times, `dispose` removes it. */
export function openReference(today: string): {
  run(contents: Contents, args: readonly string[]): Answer
  dispose(): void
} {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-reference-'))
  const store = path.join(folder, 'store')
  fs.mkdirSync(store)
  fs.writeFileSync(path.join(folder, 'metadata.json'), JSON.stringify(METADATA))
  fs.writeFileSync(path.join(folder, 'cargo.sh'), '#!/bin/sh\nexec cat "$STAND_IN_METADATA"\n', { mode: 0o755 })
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    CARGO: path.join(folder, 'cargo.sh'),
    STAND_IN_METADATA: path.join(folder, 'metadata.json'),
    NO_COLOR: '1',
  }
  const common = ['--store-path', store, '--cache-dir', path.join(folder, 'cache'), '--output-format', 'json']
  return {
    run(contents, args) {
      for (const key of ['config', 'audits', 'imports'] as const)
        fs.writeFileSync(path.join(store, NAMES[key]), contents[key])
      const time = ['--current-time', `${today}T00:00:00Z`]
      const ran = spawnSync(BINARY, ['vet', ...args, ...common, ...time], { env, cwd: folder, encoding: 'utf8' })
      const read = (key: keyof Texts): string => fs.readFileSync(path.join(store, NAMES[key]), 'utf8')
      return {
        status: ran.status,
        output: ran.stdout + ran.stderr,
        texts: { config: read('config'), audits: read('audits'), imports: read('imports') },
      }
    },
    dispose: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}
