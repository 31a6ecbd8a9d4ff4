/**
 * Reading a text that has to be canonical: every step takes exactly the bytes that the writer would put there and
 * throws NotCanonical otherwise. What was read is therefore known to be written back the same, without writing it.
 * Lines repeat a lot in these files, so values are remembered by their line: equal lines share one value.
 */
import { compareText } from '../core/byte-order.ts'
import { parseVetVersion } from '../core/version.ts'
import type { IsoDate, VetVersion } from '../../../shared/domain.ts'
import { parseDate } from './decode.ts'
import { readValueAt } from './toml-lines.ts'
import { renderArray, renderString } from './toml-write.ts'

/** Thrown at the first byte that is not plainly the writer's; the caller reads the text by the general way. */
export class NotCanonical extends Error {}

/** As the writer's strings without escapes, and no byte order mark. */
const PLAIN = /^[^\x00-\x1f"\\\x7f\ufeff]*$/
const BARE_KEY = /^[A-Za-z0-9_-]+$/
const NO_STRINGS: readonly string[] = []
/** `__proto__` is a name for the general reader; a table called `dependency-criteria` is laid out apart. */
const isPlainName = (name: string): boolean =>
  BARE_KEY.test(name) && name !== 'dependency-criteria' && name !== '__proto__'

/** A line that was read before, ready to be met again. */
interface Known<T> {
  readonly line: string
  readonly value: T
}

/** The last line of one key and all others met so far. */
export interface Memory<T> {
  last: Known<T> | null
  readonly byLine: Map<string, Known<T>>
}

export const memory = <T>(): Memory<T> => ({ last: null, byLine: new Map() })

export class Cursor {
  readonly text: string
  pos = 0

  constructor(text: string) {
    this.text = text
  }

  /** Steps over `wanted` if it stands here. */
  take(wanted: string): boolean {
    if (!this.text.startsWith(wanted, this.pos)) return false
    this.pos += wanted.length
    return true
  }

  expect(wanted: string): void {
    if (!this.take(wanted)) throw new NotCanonical()
  }

  isAtEnd(): boolean {
    return this.pos === this.text.length
  }

  /** The bare name up to `close`, which ends its line; it must come after `former`, a name read before. */
  name(close: string, former: string): string {
    const end = this.text.indexOf('\n', this.pos) + 1
    const name = this.text.slice(this.pos, end - close.length)
    if (!this.text.startsWith(close, end - close.length) || !isPlainName(name) || compareText(name, former) <= 0)
      throw new NotCanonical()
    this.pos = end
    return name
  }

  /** A string after ` = `, with its line end. */
  string(): string {
    const { text, pos } = this
    const end = text.indexOf('\n', pos)
    const plain = text.slice(pos + 1, end - 1)
    // A quote in the body ends the test, so `"""` never looks plain.
    if (end > pos + 1 && text.charCodeAt(pos) === 34 && text.charCodeAt(end - 1) === 34 && PLAIN.test(plain)) {
      this.pos = end + 1
      return plain
    }
    const read = readValueAt(text, pos)
    if (typeof read?.value !== 'string') throw new NotCanonical()
    this.expect(renderString(read.value))
    this.expect('\n')
    return read.value
  }

  /** The string of `key = …`, null when another line stands here. `start` is the key with ` = `. */
  optionalString(start: string): string | null {
    return this.isNext(start) && this.take(start) ? this.string() : null
  }

  /** The same for strings that neighbours share. */
  sharedString(start: string, known: Memory<string>): string | null {
    if (!this.isNext(start)) return null
    const { last } = known
    if (last !== null && this.take(last.line)) return last.value
    const from = this.pos
    if (!this.take(start)) return null
    const value = this.string()
    known.last = { line: this.text.slice(from, this.pos), value }
    return value
  }

  /** Whether a line may start with `start`: one look instead of a comparison, for most optional lines are absent. */
  isNext(start: string): boolean {
    return this.text.charCodeAt(this.pos) === start.charCodeAt(0)
  }

  /** A string, or a list of none or several, as the writer puts lists of strings. */
  strings(key: string): readonly string[] {
    if (this.text.charCodeAt(this.pos) !== 91) return [this.string()]
    const read = readValueAt(this.text, this.pos)
    if (read === null || !Array.isArray(read.value) || read.value.length === 1) throw new NotCanonical()
    const list = read.value as readonly string[]
    this.expect(renderArray(key, list.map(renderString)))
    this.expect('\n')
    return list
  }

  /** Strings that are left out when there are none. `start` is the key with ` = `. */
  optionalStrings(key: string, start: string, known: Memory<readonly string[]>): readonly string[] {
    if (!this.isNext(start)) return NO_STRINGS
    const { last } = known
    if (last !== null && this.take(last.line)) return last.value
    if (!this.text.startsWith(start, this.pos)) return NO_STRINGS
    const list = this.anotherLine(known, start, () => this.strings(key))
    if (list.length === 0) throw new NotCanonical()
    return list
  }

  requiredStrings(key: string, start: string, known: Memory<readonly string[]>): readonly string[] {
    const { last } = known
    if (last !== null && this.take(last.line)) return last.value
    return this.anotherLine(known, start, () => this.strings(key))
  }

  /** The value of a line, read once for all lines like it. Values of several lines are read each time. */
  remembered<T>(known: Memory<T>, start: string, read: () => T): T {
    const { last } = known
    return last !== null && this.take(last.line) ? last.value : this.anotherLine(known, start, read)
  }

  private anotherLine<T>(known: Memory<T>, start: string, read: () => T): T {
    const from = this.pos
    const end = this.text.indexOf('\n', from) + 1
    const line = this.text.slice(from, end)
    const met = known.byLine.get(line)
    if (met !== undefined) {
      known.last = met
      this.pos = end
      return met.value
    }
    this.expect(start)
    const value = read()
    if (this.pos !== end) return value
    known.last = { line, value }
    known.byLine.set(line, known.last)
    return value
  }

  version(): VetVersion {
    return canonicalVersion(this.quoted())
  }

  /** A string that has no need of any escape. */
  quoted(): string {
    const { text, pos } = this
    const end = text.indexOf('"\n', pos + 1)
    if (end < 0 || text.charCodeAt(pos) !== 34) throw new NotCanonical()
    this.pos = end + 2
    return text.slice(pos + 1, end)
  }

  date(start: string): IsoDate {
    this.expect(start)
    const text = this.quoted()
    if (parseDate(text) !== text) throw new NotCanonical()
    return text as IsoDate
  }

  optionalBoolean(start: string): boolean | null {
    if (!this.take(start)) return null
    if (this.take('true\n')) return true
    this.expect('false\n')
    return false
  }
}

export function canonicalVersion(text: string): VetVersion {
  const parsed = parseVetVersion(text)
  if (!parsed.ok || parsed.value !== text) throw new NotCanonical()
  return parsed.value
}
