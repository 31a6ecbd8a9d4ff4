/** The manifests of a package and of its workspace root as the repository has them. */
import type { Run } from '../capabilities.ts'
import type { CompareInput } from './compare.ts'
import type { GitOid, GitRepository } from './git-repository.ts'
import { inherits, MAX_MANIFEST_BYTES, readManifest, type Manifest } from './manifest-text.ts'
import { blobId } from './rules.ts'
import { isFile, join, type TreeLookup } from './tree-lookup.ts'

export interface Manifests {
  readonly own: Manifest | null
  readonly ownBytes: Uint8Array | null
  readonly workspace: Manifest | null
  readonly workspaceBytes: Uint8Array | null
  readonly workspaceFolder: string
}

/** The package's manifest as the repository has it, taken from the archive where its copy is the same blob. */
export async function readManifests(input: CompareInput, lookup: TreeLookup, run: Run): Promise<Manifests> {
  const place = await lookup.find('Cargo.toml')
  const ownBytes = place.kind === 'blob' ? await readOr(input.files, place.repository, place.oid, run) : null
  const own = ownBytes === null ? null : readManifest(ownBytes)
  const none = { own, ownBytes, workspace: null, workspaceBytes: null, workspaceFolder: input.path }
  if (own === null || ownBytes === null || own.isWorkspaceRoot || !inherits(ownBytes)) return none
  for (const folder of workspaceFolders(own, input.path)) {
    const entry = await input.repository.entryAt(input.commit, join(folder, 'Cargo.toml'), run)
    if (entry === null || !isFile(entry)) continue
    const [bytes] = await input.repository.blobs([entry.oid], MAX_MANIFEST_BYTES, run)
    const workspace = bytes === undefined || bytes === null ? null : readManifest(bytes)
    if (workspace?.isWorkspaceRoot !== true) continue
    return { own, ownBytes, workspace, workspaceBytes: bytes ?? null, workspaceFolder: folder }
  }
  return none
}

/** Where cargo looks for the workspace root: where the manifest says, else upwards. */
function workspaceFolders(own: Manifest, path: string): readonly string[] {
  const stated = own.pkg['workspace']
  const parts = path.split('/').filter(part => part !== '')
  if (typeof stated !== 'string') return parts.map((_, i) => parts.slice(0, parts.length - 1 - i).join('/'))
  for (const part of stated.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return []
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return [parts.join('/')]
}

async function readOr(
  files: CompareInput['files'],
  repository: GitRepository,
  oid: GitOid,
  run: Run,
): Promise<Uint8Array | null> {
  for (const name of ['Cargo.toml.orig', 'Cargo.toml']) {
    const file = files.get(name)
    if (file !== undefined && blobId(file.data) === oid) return file.data
  }
  const [bytes] = await repository.blobs([oid], MAX_MANIFEST_BYTES, run)
  return bytes ?? null
}
