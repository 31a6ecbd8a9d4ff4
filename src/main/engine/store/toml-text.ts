/**
 * From the text of a TOML file to its tree, or to the place where it is wrong. Two readers give the same tree: the
 * line reader for files in cargo-vet's own form (fast), @iarna/toml for everything else. In front of them stand
 * the bounds (size, nesting) and what cargo-vet's reader refuses or forgives before any grammar: bare carriage
 * returns are refused, CRLF counts as LF, a byte order mark at the start is skipped.
 */
import TOML from '@iarna/toml'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { FilePlace } from '../../../shared/failure.ts'
import type { TomlTable, TomlValue } from './decode.ts'
import { readCanonicalLines } from './toml-lines.ts'
import { buildSpanIndex, placeAt } from './toml-spans.ts'

/** Larger than any store seen by far (0.6 MB); at @iarna/toml's 6 MB/s it still ends in seconds. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024
/** toml_edit's own limit. */
const MAX_DEPTH = 80

export interface TomlFault {
  readonly message: string
  readonly help: string | null
  readonly place: FilePlace | null
}

/** The tree of `text`. `file` is only used to name places. `text` is well-formed Unicode. */
export function readToml(text: string, file: string): Result<TomlTable, TomlFault> {
  if (text.length > MAX_FILE_BYTES)
    return fail({
      message: `${file} is larger than the limit of ${MAX_FILE_BYTES / 1024 / 1024} MB`,
      help: 'A cargo-vet file of this size is not made by hand or by cargo-vet. Look at what wrote it.',
      place: null,
    })
  const quick = readCanonicalLines(text)
  if (quick !== null) return ok(quick)
  return readAnyToml(text, file)
}

/** The slow reader alone; exported so that tests can compare the two. */
export function readAnyToml(text: string, file: string): Result<TomlTable, TomlFault> {
  const bare = /\r(?!\n)/.exec(text)
  if (bare !== null)
    return fail({
      message: 'a carriage return without a line feed is not allowed in TOML',
      help: 'Save the file with LF or CRLF line ends.',
      place: placeAt(text, file, bare.index, bare.index + 1),
    })
  let tree: TomlTable
  try {
    tree = TOML.parse(text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')) as unknown as TomlTable
  } catch (error) {
    return fail(syntaxFault(error, text, file))
  }
  if (isDeeperThan(tree, MAX_DEPTH))
    return fail({ message: `tables are nested deeper than ${MAX_DEPTH} levels`, help: null, place: null })
  markOddUserIds(tree, text)
  return ok(tree)
}

/** @iarna/toml counts lines and columns from 0, after its own newline handling. */
function syntaxFault(error: unknown, text: string, file: string): TomlFault {
  const { message, line, col } = error as { message: string; line?: number; col?: number }
  const sentence = message.split('\n')[0]?.replace(/ at row \d+, col \d+, pos \d+:?$/, '') ?? message
  const help = 'Correct the file, or restore it from git; nothing was changed.'
  if (line === undefined || col === undefined) return { message: `not valid TOML: ${sentence}`, help, place: null }
  const lines = text.split('\n')
  const row = Math.min(line, lines.length - 1)
  const start = lines.slice(0, row).reduce((sum, each) => sum + each.length + 1, 0)
  const at = start + Math.max(0, Math.min(col, lines[row]?.length ?? 0))
  return { message: `not valid TOML: ${sentence}`, help, place: placeAt(text, file, at, Math.min(at + 1, text.length)) }
}

function isDeeperThan(tree: TomlTable, limit: number): boolean {
  const pending: [TomlValue, number][] = [[tree, 0]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, depth] = next
    if (typeof value !== 'object' || value instanceof Date) continue
    if (depth > limit) return true
    for (const inner of Object.values(value) as TomlValue[]) pending.push([inner, depth + 1])
  }
  return false
}

/**
 * @iarna/toml gives 1.0 and 1 the same value and wraps integers past 64 bits. Only user ids are numbers that
 * matter, so those not written as a decimal, hex, octal or binary i64 become NaN, which no decoder accepts.
 */
function markOddUserIds(tree: TomlTable, text: string): void {
  const all = text.match(/user-id/g)?.length ?? 0
  const plain = text.match(/^user-id = [0-9]{1,15}(?= *(?:#|\r?$))/gm)?.length ?? 0
  if (all === plain) return
  const spans = buildSpanIndex(text)
  const visit = (value: TomlValue | undefined, path: string): void => {
    if (typeof value !== 'object' || value instanceof Date) return
    for (const [key, inner] of Object.entries(value) as [string, TomlValue][]) {
      const innerPath = `${path}\u0000${key}`
      if (key === 'user-id' && (typeof inner === 'number' || typeof inner === 'bigint')) {
        const span = spans.get(innerPath)
        if (span === undefined || !isInteger64(text.slice(span.valueStart, span.valueEnd)))
          (value as Record<string, TomlValue>)[key] = Number.NaN
      } else visit(inner, innerPath)
    }
  }
  visit(tree, '')
}

function isInteger64(written: string): boolean {
  const digits = written.replaceAll('_', '')
  const match = /^([+-]?)(0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+|[0-9]+)$/.exec(digits)
  if (match === null) return false
  const value = BigInt(match[2] as string)
  return value <= (match[1] === '-' ? 1n << 63n : (1n << 63n) - 1n)
}
