/**
 * git's objects as bytes → data: trees, and the headers of commits and tags. Pure. The bytes come from a hostile
 * repository: what cannot be a name in a checkout is left out and said, nothing throws.
 */
import type { CommitInfo, GitOid, TreeEntry } from './git-repository.ts'

const SLASH = 0x2f
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export interface ParsedTree {
  readonly entries: readonly TreeEntry[]
  /** False: cut bytes, a name twice, or a name that no checkout could have (`..`, one with a slash, an empty one). */
  readonly isClean: boolean
}

/** `MODE SP NAME NUL 20 bytes`, repeated. At most `maxEntries`; then it is not clean. */
export function parseTree(bytes: Buffer, maxEntries: number): ParsedTree {
  const entries: TreeEntry[] = []
  const seen = new Set<string>()
  let isClean = true
  let at = 0
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at)
    const end = space < 0 ? -1 : bytes.indexOf(0, space + 1)
    if (end < 0 || space - at > 7 || end + 21 > bytes.length || entries.length >= maxEntries) {
      isClean = false
      break
    }
    const name = decodeName(bytes, space + 1, end)
    const mode = modeOf(bytes, at, space)
    const oid = bytes.toString('hex', end + 1, end + 21)
    at = end + 21
    if (name === null || seen.has(name)) isClean = false
    else {
      seen.add(name)
      entries.push({ mode, oid, name })
    }
  }
  return { entries, isClean }
}

const USUAL_MODES = ['100644', '040000', '100755', '120000', '160000']

/** Six digits; the same text for the same mode, because a large repository has hundreds of thousands of entries. */
function modeOf(bytes: Buffer, from: number, to: number): string {
  const mode = bytes.toString('latin1', from, to).padStart(6, '0')
  return USUAL_MODES.find(usual => usual === mode) ?? mode
}

/** Null for what is no file name. Bytes that are not UTF-8 become `\xNN`; a backslash stays one. */
function decodeName(bytes: Buffer, from: number, to: number): string | null {
  let isAscii = true
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte === SLASH) return null
    if (byte >= 0x80) isAscii = false
  }
  const text = isAscii ? bytes.toString('latin1', from, to) : decodeText(bytes.subarray(from, to))
  return text === '' || text === '.' || text === '..' ? null : text
}

function decodeText(bytes: Buffer): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return Array.from(bytes, b => (b < 0x80 ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, '0')}`)).join(
      '',
    )
  }
}

/** Null when the headers are not those of a commit. */
export function parseCommit(oid: GitOid, bytes: Buffer): CommitInfo | null {
  const headers = headersOf(bytes)
  const tree = /^tree ([0-9a-f]{40})$/m.exec(headers)?.[1]
  const seconds = /^committer .*> (-?\d{1,15})(?: |$)/m.exec(headers)?.[1]
  if (tree === undefined) return null
  const parents = Array.from(headers.matchAll(/^parent ([0-9a-f]{40})$/gm), match => match[1]!)
  const hasSignature = /^gpgsig(?:-sha256)? /m.test(headers)
  return { oid, tree, parents, committedAtMs: Number(seconds ?? 0) * 1000, hasSignature }
}

/** What a tag object says: its target and whether a signature ends it. Null when these are not a tag's headers. */
export function parseTag(bytes: Buffer): { readonly target: GitOid; readonly hasSignature: boolean } | null {
  const target = /^object ([0-9a-f]{40})$/m.exec(headersOf(bytes))?.[1]
  if (target === undefined) return null
  return { target, hasSignature: /^-----BEGIN [A-Z ]*(?:SIGNATURE|MESSAGE)-----$/m.test(bytes.toString('latin1')) }
}

function headersOf(bytes: Buffer): string {
  const end = bytes.indexOf('\n\n')
  return bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
}
