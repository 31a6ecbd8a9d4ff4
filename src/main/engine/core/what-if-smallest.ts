/**
 * The smallest set of changes that clears as many items as all of them together. Each item is cleared by some smallest
 * combinations of changes; a set must hold one combination of each item. Found by branching on the item with the fewest
 * combinations, bounded from below by items that share no change. Exact when that search ends; else the best set found
 * and how many changes fewer could be possible. Pure.
 */
import type { Chosen, Gains } from './what-if-gain.ts'

export interface SmallestInput {
  readonly gains: Gains
  /** Positions of items to clear. */
  readonly items: readonly number[]
  /** Candidates that may be used. */
  readonly allowed: readonly number[]
  /** What a candidate counts for among sets of one size; small, not negative. */
  readonly weightOf: (candidate: number) => number
  /** How many searches of an item, and how many branches, before it is left at the best one found. */
  readonly mostSearches?: number
  readonly mostBranches?: number
}

export interface Smallest {
  /** Ascending. */
  readonly chosen: readonly number[]
  /** Items that the set clears: as many as all allowed candidates do. */
  readonly cleared: readonly number[]
  /** 0: there is no smaller set. */
  readonly limit: number
}

const MOST_SEARCHES = 20_000
const MOST_BRANCHES = 50_000
/** One change weighs more than all preferences together. */
const CHANGE = 1_000_000

/** Combinations as sorted positions. */
type Combination = readonly number[]

export function smallestSet(input: SmallestInput): Smallest {
  const { gains, items, allowed } = input
  const all: Chosen = new Set(allowed)
  const cleared = items.filter(item => gains.passes(item, all))
  const search = { left: input.mostSearches ?? MOST_SEARCHES }
  let isComplete = true
  const wanted: Combination[][] = []
  for (const item of cleared) {
    const relevant = gains.relevant(item).filter(i => all.has(i))
    const found = combinations(chosen => gains.passes(item, chosen), relevant, search)
    isComplete &&= found.isComplete
    // Whatever else: all that is relevant clears it.
    wanted.push(found.all.length > 0 ? found.all : [relevant])
  }
  const cover = cheapestCover(distinct(wanted), input)
  const limit = isComplete ? cover.limit : Math.max(cover.limit, cover.chosen.length - 1)
  return { chosen: cover.chosen, cleared, limit: cover.chosen.length === 0 ? 0 : limit }
}

/** Every smallest combination that passes. More of the candidates never make it fail. */
function combinations(
  passes: (chosen: Chosen) => boolean,
  relevant: readonly number[],
  search: { left: number },
): { readonly all: Combination[]; readonly isComplete: boolean } {
  const all: Combination[] = []
  let isComplete = true
  /** `tried` leads a combination, which continues with any of `rest`. */
  const extend = (tried: readonly number[], rest: readonly number[]): void => {
    for (const [at, next] of rest.entries()) {
      if (search.left-- <= 0) {
        isComplete = false
        return
      }
      const further = rest.slice(at + 1)
      const combination = [...tried, next]
      if (all.some(known => known.every(i => combination.includes(i)))) continue
      if (passes(new Set(combination))) all.push(combination)
      // Where even all that follow do not help, no part of them does.
      else if (further.length > 0 && passes(new Set([...combination, ...further]))) extend(combination, further)
    }
  }
  const others = relevant.filter(i => {
    if (!passes(new Set([i]))) return true
    all.push([i])
    return false
  })
  if (others.length > 1 && passes(new Set(others))) extend([], others)
  const minimal = all.filter(a => !all.some(b => b !== a && b.length < a.length && b.every(i => a.includes(i))))
  return { all: minimal, isComplete }
}

/** Items with the same combinations are one. */
function distinct(wanted: readonly Combination[][]): Combination[][] {
  const byText = new Map(wanted.map(list => [JSON.stringify(list), list]))
  return [...byText.values()]
}

interface Cover {
  readonly chosen: readonly number[]
  readonly limit: number
}

function cheapestCover(wanted: readonly Combination[][], input: SmallestInput): Cover {
  const costOf = (chosen: Iterable<number>): number => {
    let cost = 0
    for (const i of chosen) cost += CHANGE + input.weightOf(i)
    return cost
  }
  let branches = input.mostBranches ?? MOST_BRANCHES
  let isExhausted = false
  let best = greedy(wanted, costOf)
  let bestCost = costOf(best)
  const visit = (chosen: ReadonlySet<number>, open: readonly Combination[][]): void => {
    if (branches-- <= 0) {
      isExhausted = true
      return
    }
    const rest = open.filter(list => !list.some(combination => combination.every(i => chosen.has(i))))
    const cost = costOf(chosen)
    if (rest.length === 0) {
      if (cost < bestCost) [best, bestCost] = [chosen, cost]
      return
    }
    if (cost + leastMore(rest, chosen) * CHANGE >= bestCost) return
    const [narrow] = rest.toSorted((a, b) => a.length - b.length)
    for (const combination of narrow ?? []) visit(new Set([...chosen, ...combination]), rest)
  }
  visit(new Set(), wanted)
  const least = leastMore(wanted, new Set())
  return {
    chosen: [...best].sort((a, b) => a - b),
    limit: isExhausted ? Math.max(best.size - least, 0) : 0,
  }
}

/** At least so many changes more: one smallest combination for each of some items that share no change. */
function leastMore(open: readonly Combination[][], chosen: ReadonlySet<number>): number {
  const used = new Set<number>()
  let least = 0
  for (const list of open.toSorted((a, b) => a.flat().length - b.flat().length)) {
    const needed = list.map(combination => combination.filter(i => !chosen.has(i)))
    if (needed.flat().some(i => used.has(i))) continue
    for (const i of needed.flat()) used.add(i)
    least += Math.min(...needed.map(combination => combination.length))
  }
  return least
}

/** A good set to begin with: always the combination that closes most items for its cost. */
function greedy(wanted: readonly Combination[][], costOf: (chosen: Iterable<number>) => number): ReadonlySet<number> {
  const chosen = new Set<number>()
  const closes = (set: ReadonlySet<number>) => (list: Combination[]) => list.some(c => c.every(i => set.has(i)))
  let open = wanted.filter(list => !closes(chosen)(list))
  while (open.length > 0) {
    let best: { readonly added: Combination; readonly worth: number } | null = null
    const tried = new Set<string>()
    for (const combination of open.flat()) {
      const added = combination.filter(i => !chosen.has(i))
      if (tried.has(added.join())) continue
      tried.add(added.join())
      const worth = open.filter(closes(new Set([...chosen, ...added]))).length / costOf(added)
      if (best === null || worth > best.worth) best = { added, worth }
    }
    for (const i of best?.added ?? []) chosen.add(i)
    open = open.filter(list => !closes(chosen)(list))
  }
  return chosen
}
