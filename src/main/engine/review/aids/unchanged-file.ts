/**
 * A file that the change does not touch, shown whole: reached by a search or a definition. The same on both sides, so
 * there is no hunk and nothing to mark.
 */
import type { AbsolutePath } from '../../../../shared/domain.ts'
import type { Failure } from '../../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../../shared/result.ts'
import type { FileDiff } from '../../../../shared/wire.ts'
import type { Capabilities, Run } from '../../capabilities.ts'
import { diffBytes } from '../file-diff.ts'
import { readCrateFile } from './crate-files.ts'

const MAX_BYTES = 256 << 20

/** `page` matters for the huge form only. @failure file-not-in-review, cache-io, git codes */
export async function readUnchanged(
  caps: Pick<Capabilities, 'files' | 'processes' | 'temp' | 'host'>,
  input: { readonly folder: AbsolutePath; readonly path: string; readonly page: number },
  run: Run,
): Promise<Result<FileDiff, Failure>> {
  const { folder, path, page } = input
  const read = await readCrateFile(caps, folder, { path, isLink: false }, MAX_BYTES)
  if (read.kind === 'unread') return fail({ code: 'file-not-in-review', path })
  const shown = await diffBytes(caps, { path, old: null, new: read.bytes, page }, run)
  if (!shown.ok) return shown
  const diff = shown.value
  if (diff.kind === 'binary') return ok({ ...diff, old: diff.new })
  const suspicious = diff.suspicious.map(found => ({ ...found, side: 'new' as const }))
  if (diff.kind === 'text') return ok({ ...diff, oldText: diff.newText, hunks: [], suspicious })
  const lines = diff.lines.map(line => ({ ...line, tag: 'same' as const, oldNo: line.newNo }))
  return ok({ ...diff, old: diff.new, changedLines: 0, lines, suspicious })
}
