/** Where a key moves to in the file tree. Pure. */
import type { TreeRow } from './tree-rows.ts'

/** Index the key moves to; null when it does not move. Folder headings are passed over. */
export function treeKeyTarget(key: string, rows: readonly TreeRow[], index: number): number | null {
  const seek = (from: number, step: 1 | -1): number | null => {
    for (let i = from; i >= 0 && i < rows.length; i += step) if (rows[i]?.kind !== 'folder') return i
    return null
  }
  if (key === 'ArrowDown') return seek(index + 1, 1)
  if (key === 'ArrowUp') return seek((index < 0 ? rows.length : index) - 1, -1)
  if (key === 'Home') return seek(0, 1)
  if (key === 'End') return seek(rows.length - 1, -1)
  if (key === 'PageDown') return seek(Math.min(rows.length - 1, index + 20), -1)
  if (key === 'PageUp') return seek(Math.max(0, index - 20), 1)
  if (key === 'ArrowLeft' && rows[index]?.kind === 'file') {
    for (let i = index; i >= 0; i--) if (rows[i]?.kind === 'group') return i
  }
  return null
}
