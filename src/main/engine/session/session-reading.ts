/** Reviews of an open workspace: opening and marking them, and what the review's own parts need to know of it. */
import { deltaText, reviewOfId, type AbsolutePath, type CrateName, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { impliedNames, SAFE_TO_DEPLOY } from '../core/criteria.ts'
import { gitIdentity } from '../io/git.ts'
import { missingFor } from './answer.ts'
import { givenDelta } from './given-version.ts'
import { createIdentity } from './identity.ts'
import type { Jobs } from './jobs.ts'
import type { Preferences } from './preferences.ts'
import { createReviews, type Reviews } from './reviews.ts'
import type { Session } from './session.ts'
import type { Held, Updates } from './session-updates.ts'

interface ReadingDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly preferences: Preferences
  readonly root: AbsolutePath
  readonly signal: AbortSignal
  readonly held: Held
  readonly updates: Updates
}

type ReadingCalls = MarkCalls & SideCalls & ReviewerCalls

/** `close` waits until marks are on disk. */
export function openReading(deps: ReadingDeps): { readonly calls: ReadingCalls; close(): Promise<void> } {
  const { caps, preferences, root, signal, held } = deps
  const who = async () => {
    const said = await gitIdentity(caps, root, signal)
    return said.ok ? said.value : null
  }
  const identity = createIdentity(who, name => reviews.setReviewer(name))
  const reviews: Reviews = createReviews(
    caps,
    preferences,
    () => held.sources.registry,
    () => identity.now(),
  )
  const quiet: Run = { signal, onProgress: () => undefined }
  return {
    calls: {
      ...markCalls(deps, reviews, quiet),
      ...sideCalls(deps, reviews, quiet),
      reviewer: async () => (await who()) ?? 'unknown',
      identityChanged: () => identity.refresh(),
    },
    async close() {
      identity.close()
      await reviews.close()
    },
  }
}

type ReviewerCalls = Pick<Session, 'reviewer' | 'identityChanged'>
type MarkCalls = Pick<
  Session,
  'openReview' | 'ensureReview' | 'prepareReview' | 'reviewFile' | 'mark' | 'undoMark' | 'setResume'
>

function markCalls({ jobs, held, updates }: ReadingDeps, reviews: Reviews, quiet: Run): MarkCalls {
  const openReview = (crate: CrateName, delta: Delta) =>
    jobs.run(`Opening ${crate} ${deltaText(delta)}`, run =>
      reviews.open(crate, delta, missingFor(held.answer, crate, delta), run),
    )
  /** By id; several calls of a page want the same one. */
  const opening = new Map<string, Promise<Result<null, Failure>>>()
  const openAgain = async (id: string): Promise<Result<null, Failure>> => {
    const named = reviewOfId(id)
    if (named === null || !givenDelta(named.delta).ok) return fail({ code: 'review-unknown', review: id })
    const opened = await openReview(named.crate, named.delta)
    return opened.ok ? ok(null) : opened
  }
  return {
    openReview,
    async ensureReview(id) {
      if (reviews.isOpen(id)) return ok(null)
      const again = opening.get(id) ?? openAgain(id).finally(() => opening.delete(id))
      opening.set(id, again)
      return again
    },
    prepareReview: (crate, delta) => reviews.prepare(crate, delta),
    reviewFile: (review, file, page) => reviews.file(review, file, page, quiet),
    async mark(review, ...args) {
      const marked = await reviews.mark(review, ...args)
      if (marked.ok) updates.announceRead(review)
      return marked
    },
    async undoMark(review, ...args) {
      const marked = await reviews.undoMark(review, ...args)
      if (marked.ok) updates.announceRead(review)
      return marked
    },
    setResume: (review, file, line) => reviews.setResume(review, file, line),
  }
}

type SideCalls = Pick<
  Session,
  | ('readContent' | 'unpacked' | 'versions' | 'reviewSides' | 'unpackReview')
  | ('readSummary' | 'shownReview' | 'reviewHashes' | 'checklistScope')
>

function sideCalls({ held }: ReadingDeps, reviews: Reviews, quiet: Run): SideCalls {
  return {
    readContent: (review, file) => reviews.readContent(review, file),
    async unpacked(crate, version) {
      const files = await held.sources.registry.unpacked(crate, version, quiet)
      return files.ok ? ok(files.value.folder) : files
    },
    versions: crate => held.sources.registry.versions(crate, quiet),
    reviewSides: review => reviews.sides(review),
    unpackReview: review => reviews.unpacked(review, quiet),
    readSummary: (crate, delta) => reviews.readSummary(crate, delta),
    shownReview: review => reviews.shown(review),
    reviewHashes: (review, file) => reviews.hashes(review, file),
    checklistScope(crate, delta, wanted) {
      const { mapper, loaded } = held.answer.workspace
      const missing = wanted.length > 0 ? wanted : missingFor(held.answer, crate, delta)
      const asked = missing.length > 0 ? missing : [SAFE_TO_DEPLOY]
      const known = asked.filter(name => mapper.names.includes(name))
      return {
        storeDir: loaded.storeDir,
        criteria: [...new Set([...known, ...known.flatMap(name => impliedNames(mapper, name))])],
      }
    },
  }
}
