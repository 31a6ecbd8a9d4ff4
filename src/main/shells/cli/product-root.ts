/** Where Assay itself lies: the folder with bin/, dist/ and sample/. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Found from the built file (dist/cli.mjs or dist/chunks/x.mjs) or, in tests, from this source file. */
export function productRoot(): string {
  const parts = path.dirname(fileURLToPath(import.meta.url)).split(path.sep)
  const at = Math.max(parts.lastIndexOf('dist'), parts.lastIndexOf('src'))
  return parts.slice(0, at).join(path.sep)
}
