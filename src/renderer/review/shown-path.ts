/** Names from crates, as the list of files shows them. Pure. */
import { shownPath } from '../../shared/shown-path.ts'

export { shownPath } from '../../shared/shown-path.ts'

/** Folder and file name of a path, shown form. The folder is empty at the top. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('/')
  return { folder: shownPath(at === -1 ? '' : path.slice(0, at)), name: shownPath(path.slice(at + 1)) }
}
