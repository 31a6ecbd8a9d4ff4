/** Repository addresses as manifests spell them, and redirects to mirrors. */
import type { Result } from '../../../shared/result.ts'

export interface RepositoryAddress {
  /** https address of the repository itself: no user, query, fragment, `.git` or trailing slash; host in lower case. */
  readonly url: string
  /** The folder below it that the address names (`tree/BRANCH/PATH`); null when it names none. */
  readonly hintPath: string | null
}

/** Null when `text` names no git repository that can be fetched over https. */
export function normaliseRepository(_text: string): RepositoryAddress | null {
  throw new Error('not built yet')
}

export interface RedirectRule {
  readonly from: string
  readonly to: string
}

/** `A=B` rules separated by white space or commas. The error is one sentence. */
export function parseInsteadOf(_text: string): Result<readonly RedirectRule[], string> {
  throw new Error('not built yet')
}

/** The longest `from` that `url` starts with is replaced, as git's `url.*.insteadOf` does. */
export function redirect(
  _url: string,
  _rules: readonly RedirectRule[],
): { readonly url: string; readonly isRedirected: boolean } {
  throw new Error('not built yet')
}
