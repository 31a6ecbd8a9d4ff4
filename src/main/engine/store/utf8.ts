/** Bytes of a store file as text, or the place of the first byte that is not UTF-8. A byte order mark is kept. */
import type { StoreProblem } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

export function decodeUtf8(bytes: Uint8Array, file: string): Result<string, StoreProblem> {
  try {
    return ok(strict.decode(bytes))
  } catch {
    const offset = firstInvalid(bytes)
    const before = lenient.decode(bytes.subarray(0, offset))
    const lineStart = before.lastIndexOf('\n') + 1
    return fail({
      message: 'the file is not UTF-8 text',
      help: 'Save it as UTF-8, or restore it from git; nothing was changed.',
      place: {
        file,
        line: before.split('\n').length,
        column: before.length - lineStart + 1,
        offset,
        length: 1,
      },
    })
  }
}

/** The offset where the longest valid prefix ends, found by halving: a prefix is valid up to that point only. */
function firstInvalid(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length
  while (good < bad) {
    const middle = (good + bad + 1) >> 1
    if (isPrefixValid(bytes.subarray(0, middle))) good = middle
    else bad = middle - 1
  }
  // The longest prefix may end inside a character; step back to where that one starts.
  for (let i = 0; i < 3 && good > 0 && !isComplete(bytes.subarray(0, good)); i++) good--
  return good
}

function isComplete(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes)
    return true
  } catch {
    return false
  }
}

function isPrefixValid(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
