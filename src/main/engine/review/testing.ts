/**
 * For tests of this folder: capabilities over the real file system and the real git, and folders made from a list of
 * files. The product's own capabilities live in node-capabilities.ts, which this layer may not see.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Capabilities, type FileStat, type Run } from '../capabilities.ts'

export const testRun: Run = { signal: new AbortController().signal, onProgress: () => undefined }

const kindOf = (entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): FileStat['kind'] =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other'

/** A fresh folder with the given files; text or bytes by relative path. */
export async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<AbsolutePath> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'assay-review-'))
  for (const [name, content] of Object.entries(files)) {
    const at = path.join(folder, name)
    await fs.mkdir(path.dirname(at), { recursive: true })
    await fs.writeFile(at, content)
  }
  return folder as AbsolutePath
}

export function testCaps(dataDir: AbsolutePath): Capabilities {
  const unused = () => {
    throw new Error('not part of these tests')
  }
  return {
    clock: { nowMs: () => 1_700_000_000_000 },
    net: { request: unused },
    temp: {
      async folder(prefix) {
        const at = await fs.mkdtemp(path.join(os.tmpdir(), prefix))
        return { path: at as AbsolutePath, dispose: () => fs.rm(at, { recursive: true, force: true }) }
      },
    },
    host: {
      env: { PATH: process.env['PATH'] ?? '' },
      platform: process.platform,
      homeDir: dataDir,
      cacheDir: dataDir,
      dataDir,
      sampleDir: dataDir,
      version: '0',
    },
    files: {
      async readBytes(at) {
        const bytes = await fs.readFile(at).catch((error: NodeJS.ErrnoException) => {
          throw new FileError(error.message, error.code ?? 'EIO', at)
        })
        return new Uint8Array(bytes)
      },
      readText: at => fs.readFile(at, 'utf8'),
      writeAtomic: (at, bytes) => fs.writeFile(at, bytes),
      writeInPlace: (at, bytes) => fs.writeFile(at, bytes),
      makeLink: unused,
      async stat(at) {
        const found = await fs.lstat(at).catch(() => null)
        return found === null ? null : { kind: kindOf(found), sizeBytes: found.size, mtimeMs: found.mtimeMs }
      },
      list: async at => (await fs.readdir(at, { withFileTypes: true })).map(e => ({ name: e.name, kind: kindOf(e) })),
      makeFolder: async at => void (await fs.mkdir(at, { recursive: true })),
      rename: (from, to) => fs.rename(from, to),
      remove: at => fs.rm(at, { recursive: true, force: true }),
      lock: unused,
      watch: unused,
    },
    processes: {
      run: request =>
        new Promise(resolve => {
          const child = spawn(request.command, [...request.args], { cwd: request.cwd, env: { ...request.env } })
          const [out, err]: [Buffer[], Buffer[]] = [[], []]
          child.stdin.on('error', () => undefined)
          child.stdin.end(request.input)
          child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
          child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
          child.on('error', () => resolve({ kind: 'not-found' }))
          child.on('close', code =>
            resolve({ kind: 'exited', code: code ?? -1, stdout: Buffer.concat(out), stderr: Buffer.concat(err) }),
          )
        }),
      open: unused,
    },
  }
}
