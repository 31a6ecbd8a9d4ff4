/**
 * Finds the workspace that a folder or a Cargo.toml belongs to, as cargo does but without running it: the nearest
 * manifest, then the nearest one above it that has a [workspace] table and does not exclude it.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { tableAt, textAt } from '../core/plain-table.ts'
import { ancestors } from './cargo-config.ts'
import { parseToml } from './toml.ts'

const MAX_MANIFEST_BYTES = 16 << 20

export interface LocatedWorkspace {
  readonly root: AbsolutePath
  /** Cargo.toml of the root. */
  readonly manifestPath: AbsolutePath
  /** Name of the root package, or of the folder when the workspace has none. */
  readonly name: string
}

/** @failure not-a-workspace */
export async function locateWorkspace(
  caps: Capabilities,
  given: AbsolutePath,
): Promise<Result<LocatedWorkspace, Failure>> {
  const refuse = (reason: string) => fail({ code: 'not-a-workspace', path: given, reason } as const)
  const stat = await caps.files.stat(given).catch((error: unknown) => {
    if (error instanceof FileError) return error
    throw error
  })
  if (stat instanceof FileError) return refuse(stat.message)
  if (stat === null) return refuse('there is no such file or folder')
  const isManifest = path.basename(given) === 'Cargo.toml' && stat.kind !== 'directory'
  const resolved = isManifest ? path.dirname(given) : given
  const own = isManifest ? await readManifest(caps, resolved) : await nearestManifest(caps, resolved)
  if (own === null) {
    return refuse(
      stat.kind === 'file'
        ? 'it is a file, not a folder'
        : 'there is no Cargo.toml in this folder or any folder above it',
    )
  }
  if (typeof own === 'string') return refuse(own)
  const root = await rootOf(caps, own)
  if (typeof root === 'string') return refuse(root)
  const manifestPath = path.join(root.folder, 'Cargo.toml') as AbsolutePath
  const name = textAt(tableAt(root.table, 'package'), 'name') ?? path.basename(root.folder)
  return ok({ root: root.folder as AbsolutePath, manifestPath, name })
}

interface Manifest {
  readonly folder: string
  readonly table: { readonly [key: string]: unknown }
}

/** Null when there is none, a sentence when it cannot be read. */
async function readManifest(caps: Capabilities, folder: string): Promise<Manifest | string | null> {
  const file = path.join(folder, 'Cargo.toml') as AbsolutePath
  let text: string
  try {
    text = await caps.files.readText(file, MAX_MANIFEST_BYTES)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return error.code === 'ENOENT' || error.code === 'ENOTDIR' ? null : `${file}: ${error.message}`
  }
  const skimmed = skim(text)
  if (skimmed !== null) return { folder, table: skimmed }
  const parsed = await parseToml(text)
  return parsed.ok ? { folder, table: parsed.value } : `${file}: ${parsed.error}`
}

/**
 * What is needed of an ordinary manifest without a TOML parser, whose loading alone costs more than the rest of this
 * file. Null when in doubt: multi-line texts, a root's `exclude`, a `workspace = "…"`, or no known table at all.
 */
function skim(text: string): Manifest['table'] | null {
  if (/"""|'''|^\s*"?workspace"?\s*[=.]/m.test(text)) return null
  const isRoot = /^[ \t]*\[workspace[\].]/m.test(text)
  if (isRoot && /^\s*"?exclude"?\s*=/m.test(text)) return null
  const named = /^[ \t]*\[package\][ \t]*\r?\n(?:(?![ \t]*\[).*\n)*?[ \t]*name[ \t]*=[ \t]*"([^"\\\n]+)"/m.exec(
    text,
  )?.[1]
  if (!isRoot && named === undefined) return null
  return { ...(isRoot ? { workspace: {} } : {}), ...(named === undefined ? {} : { package: { name: named } }) }
}

async function nearestManifest(caps: Capabilities, folder: string): Promise<Manifest | string | null> {
  for (const dir of ancestors(folder)) {
    const found = await readManifest(caps, dir)
    if (found !== null) return found
  }
  return null
}

async function rootOf(caps: Capabilities, own: Manifest): Promise<Manifest | string> {
  if (tableAt(own.table, 'workspace') !== undefined) return own
  const stated = textAt(tableAt(own.table, 'package'), 'workspace')
  if (stated !== undefined) {
    const folder = path.resolve(own.folder, stated)
    return (await readManifest(caps, folder)) ?? `its Cargo.toml names the workspace ${folder}, which has no Cargo.toml`
  }
  for (const dir of ancestors(own.folder).slice(1)) {
    const above = await readManifest(caps, dir)
    if (above === null || typeof above === 'string') continue // an unrelated manifest above us is not our problem
    const workspace = tableAt(above.table, 'workspace')
    if (workspace === undefined) continue
    return isExcluded(workspace, dir, own.folder) ? own : above
  }
  return tableAt(own.table, 'package') === undefined
    ? `${own.folder}/Cargo.toml has neither [package] nor [workspace]`
    : own
}

/** cargo: excluded by prefix, unless a member names the folder exactly. */
function isExcluded(workspace: { readonly [key: string]: unknown }, root: string, folder: string): boolean {
  const paths = (key: string) =>
    (Array.isArray(workspace[key]) ? workspace[key] : []).filter(p => typeof p === 'string')
  const within = (dir: string) => folder === dir || folder.startsWith(dir + path.sep)
  const isListed = paths('members').some(member => path.resolve(root, member) === folder)
  return !isListed && paths('exclude').some(dir => within(path.resolve(root, dir)))
}
