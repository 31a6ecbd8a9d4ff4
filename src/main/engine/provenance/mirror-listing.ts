/**
 * Everything below a folder of a commit, as far as the bounds reach: a repository may be made to have ten million files,
 * or folders in folders without end. What was left out is said.
 */
import type { Run } from '../capabilities.ts'
import type { ParsedTree } from './git-object-text.ts'
import type { GitOid, Listing, TreeEntry } from './git-repository.ts'
import { isFolder, MAX_LISTING_ENTRIES, type MirrorObjects } from './mirror-objects.ts'

const MAX_LISTING_CHARS = 32 << 20
const MAX_FOLDER_DEPTH = 100

export interface ListWish {
  readonly commit: GitOid
  readonly folder: string
  /** By the path below `folder`; false: the folder is left out with all that is in it. */
  readonly isWanted: (folder: string) => boolean
}

type Found = readonly [string, TreeEntry]

/** By path below the folder, as git orders them. Null: there is no such folder. Throws Cancelled and MirrorFailure. */
export async function listFolder(
  objects: MirrorObjects,
  { commit, folder, isWanted }: ListWish,
  run: Run,
): Promise<Listing | null> {
  const top = await objects.entryAt(commit, folder, run)
  if (top === null || !isFolder(top)) return null
  const walk = createWalk(objects, isWanted, run)
  const entries = new Map(await walk.below(top, '', 0))
  return { entries, isCut: walk.isCut() }
}

function createWalk(objects: MirrorObjects, isWanted: ListWish['isWanted'], run: Run) {
  const left = { entries: MAX_LISTING_ENTRIES, chars: MAX_LISTING_CHARS }
  let isCut = false
  // The same folder may be there many times; it is read once.
  const asked = new Map<GitOid, Promise<ParsedTree | null>>()
  const treeOnce = (id: GitOid) => {
    const tree = asked.get(id) ?? objects.parsedTree(id, run)
    asked.set(id, tree)
    return tree
  }
  // Folders of one level are asked for together; the answers are put in order afterwards.
  const inside = async (tree: ParsedTree, prefix: string, depth: number): Promise<Found[]> => {
    if (!tree.isClean) isCut = true
    const parts: (Found | Promise<Found[]>)[] = []
    let hasFolders = false
    for (const entry of tree.entries) {
      left.entries--
      left.chars -= prefix.length + entry.name.length
      if (left.entries < 0 || left.chars < 0) {
        isCut = true
        break
      }
      if (!isFolder(entry)) parts.push([prefix + entry.name, entry])
      else if (!isWanted(prefix + entry.name)) continue
      else if (depth >= MAX_FOLDER_DEPTH) isCut = true
      else {
        hasFolders = true
        parts.push(below(entry, `${prefix}${entry.name}/`, depth + 1))
      }
    }
    if (!hasFolders) return parts as Found[]
    return (await Promise.all(parts.map(async part => (part instanceof Promise ? await part : [part])))).flat()
  }
  const below = async (entry: TreeEntry, prefix: string, depth: number): Promise<Found[]> => {
    const tree = await treeOnce(entry.oid)
    if (tree !== null) return inside(tree, prefix, depth)
    isCut = true
    return []
  }
  return { below, isCut: () => isCut }
}
