/**
 * Files that lie beside the three and are written and taken back together with them, under the same lock: evidence of
 * audits. cargo-vet does not look at them. Written before the three, so that they never speak of a file that is not there.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { decodeUtf8 } from './utf8.ts'

export interface Beside {
  /** In a folder of the store's folder, which is made when it is not there. */
  readonly file: AbsolutePath
  /** As messages call it. */
  readonly name: string
  /** Null removes it. */
  readonly text: string | null
  /** sha256 of the text that must be there now; `any`: whatever is. */
  readonly expected: string
}

export interface BesideDone {
  /** What was there before, in order; null: nothing. */
  readonly before: readonly (string | null)[]
  undo(): Promise<void>
}

interface Put {
  readonly before: string | null
  set(text: string | null): Promise<void>
}

const MAX_BYTES = 64 << 20

/**
 * All or none. Call under the store's lock. Rejects with FileError, after what was written was taken back.
 * @failure store-changed, store-io, store-toml
 */
export async function putBeside(caps: Capabilities, files: readonly Beside[]): Promise<Result<BesideDone, Failure>> {
  const puts: Put[] = []
  for (const file of files) {
    const put = await look(caps, file)
    if (!put.ok) return put
    puts.push(put.value)
  }
  let done = 0
  const undo = async () => {
    for (const put of puts.slice(0, done).toReversed()) await put.set(put.before)
  }
  try {
    for (const [i, put] of puts.entries()) {
      await put.set(files[i]?.text ?? null)
      done += 1
    }
  } catch (error) {
    await undo().catch(() => undefined) // the first failure is the one to tell
    throw error
  }
  return ok({ before: puts.map(put => put.before), undo })
}

async function look(caps: Capabilities, beside: Beside): Promise<Result<Put, Failure>> {
  const folder = path.dirname(beside.file) as AbsolutePath
  const [around, there] = [await caps.files.stat(folder), await caps.files.stat(beside.file)]
  // A link could lead anywhere, out of the workspace too.
  if (around !== null && around.kind !== 'directory')
    return fail({ code: 'store-io', path: folder, reason: 'it is not a plain folder' })
  if (there !== null && there.kind !== 'file')
    return fail({ code: 'store-io', path: beside.file, reason: 'it is not a plain file' })
  let before: string | null = null
  if (there !== null) {
    const text = decodeUtf8(await caps.files.readBytes(beside.file, MAX_BYTES), beside.file)
    if (!text.ok) return fail({ code: 'store-toml', file: beside.file, problem: text.error })
    before = text.value
  }
  if (beside.expected !== 'any' && (before === null || sha256(before) !== beside.expected))
    return fail({ code: 'store-changed', files: [beside.name] })
  const set = async (text: string | null) => {
    if (text !== null) return caps.files.writeAtomic(beside.file, text)
    await caps.files.remove(beside.file)
    if ((await caps.files.stat(folder)) !== null && (await caps.files.list(folder)).length === 0)
      await caps.files.remove(folder)
  }
  return ok({ before, set })
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
