/**
 * From the text of a TOML file to its tree, or to the place where it is wrong. Two readers give the same tree: the
 * line reader for files in cargo-vet's own form (fast), smol-toml for everything else. In front of them stand the
 * bounds (size, nesting) and what cargo-vet's reader refuses or forgives before any grammar: bare carriage returns
 * are refused, CRLF counts as LF, a byte order mark at the start is skipped. cargo-vet reads TOML 1.0, smol-toml
 * 1.1, so what only 1.1 allows is refused here.
 * NOTE: not @iarna/toml: a table called `toString` in a file makes it write into Object.prototype's functions, after
 * which no TOML parses any more in the process, and these files come from peers and from the workspace.
 */
import { parse, TomlError } from 'smol-toml'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { StoreProblem } from '../../../shared/failure.ts'
import type { TomlTable, TomlValue } from './decode.ts'
import { readCanonicalLines } from './toml-lines.ts'
import { buildSpanIndex, findLongNumber, findNewerSyntax, placeAt, spanOf } from './toml-spans.ts'

/** Far larger than any store seen (0.6 MB), small enough to read in seconds. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024
/** toml_edit's own limit for lists and tables inside each other. */
const MAX_DEPTH = 80

/** The tree of `text`. `file` is only used to name places. `text` is well-formed Unicode. Integers are bigint. */
export function readToml(text: string, file: string): Result<TomlTable, StoreProblem> {
  if (text.length > MAX_FILE_BYTES)
    return fail({
      message: `${file} is larger than the limit of ${MAX_FILE_BYTES / 1024 / 1024} MB`,
      help: 'A cargo-vet file of this size is not made by hand or by cargo-vet. Look at what wrote it.',
      place: null,
    })
  const quick = readCanonicalLines(text)
  return quick === null ? readAnyToml(text, file) : ok(quick)
}

/** The slow reader alone; exported so that tests can compare the two. */
export function readAnyToml(text: string, file: string): Result<TomlTable, StoreProblem> {
  const bare = /\r(?!\n)/.exec(text)
  if (bare !== null)
    return fail({
      message: 'a carriage return without a line feed is not allowed in TOML',
      help: 'Save the file with LF or CRLF line ends.',
      place: placeAt(text, file, bare.index, bare.index + 1),
    })
  const long = findLongNumber(text)
  if (long !== null)
    return fail({
      message: `not valid TOML: ${long.what}`,
      help: null,
      place: placeAt(text, file, long.start, long.end),
    })
  try {
    const unified = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
    const tree = parse(unified, { integersAsBigInt: true, maxDepth: MAX_DEPTH }) as TomlTable
    const problem = newerSyntaxProblem(text, file) ?? boundsProblem(tree, text, file)
    return problem === null ? ok(tree) : fail(problem)
  } catch (error) {
    if (error instanceof TomlError) return fail(syntaxProblem(error, text, file))
    throw error
  }
}

function newerSyntaxProblem(text: string, file: string): StoreProblem | null {
  const newer = findNewerSyntax(text)
  if (newer === null) return null
  return {
    message: `not valid TOML 1.0: ${newer.what}`,
    help: 'cargo-vet reads TOML 1.0. Rewrite this place.',
    place: placeAt(text, file, newer.start, newer.end),
  }
}

const I64_MAX = (1n << 63n) - 1n

/** Nesting and integers past 64 bits, which cargo-vet's reader refuses wherever they stand and smol-toml lets pass. */
function boundsProblem(tree: TomlTable, text: string, file: string): StoreProblem | null {
  const pending: [TomlValue, (string | number)[]][] = [[tree, []]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [value, path] = next
    if (path.length > 2 * MAX_DEPTH)
      return { message: `tables are nested deeper than ${MAX_DEPTH} levels`, help: null, place: null }
    if (typeof value === 'bigint' && (value > I64_MAX || value < -I64_MAX - 1n)) {
      const span = spanOf(buildSpanIndex(text), path)
      return {
        message: `${value} does not fit 64 bits`,
        help: null,
        place: span === null ? null : placeAt(text, file, span.valueStart, span.valueEnd),
      }
    }
    if (typeof value !== 'object' || value instanceof Date) continue
    // Strings, by far the most, are not worth a path.
    for (const [key, inner] of Object.entries(value) as [string, TomlValue][])
      if (typeof inner !== 'string') pending.push([inner, [...path, key]])
  }
  return null
}

function syntaxProblem(error: TomlError, text: string, file: string): StoreProblem {
  const sentence = error.message.replace(/^Invalid TOML document: /, '').split('\n', 1)[0] ?? ''
  let start = text.startsWith('\ufeff') ? 1 : 0
  for (let line = 1; line < error.line; line++) start = text.indexOf('\n', start) + 1
  const lineEnd = text.indexOf('\n', start)
  const at = Math.min(start + error.column - 1, lineEnd < 0 ? text.length : lineEnd)
  const isOpenString = sentence.startsWith('control characters') && (text[at] === '\n' || text[at] === '\r')
  return {
    message: `not valid TOML: ${isOpenString ? 'the string is not closed on its line' : sentence}`,
    help: 'Correct the file, or restore it from git; nothing was changed.',
    place: placeAt(text, file, at, Math.min(at + 1, text.length)),
  }
}
