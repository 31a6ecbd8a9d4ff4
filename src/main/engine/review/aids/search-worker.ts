/**
 * The thread that applies a search to files, so that an expression that never ends can be ended from outside. It gets
 * batches of bytes, says through shared memory which file it is at, and answers each file that has a match.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { SearchQuery } from '../../../../shared/review-aids.ts'
import { decodeText, isBinaryBytes } from '../text-scan.ts'
import { expressionOf, searchText, type TextFindings } from './line-search.ts'

export interface SearchSetup {
  readonly query: Omit<SearchQuery, 'side'>
  /** One Int32: index in the batch of the file that is looked through. */
  readonly progress: SharedArrayBuffer
  readonly maxPlaces: number
  readonly maxCount: number
}
export type SearchBatch = readonly Uint8Array[]
export type SearchAnswer =
  | { readonly kind: 'found'; readonly index: number; readonly found: TextFindings }
  | { readonly kind: 'binary'; readonly index: number }
  | { readonly kind: 'done' }
  /** The thread has loaded; what takes time from now on is the pattern. */
  | { readonly kind: 'ready' }

const setup = workerData as SearchSetup
const progress = new Int32Array(setup.progress)
const expression = expressionOf(setup.query)
const answer = (message: SearchAnswer) => parentPort?.postMessage(message)

parentPort?.on('message', (batch: SearchBatch) => {
  for (const [index, bytes] of batch.entries()) {
    Atomics.store(progress, 0, index)
    if (isBinaryBytes(bytes)) {
      answer({ kind: 'binary', index })
      continue
    }
    const found = searchText(decodeText(bytes).text, expression, setup.maxPlaces, setup.maxCount)
    if (found.total > 0) answer({ kind: 'found', index, found })
  }
  answer({ kind: 'done' })
})
answer({ kind: 'ready' })
