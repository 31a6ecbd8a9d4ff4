/**
 * Tables of files that others wrote (TOML), as plain data. Only own keys are looked up: a key that the file lacks must not
 * come from Object.prototype, where `toString` and `constructor` stand.
 */

export type PlainTable = Readonly<Record<string, unknown>>

/** Lists are none, and neither are the reader's dates. */
export function isTable(value: unknown): value is PlainTable {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Undefined when the table has no such key of its own, or there is no table. */
export function ownValue(table: PlainTable | undefined, key: string): unknown {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined
}

/** Undefined when there is none or it is something else. */
export function tableAt(table: PlainTable | undefined, key: string): PlainTable | undefined {
  const value = ownValue(table, key)
  return isTable(value) ? value : undefined
}

/** Undefined when there is none or it is something else. */
export function textAt(table: PlainTable | undefined, key: string): string | undefined {
  const value = ownValue(table, key)
  return typeof value === 'string' ? value : undefined
}
