/** Places left by jumping, to go back to and forward again, as an editor's. Pure. */

export interface JumpPlace {
  readonly path: string
  readonly side: 'old' | 'new'
  /** Null: where the file was left. */
  readonly line: number | null
}
export interface JumpList {
  readonly back: readonly JumpPlace[]
  readonly forward: readonly JumpPlace[]
}

export const NO_JUMPS: JumpList = { back: [], forward: [] }
const LIMIT = 100
/** Places nearer than this are the same for going back. */
const NEAR_LINES = 3

const isNear = (a: JumpPlace, b: JumpPlace): boolean =>
  a.path === b.path && a.side === b.side && Math.abs((a.line ?? 0) - (b.line ?? 0)) <= NEAR_LINES

/** A jump away from `from`: what was ahead is forgotten. */
export function jumped(list: JumpList, from: JumpPlace): JumpList {
  const last = list.back.at(-1)
  const rest = last !== undefined && isNear(last, from) ? list.back.slice(0, -1) : list.back
  return { back: [...rest, from].slice(-LIMIT), forward: [] }
}

/** One step; `at` is where the reader is. Null when there is none that way. Places next to `at` are passed over. */
export function step(
  list: JumpList,
  direction: 'back' | 'forward',
  at: JumpPlace | null,
): { readonly list: JumpList; readonly to: JumpPlace } | null {
  const stack = [...list[direction]]
  let to = stack.pop()
  while (to !== undefined && at !== null && isNear(to, at)) to = stack.pop()
  if (to === undefined) return null
  const other = list[direction === 'back' ? 'forward' : 'back']
  const left = at === null ? other : [...other, at].slice(-LIMIT)
  return { list: direction === 'back' ? { back: stack, forward: left } : { back: left, forward: stack }, to }
}
