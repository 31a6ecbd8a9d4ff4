/**
 * Reading aids of the open reviews: search over all files of a side, the symbols of the new side. Nothing is stored.
 * A new search of a review ends the one before it.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import { fail } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { searchCrate } from '../review/aids/search.ts'
import type { ReviewSides } from './review-units.ts'

export interface ReviewAids {
  readonly handlers: Pick<EngineHandlers, 'review.search'>
  close(): void
}

export interface ReviewAidsDeps {
  readonly caps: Capabilities
  readonly review: (id: string) => ReviewSides | null
}

export function createReviewAids(deps: ReviewAidsDeps): ReviewAids {
  const running = new Map<string, AbortController>()
  return {
    handlers: {
      'review.search': async ({ review, query }) => {
        const sides = deps.review(review)
        if (sides === null) return fail({ code: 'review-unknown', review })
        const folder = query.side === 'old' ? sides.oldFolder : sides.newFolder
        if (folder === null)
          return fail({ code: 'refused', message: 'there is no older version in a full review', help: null })
        running.get(review)?.abort()
        const abort = new AbortController()
        running.set(review, abort)
        try {
          const shownAs = namesOf(sides, query.side)
          const run = { signal: abort.signal, onProgress: () => undefined }
          return await searchCrate(deps.caps, { folder, query, shownAs }, run)
        } finally {
          if (running.get(review) === abort) running.delete(review)
        }
      },
    },
    close() {
      for (const abort of running.values()) abort.abort()
    },
  }
}

/** How files of one side are named in the review, and which of them the change touches. */
export function namesOf(
  sides: ReviewSides,
  side: 'old' | 'new',
): (file: string) => { readonly path: string; readonly isChanged: boolean } {
  const changed = new Map<string, string>()
  for (const file of sides.files) {
    if (side === 'new' && file.change !== 'deleted') changed.set(file.path, file.path)
    if (side === 'old' && file.change !== 'added') changed.set(file.oldPath ?? file.path, file.path)
  }
  return file => {
    const path = changed.get(file)
    return path === undefined ? { path: file, isChanged: false } : { path, isChanged: true }
  }
}
