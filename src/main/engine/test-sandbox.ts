/** Real capabilities in a private folder, for tests of the engine. Not part of the product. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { AbsolutePath } from '../../shared/domain.ts'
import type { Capabilities, Run } from './capabilities.ts'
import { createNodeCapabilities } from './node-capabilities.ts'

export interface Sandbox {
  readonly folder: string
  readonly caps: Capabilities
  /** Absolute path below the folder. */
  at(...parts: string[]): AbsolutePath
  /** Writes files below the folder, making what is missing. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void
  dispose(): void
}

/** `env` is added to PATH and folders of the sandbox's own (HOME, CARGO_HOME, ASSAY_*); nothing else is inherited. */
export function createSandbox(env: Readonly<Record<string, string>> = {}, nowMs?: () => number): Sandbox {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'assay-test-')))
  const at = (...parts: string[]) => path.join(folder, ...parts) as AbsolutePath
  const base = {
    PATH: process.env['PATH'] ?? '',
    HOME: at('home'),
    CARGO_HOME: at('cargo-home'),
    ASSAY_CACHE_DIR: at('cache'),
    ASSAY_DATA_DIR: at('data'),
    // Nothing listens there: a test that needs these starts its own.
    ASSAY_WEB_API: 'http://127.0.0.1:9/api/v1',
    ASSAY_ADVISORY_DB: '',
  }
  fs.mkdirSync(at('home'))
  return {
    folder,
    caps: createNodeCapabilities({
      version: 'test',
      sampleDir: at('sample'),
      env: { ...base, ...env },
      ...(nowMs ? { nowMs } : {}),
    }),
    at,
    write(files) {
      for (const [name, content] of Object.entries(files)) {
        fs.mkdirSync(path.dirname(at(name)), { recursive: true })
        fs.writeFileSync(at(name), content)
      }
    },
    dispose: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}

export const quietRun = (signal: AbortSignal = new AbortController().signal): Run => ({
  signal,
  onProgress: () => undefined,
})
