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
import { isManifestWrong, isUnread, structuralAnomalies, verdictReasons } from './verdict-reasons.ts'
import { sentenceOf } from './verdict-sentence.ts'

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
  /** The repository that has the claimed commit instead of the named one; null or absent: none was needed. */
  readonly sibling?: string | null
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

/**
 * The first that holds decides the outcome:
 * an unreadable archive is an anomaly · contents, manifest or lock file that differ from the commit the archive names
 * (or an index that says otherwise than the manifest) are a mismatch · an archive that cargo does not write is an anomaly, whatever its contents · no repository, or none
 * that can be read · no commit named, or one that is not there (a commit found by search does not change that) · no
 * such package in the commit · a part that could not be compared · a rebuild that failed · links, line endings, match.
 */
export function decideVerdict(parts: VerdictParts): Verdict {
  const content = contentOf(parts)
  const anchor = parts.anchor?.grade ?? (parts.commit === null ? 'none' : 'unknown')
  const outcome = outcomeOf(parts, content)
  const files = markFiles(parts)
  const sentence = sentenceOf(parts, { outcome, content, anchor, files })
  return { outcome, content, anchor, sentence, reasons: verdictReasons(parts), files }
}

function contentOf({ comparison, manifest, lock }: VerdictParts): ContentGrade {
  if (comparison === null) return 'unchecked'
  return isManifestWrong(manifest) || lock.state === 'implausible' ? 'differs' : comparison.grade
}

function outcomeOf(parts: VerdictParts, content: ContentGrade): Outcome {
  const { archive, claim, comparison, mirrorProblem, fallback, commit, locate, rebuild, staleMirror } = parts
  if (!archive.isReadable) return 'archive-anomaly'
  const isNamed = fallback === null && claim.commit !== null && commit !== null
  if (content === 'differs' && isNamed) return 'mismatch'
  if (structuralAnomalies(parts).length > 0) return 'archive-anomaly'
  // Without a commit a repository would not say which tree is meant: that is what is missing first.
  if (claim.repository.url === null) return claim.vcsInfo === 'absent' ? 'no-vcs-info' : 'no-repository'
  if (mirrorProblem !== null && comparison === null) return 'repository-unavailable'
  if (claim.commit === null) return 'no-vcs-info'
  if (!isNamed) return staleMirror ? 'undetermined-stale-mirror' : 'revision-not-found'
  if (locate?.path === null) return 'not-in-repository'
  if (comparison === null) return 'repository-unavailable'
  if (content === 'unchecked' || content === 'partly-unchecked')
    return comparison.files.some(isUnread) ? 'repository-unavailable' : 'submodule-unavailable'
  // Without a cargo here nothing was tried, which says nothing about the crate.
  if (rebuild?.result === 'failed' && rebuild.cargoVersion !== null) return 'package-failed'
  if (content === 'broken-symlinks') return 'match-broken-symlinks'
  return content === 'line-endings' ? 'match-line-endings' : 'match'
}

/** Sets what the files' own checks found, and marks as code what the published manifest makes cargo compile or run. */
function markFiles({ comparison, manifest, lock }: VerdictParts): readonly FileResult[] {
  const code = new Set(manifest.codePaths)
  return (comparison?.files ?? []).map(file => {
    if (file.path === 'Cargo.toml' && isManifestWrong(manifest) && file.state !== 'only-in-repository') {
      const isCode = manifest.codeSurfaceDiffers || manifest.index === 'differs'
      return { ...file, state: 'differs', rule: null, concern: isCode ? 3 : 8, isCode: isCode || file.isCode }
    }
    if (file.path === 'Cargo.lock' && lock.state === 'implausible' && file.state !== 'only-in-repository') {
      return { ...file, state: 'differs', rule: null, concern: 10 }
    }
    if (file.isCode || file.state === 'only-in-repository' || !code.has(file.path)) return file
    const concern = file.state === 'only-in-crate' ? 1 : file.state === 'differs' ? 2 : file.concern
    return { ...file, isCode: true, concern }
  })
}
