/** The grade of a comparison and what to tell about it, from its file results. Pure. */
import type { ContentGrade, FileResult, FileState, Reason } from '../../../shared/provenance.ts'
import { isWhole, type SubmoduleFinding } from './submodule-findings.ts'
import type { RuleName } from './rules.ts'

const MAX_ABOUT = 20
const WEIGHTS = ['alarm', 'warning', 'info'] as const

export function gradeOf(results: readonly FileResult[]): ContentGrade {
  const has = (...states: readonly FileState[]) => results.some(({ state }) => states.includes(state))
  if (has('differs', 'only-in-crate')) return 'differs'
  if (has('unchecked'))
    return has('same', 'same-by-rule', 'line-endings', 'broken-symlink') ? 'partly-unchecked' : 'unchecked'
  if (has('broken-symlink')) return 'broken-symlinks'
  if (has('line-endings')) return 'line-endings'
  return has('same', 'same-by-rule') ? 'exact' : 'unchecked'
}

export interface ComparisonFacts {
  readonly submodules: readonly SubmoduleFinding[]
  /** A tree was larger than is listed. */
  readonly isListingCut: boolean
  /** Cargo.toml.orig is in the archive. */
  readonly hasOriginal: boolean
}

/** Alarms first; each code once, but for submodules, which have one each. */
export function comparisonReasons(results: readonly FileResult[], facts: ComparisonFacts): readonly Reason[] {
  const reasons: Reason[] = []
  const add = (code: string, weight: Reason['weight'], text: (files: string) => string, found: readonly FileResult[]) =>
    found.length > 0 && reasons.push({ code, weight, text: text(countOf(found.length)), about: pathsOf(found) })
  // One sentence says it all of a submodule that is another version as a whole.
  const settled = new Set(facts.submodules.filter(isWhole).flatMap(finding => finding.paths))
  const byState = Map.groupBy(results, r => r.state)
  const where = (state: FileState, isCode: boolean) =>
    (byState.get(state) ?? []).filter(r => r.isCode === isCode && !settled.has(r.path))
  const byRule = (...rules: readonly RuleName[]) =>
    results.filter(({ rule }) => rule !== null && (rules as readonly string[]).includes(rule))

  const collided = byRule('same-id-other-bytes')
  add('same-id-other-bytes', 'alarm', n => `${n} with the id of the repository's but other bytes.`, collided)
  const extra = where('only-in-crate', true)
  add('code-only-in-crate', 'alarm', n => `${n} of code only in the archive.`, extra)
  for (const finding of facts.submodules) reasons.push(submoduleReason(finding))
  add('code-differs', 'alarm', n => `${n} of code not as in the repository.`, where('differs', true))
  const outside = byRule('link-outside')
  add('link-outside', 'alarm', n => `${n} where the repository has a link that leads out of it.`, outside)
  add('files-differ', 'warning', n => `${n} not as in the repository.`, where('differs', false))
  add('files-only-in-crate', 'warning', n => `${n} only in the archive.`, where('only-in-crate', false))
  const lost = results.filter(r => r.state === 'only-in-repository' && r.rule === 'left-out' && isEssential(r))
  add(
    'code-missing-from-crate',
    'warning',
    n => `${n} of code missing from the archive, without a stated reason.`,
    lost,
  )
  const deadEnds = byRule('link-to-nothing', 'link-too-deep')
  add('link-unresolved', 'warning', n => `${n} where the repository has a link that leads nowhere in it.`, deadEnds)
  const unread = byRule('bytes-unavailable')
  const unreadText = (n: string) =>
    `${n} with another id, whose bytes in the repository cannot be had; it may be line endings or LFS.`
  add('bytes-unavailable', 'warning', unreadText, unread)
  for (const [rule, code] of SUBMODULE_PROBLEMS)
    add(code, 'warning', n => `${n} in a submodule ${SUBMODULE_TEXTS[rule]}.`, byRule(rule))
  add(
    'folder-unreadable',
    'warning',
    n => `${n} in a part of the tree that cannot be read.`,
    byRule('folder-unreadable'),
  )
  if (facts.isListingCut)
    reasons.push({ code: 'listing-cut', weight: 'warning', text: 'The tree is larger than is listed.', about: [] })
  if (!facts.hasOriginal) {
    const text = 'The archive has no Cargo.toml.orig, the copy of the manifest that every cargo since 2016 adds.'
    reasons.push({ code: 'manifest-original-missing', weight: 'info', text, about: [] })
  }
  const ends = results.filter(({ state }) => state === 'line-endings')
  add('line-endings', 'info', n => `${n} equal up to line endings.`, ends)
  const broken = results.filter(({ state }) => state === 'broken-symlink')
  add('broken-symlinks', 'info', n => `${n} with the text of a symbolic link instead of its target.`, broken)
  return reasons.sort((a, b) => WEIGHTS.indexOf(a.weight) - WEIGHTS.indexOf(b.weight))
}

const SUBMODULE_TEXTS = {
  'submodule-unavailable': 'whose repository or recorded commit cannot be had',
  'submodule-not-declared': 'for which .gitmodules names no address',
  'submodule-address-refused': 'whose address is not one that is fetched from',
  'submodule-too-deep': 'deeper within others than is followed',
  'submodule-too-many': 'beyond the number that is looked at',
} as const
const SUBMODULE_PROBLEMS = Object.keys(SUBMODULE_TEXTS).map(
  rule => [rule as keyof typeof SUBMODULE_TEXTS, rule] as const,
)

/** What every build of the crate needs. */
const isEssential = ({ path }: FileResult) => path === 'build.rs' || path.startsWith('src/')

function submoduleReason(finding: SubmoduleFinding): Reason {
  const { submodule, differing, tag } = finding
  const { path, side } = submodule
  const name = `${side.label.slice(0, -1 - path.length)}${path}`
  const not = `not of the recorded commit ${side.commit.slice(0, 12)}`
  const files = countOf(differing.length)
  const text = isWhole(finding)
    ? `The files of the submodule ${name} are those of its tag ${tag!.name}, ${not}.`
    : tag === null
      ? `${files} of the submodule ${name} ${differing.length === 1 ? 'is' : 'are'} ${not}.`
      : `${files} of the submodule ${name} ${differing.length === 1 ? 'is' : 'are'} ${not}; nearest is its tag ` +
        `${tag.name} with ${tag.equal} of ${tag.total} equal.`
  const about = tag === null ? [path] : [path, `refs/tags/${tag.name}`]
  return { code: 'submodule-content-differs', weight: 'alarm', text, about }
}

const countOf = (count: number) => (count === 1 ? '1 file' : `${count} files`)
const pathsOf = (found: readonly FileResult[]) => found.slice(0, MAX_ABOUT).map(({ path }) => path)
