import { mkdtempSync, rmSync, existsSync, writeFileSync, chmodSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AbsolutePath, IsoDate } from '../../../shared/domain.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { createNodeCapabilities } from '../node-capabilities.ts'
import { initStore } from './init-command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-init-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a disk that fails midway leaves no folder in the way', async () => {
  const id = 'path+file:///app#0.1.0'
  const metadata = {
    packages: [{ name: 'app', version: '0.1.0', id, source: null, manifest_path: '/app/Cargo.toml', metadata: null }],
    workspace_members: [id],
    resolve: { nodes: [{ id, dependencies: [], deps: [] }], root: id },
    workspace_root: folder,
    metadata: null,
  }
  writeFileSync(path.join(folder, 'metadata.json'), JSON.stringify(metadata))
  const cargo = path.join(folder, 'cargo')
  writeFileSync(cargo, `#!/bin/sh\nexec /bin/cat '${folder}/metadata.json'\n`)
  chmodSync(cargo, 0o755)
  const env = { PATH: process.env['PATH'] ?? '', CARGO: cargo, ASSAY_CACHE_DIR: folder, ASSAY_DATA_DIR: folder }
  const real = createNodeCapabilities({ version: 'test', sampleDir: folder, env })
  const caps: Capabilities = {
    ...real,
    files: {
      ...real.files,
      writeInPlace: (file, bytes) =>
        file.endsWith('imports.lock')
          ? Promise.reject(new FileError('disk full', 'ENOSPC', file))
          : real.files.writeInPlace(file, bytes),
    },
  }
  const storeDir = path.join(folder, 'chain') as AbsolutePath
  const options = {
    ...{ path: folder as AbsolutePath, storePath: storeDir, cacheDir: null, today: '2026-06-01' as IsoDate },
    ...{ locked: true, frozen: true, allFeatures: true, noDefaultFeatures: false, allowLockfileOnly: false },
    ...{ features: [], cargoArgs: [], filterGraph: [] },
  }
  const run = { signal: new AbortController().signal, onProgress: () => undefined }
  const failed = await initStore(caps, options, run)
  expect(failed.ok ? null : failed.error).toMatchObject({ code: 'store-io', reason: 'disk full' })
  expect(existsSync(storeDir)).toBe(false)
  const made = await initStore(real, options, run)
  expect(made.ok ? null : made.error).toBeNull()
  expect(existsSync(path.join(storeDir, 'imports.lock'))).toBe(true)
})
