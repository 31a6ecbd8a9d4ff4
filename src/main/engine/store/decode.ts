/**
 * Reading typed values out of a parsed TOML tree. Every function answers a usable value and notes what was wrong,
 * so that one pass finds all problems of a file; the caller drops the values when there are any. A problem keeps the
 * path of its key; turning paths into lines is left to the end (toml-spans.ts), because it is rarely needed.
 */
import { compareText } from '../core/byte-order.ts'
import { parseVetVersion, trimText } from '../core/version.ts'
import { parseVersionReq, renderVersionReq } from '../core/version-req.ts'
import { brand, type IsoDate, type VetVersion } from '../../../shared/domain.ts'

/** Integers are bigint, floats are number. */
export type TomlValue = string | number | bigint | boolean | Date | readonly TomlValue[] | TomlTable
export interface TomlTable {
  readonly [key: string]: TomlValue | undefined
}

/** Where a value stands: the chain of keys and array indices up to the root. */
export interface At {
  readonly parent: At | null
  readonly key: string | number
}

/** A finding not yet tied to a line. */
export interface DecodeProblem {
  readonly path: readonly (string | number)[]
  /** Point at the key itself or at its value. */
  readonly part: 'key' | 'value'
  readonly message: string
  readonly help: string | null
}

export interface Decoding {
  readonly problems: DecodeProblem[]
}

/** Past this many findings in one file the rest is not collected: the file is broken as a whole. */
const MAX_PROBLEMS = 50

const ANY_VERSION = brand<'VetVersion'>('0.0.0')
const ANY_DATE = brand<'IsoDate'>('1970-01-01')

export function note(
  d: Decoding,
  at: At | null,
  key: string | number | null,
  part: 'key' | 'value',
  message: string,
  help: string | null,
): void {
  if (d.problems.length >= MAX_PROBLEMS) return
  const path: (string | number)[] = key === null ? [] : [key]
  for (let step = at; step !== null; step = step.parent) path.unshift(step.key)
  d.problems.push({ path, part, message, help })
}

/** Keys in byte order. */
function sortedKeys(table: TomlTable): string[] {
  const keys = Object.keys(table)
  for (let i = 1; i < keys.length; i++)
    if (compareText(keys[i - 1] as string, keys[i] as string) > 0) return keys.sort(compareText)
  return keys
}

export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

/** What a value is, in TOML's words. */
export function typeName(value: TomlValue | undefined): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return 'a string'
  if (typeof value === 'boolean') return 'a boolean'
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number'
  if (value instanceof Date) return 'a date without quotes'
  return Array.isArray(value) ? 'a list' : 'a table'
}

/** Text of a file as it may stand in a message: cut, and with what a terminal would act on made visible. */
export function shown(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
}

const wrongType = (d: Decoding, at: At | null, key: string, value: TomlValue | undefined, wanted: string): void =>
  note(d, at, key, 'value', `'${shown(key)}' must be ${wanted}, found ${typeName(value)}`, null)

function missing(d: Decoding, at: At | null, key: string): void {
  note(d, at, null, 'key', `missing '${key}'`, `Add ${key} = … here.`)
}

export function readString(d: Decoding, table: TomlTable, at: At | null, key: string): string {
  const value = table[key]
  if (typeof value === 'string') return value
  if (value === undefined) missing(d, at, key)
  else wrongType(d, at, key, value, 'a string')
  return ''
}

export function readOptionalString(d: Decoding, table: TomlTable, at: At | null, key: string): string | null {
  const value = table[key]
  if (value === undefined) return null
  if (typeof value === 'string') return value
  wrongType(d, at, key, value, 'a string')
  return null
}

export function readOptionalBoolean(d: Decoding, table: TomlTable, at: At | null, key: string): boolean | null {
  const value = table[key]
  if (value === undefined) return null
  if (typeof value === 'boolean') return value
  wrongType(d, at, key, value, 'true or false')
  return null
}

const NO_STRINGS: readonly string[] = []

/** A string or a list of strings; null when the key is absent. */
export function readOptionalStrings(
  d: Decoding,
  table: TomlTable,
  at: At | null,
  key: string,
): readonly string[] | null {
  const value = table[key]
  if (value === undefined) return null
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return stringList(d, value, at, key)
  wrongType(d, at, key, value, 'a string or a list of strings')
  return NO_STRINGS
}

export function readStrings(d: Decoding, table: TomlTable, at: At | null, key: string): readonly string[] {
  return readOptionalStrings(d, table, at, key) ?? NO_STRINGS
}

export function readRequiredStrings(d: Decoding, table: TomlTable, at: At | null, key: string): readonly string[] {
  const list = readOptionalStrings(d, table, at, key)
  if (list === null) missing(d, at, key)
  return list ?? NO_STRINGS
}

/** A list of strings; a bare string is not accepted. */
export function readList(d: Decoding, table: TomlTable, at: At | null, key: string): readonly string[] {
  const value = table[key]
  if (value === undefined) return NO_STRINGS
  if (Array.isArray(value)) return stringList(d, value, at, key)
  wrongType(d, at, key, value, 'a list of strings')
  return NO_STRINGS
}

function stringList(d: Decoding, list: readonly TomlValue[], at: At | null, key: string): readonly string[] {
  for (const [i, element] of list.entries()) {
    if (typeof element === 'string') continue
    note(d, { parent: at, key }, i, 'value', `'${key}' must hold strings, found ${typeName(element)}`, null)
    return NO_STRINGS
  }
  return list as readonly string[]
}

export function readVersion(d: Decoding, table: TomlTable, at: At | null, key: string): VetVersion {
  return decodeVersion(d, readString(d, table, at, key), table, at, key)
}

function decodeVersion(d: Decoding, text: string, table: TomlTable, at: At | null, key: string): VetVersion {
  const parsed = parseVetVersion(text)
  if (parsed.ok) return parsed.value
  if (typeof table[key] === 'string')
    note(d, at, key, 'value', `'${shown(text)}' is not a version: ${parsed.error}`, VERSION_HELP)
  return ANY_VERSION
}
const VERSION_HELP = 'Write MAJOR.MINOR.PATCH, or MAJOR.MINOR.PATCH@git: and 40 hex digits.'

/** `A -> B`, split at the first arrow. */
export function readDelta(
  d: Decoding,
  table: TomlTable,
  at: At | null,
  key: string,
): { readonly from: VetVersion; readonly to: VetVersion } {
  const text = readString(d, table, at, key)
  const arrow = text.indexOf('->')
  if (arrow < 0) {
    if (typeof table[key] === 'string')
      note(d, at, key, 'value', "'delta' must be a delta of the form 'VERSION -> VERSION'", null)
    return { from: ANY_VERSION, to: ANY_VERSION }
  }
  return {
    from: decodeVersion(d, trimText(text.slice(0, arrow)), table, at, key),
    to: decodeVersion(d, trimText(text.slice(arrow + 2)), table, at, key),
  }
}

/** A version requirement, as its canonical text. */
export function readRange(d: Decoding, table: TomlTable, at: At | null, key: string): string {
  const text = readString(d, table, at, key)
  if (typeof table[key] !== 'string') return '*'
  const parsed = parseVersionReq(text)
  if (parsed.ok) return renderVersionReq(parsed.value)
  const help = 'Write a Cargo version requirement, for example "<1.2.3" or ">=1.0, <2".'
  note(d, at, key, 'value', `'${shown(text)}' is not a version requirement: ${parsed.error}`, help)
  return '*'
}

// chrono reads leniently (blanks, one digit, a sign), so `2022-1-1` is a date and is written back as 2022-01-01.
const DATE = /^\s*([+-]?[0-9]+)\s*-\s*([0-9]{1,2})\s*-\s*([0-9]{1,2})\s*$/
const PLAIN_DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** A date as a string, in canonical text. Years past 9999, which cargo-vet would accept, are refused. */
export function readDate(d: Decoding, table: TomlTable, at: At | null, key: string): IsoDate {
  const value = table[key]
  if (value instanceof Date) {
    note(d, at, key, 'value', `'${key}' must be a date in quotes`, `Write ${key} = "YYYY-MM-DD".`)
    return ANY_DATE
  }
  const text = readString(d, table, at, key)
  if (typeof value !== 'string') return ANY_DATE
  const date = parseDate(text)
  if (date !== null) return date
  note(d, at, key, 'value', `'${shown(text)}' is not a date`, 'Write "YYYY-MM-DD".')
  return ANY_DATE
}

/** Null when there is no such day. */
export function parseDate(text: string): IsoDate | null {
  const match = DATE.exec(text)
  if (match === null) return null
  const [, yearText = '', monthText = '', dayText = ''] = match
  if (!/^[+-]/.test(yearText) && yearText.length > 4) return null
  const [year, month, day] = [Number(yearText), Number(monthText), Number(dayText)]
  if (year < 0 || year > 9999 || day < 1 || day > (DAYS[month - 1] ?? 0)) return null
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (month === 2 && day === 29 && !isLeap) return null
  if (PLAIN_DATE.test(text)) return brand(text)
  const pad = (value: number, width: number): string => String(value).padStart(width, '0')
  return brand(`${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`)
}

/** The sub-table at `key`; an empty one when absent. */
function readTable(d: Decoding, table: TomlTable, at: At | null, key: string): TomlTable {
  const value = table[key]
  if (value === undefined) return {}
  if (isTable(value)) return value
  wrongType(d, at, key, value, 'a table')
  return {}
}

/** A table of tables, keys in byte order. */
export function readTables<K extends string, V>(
  d: Decoding,
  table: TomlTable,
  at: At | null,
  key: string,
  decode: (entry: TomlTable, at: At) => V,
): Map<K, V> {
  const outer = readTable(d, table, at, key)
  const outerAt = { parent: at, key }
  const map = new Map<K, V>()
  for (const name of sortedKeys(outer)) {
    const entry = outer[name]
    if (isTable(entry)) map.set(name as K, decode(entry, { parent: outerAt, key: name }))
    else wrongType(d, outerAt, name, entry, 'a table')
  }
  return map
}

/** A table of arrays of tables (`[[key.NAME]]`), names in byte order, entries in the file's order. */
export function readEntries<K extends string, V>(
  d: Decoding,
  table: TomlTable,
  at: At | null,
  key: string,
  decode: (entry: TomlTable, at: At) => V,
): Map<K, readonly V[]> {
  const outer = readTable(d, table, at, key)
  const outerAt = { parent: at, key }
  const map = new Map<K, readonly V[]>()
  for (const name of sortedKeys(outer)) {
    const list = outer[name]
    if (!Array.isArray(list)) {
      note(
        d,
        outerAt,
        name,
        'key',
        `'${key}.${shown(name)}' must be a list of tables, found ${typeName(list)}`,
        `Write [[${key}.NAME]].`,
      )
      continue
    }
    const nameAt = { parent: outerAt, key: name }
    const entries: V[] = []
    for (let i = 0; i < list.length; i++) {
      const entry = list[i] as TomlValue
      if (isTable(entry)) entries.push(decode(entry, { parent: nameAt, key: i }))
      else
        note(
          d,
          nameAt,
          i,
          'value',
          `an entry of '${key}.${shown(name)}' must be a table, found ${typeName(entry)}`,
          null,
        )
    }
    map.set(name as K, entries)
  }
  return map
}

/** A table whose values are strings or lists of strings, keys in byte order. */
export function readStringsByKey(
  d: Decoding,
  table: TomlTable,
  at: At | null,
  key: string,
): Map<string, readonly string[]> {
  const outer = readTable(d, table, at, key)
  const outerAt = { parent: at, key }
  return new Map(sortedKeys(outer).map(name => [name, readStrings(d, outer, outerAt, name)]))
}

/** Notes every key that is not in `known`: cargo-vet refuses them in audits and criteria. */
export function refuseUnknownKeys(d: Decoding, table: TomlTable, at: At, known: ReadonlySet<string>): void {
  for (const key in table)
    if (Object.hasOwn(table, key) && !known.has(key))
      note(d, at, key, 'key', `unknown key '${shown(key)}'`, `Remove it; the keys here are ${[...known].join(', ')}.`)
}
