/** Manifests as plain data that can be compared: own keys only, texts and lists in one form. */
import { parse, TomlError } from 'smol-toml'
import { isTable, type PlainTable } from '../core/plain-table.ts'

export type TomlTable = PlainTable

/** The top table; null when it is not TOML (or not UTF-8). A byte order mark is no part of it. */
export function parseManifest(bytes: Uint8Array): TomlTable | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return parse(text, { integersAsBigInt: 'asNeeded', maxDepth: 200 })
  } catch (error) {
    if (error instanceof TomlError || error instanceof TypeError) return null
    throw error
  }
}

/** The value of the first of the names that is there; undefined when none is. */
export function valueAt(table: TomlTable | undefined, ...names: readonly string[]): unknown {
  if (table === undefined) return undefined
  for (const name of names) if (Object.hasOwn(table, name)) return table[name]
  return undefined
}

export function tableAt(table: TomlTable | undefined, ...names: readonly string[]): TomlTable | undefined {
  const value = valueAt(table, ...names)
  return isTable(value) ? value : undefined
}

export function textAt(table: TomlTable | undefined, ...names: readonly string[]): string | undefined {
  const value = valueAt(table, ...names)
  return typeof value === 'string' ? value : undefined
}

export function textsAt(table: TomlTable | undefined, ...names: readonly string[]): readonly string[] {
  const value = valueAt(table, ...names)
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

/** `[package]`, which manifests of the first years call `[project]`. */
export const packageOf = (manifest: TomlTable): TomlTable | undefined => tableAt(manifest, 'package', 'project')

/** One text per value, equal for values that mean the same: keys sorted, empty tables left out, line ends LF. */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.replace(/\r\n/g, '\n'))
  if (value instanceof Date) return `date ${value.toISOString()}`
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (isTable(value)) {
    const parts = Object.keys(value)
      .sort()
      .filter(key => !isEmptyTable(value[key]))
      .map(key => `${JSON.stringify(key)}:${canonical(value[key])}`)
    return `{${parts.join(',')}}`
  }
  return String(value)
}

export const isEmptyTable = (value: unknown): boolean =>
  isTable(value) && Object.values(value).every(inner => isEmptyTable(inner))

export const sortedUnique = (items: readonly string[]): readonly string[] => [...new Set(items)].sort()

/** `/` between parts, `.` and inner `..` resolved; what leaves the folder keeps its leading `..`. */
export function cleanPath(path: string): string {
  const parts: string[] = []
  for (const part of path.replace(/\\/g, '/').split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/')
}

export const baseName = (path: string): string => cleanPath(path).split('/').at(-1) ?? ''

/** Foreign text for a sentence: one line, no control or direction characters, at most 80 characters. */
export function shown(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
  return `\`${plain.length > 80 ? `${plain.slice(0, 79)}…` : plain}\``
}
