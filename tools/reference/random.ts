/** Random choices from a printed seed, so that every run of the reference tool can be repeated. */

export interface Random {
  /** 0 <= n < limit, an integer. */
  int(limit: number): number
  /** True with the given probability. */
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** Each item with the given probability, in order. */
  some<T>(items: readonly T[], probability: number): T[]
  shuffled<T>(items: readonly T[]): T[]
}

/** mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (limit: number): number => Math.floor(next() * limit)
  const chance = (probability: number): boolean => next() < probability
  return {
    int,
    chance,
    pick(items) {
      const item = items[int(items.length)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    some: (items, probability) => items.filter(() => chance(probability)),
    shuffled(items) {
      const copy = [...items]
      for (let i = copy.length - 1; i > 0; i--) {
        const j = int(i + 1)
        const [a, b] = [copy[i], copy[j]]
        if (a !== undefined && b !== undefined) [copy[i], copy[j]] = [b, a]
      }
      return copy
    },
  }
}
