/**
 * The workspace that is open: one, or none. Parts of the engine outlive it, so they ask here each time and keep nothing of
 * it over an await: it may be closed or be another one by then. What cannot go without one fails here, the one place.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, type Result } from '../../../shared/result.ts'
import type { WorkspaceRef } from '../../../shared/wire.ts'
import type { ReviewSides } from './review-units.ts'
import type { Session } from './session.ts'

export interface OpenWorkspace {
  /** Null while none is open. */
  session(): Session | null
  /** Who sets another one has closed the one before. */
  set(session: Session | null): void
  /** @failure no-workspace-open, and those of `use` */
  within<T>(use: (session: Session) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>>
  /** Null while none is open. */
  ref(): WorkspaceRef | null
  /** Folders and files of an open review. @failure review-unknown */
  review(id: string): Result<ReviewSides, Failure>
  /** `Name <email>` as git says in the workspace; `unknown` when it does not, or none is open. */
  reviewer(): Promise<string>
}

/** Nothing is open at first. */
export function createOpenWorkspace(): OpenWorkspace {
  let session: Session | null = null
  return {
    session: () => session,
    set: next => void (session = next),
    within: async use => (session === null ? fail({ code: 'no-workspace-open' }) : use(session)),
    ref: () => session?.ref() ?? null,
    review: id => session?.reviewSides(id) ?? fail({ code: 'review-unknown', review: id }),
    reviewer: async () => (await session?.reviewer()) ?? 'unknown',
  }
}
