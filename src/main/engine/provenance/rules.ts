/**
 * The named rules of comparing an archive with a tree: each says why two files count as equal, or why a file stands on
 * one side only. Pure. A rule is listed in RULES or it does not exist; what no rule explains differs.
 * Source: provenance.md 1.1, 2.1.
 */
import { createHash, hash } from 'node:crypto'
import type { GitOid } from './git-repository.ts'

export const RULES = [
  {
    name: 'vcs-info-written',
    text: 'cargo writes .cargo_vcs_info.json while packaging; it is read as a claim, never as evidence.',
  },
  {
    name: 'manifest-rewritten',
    text: 'cargo writes Cargo.toml anew while packaging; the manifest check compares it by meaning.',
  },
  { name: 'manifest-original', text: 'Cargo.toml.orig is the Cargo.toml of the repository, byte for byte.' },
  { name: 'lock-file-written', text: 'cargo writes Cargo.lock while packaging; only its plausibility is checked.' },
  { name: 'link-followed', text: 'The repository has a symbolic link; cargo stores what it leads to.' },
  { name: 'linked-folder', text: 'The repository has a symbolic link to a folder; cargo copies the folder.' },
  { name: 'link-as-text', text: 'The archive holds the text of a symbolic link instead of the file it leads to.' },
  { name: 'link-outside', text: 'The symbolic link leads out of the repository; it was not followed.' },
  { name: 'link-too-deep', text: 'The symbolic link leads through too many others; it was not followed.' },
  { name: 'link-to-nothing', text: 'The symbolic link leads to nothing in the repository.' },
  { name: 'line-endings', text: 'Equal once CRLF is LF on both sides.' },
  { name: 'ident-keyword', text: 'Equal but for the $Id$ that git fills in with the id of the very same blob.' },
  { name: 'lfs-pointer', text: 'The repository has a Git LFS pointer; the file has the size and hash that it names.' },
  { name: 'lfs-differs', text: 'The repository has a Git LFS pointer; the file is not the one that it names.' },
  { name: 'readme-from-outside', text: 'The manifest names a readme outside of the package; cargo copies it.' },
  { name: 'licence-from-outside', text: 'The manifest names a licence file outside of the package; cargo copies it.' },
  { name: 'submodule', text: 'The file lies in a submodule and was compared with the commit recorded for it.' },
  { name: 'submodule-unavailable', text: 'The repository of the submodule, or the commit recorded, cannot be had.' },
  { name: 'submodule-not-declared', text: '.gitmodules names no address for the submodule.' },
  { name: 'submodule-address-refused', text: 'The address of the submodule is not one that is fetched from.' },
  { name: 'submodule-too-deep', text: 'Submodules within submodules go deeper than is followed.' },
  { name: 'submodule-too-many', text: 'The crate has files of more submodules than are looked at.' },
  { name: 'folder-unreadable', text: 'A part of the tree is too large or cannot be read.' },
  {
    name: 'bytes-unavailable',
    text: 'The ids differ; the bytes of the repository cannot be had, so no rule was tried.',
  },
  { name: 'same-id-other-bytes', text: 'The ids agree but the bytes do not: a forged collision or a damaged copy.' },
  { name: 'name-case-differs', text: 'The repository has a file whose name differs in upper and lower case only.' },
  { name: 'nested-package', text: 'It belongs to another package in a folder below; cargo leaves that out.' },
  { name: 'excluded-by-manifest', text: 'The manifest excludes it.' },
  { name: 'not-included-by-manifest', text: 'The manifest has an include list without it.' },
  { name: 'lock-file-left-out', text: 'Older versions of cargo leave Cargo.lock out of libraries.' },
  { name: 'submodule-left-out', text: 'Nothing of the submodule is in the archive.' },
  { name: 'left-out', text: 'Not in the archive; the reason is not in the manifest (perhaps not checked out).' },
] as const

export type RuleName = (typeof RULES)[number]['name']

/** Room for a small file behind its heading: one call on it takes half the time of an object that is fed twice. */
const small = new Uint8Array(16 << 10)
const encoder = new TextEncoder()

/** git's id of these bytes as a blob. */
export function blobId(data: Uint8Array): GitOid {
  const heading = `blob ${data.length}\0`
  const length = heading.length + data.length
  if (length > small.length) return createHash('sha1').update(heading).update(data).digest('hex')
  encoder.encodeInto(heading, small)
  small.set(data, heading.length)
  return hash('sha1', small.subarray(0, length), 'hex')
}

const CR = 0x0d
const LF = 0x0a
/** As git looks for it. */
const BINARY_LOOK = 8000

/** git's own guess: a NUL among the first 8,000 bytes. */
export function looksBinary(data: Uint8Array): boolean {
  return data.subarray(0, BINARY_LOOK).includes(0)
}

/** Every CRLF as LF; a lone CR stays. The same object when there is none. */
export function toLf(data: Uint8Array): Uint8Array {
  if (!data.includes(CR)) return data
  const out = new Uint8Array(data.length)
  let length = 0
  for (let i = 0; i < data.length; i++) {
    if (data[i] === CR && data[i + 1] === LF) continue
    out[length++] = data[i]!
  }
  return length === data.length ? data : out.subarray(0, length)
}

/** Every LF as CRLF, of data without CRLF. */
function toCrlf(data: Uint8Array): Uint8Array {
  let count = 0
  for (let at = data.indexOf(LF); at >= 0; at = data.indexOf(LF, at + 1)) count++
  const out = new Uint8Array(data.length + count)
  let length = 0
  for (const byte of data) {
    if (byte === LF) out[length++] = CR
    out[length++] = byte
  }
  return out
}

/** The blob ids this content would have with LF, and with CRLF, throughout. Empty for binary content. */
export function lineEndingIds(data: Uint8Array): readonly GitOid[] {
  if (looksBinary(data)) return []
  const lf = toLf(data)
  return [blobId(lf), blobId(toCrlf(lf))]
}

/** Equal once CRLF is LF on both sides; never for binary content, where these bytes are no line endings. */
export function sameButLineEndings(a: Uint8Array, b: Uint8Array): boolean {
  if (looksBinary(a) || looksBinary(b)) return false
  return Buffer.compare(toLf(a), toLf(b)) === 0
}

/**
 * Is `data` the blob `treeBlob` with git's `ident` attribute applied? git writes `$Id: BLOB-ID$`, so the id inside has
 * to be the blob's own: nothing else can hide there.
 */
export function isIdentExpansion(data: Uint8Array, treeBlob: GitOid): boolean {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const expanded = `$Id: ${treeBlob} $`
  const parts: Buffer[] = []
  let from = 0
  for (let at = bytes.indexOf(expanded); at >= 0; at = bytes.indexOf(expanded, from)) {
    parts.push(bytes.subarray(from, at), Buffer.from('$Id$'))
    from = at + expanded.length
  }
  return from > 0 && blobId(Buffer.concat([...parts, bytes.subarray(from)])) === treeBlob
}

export interface LfsPointer {
  /** 64 hex digits. */
  readonly sha256: string
  readonly sizeBytes: number
}

/** Null when the blob is no Git LFS pointer. Source: the LFS specification, version 1. */
export function parseLfsPointer(blob: Uint8Array): LfsPointer | null {
  if (blob.length >= 1024) return null
  const text = Buffer.from(blob).toString('latin1')
  if (!/^version https:\/\/(?:git-lfs\.github|hawser\.github)\.com\/spec\/v1\n/.test(text)) return null
  const sha256 = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1]
  const size = /^size (\d{1,15})$/m.exec(text)?.[1]
  return sha256 === undefined || size === undefined ? null : { sha256, sizeBytes: Number(size) }
}

export function isLfsContent(pointer: LfsPointer, data: Uint8Array): boolean {
  return pointer.sizeBytes === data.length && createHash('sha256').update(data).digest('hex') === pointer.sha256
}

export type ContentMatch = 'ident-keyword' | 'line-endings' | 'lfs-pointer' | 'lfs-differs' | null

/** What explains that two unequal contents may still stand for each other, with the repository's bytes at hand. */
export function matchContent(data: Uint8Array, treeBytes: Uint8Array): ContentMatch {
  if (sameButLineEndings(data, treeBytes)) return 'line-endings'
  const pointer = parseLfsPointer(treeBytes)
  if (pointer === null) return null
  return isLfsContent(pointer, data) ? 'lfs-pointer' : 'lfs-differs'
}
