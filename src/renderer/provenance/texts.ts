/**
 * The words of provenance on every screen, once: each outcome, row state, file state, anchor and step result with its
 * label, glyph and tone. A tone is never the only carrier of a fact. Only `match` outcomes have the tone of a match;
 * whatever is not known has the tone `unknown`, and what was not run `notrun`.
 */
import {
  OUTCOMES,
  type AnchorGrade,
  type FileState,
  type Outcome,
  type ProvenanceRow,
} from '../../shared/provenance.ts'
import type { IconName } from '../parts/icon.tsx'

export type Tone = 'match' | 'almost' | 'unknown' | 'differ' | 'notrun'

/** What a row shows: the outcome of a finished check, else where the check stands. */
export type Status = Outcome | Exclude<ProvenanceRow['state'], 'done'>

export interface Words {
  readonly label: string
  readonly glyph: IconName
  readonly tone: Tone
}

export interface StatusWords extends Words {
  /** One sentence: what it says. */
  readonly meaning: string
  /** Ordinary causes without bad intent; null where there is nothing to excuse. */
  readonly innocent: string | null
}

const differ = { glyph: 'differ', tone: 'differ' } as const
const unknown = { glyph: 'unknown', tone: 'unknown' } as const
const almost = { glyph: 'wave', tone: 'almost' } as const
const match = { glyph: 'ok', tone: 'match' } as const
const notRun = { glyph: 'outside', tone: 'notrun' } as const

export const STATUS: Readonly<Record<Status, StatusWords>> = {
  match: {
    ...match,
    label: 'Match',
    meaning: 'Every file equals the repository at the commit that was compared.',
    innocent: null,
  },
  'match-line-endings': {
    ...almost,
    label: 'Match but for line endings',
    meaning: 'Files equal the repository once line endings are made the same.',
    innocent:
      'Packaging on Windows changes line endings. A changed line ending inside a script or a string can matter.',
  },
  'match-broken-symlinks': {
    ...almost,
    label: 'Match but for symlinks',
    meaning: 'The archive holds the text of symbolic links where the repository has links.',
    innocent: 'Packaging on a system without symbolic links does this, mostly to licence files.',
  },
  'no-vcs-info': {
    ...unknown,
    label: 'No VCS info',
    meaning: 'The archive does not say which commit it was made from.',
    innocent: 'cargo before 1.30 never said it, and before 1.81 not with --allow-dirty.',
  },
  'no-repository': {
    ...unknown,
    label: 'No repository declared',
    meaning: 'The manifest names no repository to compare with.',
    innocent: 'Authors forget the field, above all in old or small crates.',
  },
  'repository-unavailable': {
    ...unknown,
    label: 'Repository unreachable',
    meaning: 'The named repository could not be had.',
    innocent: 'Repositories are moved, renamed, deleted or made private.',
  },
  'revision-not-found': {
    ...unknown,
    label: 'Revision not found',
    meaning: 'The named commit is not in the repository.',
    innocent: 'A branch was rewritten after publishing, the commit was never pushed, or the code moved elsewhere.',
  },
  'undetermined-stale-mirror': {
    ...unknown,
    label: 'Our copy is too old',
    meaning: 'Our copy of the repository is older than the publication, so a missing commit means nothing.',
    innocent: 'Check again with the network on to fetch the newer commits.',
  },
  'submodule-unavailable': {
    ...unknown,
    label: 'Submodule missing',
    meaning: 'Files come from a submodule that could not be had, so they were not compared.',
    innocent: 'Submodules are moved or pin commits that were never pushed.',
  },
  'not-in-repository': {
    ...unknown,
    label: 'Crate not found in repository',
    meaning: 'The commit has no package of this name and version.',
    innocent: 'The crate moved to another folder or repository, and the manifest still names the old one.',
  },
  'package-failed': {
    ...unknown,
    label: 'cargo package failed',
    meaning: 'The package could not be built again from the repository.',
    innocent: 'Files generated before publishing are missing, or an older cargo is needed.',
  },
  'archive-anomaly': {
    glyph: 'warn',
    tone: 'differ',
    label: 'Unusual archive',
    meaning: 'The archive is one that no cargo writes.',
    innocent: 'Packed by another tool. Look at how, because tools can read such archives differently.',
  },
  mismatch: {
    ...differ,
    label: 'Mismatch',
    meaning: 'Files in the crate differ from the repository.',
    innocent:
      'Files generated or vendored before publishing, uncommitted edits, or a submodule at another commit. This does not by itself mean harm; read the difference.',
  },
  'not-run': { ...notRun, label: 'Not run yet', meaning: 'Nobody checked this version here.', innocent: null },
  queued: { ...notRun, label: 'Queued', meaning: 'Waiting for its turn in the running check.', innocent: null },
  running: { ...notRun, glyph: 'sync', label: 'Checking', meaning: 'Being checked now.', innocent: null },
  failed: {
    ...unknown,
    glyph: 'bad',
    label: 'Check did not finish',
    meaning: 'The check itself ended early, so there is no verdict.',
    innocent: null,
  },
  'not-applicable': {
    ...notRun,
    label: 'Not from a registry',
    meaning: 'Path and git packages have no published archive to compare.',
    innocent: null,
  },
}

/** Beside every verdict of a match, so that it is not taken for more. */
export const MATCH_LIMITS =
  'A match says where the files come from, not what they do: harmful code can be committed, and a taken-over account can publish and push.'

/** The order of the bars and of words in the filter's help: matches, then what is unknown, then what differs. */
export const STATUSES: readonly Status[] = [
  'match',
  'match-line-endings',
  'match-broken-symlinks',
  'no-vcs-info',
  'no-repository',
  'repository-unavailable',
  'revision-not-found',
  'undetermined-stale-mirror',
  'submodule-unavailable',
  'not-in-repository',
  'package-failed',
  'archive-anomaly',
  'mismatch',
  'failed',
  'not-run',
  'not-applicable',
]

export const isOutcome = (status: string): status is Outcome => OUTCOMES.some(outcome => outcome === status)

/** The outcomes that say that the contents agree. */
export const isMatch = (status: Status): boolean => status.startsWith('match')

export const FILE_STATE: Readonly<Record<FileState, Words>> = {
  same: { ...match, label: 'same' },
  'same-by-rule': { ...match, label: 'same by a rule' },
  'line-endings': { ...almost, label: 'line endings differ' },
  'broken-symlink': { ...almost, label: 'symlink in repository' },
  differs: { ...differ, label: 'differs' },
  'only-in-crate': { ...differ, label: 'only in crate' },
  'only-in-repository': { ...notRun, label: 'only in repository' },
  generated: { ...notRun, label: 'generated by cargo' },
  unchecked: { ...unknown, label: 'not compared' },
}

export const ANCHOR: Readonly<Record<AnchorGrade, Words>> = {
  'tag+branch': { ...match, label: 'on a branch, tagged for this version' },
  branch: { ...match, label: 'on a branch' },
  'tag-only': { ...almost, label: 'tagged for this version, on no branch' },
  'same-tree-as-tag': { ...almost, label: 'on no branch, same files as the tag of this version' },
  'outside-branches': { glyph: 'warn', tone: 'differ', label: 'on no branch and under no tag' },
  'found-by-search': { ...almost, label: 'chosen by search, not named by the archive' },
  none: { ...unknown, label: 'no commit was compared' },
  unknown: { ...unknown, label: 'place in the history not known' },
}
