/**
 * What Assay says about where a published crate came from: the words, the record kept per check, and what pages get of
 * it. Two axes that are never mixed: `content` (is it the same as the tree) and `anchor` (does that tree belong to the
 * project's history). It is evidence beside an audit; it never feeds the solver. Pure data, crosses processes as JSON.
 */
import { z } from 'zod'

const count = z.number().int().nonnegative()

/**
 * One word per check, in the order of a list that shows the worst first. `no-vcs-info` may have a `fallback` that found
 * a commit all the same; `undetermined-stale-mirror`: our copy of the repository is older than the publication.
 */
export const OUTCOMES = [
  'mismatch',
  'archive-anomaly',
  'submodule-unavailable',
  'revision-not-found',
  'not-in-repository',
  'repository-unavailable',
  'undetermined-stale-mirror',
  'package-failed',
  'no-repository',
  'no-vcs-info',
  'match-broken-symlinks',
  'match-line-endings',
  'match',
] as const
export const outcome = z.enum(OUTCOMES)
export type Outcome = z.infer<typeof outcome>

/** How well the files agree with the tree at the commit. */
export const contentGrade = z.enum([
  'exact',
  'line-endings',
  'broken-symlinks',
  'differs',
  /** A part could not be compared (a submodule that cannot be had). */
  'partly-unchecked',
  'unchecked',
])
export type ContentGrade = z.infer<typeof contentGrade>

/** How the commit hangs in the project's own history. `unknown`: not determined, for example no commit graph. */
export const anchorGrade = z.enum([
  'tag+branch',
  'branch',
  'tag-only',
  'same-tree-as-tag',
  'outside-branches',
  'found-by-search',
  'none',
  'unknown',
])
export type AnchorGrade = z.infer<typeof anchorGrade>

export const fileState = z.enum([
  /** Equal blob in the tree. */
  'same',
  /** Equal after a named rule (`rule`), for example a symbolic link followed inside the tree. */
  'same-by-rule',
  /** Equal once CRLF is LF on both sides. */
  'line-endings',
  /** The archive holds the text of a symbolic link instead of its target. */
  'broken-symlink',
  'differs',
  'only-in-crate',
  /** In the tree below the package's folder but not in the archive; `rule` says why where known. Normal for most. */
  'only-in-repository',
  /** Written by cargo while packaging; checked by meaning where it can be. */
  'generated',
  /** Could not be compared; `rule` says why. */
  'unchecked',
])
export type FileState = z.infer<typeof fileState>

export const fileResult = z.object({
  /** In the archive, below NAME-VERSION/; for `only-in-repository` below the package's folder. */
  path: z.string(),
  state: fileState,
  /** The name of the rule that applied (compare.ts lists them all); null when none did. */
  rule: z.string().nullable(),
  /** Where the repository side lies, from the repository's root; `submodule-path:path` below a submodule. Null: nowhere. */
  repositoryPath: z.string().nullable(),
  /** git blob ids of both sides (sha1 over `blob LENGTH NUL` and the bytes). */
  archiveBlob: z.string().nullable(),
  treeBlob: z.string().nullable(),
  sizeBytes: count.nullable(),
  /** How much it deserves a look, 1 first (provenance.md 5.1), 11 last; null for what is the same. */
  concern: z.number().int().min(1).max(11).nullable(),
  /** Compiled or executed by cargo: sources, build scripts, files named by targets. */
  isCode: z.boolean(),
})
export type FileResult = z.infer<typeof fileResult>

/** A finding with a stable code, for filters and scripts. `text` is one sentence. */
export const reason = z.object({
  code: z.string(),
  text: z.string(),
  weight: z.enum(['alarm', 'warning', 'info']),
  /** Files or refs it is about; at most 20. */
  about: z.array(z.string()),
})
export type Reason = z.infer<typeof reason>

/** Codes of reasons that a reader should hear of although the contents match, most telling first. */
export const TELLING_OF_MATCH = ['tag-moved', 'second-package', 'repository-changed', 'package-moved'] as const

export const repositoryClaim = z.object({
  /** As the manifest says it; null when it says nothing. */
  stated: z.string().nullable(),
  /** Normalised https address of the repository itself; null when `stated` names none. */
  url: z.string().nullable(),
  /** A sub-folder that `stated` names (a forge's tree/BRANCH/PATH). */
  hintPath: z.string().nullable(),
  from: z.enum(['manifest', 'none']),
})
export const claim = z.object({
  repository: repositoryClaim,
  /** 40 hex digits from .cargo_vcs_info.json; null without usable VCS info. */
  commit: z.string().nullable(),
  /** `path_in_vcs`; null when it is not stated (before cargo 1.57). */
  path: z.string().nullable(),
  /** The publisher's own word; false proves nothing. Null: no VCS info. */
  dirty: z.boolean().nullable(),
  /** `absent`, or why what is there could not be used. */
  vcsInfo: z.enum(['present', 'absent', 'malformed']),
})
export type Claim = z.infer<typeof claim>

export const anchorDetail = z.object({
  reachableFrom: z.enum(['default-branch', 'other-branch', 'tag', 'none', 'unknown']),
  /** Full names of refs it was reached from, at most 5. */
  refs: z.array(z.string()),
  defaultBranch: z.string().nullable(),
  /** The tag that names this version of this package; null when there is none. */
  tag: z
    .object({
      name: z.string(),
      /** Object id of the tag itself (equal to `commit` for a light tag), kept so that a later move shows. */
      objectId: z.string(),
      commit: z.string(),
      isAnnotated: z.boolean(),
      /** A signature is present; it was not verified. */
      hasSignature: z.boolean(),
      pointsHere: z.boolean(),
      /** The root tree at the tag is the one at the commit. */
      sameTree: z.boolean(),
    })
    .nullable(),
  /** The commit carries a signature header; it was not verified. */
  commitHasSignature: z.boolean().nullable(),
})
export type AnchorDetail = z.infer<typeof anchorDetail>

export const container = z.object({
  /** Inclusive range of cargo minor versions that write such an archive, for example `1.63` to `1.92`; null end: open. */
  cargoFrom: z.string().nullable(),
  cargoTo: z.string().nullable(),
  /** False: no cargo writes such a container. */
  isCargo: z.boolean(),
  /** One sentence per piece of evidence. */
  evidence: z.array(z.string()),
})
export type Container = z.infer<typeof container>

export const rebuild = z.object({
  cargoVersion: z.string().nullable(),
  /** Why that cargo: the one installed, or inferred from the container and installed. */
  cargoChosen: z.string(),
  /** Arguments as run, scratch folders shown as `SCRATCH`. */
  command: z.array(z.string()),
  result: z.enum(['identical-archive', 'identical-tar', 'same-contents', 'generated-differ', 'differs', 'failed']),
  /** Files that differ between both archives, or the failure's words. */
  detail: z.array(z.string()),
  lockFrom: z.enum(['none', 'repository', 'crate']),
})
export type Rebuild = z.infer<typeof rebuild>

export const fallback = z.object({
  /** How the commit was chosen; `sibling-repository`: the claimed one, in another repository. `none`: nothing fitted. */
  how: z.enum(['tag', 'manifest-history', 'history-walk', 'sibling-repository', 'none']),
  /** What comparing with the chosen commit gave. */
  outcome: z.enum([
    'match',
    'match-line-endings',
    'match-broken-symlinks',
    'mismatch',
    'submodule-unavailable',
    'no-candidate',
  ]),
  candidates: count,
})
export type Fallback = z.infer<typeof fallback>

export const fileCounts = z.object({
  /** Entries of the archive. */
  total: count,
  /** Equal to the tree, links followed; generated files are not counted. */
  same: count,
  differing: count,
  onlyInCrate: count,
  onlyInRepository: count,
  generated: count,
  lineEndings: count,
  brokenSymlinks: count,
  unchecked: count,
})

/** What is known about the version before, to see whether the crate moved since. */
export const earlierVersion = z.object({
  /** The version published before this one, as the index has it; null: there is none, or the index did not answer. */
  published: z.string().nullable(),
  /** The nearest earlier version that is known here, with its own word; null: none is, so that nothing is known. */
  known: z
    .object({
      version: z.string(),
      /** Normalised address; null when that version named none. */
      repository: z.string().nullable(),
      /** Package folder, `` at the root; null when it is not known. */
      path: z.string().nullable(),
    })
    .nullable(),
})
export type EarlierVersion = z.infer<typeof earlierVersion>

/** One check, complete: enough to repeat it. What depends on the clock is in `checkedAt` and `took` only. */
export const provenanceRecord = z.object({
  /** Grows when rules change, so that older records are made anew. */
  format: z.literal(1),
  crate: z.string(),
  version: z.string(),
  outcome,
  content: contentGrade,
  anchor: anchorGrade,
  /** One plain sentence. */
  sentence: z.string(),
  /** Most important first. */
  reasons: z.array(reason),
  /** Address that was compared with (after normalising, before redirects), which a search may have chosen; null: none. */
  repository: z.string().nullable(),
  /** Compared commit; null when none was found. */
  commit: z.string().nullable(),
  /** Package folder in the repository; `` at the root; null when not found. */
  path: z.string().nullable(),
  pathFrom: z.enum(['vcs-info', 'manifest-blob', 'package-name', 'none']),
  fallback: fallback.nullable(),
  files: fileCounts,
  /** `sha1`: blob ids agree. `bytes`: the bytes themselves were compared as well. */
  identity: z.enum(['sha1', 'bytes', 'none']),
  claim,
  anchorDetail,
  /** Grows with what was checked since; absent in records of before this was looked at. */
  earlier: earlierVersion.optional(),
  container,
  /** The generated manifest against index and repository manifest. */
  manifest: z.object({
    state: z.enum(['explained', 'unexplained', 'unchecked']),
    /** One sentence per difference. */
    differences: z.array(z.string()),
    /** Against the index line. */
    index: z.enum(['equal', 'differs', 'unchecked']),
  }),
  lock: z.object({
    state: z.enum(['absent', 'plausible', 'implausible', 'unchecked']),
    differences: z.array(z.string()),
  }),
  rebuild: rebuild.nullable(),
  level: z.enum(['compare', 'rebuild']),
  archiveSha256: z.string(),
  /** sha256 of the index line; null when the index did not answer. */
  indexLineSha256: z.string().nullable(),
  publishedAt: z.string().nullable(),
  treeId: z.string().nullable(),
  mirror: z
    .object({
      /** Address fetched from, after redirects of ours. */
      fetchedFrom: z.string(),
      /** Newest commit on any branch or tag, RFC 3339; null when unknown. */
      newestCommitAt: z.string().nullable(),
      /** Milliseconds since the epoch. */
      fetchedAt: z.number().nullable(),
      /** How much of it was asked for. */
      partial: z.enum(['trees-on-demand', 'blobs-on-demand', 'full']),
    })
    .nullable(),
  tools: z.object({ git: z.string().nullable(), cargo: z.string().nullable(), assay: z.string() }),
  /** Sorted by concern, then path; `same` files are listed too. */
  fileResults: z.array(fileResult),
  /** Milliseconds since the epoch. */
  checkedAt: z.number(),
  tookMs: z.number(),
})
export type ProvenanceRecord = z.infer<typeof provenanceRecord>

/** What a list shows of a record. */
export const provenanceSummary = provenanceRecord
  .pick({
    crate: true,
    version: true,
    outcome: true,
    content: true,
    anchor: true,
    sentence: true,
    repository: true,
    commit: true,
    path: true,
    fallback: true,
    files: true,
    level: true,
    publishedAt: true,
    checkedAt: true,
  })
  .extend({
    reasonCodes: z.array(z.string()),
    /** Paths of the files with the least `concern` number first, at most 12; lists are searched in them. */
    notablePaths: z.array(z.string()).optional(),
    /** Somebody wrote down why this is fine; the verdict itself never changes. */
    accepted: z
      .object({ who: z.string(), reason: z.string(), until: z.string().nullable(), at: z.number() })
      .nullable(),
    /** A tag moved, the repository changed or rules changed since: it should be checked again. Null: nothing known. */
    stale: z.string().nullable(),
  })
export type ProvenanceSummary = z.infer<typeof provenanceSummary>

/** A row of the provenance page: a package of the workspace, or a version checked earlier. */
export const provenanceRow = z.object({
  crate: z.string(),
  version: z.string(),
  /** `not-applicable`: no registry archive (path, git). */
  state: z.enum(['not-run', 'queued', 'running', 'done', 'failed', 'not-applicable']),
  summary: provenanceSummary.nullable(),
  /** Why the check itself did not end; then it is not a verdict. */
  failure: z.string().nullable(),
})
export type ProvenanceRow = z.infer<typeof provenanceRow>

export const provenanceSnapshot = z.object({
  /** Grows with every change; a page drops older ones. */
  generation: count,
  scope: z.enum(['workspace', 'everything']),
  rows: z.array(provenanceRow),
  /** A run in progress; null when none. */
  run: z.object({ done: count, total: count, perSecond: z.number(), secondsLeft: z.number().nullable() }).nullable(),
})
export type ProvenanceSnapshot = z.infer<typeof provenanceSnapshot>
