/** `assay open`: hands over to scripts/start.mjs, which opens the window or serves the browser door. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { productRoot } from './product-root.ts'
import type { Terminal } from './terminal.ts'

/** Resolves to the exit code of the program started. */
export function openWindow(folder: string | null, terminal: Terminal): Promise<Result<number, Failure>> {
  const root = productRoot()
  const args = [
    path.join(root, 'scripts', 'start.mjs'),
    ...(folder === null ? [] : [path.resolve(terminal.cwd, folder)]),
  ]
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
    child.once('error', () => resolve(ok(255)))
    child.once('exit', code => resolve(ok(code ?? 130)))
  })
}
