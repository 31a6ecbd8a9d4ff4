/**
 * Shapes that cross between a page and the engine, as zod schemas with their inferred types.
 * Everything is plain JSON data: no Map, bigint, Date or undefined. Each side parses on arrival.
 * Units are in the names or comments; lines are 1-based; `end…` of a line range is exclusive.
 */
import { z } from 'zod'
import type { AbsolutePath, CrateName, CriteriaName, JobId, PackageKey, VetVersion } from './domain.ts'
import type { Failure } from './failure.ts'

const text = <T extends string>() => z.custom<T>(v => typeof v === 'string' && v.length <= 4_000)
const count = z.number().int().nonnegative()

export const crateName = text<CrateName>()
export const criteriaName = text<CriteriaName>()
export const vetVersion = text<VetVersion>()
export const absolutePath = text<AbsolutePath>()
export const packageKeySchema = text<PackageKey>()
export const jobId = text<JobId>()
/** A failure crosses as it is; its code is checked, its fields are the sender's own typed data. */
export const failure = z.custom<Failure>(
  v => typeof v === 'object' && v !== null && typeof (v as { code?: unknown }).code === 'string',
)

export const delta = z.object({ from: vetVersion.nullable(), to: vetVersion })
export const diffStat = z.object({ insertions: count, deletions: count, filesChanged: count })

// ── application, environment, jobs ───────────────────────────────────────────────────────────

export const recentWorkspace = z.object({
  path: absolutePath,
  name: z.string(),
  /** Milliseconds since the epoch. */
  openedAt: z.number(),
  /** Counts as of `openedAt`; null when it never resolved. */
  last: z.object({ packages: count, failing: count }).nullable(),
  exists: z.boolean(),
})

export const workspaceRef = z.object({
  root: absolutePath,
  name: z.string(),
  storePath: absolutePath,
  /** Current git branch, null outside git or when detached. */
  branch: z.string().nullable(),
  isSample: z.boolean(),
})

export const settings = z.object({
  theme: z.enum(['system', 'dark', 'light']),
  offline: z.boolean(),
  diffLayout: z.enum(['split', 'unified']),
  rowDensity: z.enum(['two-lines', 'compact']),
  wrapLines: z.boolean(),
  singleKeys: z.boolean(),
  /** Other places for repositories, `https://start/=https://other/ …`, as ASSAY_GIT_INSTEAD_OF. Absent: none. */
  gitInsteadOf: z.string().max(10_000).optional(),
  /** Minutes between syncs of the team's events; 0: only when asked. Absent: 5. */
  teamSyncMinutes: z.number().int().min(0).max(1_440).optional(),
})

export const appState = z.object({
  version: z.string(),
  /** Value of node's `process.platform`. */
  platform: z.string(),
  recent: z.array(recentWorkspace),
  open: workspaceRef.nullable(),
  settings,
  engine: z.object({
    /** Milliseconds since the epoch. Another one: what a page asked of the engine before is unknown to this one. */
    startedAt: z.number(),
    /** Why the engine before this one stopped; null for the first. */
    restartedBecause: z.string().nullable(),
  }),
})

export const environmentRow = z.object({
  id: z.enum(['cargo', 'git', 'registry', 'store', 'identity', 'peers']),
  status: z.enum(['ready', 'limited', 'needs-fix', 'not-run']),
  /** What was found, for example `1.95.0`. */
  found: z.string(),
  /** What does not work because of it; null when ready. */
  lost: z.string().nullable(),
  /** Fixes the user can press or copy. */
  fixes: z.array(
    z.object({
      kind: z.enum([
        'set-identity',
        'work-offline',
        'go-online',
        'copy-command',
        'open-settings',
        'retry',
        'init-store',
      ]),
      label: z.string(),
      /** Command to copy for `copy-command`, else null. */
      command: z.string().nullable(),
    }),
  ),
})

export const job = z.object({
  id: jobId,
  title: z.string(),
  /** What it is doing now, for example `serde 1.0.228`. */
  step: z.string().nullable(),
  done: count,
  /** Null until known. */
  total: count.nullable(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  failure: failure.nullable(),
  startedAt: z.number(),
  /** Hosts contacted so far. */
  hosts: z.array(z.string()),
})

export const folderListing = z.object({
  path: absolutePath,
  parent: absolutePath.nullable(),
  entries: z.array(
    z.object({ name: z.string(), path: absolutePath, hasCargoToml: z.boolean(), hasStore: z.boolean() }),
  ),
  /** True when the folder holds more entries than are listed. */
  truncated: z.boolean(),
})

// ── queue ────────────────────────────────────────────────────────────────────────────────────

/** How sure a measured size is. `unknown` always has a reason. */
export const measured = z.discriminatedUnion('state', [
  z.object({ state: z.literal('measured'), stat: diffStat }),
  z.object({ state: z.literal('measuring') }),
  /** Nobody asked yet; `queue.measure` does. */
  z.object({ state: z.literal('not-run') }),
  z.object({ state: z.literal('unknown'), failure }),
])

export const queueItem = z.object({
  key: packageKeySchema,
  crate: crateName,
  version: vetVersion,
  /** `failing`: cargo vet reports it. `exempted`: passes only by an exemption (cargo vet's `suggest`). */
  because: z.enum(['failing', 'exempted']),
  /** Minimal missing criteria in index order. */
  missing: z.array(criteriaName),
  /** Direct dependents, sorted by cargo-vet's short-list order. */
  neededBy: z.array(z.string()),
  /** cargo-vet's shortened text of the same. */
  neededByText: z.string(),
  isDevOnly: z.boolean(),
  /** The reading cargo-vet proposes; null when nothing could be measured. */
  delta: delta.nullable(),
  size: measured,
  /** Read so far in the review of `delta`, in lines; null when never opened. */
  readLines: count.nullable(),
})

export const violationView = z.object({
  key: packageKeySchema,
  crate: crateName,
  version: vetVersion,
  /** One sentence per conflict: who says so, which range, which audit or exemption it contradicts. */
  conflicts: z.array(
    z.object({
      source: z.string(),
      range: z.string(),
      criteria: z.array(z.string()),
      contradicts: z.string(),
      notes: z.string().nullable(),
    }),
  ),
})

export const queueSnapshot = z.object({
  workspace: workspaceRef,
  /** Grows with every change; a page drops older ones. */
  generation: count,
  takenAt: z.number(),
  /** `measuring`: rows are final, sizes still arrive. */
  phase: z.enum(['measuring', 'ready']),
  conclusion: z.enum(['success', 'fail (vetting)', 'fail (violation)']),
  /** Third-party packages by cargo-vet's classes. They add up to `total`. */
  counts: z.object({ fully: count, partially: count, exempted: count, failing: count, total: count }),
  /** Packages that cargo-vet never checks: path, git and other registries' packages. */
  notChecked: z.array(z.object({ key: packageKeySchema, source: z.string() })),
  items: z.array(queueItem),
  violations: z.array(violationView),
  /** `lockfile`: no cargo; features, targets and dependency kinds unknown. */
  graphSource: z.enum(['cargo', 'lockfile']),
  /** What this answer does not know, one sentence each; for example stale imports, lockfile only. */
  caveats: z.array(z.string()),
  cargoVersion: z.string().nullable(),
  offline: z.boolean(),
})

/** How far one review was read, for the rows that propose its change. */
export const queueRead = z.object({
  root: absolutePath,
  /** Counts on with the snapshots' own: a page that has not the one before asks for the queue. */
  generation: count,
  /** As `reviewId` names it. */
  review: z.string(),
  lines: count,
})

/** An edge of the audit graph: somebody vouches for the step `from` → `to` (`from === null` is the empty crate). */
export const pathEdge = z.object({
  from: vetVersion.nullable(),
  to: vetVersion,
  kind: z.enum(['audit', 'wildcard', 'trusted', 'exemption', 'unpublished']),
  /** Import name, or null for our own files. */
  importName: z.string().nullable(),
  who: z.array(z.string()),
  criteria: z.array(z.string()),
  notes: z.string().nullable(),
})

export const alternative = z.object({
  delta,
  size: measured,
  isCargoVetPick: z.boolean(),
})

/** A wildcard audit or a trusted publisher; `start` and `end` are days, the end is not included. */
export const vouchedPublisher = z.object({
  kind: z.enum(['wildcard', 'trusted']),
  importName: z.string().nullable(),
  publisher: z.string(),
  start: z.string(),
  end: z.string(),
  who: z.array(z.string()),
  criteria: z.array(z.string()),
  notes: z.string().nullable(),
})

export const inspection = z.object({
  key: packageKeySchema,
  crate: crateName,
  version: vetVersion,
  /** Root first, version in use last: the audited edges before the gap, then those after it. */
  path: z.object({
    before: z.array(pathEdge),
    /** Null when the package passes. */
    missing: z.object({ delta, criteria: z.array(criteriaName) }).nullable(),
    after: z.array(pathEdge),
  }),
  /** Exemptions that certify (part of) this version now. */
  exemptions: z.array(pathEdge),
  alternatives: z.array(alternative),
  /** All audits of this crate in our file and in the stored imports, newest version first. */
  audits: z.array(z.object({ edge: pathEdge, isViolation: z.boolean(), range: z.string().nullable() })),
  /** Vouched for by who published it: nobody read a version for that. */
  publishers: z.array(vouchedPublisher).optional(),
  neededBy: z.array(z.string()),
  /** Of the version in use, where imports.lock or an earlier answer of the registry says it. */
  publisher: z.string().nullable(),
  /** Somebody trusted, here or by peers, who published this version or another one of the crate. */
  trust: z
    .object({
      trustedBy: z.array(z.string()),
      publisher: z.string(),
      isExactVersion: z.boolean(),
      isSolePublisher: z.boolean(),
    })
    .nullable()
    .optional(),
})

// ── review ───────────────────────────────────────────────────────────────────────────────────

export const readMark = z.enum(['unread', 'partly', 'read', 'changed'])
export const fileGroup = z.enum([
  'build',
  'source',
  'ffi',
  'tests',
  'benches',
  'examples',
  'docs',
  'generated',
  'metadata',
  'binary',
])

export const reviewFile = z.object({
  path: z.string(),
  oldPath: z.string().nullable(),
  change: z.enum(['added', 'deleted', 'modified', 'renamed']),
  group: fileGroup,
  insertions: count,
  deletions: count,
  isBinary: z.boolean(),
  sizeOld: count.nullable(),
  sizeNew: count.nullable(),
  mark: readMark,
  /**
   * What marks from other deltas and versions say, absent or null without any. `version`: where it was read last, null
   * when not known. `covers`: all of this change was read there; `rest`: what changed since is all that is left;
   * `part`: something was read, more is left than what changed since. `hasDiff`: review.sinceRead can show that.
   */
  earlier: z
    .object({ version: z.string().nullable(), covers: z.enum(['all', 'rest', 'part']), hasDiff: z.boolean() })
    .nullable()
    .optional(),
  /** False for files cargo-vet leaves out of its count (root Cargo.lock, .cargo_vcs_info.json, .cargo-ok). */
  isCounted: z.boolean(),
  /** Number of invisible, bidirectional or control characters on the new side; null when not scanned (too large). */
  suspicious: count.nullable(),
})

/** What marking files answers: the marks of those, or of all. */
export const fileMarks = z.object({ files: z.array(reviewFile.pick({ path: true, mark: true, earlier: true })) })

/** sha256 of the bytes of each side; null: no such side, or one that was not read (a link, a huge file). */
export const fileHashes = z.object({ hashOld: z.string().nullable(), hashNew: z.string().nullable() })

export const review = z.object({
  id: z.string(),
  crate: crateName,
  delta,
  files: z.array(reviewFile),
  unchangedFiles: count,
  /** As cargo-vet counts. */
  stat: diffStat,
  /** sha256 of the archives, and whether the registry index (or Cargo.lock) states the same. */
  sourceNew: z.object({ checksum: z.string(), verifiedBy: z.enum(['index', 'lockfile', 'none']) }),
  sourceOld: z.object({ checksum: z.string(), verifiedBy: z.enum(['index', 'lockfile', 'none']) }).nullable(),
  criteria: z.array(criteriaName),
  /** Where the reviewer was; null on first opening. */
  resume: z.object({ path: z.string(), line: count }).nullable(),
})

/** Line ranges that differ, in order; 1-based, ends exclusive; an empty range sits before its start line. */
export const hunk = z.object({ oldStart: count, oldEnd: count, newStart: count, newEnd: count })

export const suspiciousChar = z.object({
  side: z.enum(['old', 'new']),
  line: count,
  column: count,
  /** For example `U+202E`. */
  codePoint: z.string(),
  name: z.string(),
})

export const blobInfo = z.object({ size: count, sha256: z.string(), type: z.string(), preview: z.array(z.string()) })

export const fileDiff = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    path: z.string(),
    oldText: z.string().nullable(),
    newText: z.string().nullable(),
    hunks: z.array(hunk),
    /** Null when exact; else why the line diff is approximate. */
    approximate: z.string().nullable(),
    language: z.enum(['rust', 'toml', 'markdown', 'c', 'json', 'yaml', 'shell', 'plaintext']),
    /** Anything the text does not show as it is: encoding replaced, line endings mixed, long lines cut. */
    remarks: z.array(z.string()),
    suspicious: z.array(suspiciousChar),
  }),
  z.object({ kind: z.literal('binary'), path: z.string(), old: blobInfo.nullable(), new: blobInfo.nullable() }),
  z.object({
    kind: z.literal('huge'),
    path: z.string(),
    reason: z.string(),
    old: blobInfo.nullable(),
    new: blobInfo.nullable(),
    changedLines: count,
    /** One page of the unified diff. `page` counts from 0; `pages` is the number of pages. */
    page: count,
    pages: count,
    lines: z.array(
      z.object({
        tag: z.enum(['same', 'add', 'del', 'hunk']),
        oldNo: count.nullable(),
        newNo: count.nullable(),
        text: z.string(),
      }),
    ),
    remarks: z.array(z.string()),
    suspicious: z.array(suspiciousChar),
  }),
])

// ── certify ──────────────────────────────────────────────────────────────────────────────────

export const certifyRequest = z.object({
  crate: crateName,
  delta,
  /** Empty: let the engine choose the missing criteria this delta helps. */
  criteria: z.array(criteriaName),
  /** Empty: git's user.name and user.email. */
  who: z.array(z.string()),
  notes: z.string().nullable(),
})

export const textDiffLine = z.object({
  tag: z.enum(['same', 'add', 'del', 'skip']),
  oldNo: count.nullable(),
  newNo: count.nullable(),
  text: z.string(),
})

export const certifyPlan = z.object({
  request: certifyRequest,
  criteria: z.array(
    z.object({
      name: criteriaName,
      implies: z.array(criteriaName),
      description: z.string(),
      isBuiltIn: z.boolean(),
      isSelected: z.boolean(),
      /** Missing for this package, so certifying helps. */
      isMissing: z.boolean(),
    }),
  ),
  who: z.array(z.string()),
  /** Where `who` came from. */
  whoSource: z.enum(['git', 'given', 'missing']),
  files: z.array(
    z.object({
      file: z.enum(['audits.toml', 'config.toml', 'imports.lock']),
      added: count,
      removed: count,
      lines: z.array(textDiffLine),
      /** sha256 of the bytes on disk that this plan was made from. */
      baseSha256: z.string(),
      newSha256: z.string(),
    }),
  ),
  /** What changes, in words, most important first. */
  effects: z.array(z.object({ tone: z.enum(['resolved', 'removed', 'remains', 'info', 'warning']), text: z.string() })),
  /** Result of our own locked check on the trial bytes; `failed` blocks writing. */
  trial: z.discriminatedUnion('state', [
    z.object({ state: z.literal('passed'), conclusion: z.string(), remaining: count }),
    z.object({ state: z.literal('failed'), failure }),
  ]),
  /** Reasons that forbid writing; empty when it may be written. */
  blocks: z.array(z.string()),
  read: z
    .object({
      ...{ files: count, filesTotal: count, lines: count, linesTotal: count },
      /** The first ones; those that the criteria require come first. */
      unread: z.array(z.string()),
      /** Of the files, those that the criteria do not require. Absent: not told apart. */
      optional: z.object({ files: count, filesTotal: count }).optional(),
    })
    .nullable(),
  canCommit: z.boolean(),
  commitMessage: z.string(),
})

export const writeResult = z.object({
  written: z.array(z.string()),
  commit: z.string().nullable(),
  /** Set when files were written but the commit failed. */
  commitFailure: failure.nullable(),
  undoId: z.string(),
  /** Next item of the queue after this one, if any. */
  next: packageKeySchema.nullable(),
})

export type RecentWorkspace = z.infer<typeof recentWorkspace>
export type WorkspaceRef = z.infer<typeof workspaceRef>
export type Settings = z.infer<typeof settings>
export type AppState = z.infer<typeof appState>
export type EnvironmentRow = z.infer<typeof environmentRow>
export type Job = z.infer<typeof job>
export type FolderListing = z.infer<typeof folderListing>
export type Measured = z.infer<typeof measured>
export type QueueItem = z.infer<typeof queueItem>
export type QueueSnapshot = z.infer<typeof queueSnapshot>
export type QueueRead = z.infer<typeof queueRead>
export type PathEdge = z.infer<typeof pathEdge>
export type Alternative = z.infer<typeof alternative>
export type VouchedPublisher = z.infer<typeof vouchedPublisher>
export type Inspection = z.infer<typeof inspection>
export type ReadMark = z.infer<typeof readMark>
export type FileGroup = z.infer<typeof fileGroup>
export type ReviewFile = z.infer<typeof reviewFile>
export type Review = z.infer<typeof review>
export type FileMarks = z.infer<typeof fileMarks>
export type FileHashes = z.infer<typeof fileHashes>
export type Hunk = z.infer<typeof hunk>
export type SuspiciousChar = z.infer<typeof suspiciousChar>
export type BlobInfo = z.infer<typeof blobInfo>
export type FileDiff = z.infer<typeof fileDiff>
export type CertifyRequest = z.infer<typeof certifyRequest>
export type TextDiffLine = z.infer<typeof textDiffLine>
export type CertifyPlan = z.infer<typeof certifyPlan>
export type WriteResult = z.infer<typeof writeResult>
