/** Puts the parts of a check together: one outcome, two grades, one sentence, and the reasons in order. */
import type {
  AnchorDetail,
  AnchorGrade,
  Claim,
  Container,
  ContentGrade,
  Fallback,
  FileResult,
  Outcome,
  Reason,
  Rebuild,
} from '../../../shared/provenance.ts'
import type { ManifestCheck } from './manifest-check.ts'
import type { MirrorProblem } from './mirror.ts'

export interface VerdictParts {
  readonly claim: Claim
  readonly archive: {
    readonly isReadable: boolean
    readonly anomalies: readonly { readonly code: string; readonly text: string; readonly entry: string | null }[]
  }
  readonly container: Container & { readonly contradictsDate: string | null; readonly mayMissUntracked: boolean }
  /** Null: nothing was compared. */
  readonly comparison: {
    readonly grade: ContentGrade
    readonly files: readonly FileResult[]
    readonly reasons: readonly Reason[]
  } | null
  readonly manifest: ManifestCheck
  readonly lock: {
    readonly state: 'absent' | 'plausible' | 'implausible' | 'unchecked'
    readonly differences: readonly string[]
  }
  readonly anchor: {
    readonly grade: AnchorGrade
    readonly detail: AnchorDetail
    readonly reasons: readonly Reason[]
  } | null
  readonly mirrorProblem: MirrorProblem | null
  /** The newest commit of our copy is older than the publication, so that a missing commit says nothing. */
  readonly staleMirror: boolean
  /** Set when the commit was looked for: without VCS info, or when the claimed commit is missing. */
  readonly fallback: Fallback | null
  readonly rebuild: Rebuild | null
  readonly publishedAt: string | null
  /** The commit compared with; null when none was found. */
  readonly commit: string | null
  /** Null: not looked for. `path` null: the package is nowhere in that commit. */
  readonly locate: { readonly path: string | null; readonly warnings: readonly Reason[] } | null
}

export interface Verdict {
  readonly outcome: Outcome
  readonly content: ContentGrade
  readonly anchor: AnchorGrade
  readonly sentence: string
  /** Alarms first, then warnings, then the rest; each code once per subject. */
  readonly reasons: readonly Reason[]
  /** `comparison.files` with Cargo.toml and Cargo.lock marked `differs` where their own checks say so. */
  readonly files: readonly FileResult[]
}

export function decideVerdict(_parts: VerdictParts): Verdict {
  throw new Error('not built yet')
}
