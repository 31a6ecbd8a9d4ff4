/**
 * The paths that a repository's manifests name and that cargo would read while packaging. One that leads out of the
 * repository would copy files of this machine into the archive, so such a tree is not packaged at all. Pure.
 */
import { parse } from 'smol-toml'
import { followPath, isAbsolutePath, type TreeShape } from './tree-paths.ts'

type Table = Readonly<Record<string, unknown>>

export interface NamedPaths {
  /** From the repository's root: readme and licence files, wherever they are. */
  readonly copied: readonly string[]
  /** The first path that leads out of the repository, as a sentence. */
  readonly escape: string | null
}

/**
 * @param folder of the manifest, from the repository's root
 * @param text of the manifest; what is no TOML names nothing (cargo will say so)
 */
export function namedPaths(tree: TreeShape, folder: string, text: string): NamedPaths {
  const manifest = parseTable(text)
  if (manifest === null) return { copied: [], escape: null }
  const copied: string[] = []
  let escape: string | null = null
  const at = folder === '' ? 'Cargo.toml' : `${folder}/Cargo.toml`
  for (const [what, path, isCopied] of pathsOf(manifest)) {
    const isOut = isAbsolutePath(path) || leadsOut(tree, folder, path)
    if (isOut) escape ??= `${what} in ${at} leads out of the repository: ${path}`
    else if (isCopied) copied.push(`${folder}/${path}`)
  }
  return { copied, escape }
}

/**
 * A path that only the disk finds, under another spelling, is taken as leading out: where it leads is not for the tree to
 * say. Globs are followed up to their first wildcard; `..` after one is taken as leading out.
 */
function leadsOut(tree: TreeShape, folder: string, path: string): boolean {
  const parts = path.replaceAll('\\', '/').split('/')
  const wild = parts.findIndex(part => /[*?[]/.test(part))
  const fixed = wild < 0 ? parts : parts.slice(0, wild)
  if (wild >= 0 && parts.slice(wild).includes('..')) return true
  const { kind } = followPath(tree, `${folder}/${fixed.join('/')}`.replace(/^\/+/, ''))
  return kind === 'outside' || kind === 'git-folder' || kind === 'other-spelling'
}

function* pathsOf(manifest: Table): Generator<readonly [what: string, path: string, isCopied: boolean]> {
  const pkg = table(manifest['package'] ?? manifest['project'])
  const workspace = table(manifest['workspace'])
  for (const [where, from] of [
    ['package', pkg],
    ['workspace.package', table(workspace['package'])],
  ] as const) {
    for (const key of ['readme', 'license-file'])
      if (typeof from[key] === 'string') yield [`${where}.${key}`, from[key], true]
  }
  for (const key of ['workspace', 'build']) if (typeof pkg[key] === 'string') yield [`package.${key}`, pkg[key], false]
  for (const key of ['members', 'default-members'])
    for (const member of list(workspace[key])) if (typeof member === 'string') yield [`workspace.${key}`, member, false]
  for (const kind of ['lib', 'bin', 'example', 'test', 'bench']) {
    const stated = manifest[kind]
    for (const target of Array.isArray(stated) ? stated : [stated]) {
      const { path } = table(target)
      if (typeof path === 'string') yield [`${kind}.path`, path, false]
    }
  }
}

function parseTable(text: string): Table | null {
  try {
    return parse(text)
  } catch {
    return null
  }
}

const table = (value: unknown): Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {}
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
