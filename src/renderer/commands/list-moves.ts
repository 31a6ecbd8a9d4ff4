/** The six commands that move in a list, for pages that have one. */
import type { CommandHandlers } from './command-table.ts'

/** Rows of a page where the list cannot say how many it shows. */
const PAGE_ROWS = 10

/** `move` by so many rows, infinite for an end; null: there is nothing to move in, and the commands are not available. */
export function listMoves(move: ((rows: number) => void) | null, pageRows: () => number = () => PAGE_ROWS) {
  const by = (rows: () => number) => (move === null ? undefined : () => move(rows()))
  return {
    'list.down': by(() => 1),
    'list.up': by(() => -1),
    'list.first': by(() => -Infinity),
    'list.last': by(() => Infinity),
    'list.pageDown': by(pageRows),
    'list.pageUp': by(() => -pageRows()),
  } satisfies CommandHandlers
}
