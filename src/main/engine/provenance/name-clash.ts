/**
 * Trees on file systems that take names for one another: by case, by Unicode normalisation, or not at all. What lies
 * apart in a repository would be written over each other there, and a link would lead elsewhere than the tree says. So
 * such a tree is not put on disk; nothing of it is lost for the comparison, which needs no disk. The rules are pure.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities } from '../capabilities.ts'
import { foldName } from './entry-name.ts'
import { foldersAbove } from './tree-paths.ts'

export interface NameRules {
  /** Names that differ by case or normalisation only are the same file. */
  readonly isFolding: boolean
  /** Some names cannot be, or mean devices or streams. */
  readonly isWindows: boolean
}

/** cargo and git find these under any spelling there; we look for the one that counts. */
const FOUND_BY_NAME = ['Cargo.toml', '.gitignore', '.gitattributes']
const NO_WINDOWS_NAME =
  /[<>:"|?*\\\u0000-\u001f]|[. ]$|^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(\.|$)/i

/** Why these paths cannot all be written as they are, as one sentence; null: they can. */
export function nameProblem(paths: Iterable<string>, { isFolding, isWindows }: NameRules): string | null {
  if (!isFolding && !isWindows) return null
  const spelled = new Map<string, string>()
  for (const file of paths) {
    for (const part of [file, ...foldersAbove(file)]) {
      if (part === '') continue
      const name = part.slice(part.lastIndexOf('/') + 1)
      if (isWindows && NO_WINDOWS_NAME.test(name))
        return `The tree holds a name that this system does not allow: ${part}`
      if (!isFolding) continue
      const key = foldName(part)
      const other = spelled.get(key)
      if (other !== undefined && other !== part)
        return `The tree holds two names that are one on this disk: ${other}, ${part}`
      spelled.set(key, part)
      const meant = FOUND_BY_NAME.find(known => foldName(known) === foldName(name))
      if (meant !== undefined && meant !== name) return `The tree holds ${part}, which this disk takes for ${meant}`
    }
  }
  return null
}

/** Is there something at another spelling of the path, but not at the path itself? */
export function otherSpellings(paths: Iterable<string>): (path: string) => boolean {
  const exact = new Set<string>()
  const folded = new Set<string>()
  for (const one of paths) {
    exact.add(one)
    folded.add(foldName(one))
  }
  return path => !exact.has(path) && folded.has(foldName(path))
}

const PROBE = 'Assay-\u00e9-Probe'

/** Tried out in the folder itself: a system may have disks of both kinds. @throws FileError */
export async function nameRulesOf(
  caps: Pick<Capabilities, 'files' | 'host'>,
  folder: AbsolutePath,
): Promise<NameRules> {
  const at = (name: string) => path.join(folder, name) as AbsolutePath
  await caps.files.writeInPlace(at(PROBE), '')
  const others = [PROBE.toUpperCase(), PROBE.toLowerCase(), PROBE.normalize('NFD')]
  const found = await Promise.all(others.map(other => caps.files.stat(at(other))))
  await caps.files.remove(at(PROBE))
  return { isFolding: found.some(stat => stat !== null), isWindows: caps.host.platform === 'win32' }
}
