/** Values by key up to a total weight; those not asked for longest go first. */
export interface SizeBoundedCache<K, V> {
  get(key: K): V | undefined
  /** What alone weighs more than everything may is not kept. */
  set(key: K, value: V): void
  delete(key: K): void
  clear(): void
}

export function sizeBoundedCache<K, V>(maxWeight: number, weightOf: (value: V) => number): SizeBoundedCache<K, V> {
  const kept = new Map<K, V>() // oldest use first
  let weight = 0
  const drop = (key: K, value: V) => {
    kept.delete(key)
    weight -= weightOf(value)
  }
  return {
    get(key) {
      const value = kept.get(key)
      if (value === undefined) return undefined
      kept.delete(key)
      kept.set(key, value)
      return value
    },
    set(key, value) {
      const earlier = kept.get(key)
      if (earlier !== undefined) drop(key, earlier)
      if (weightOf(value) > maxWeight) return
      kept.set(key, value)
      weight += weightOf(value)
      for (const [oldest, old] of kept) {
        if (weight <= maxWeight) break
        drop(oldest, old)
      }
    },
    delete(key) {
      const value = kept.get(key)
      if (value !== undefined) drop(key, value)
    },
    clear() {
      kept.clear()
      weight = 0
    },
  }
}
