/** One plain sentence (or two) per verdict: what was found, against what, and what that does not mean. */
import type { AnchorGrade, ContentGrade, FileResult, Outcome } from '../../../shared/provenance.ts'
import { shown } from './manifest-toml.ts'
import { isManifestWrong, isUnread, structuralAnomalies } from './verdict-reasons.ts'
import type { VerdictParts } from './verdict.ts'

interface Decided {
  readonly outcome: Outcome
  readonly content: ContentGrade
  readonly anchor: AnchorGrade
  readonly files: readonly FileResult[]
}

export function sentenceOf(parts: VerdictParts, decided: Decided): string {
  const { claim, mirrorProblem, rebuild } = parts
  const named = claim.commit === null ? 'the commit' : `commit ${claim.commit.slice(0, 7)}`
  switch (decided.outcome) {
    case 'match':
    case 'match-line-endings':
    case 'match-broken-symlinks':
      return `${agreement(parts, decided)}.${unsure(parts)}`
    case 'mismatch':
      return `${differences(parts, decided, ` (compared with ${commitOf(parts)})`)}. This does not by itself mean harm; read the difference.`
    case 'archive-anomaly':
      return anomaly(parts, decided)
    case 'submodule-unavailable': {
      const missing = decided.files.filter(file => file.state === 'unchecked').length
      const rest = decided.content === 'unchecked' ? '' : ` Everything else equals ${commitOf(parts)}.`
      return `${files(missing)} of a submodule could not be compared.${rest}`
    }
    case 'revision-not-found':
      return `The repository does not give ${named}.${searched(parts, decided)}`
    case 'undetermined-stale-mirror':
      return `Not known yet: our copy of the repository is older than the publication and has no ${named}.${searched(parts, decided)}`
    case 'not-in-repository':
      return `No folder of ${named} holds this package.`
    case 'repository-unavailable':
      return `Could not be checked: ${mirrorProblem === null ? unread(decided) : asSentence(mirrorProblem.text)}`
    case 'package-failed':
      return `${agreement(parts, decided)}, but cargo could not package it again: ${asSentence(rebuild?.detail[0] ?? 'no reason given')}`
    case 'no-repository':
      return claim.repository.stated === null
        ? 'Cannot be checked: the manifest names no repository.'
        : `Cannot be checked: ${shown(claim.repository.stated)} is no address of a git repository.`
    case 'no-vcs-info':
      return `The archive does not say which commit it was made from.${searched(parts, decided)}`
  }
}

const files = (count: number): string => (count === 1 ? '1 file' : `${count} files`)
const commitOf = ({ commit }: VerdictParts): string => (commit === null ? 'the commit' : `commit ${commit.slice(0, 7)}`)
const asSentence = (text: string): string => `${text.trim().replace(/[.\s]+$/, '')}.`

function unread({ files: results }: Decided): string {
  const count = results.filter(isUnread).length
  return count === 0
    ? 'the commit could not be read.'
    : `${files(count)} ${count === 1 ? 'lies' : 'lie'} in a part of the tree that cannot be read.`
}

function agreement(parts: VerdictParts, { content, anchor, files: results }: Decided): string {
  const count = (...states: FileResult['state'][]) => results.filter(file => states.includes(file.state)).length
  const compared = count('same', 'same-by-rule', 'line-endings', 'broken-symlink')
  const all = compared === 1 ? 'The one compared file equals' : `All ${compared} compared files equal`
  const where = `${commitOf(parts)}${place(parts, anchor)}`
  const [links, lines] = [count('broken-symlink'), count('line-endings')]
  if (content === 'line-endings') return `${all} ${where}, ${lines} of them once line endings are made alike`
  if (content === 'broken-symlinks') return `${all} ${where}, ${links} of them only as the text of a symbolic link`
  return `${all} ${where}`
}

/** Where the commit stands, as far as known. */
function place({ anchor }: VerdictParts, grade: AnchorGrade): string {
  const tag = anchor?.detail.tag?.name.replace(/^refs\/tags\//, '')
  const tagged = tag === undefined ? 'a tag' : `tag ${shown(tag)}`
  const words: Readonly<Record<AnchorGrade, string>> = {
    'tag+branch': `, ${tagged} on a branch`,
    branch: ' on a branch, without a tag of this version',
    'tag-only': `, ${tagged} on no branch`,
    'same-tree-as-tag': `, which is on no branch but has the tree of ${tagged}`,
    'outside-branches': ', which no branch or tag of the repository reaches',
    'found-by-search': ', which was chosen by search',
    none: '',
    unknown: ', whose place in the history is not known',
  }
  return words[grade]
}

/** What a match leaves open. */
function unsure({ manifest, lock }: VerdictParts): string {
  if (manifest.state === 'unchecked') return ' The published Cargo.toml could not be checked in full.'
  return lock.state === 'unchecked' ? ' Its Cargo.lock was not checked.' : ''
}

function differences(parts: VerdictParts, { files: results }: Decided, against: string): string {
  const { manifest, lock } = parts
  const own = (file: FileResult) =>
    (file.path === 'Cargo.toml' && isManifestWrong(manifest)) ||
    (file.path === 'Cargo.lock' && lock.state === 'implausible')
  const differing = results.filter(file => file.state === 'differs' && !own(file))
  const extra = results.filter(file => file.state === 'only-in-crate')
  const code = [...extra, ...differing].filter(file => file.isCode)
  const clauses: string[] = []
  if (differing.length > 0) clauses.push(`${files(differing.length)} ${differing.length === 1 ? 'differs' : 'differ'}`)
  if (extra.length > 0) clauses.push(`${files(extra.length)} ${extra.length === 1 ? 'is' : 'are'} only in the crate`)
  if (manifest.state === 'unexplained')
    clauses.push(`the published Cargo.toml is not what cargo makes of the repository's`)
  if (manifest.index === 'differs') clauses.push(`the index says something else than the published Cargo.toml`)
  if (lock.state === 'implausible') clauses.push('Cargo.lock names packages that the registry has otherwise')
  const first =
    code[0] === undefined ? '' : `, ${code.length === 1 ? 'code:' : 'code among them:'} ${shown(code[0].path)}`
  const text = clauses.join(', ') || 'The contents differ'
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}${against}${first}`
}

function anomaly(parts: VerdictParts, decided: Decided): string {
  const first = structuralAnomalies(parts)[0] ?? 'The archive cannot be read.'
  const odd = `Not an archive as cargo writes it: ${asSentence(first)}`
  if (!['exact', 'line-endings', 'broken-symlinks'].includes(decided.content)) return odd
  return `${odd} ${agreement(parts, decided)}.`
}

function searched(parts: VerdictParts, decided: Decided): string {
  const { fallback } = parts
  if (fallback === null) return ''
  if (fallback.how === 'none' || parts.comparison === null) return ' No commit that was looked at fits.'
  const how = {
    tag: 'chosen by its tag',
    'manifest-history': 'chosen by its manifest',
    'history-walk': 'chosen by its files',
    'sibling-repository': `found by search in ${parts.sibling ?? 'another repository'}`,
  }[fallback.how]
  const chosen = `${commitOf(parts)}, ${how},`
  if (decided.content === 'differs') return ` Against ${chosen} ${lower(differences(parts, decided, ''))}.`
  if (decided.content === 'partly-unchecked') return ` Against ${chosen} a part could not be compared.`
  if (decided.content === 'unchecked') return ` ${chosen} could not be compared.`
  const but = { 'line-endings': ' but for line endings', 'broken-symlinks': ' but for symbolic links' }
  const except = decided.content === 'exact' ? '' : but[decided.content]
  return ` It equals ${chosen}${except === '' ? ' in every compared file' : except}.${unsure(parts)}`
}

const lower = (text: string): string => `${text[0]?.toLowerCase() ?? ''}${text.slice(1)}`
