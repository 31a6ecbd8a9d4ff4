/**
 * One file of a review as it is shown: text of both sides with git's line hunks, a paged unified form when it is
 * too large for the editor, or facts about the bytes when it is not text. The hunks belong to exactly the texts
 * that are sent: replacing the old lines of every hunk by the new ones turns one text into the other.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { BlobInfo, FileDiff, Hunk } from '../../../shared/wire.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { blobInfo } from './blob-info.ts'
import { languageOf } from './classify.ts'
import { coarseHunk, diffLines, diffTexts, oneSidedHunks, patchHunks } from './git-diff.ts'
import { pageOf, unifiedRows, wholeRows, type HugeRow } from './huge-diff.ts'
import { decodeText, isBinaryBytes, MAX_SUSPICIOUS_LISTED, scanSuspicious, type DecodedText } from './text-scan.ts'
import type { TreeFile } from './tree-diff.ts'

type FileCaps = Pick<Capabilities, 'files' | 'processes' | 'temp' | 'host'>

/** The editor shows a file only within all of these; past one of them the paged form is used. */
const MAX_EDITOR_BYTES = 2 * 1024 * 1024
const MAX_EDITOR_CHANGED_LINES = 20_000
/** Monaco lays out, wraps and tokenises by line: one of this many units still paints in a few frames. */
const MAX_EDITOR_LINE_UNITS = 10_000
/** Larger files are shown as bytes. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024

interface Sides {
  readonly old: Uint8Array | null
  readonly new: Uint8Array | null
}

/**
 * Reads and compares one file. `page` counts from 0 and matters for the huge form only.
 * @failure file-not-in-review, git-not-found, git-failed, cache-io
 */
export async function readFileDiff(
  caps: FileCaps,
  input: {
    readonly oldFolder: AbsolutePath | null
    readonly newFolder: AbsolutePath
    readonly file: TreeFile
    readonly page: number
    /** git's patch of the file without context, where there is one already. */
    readonly patch?: Uint8Array | null
  },
  run: Run,
): Promise<Result<FileDiff, Failure>> {
  const { file, page, patch = null } = input
  try {
    const oldName = file.change === 'added' ? null : (file.oldPath ?? file.path)
    const [before, after] = await Promise.all([
      input.oldFolder === null || oldName === null ? null : readSide(caps, input.oldFolder, oldName),
      file.change === 'deleted' ? null : readSide(caps, input.newFolder, file.path),
    ])
    if (before === undefined || after === undefined) return fail({ code: 'file-not-in-review', path: file.path })
    if (before === 'link' || after === 'link') return ok(linkDiff(file.path, before, after))
    return await contentDiff(caps, { file, page, patch, old: before, new: after }, run)
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}

/** The same for the bytes of a file of the review; null: not on that side. @failure git-not-found, git-failed, cache-io */
export async function contentDiff(
  caps: FileCaps,
  input: {
    readonly file: TreeFile
    readonly old: Uint8Array | null
    readonly new: Uint8Array | null
    readonly page: number
    readonly patch: Uint8Array | null
  },
  run: Run,
): Promise<Result<FileDiff, Failure>> {
  const { file, page, patch } = input
  const changedLines = file.insertions + file.deletions
  try {
    return await compareSides(caps, file.path, { old: input.old, new: input.new }, { changedLines, page, patch }, run)
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}

/**
 * The same for bytes at hand; null: not on that side. @failure git-not-found, git-failed, cache-io
 */
export async function diffBytes(
  caps: FileCaps,
  input: {
    readonly path: string
    readonly old: Uint8Array | null
    readonly new: Uint8Array | null
    readonly page: number
  },
  run: Run,
): Promise<Result<FileDiff, Failure>> {
  try {
    const { old: before, new: after, page } = input
    return await compareSides(
      caps,
      input.path,
      { old: before, new: after },
      { changedLines: 0, page, patch: null },
      run,
    )
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}

async function compareSides(
  caps: FileCaps,
  name: string,
  sides: Sides,
  input: { readonly changedLines: number; readonly page: number; readonly patch: Uint8Array | null },
  run: Run,
): Promise<Result<FileDiff, Failure>> {
  const { old: before, new: after } = sides
  const present = [before, after].filter(side => side !== null)
  if (present.some(side => isBinaryBytes(side) || side.length > MAX_TEXT_BYTES)) {
    return ok({ kind: 'binary', path: name, old: before && blobInfo(before), new: after && blobInfo(after) })
  }
  const oldText = before && decodeText(before)
  const newText = after && decodeText(after)
  const reason = hugeReason(present, oldText, newText, input.changedLines)
  if (reason !== null) return hugeDiff(caps, name, { sides, oldText, newText, reason, page: input.page }, run)
  const lines = await hunksOf(caps, oldText, newText, input.patch, run)
  if (!lines.ok) return lines
  const suspicious = [
    ...(oldText === null ? [] : scanSuspicious(oldText.text, 'old').listed),
    ...(newText === null ? [] : scanSuspicious(newText.text, 'new').listed),
  ]
  return ok({
    kind: 'text',
    path: name,
    oldText: oldText?.text ?? null,
    newText: newText?.text ?? null,
    hunks: [...lines.value.hunks],
    approximate: lines.value.approximate,
    language: languageOf(name),
    remarks: remarksOf(oldText, newText),
    suspicious,
  })
}

async function hunksOf(
  caps: FileCaps,
  oldText: DecodedText | null,
  newText: DecodedText | null,
  patch: Uint8Array | null,
  run: Run,
): Promise<Result<{ readonly hunks: readonly Hunk[]; readonly approximate: string | null }, Failure>> {
  if (oldText === null || newText === null)
    return ok({ hunks: oneSidedHunks(oldText?.text ?? '', newText?.text ?? ''), approximate: null })
  if (patch !== null && oldText.isExact && newText.isExact)
    return ok({ hunks: patchHunks(patch, oldText.text, newText.text), approximate: null })
  const diff = await diffLines(caps, oldText.text, newText.text, run)
  if (!diff.ok) return diff
  if (diff.value.kind === 'exact') return ok({ hunks: diff.value.hunks, approximate: null })
  return ok({ hunks: coarseHunk(oldText.text, newText.text), approximate: diff.value.reason })
}

function hugeReason(
  present: readonly Uint8Array[],
  oldText: DecodedText | null,
  newText: DecodedText | null,
  changedLines: number,
): string | null {
  if (changedLines > MAX_EDITOR_CHANGED_LINES) return `${thousands(changedLines)} changed lines`
  const size = Math.max(...present.map(side => side.length))
  if (size > MAX_EDITOR_BYTES) return `${thousands(size)} bytes`
  const longest = Math.max(oldText?.longestLine ?? 0, newText?.longestLine ?? 0)
  return longest > MAX_EDITOR_LINE_UNITS ? `a line of ${thousands(longest)} characters` : null
}

async function hugeDiff(
  caps: FileCaps,
  name: string,
  input: {
    readonly sides: Sides
    readonly oldText: DecodedText | null
    readonly newText: DecodedText | null
    readonly reason: string
    readonly page: number
  },
  run: Run,
): Promise<Result<FileDiff, Failure>> {
  const { sides, oldText, newText } = input
  const rows = await hugeRows(caps, oldText?.text ?? null, newText?.text ?? null, run)
  if (!rows.ok) return rows
  const page = pageOf(rows.value, input.page)
  const numbered = (row: HugeRow) => row.oldNo !== null || row.newNo !== null
  return ok({
    kind: 'huge',
    path: name,
    reason: input.reason,
    old: sides.old && { ...blobInfo(sides.old), type: 'text', preview: [] },
    new: sides.new && { ...blobInfo(sides.new), type: 'text', preview: [] },
    changedLines: rows.value.filter(row => (row.tag === 'add' || row.tag === 'del') && numbered(row)).length,
    ...page,
    remarks: remarksOf(oldText, newText),
    suspicious: suspiciousOnPage(page.lines),
  })
}

async function hugeRows(
  caps: FileCaps,
  oldText: string | null,
  newText: string | null,
  run: Run,
): Promise<Result<readonly HugeRow[], Failure>> {
  if (oldText === null) return ok(wholeRows(newText ?? '', 'add'))
  if (newText === null) return ok(wholeRows(oldText, 'del'))
  const maxBytes = 4 * (oldText.length + newText.length) + 1024 * 1024
  const diff = await diffTexts(caps, oldText, newText, ['-U3'], maxBytes, 60_000, run)
  return diff.ok ? ok(unifiedRows(new TextDecoder().decode(diff.value))) : diff
}

/** Of the rows shown; line numbers are the file's, 0 on a row that goes on with a long line. */
function suspiciousOnPage(rows: readonly HugeRow[]): ReturnType<typeof scanSuspicious>['listed'][number][] {
  return rows
    .flatMap(row => {
      const side = row.tag === 'del' ? ('old' as const) : ('new' as const)
      const line = (side === 'old' ? row.oldNo : row.newNo) ?? 0
      return row.tag === 'hunk' ? [] : scanSuspicious(row.text, side).listed.map(found => ({ ...found, line }))
    })
    .slice(0, MAX_SUSPICIOUS_LISTED)
}

/** Remarks of both sides; the same remark on both is said once. */
function remarksOf(oldText: DecodedText | null, newText: DecodedText | null): string[] {
  if (oldText === null || newText === null) return [...(oldText ?? newText)!.remarks]
  const both = newText.remarks.filter(remark => oldText.remarks.includes(remark))
  const only = (remarks: readonly string[], side: string) =>
    remarks.filter(remark => !both.includes(remark)).map(remark => `${side}: ${remark}`)
  return [...both, ...only(oldText.remarks, 'Old side'), ...only(newText.remarks, 'New side')]
}

type SideRead = Uint8Array | 'link' | null | undefined

/** Undefined when the file is gone, `link` when it is a link or device (never followed). */
async function readSide(caps: FileCaps, folder: AbsolutePath, name: string): Promise<SideRead> {
  const at = path.join(folder, name) as AbsolutePath
  if (!at.startsWith(path.join(folder, path.sep))) return undefined
  const stat = await caps.files.stat(at)
  if (stat === null) return undefined
  return stat.kind === 'file' ? caps.files.readBytes(at) : 'link'
}

function linkDiff(name: string, before: SideRead, after: SideRead): FileDiff {
  const info = (side: SideRead): BlobInfo | null => {
    if (side === null || side === undefined) return null
    return side === 'link' ? { size: 0, sha256: '', type: 'link, not followed', preview: [] } : blobInfo(side)
  }
  return { kind: 'binary', path: name, old: info(before), new: info(after) }
}

function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
