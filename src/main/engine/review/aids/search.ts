/**
 * Search over all files of one side of a review. The expression runs in a thread of its own that is ended when one file
 * takes too long, so no pattern and no file can hold up the engine; what was not looked through is named with a reason.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { AbsolutePath } from '../../../../shared/domain.ts'
import type { Failure } from '../../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../../shared/result.ts'
import type { Findings, FoundFile, NotSearched, SearchQuery } from '../../../../shared/review-aids.ts'
import type { Capabilities, Run } from '../../capabilities.ts'
import { listCrate, readCrateFile, type CrateFile } from './crate-files.ts'
import { expressionOf, type TextFindings } from './line-search.ts'
import type { SearchAnswer, SearchBatch, SearchSetup } from './search-worker.ts'

export interface SearchLimits {
  /** One file may take this long before the thread is ended. */
  readonly fileMs: number
  readonly totalMs: number
  readonly maxPlaces: number
  readonly maxPlacesPerFile: number
}

export const SEARCH_LIMITS: SearchLimits = {
  fileMs: 2_000,
  totalMs: 20_000,
  maxPlaces: 5_000,
  maxPlacesPerFile: 500,
}
const MAX_FILE_BYTES = 64 << 20
const MAX_COUNT_PER_FILE = 1_000_000
const BATCH_BYTES = 2 << 20
const BATCH_FILES = 400
const READS_AT_ONCE = 16
const MAX_NAMED = 200
/** The pattern is given up after it took too long on so many files. */
const MAX_STUCK = 3
const START_MS = 10_000

export interface SearchInput {
  readonly folder: AbsolutePath
  readonly query: SearchQuery
  /** Path in the review of a file of this folder, and whether the change touches it. */
  readonly shownAs: (file: string) => { readonly path: string; readonly isChanged: boolean }
}

interface ReadFile {
  readonly file: CrateFile
  readonly bytes: Uint8Array
}

/** Throws Cancelled. @failure refused (not an expression), cache-io */
export async function searchCrate(
  caps: Pick<Capabilities, 'files'>,
  input: SearchInput,
  run: Run,
  limits: SearchLimits = SEARCH_LIMITS,
): Promise<Result<Findings, Failure>> {
  const startedAt = performance.now()
  try {
    expressionOf(input.query)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return fail({
      code: 'refused',
      message: error.message,
      help: 'Turn the expression off to look for the text as it is.',
    })
  }
  const { files, isCut } = await listCrate(caps, input.folder)
  const ordered = [...files].sort((a, b) => rank(input, a) - rank(input, b))
  const found: FoundFile[] = []
  const notSearched: NotSearched[] = []
  let [total, listed, considered, stuck] = [0, 0, 0, 0]
  let cut: string | null = isCut ? 'the crate has more files than are listed' : null
  const skip = (file: CrateFile, reason: string) => notSearched.push({ path: file.path, reason })
  const take = (file: CrateFile, of: TextFindings) => {
    const room = Math.max(0, Math.min(limits.maxPlacesPerFile, limits.maxPlaces - listed))
    const places = of.places.slice(0, room)
    total += of.total
    listed += places.length
    found.push({ ...input.shownAs(file.path), total: of.total, places })
  }

  let thread: SearchThread | null = null
  try {
    let next = 0
    while (next < ordered.length) {
      if (run.signal.aborted) throw new Cancelled()
      if (performance.now() - startedAt > limits.totalMs) {
        cut = `it took longer than ${limits.totalMs / 1_000} seconds`
        break
      }
      const batch: ReadFile[] = []
      let size = 0
      while (next < ordered.length && batch.length < BATCH_FILES && size < BATCH_BYTES) {
        const some = ordered.slice(next, next + READS_AT_ONCE)
        next += some.length
        const read = await Promise.all(some.map(file => readCrateFile(caps, input.folder, file, MAX_FILE_BYTES)))
        for (const [i, one] of read.entries()) {
          const file = some[i]
          if (file === undefined) continue
          if (one.kind === 'unread') skip(file, one.reason)
          else {
            batch.push({ file, bytes: one.bytes })
            size += one.bytes.length
          }
        }
      }
      let rest: readonly ReadFile[] = batch
      while (rest.length > 0 && stuck < MAX_STUCK) {
        thread ??= startThread(input.query, limits)
        const outcome = await thread.search(rest, run.signal, {
          onFound: (i, of) => take(rest[i]!.file, of),
          onBinary: i => skip(rest[i]!.file, 'binary'),
        })
        if (outcome.kind === 'done') break
        // Ended by us at this file: the ones before it were answered.
        const { file } = rest[outcome.at]!
        skip(file, outcome.reason)
        await thread.end()
        thread = null
        stuck += 1
        rest = rest.slice(outcome.at + 1)
      }
      considered = next
      if (stuck >= MAX_STUCK) {
        considered -= rest.length
        cut = `the pattern took too long on ${stuck} files`
        break
      }
    }
  } finally {
    await thread?.end()
  }
  if (cut === null && listed < total) cut = `only ${listed.toLocaleString('en-US')} of the matches are listed`
  return ok({
    files: found,
    total,
    filesSearched: considered - notSearched.length,
    notSearched: notSearched.slice(0, MAX_NAMED),
    notSearchedTotal: notSearched.length,
    cut,
    tookMs: Math.round(performance.now() - startedAt),
  })
}

/** Changed files first; the sort is stable, so both parts stay in order of their path. */
function rank(input: SearchInput, file: CrateFile): number {
  return input.shownAs(file.path).isChanged ? 0 : 1
}

type BatchOutcome = { readonly kind: 'done' } | { readonly kind: 'stuck'; readonly at: number; readonly reason: string }

interface SearchThread {
  /** Answers `stuck` when one file took too long or the thread died at it; then the thread is of no use any more. */
  search(
    batch: readonly ReadFile[],
    signal: AbortSignal,
    on: { readonly onFound: (index: number, found: TextFindings) => void; readonly onBinary: (index: number) => void },
  ): Promise<BatchOutcome>
  end(): Promise<void>
}

function startThread(query: SearchQuery, limits: SearchLimits): SearchThread {
  const progress = new SharedArrayBuffer(4)
  const at = new Int32Array(progress)
  const setup: SearchSetup = {
    query,
    progress,
    maxPlaces: limits.maxPlacesPerFile,
    maxCount: MAX_COUNT_PER_FILE,
  }
  const worker = openWorker(setup)
  let isReady = false
  let onMessage: (message: SearchAnswer | Error) => void = () => undefined
  worker.on('message', (message: SearchAnswer) => {
    if (message.kind === 'ready') isReady = true
    onMessage(message)
  })
  worker.on('error', error => onMessage(error))
  return {
    search: (batch, signal, on) =>
      new Promise((resolve, reject) => {
        Atomics.store(at, 0, 0)
        let [last, since] = [0, performance.now()]
        const finish = (settle: () => void) => {
          clearInterval(timer)
          onMessage = () => undefined
          settle()
        }
        const timer = setInterval(() => {
          if (signal.aborted) return finish(() => reject(new Cancelled()))
          const now = Atomics.load(at, 0)
          // Starting the thread is not the pattern's fault.
          const patience = isReady || now > 0 ? limits.fileMs : limits.fileMs + START_MS
          if (now !== last) [last, since] = [now, performance.now()]
          else if (performance.now() - since > patience) {
            const reason = `the pattern took longer than ${limits.fileMs / 1_000} s on it`
            finish(() => resolve({ kind: 'stuck', at: now, reason }))
          }
        }, 25)
        onMessage = message => {
          if (message instanceof Error) {
            const reason = `not searched: ${message.message}`
            finish(() => resolve({ kind: 'stuck', at: Atomics.load(at, 0), reason }))
          } else if (message.kind === 'ready') since = performance.now()
          else if (message.kind === 'found') on.onFound(message.index, message.found)
          else if (message.kind === 'binary') on.onBinary(message.index)
          else finish(() => resolve({ kind: 'done' }))
        }
        const bytes: SearchBatch = batch.map(one => one.bytes)
        worker.postMessage(bytes)
      }),
    async end() {
      await worker.terminate()
    },
  }
}

const WORKER_FILE = 'search-worker.cjs'

/** The built thread lies beside the built engine and may be packed with it, so it is started from its text. */
function openWorker(setup: SearchSetup): Worker {
  const options = { workerData: setup, env: {}, resourceLimits: { maxOldGenerationSizeMb: 1_024 } }
  const here = path.dirname(fileURLToPath(import.meta.url))
  const built = ['.', '..'].map(up => path.join(here, up, WORKER_FILE)).find(file => existsSync(file))
  if (built !== undefined) return new Worker(readFileSync(built, 'utf8'), { ...options, eval: true })
  return new Worker(new URL('./search-worker.ts', import.meta.url), options)
}
