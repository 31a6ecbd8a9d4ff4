/**
 * Blocks of code that moved from one file to another in a change: lines removed here and added there, letter by letter.
 * Pure. Only certain things are said: a block counts from six lines of code on, each removed line is the source of one
 * block at most, and lines that occur all over the place (tables, stubs) start none.
 */
import type { MovedBlock } from '../../../shared/review-marks.ts'

/** Lines that follow each other in a file and were removed (old side) or added (new side). */
export interface LineRun {
  readonly path: string
  /** Number of the first line, 1-based. */
  readonly line: number
  readonly lines: readonly string[]
}

const MIN_CODE_LINES = 6
/** A start that stands in more places than this tells nothing. */
const MAX_PLACES = 16

interface Place {
  readonly run: number
  readonly at: number
}

/** A line that says something: not blank, brackets or a comment. */
export function isCodeLine(line: string): boolean {
  const text = line.trim()
  return !/^(\/\/|\/\*|\*)/.test(text) && (text.match(/\w/g)?.length ?? 0) >= 3
}

/** The blocks in the order of where they are now. Linear in the number of lines, whatever the lines are. */
export function movedBlocks(removed: readonly LineRun[], added: readonly LineRun[]): readonly MovedBlock[] {
  const starts = startsOf(removed)
  const used = removed.map(run => new Uint8Array(run.lines.length))
  const moves: MovedBlock[] = []
  for (const run of [...added].sort(byPlace)) {
    const keys = windowKeys(run.lines)
    for (let at = 0; at < run.lines.length;) {
      const key = keys[at]
      const places = key === undefined || key === null ? [] : (starts.get(key) ?? [])
      const best = longest(removed, used, places, run, at)
      if (best === null) {
        at += 1
        continue
      }
      const source = removed[best.run]!
      used[best.run]!.fill(1, best.at, best.at + best.length)
      moves.push({
        from: {
          path: source.path,
          line: source.line + best.at,
          endLine: source.line + best.at + best.length - 1,
        },
        to: { path: run.path, line: run.line + at, endLine: run.line + at + best.length - 1 },
      })
      at += best.length
    }
  }
  return moves
}

/** Where each start stands among the removed lines; starts that stand in too many places are left out. */
function startsOf(removed: readonly LineRun[]): ReadonlyMap<string, readonly Place[]> {
  const starts = new Map<string, Place[]>()
  removed.forEach((run, index) => {
    windowKeys(run.lines).forEach((key, at) => {
      if (key === null) return
      const places = starts.get(key)
      if (places === undefined) starts.set(key, [{ run: index, at }])
      else if (places.length <= MAX_PLACES) places.push({ run: index, at })
    })
  })
  for (const [key, places] of starts) if (places.length > MAX_PLACES) starts.delete(key)
  return starts
}

/** For each line of code the six lines of code that start there, else null. */
function windowKeys(lines: readonly string[]): (string | null)[] {
  const keys: (string | null)[] = lines.map(() => null)
  const code = lines.flatMap((line, i) => (isCodeLine(line) ? [i] : []))
  for (let i = 0; i + MIN_CODE_LINES <= code.length; i++) {
    const window = code.slice(i, i + MIN_CODE_LINES)
    keys[window[0]!] = window.map(at => lines[at]).join('\n')
  }
  return keys
}

/** The place where the most lines are equal from `at` on, in another file; null when none has enough lines of code. */
function longest(
  removed: readonly LineRun[],
  used: readonly Uint8Array[],
  places: readonly Place[],
  run: LineRun,
  at: number,
): (Place & { readonly length: number }) | null {
  let best: (Place & { readonly length: number }) | null = null
  for (const place of places) {
    const source = removed[place.run]!
    if (source.path === run.path) continue
    let length = 0
    let code = 0
    for (; at + length < run.lines.length; length++) {
      const line = run.lines[at + length]!
      if (source.lines[place.at + length] !== line || used[place.run]![place.at + length] === 1) break
      if (isCodeLine(line)) code += 1
    }
    if (code >= MIN_CODE_LINES && (best === null || length > best.length)) best = { ...place, length }
  }
  return best
}

const byPlace = (a: LineRun, b: LineRun): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line)
