// Says whether files changed since a stamp was written: by size and time first, by content where those differ (a fresh
// clone or a touched file does not rebuild what is the same).
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

function* filesUnder(at) {
  const stat = statSync(at, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (!stat.isDirectory()) yield { file: at, stat }
  else for (const name of readdirSync(at).sort()) yield* filesUnder(path.join(at, name))
}

const isSource = file => !/\.(test\.tsx?|md)$/.test(file)

/**
 * Compares the sources with the stamp. `roots`: files and folders. Answers `changed` and `remember`, which writes the
 * stamp; call it after the outputs exist. `outputs` missing counts as changed.
 */
export function compareWithStamp(stampFile, roots, outputs) {
  const known = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : { total: '', files: {} }
  const files = {}
  const total = createHash('sha256')
  for (const root of roots) {
    for (const { file, stat } of filesUnder(root)) {
      if (!isSource(file)) continue
      const old = known.files[file]
      const isSame = old !== undefined && old.size === stat.size && old.mtimeMs === stat.mtimeMs
      const hash = isSame ? old.hash : createHash('sha256').update(readFileSync(file)).digest('hex')
      files[file] = { size: stat.size, mtimeMs: stat.mtimeMs, hash }
      total.update(`${file}\0${hash}\n`)
    }
  }
  const hash = total.digest('hex')
  const remember = () => {
    mkdirSync(path.dirname(stampFile), { recursive: true })
    writeFileSync(stampFile, JSON.stringify({ total: hash, files }))
  }
  const changed = hash !== known.total || !outputs.every(file => existsSync(file))
  return { changed, remember }
}
