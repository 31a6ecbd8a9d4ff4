/**
 * Which versions an advisory hits. RustSec states what is *not* hit, as requirements; here they become intervals of the
 * total order of versions and what lies between them is hit. So a pre-release counts by its place in that order:
 * `2.0.0-alpha` is hit by an advisory patched in `>=2.0.0`, which Cargo's own matching of requirements would leave open.
 * Source: rustsec 0.33.0 src/osv/unaffected_range.rs, src/osv/ranges_for_advisory.rs, and the same refusals.
 */
import { brand, type VetVersion } from '../../../shared/domain.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { renderVersionReq, type Comparator, type VersionReq } from './version-req.ts'
import { compareVetVersions, parseVetVersion, versionParts } from './version.ts'

/** Versions from `introduced` (null: from the first) up to, not including, `fixed` (null: without an end). */
export interface AffectedRange {
  readonly introduced: VetVersion | null
  readonly fixed: VetVersion | null
}

/** Null: unbounded on that side. */
type Bound = { readonly version: VetVersion; readonly isInclusive: boolean } | null
interface Unaffected {
  readonly start: Bound
  readonly end: Bound
}

/** Raised while one advisory is read, and turned into its reason at the end of `affectedRanges`. */
class Refused extends Error {}

/**
 * What is hit, ascending and apart. The reason of a failure is one sentence: a form that advisories do not use (a
 * wildcard, two lower bounds), an empty range, or ranges that overlap.
 */
export function affectedRanges(
  patched: readonly VersionReq[],
  unaffected: readonly VersionReq[],
): Result<readonly AffectedRange[], string> {
  try {
    return ok(between([...unaffected, ...patched].map(rangeOf)))
  } catch (error) {
    if (error instanceof Refused) return fail(error.message)
    throw error
  }
}

/** Whether a version lies in one of the ranges. A git hash plays no part. */
export function isAffected(ranges: readonly AffectedRange[], version: VetVersion): boolean {
  const plain = brand<'VetVersion'>(versionParts(version).semver)
  return ranges.some(
    ({ introduced, fixed }) =>
      (introduced === null || compareVetVersions(plain, introduced) >= 0) &&
      (fixed === null || compareVetVersions(plain, fixed) < 0),
  )
}

function between(known: readonly Unaffected[]): readonly AffectedRange[] {
  if (known.length === 0) return [{ introduced: null, fixed: null }]
  for (const [i, a] of known.entries())
    for (const b of known.slice(i + 1))
      if (reaches(a.start, b.end) && reaches(b.start, a.end))
        throw new Refused(`the version ranges ${shown(a)} and ${shown(b)} overlap`)
  const sorted = known.toSorted((a, b) => compareStarts(a.start, b.start))
  const ranges: AffectedRange[] = []
  let introduced: VetVersion | null = null
  for (const [i, { start, end }] of sorted.entries()) {
    if (start !== null) ranges.push({ introduced, fixed: start.isInclusive ? start.version : following(start.version) })
    else if (i > 0) throw new Refused('two version ranges have no start')
    if (end === null) return ranges
    introduced = end.isInclusive ? following(end.version) : end.version
  }
  return [...ranges, { introduced, fixed: null }]
}

/** Whether a start lies at or before an end; at the same version both must be inclusive. */
function reaches(start: Bound, end: Bound): boolean {
  if (start === null || end === null) return true
  const order = compareVetVersions(start.version, end.version)
  return order < 0 || (order === 0 && start.isInclusive && end.isInclusive)
}

function compareStarts(a: Bound, b: Bound): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  const order = compareVetVersions(a.version, b.version)
  // The reference stops here with a broken assertion: `>1.0` beside `=1.0` does not overlap and has no order.
  if (order === 0) throw new Refused(`two version ranges start at ${a.version}`)
  return order
}

function rangeOf(req: VersionReq): Unaffected {
  const { comparators } = req
  if (comparators.length > 2) throw new Refused(`too many parts in the version range ${renderVersionReq(req)}`)
  let start: Bound = null
  let end: Bound = null
  for (const c of comparators) {
    const isAlone = comparators.length === 1
    switch (c.op) {
      case '>':
      case '>=':
        if (start !== null) throw new Refused(`two lower bounds in the version range ${renderVersionReq(req)}`)
        start = { version: versionOf(c), isInclusive: c.op === '>=' }
        break
      case '<':
      case '<=':
        if (end !== null) throw new Refused(`two upper bounds in the version range ${renderVersionReq(req)}`)
        end = { version: versionOf(c), isInclusive: c.op === '<=' }
        break
      case '=':
      case '^':
      case '~':
        if (!isAlone) throw new Refused(`'${c.op}' does not stand alone in the version range ${renderVersionReq(req)}`)
        start = { version: versionOf(c), isInclusive: true }
        end = c.op === '=' ? start : { version: endOf(c), isInclusive: false }
        break
      case '*':
        throw new Refused(`a wildcard in the version range ${renderVersionReq(req)}`)
    }
  }
  if (!reaches(start, end)) throw new Refused(`the version range ${renderVersionReq(req)} is empty`)
  return { start, end }
}

/** The comparator without its operator; parts left out are 0. */
function versionOf({ major, minor, patch, pre }: Comparator): VetVersion {
  return canonical(`${major}.${minor ?? 0n}.${patch ?? 0n}${pre === '' ? '' : `-${pre}`}`)
}

/** The first version past what `^` or `~` take in: its lowest pre-release, so that `^1.0` ends before `2.0.0-alpha`. */
function endOf({ op, major, minor, patch }: Comparator): VetVersion {
  if (op === '~') return canonical(minor === null ? `${major + 1n}.0.0-0` : `${major}.${minor + 1n}.0-0`)
  if (major > 0n || minor === null) return canonical(`${major + 1n}.0.0-0`)
  return canonical(minor === 0n && patch !== null ? `0.0.${patch + 1n}-0` : `0.${minor + 1n}.0-0`)
}

/** The lowest version after this one. */
function following(version: VetVersion): VetVersion {
  const { major, minor, patch, pre } = versionParts(version)
  return canonical(pre === '' ? `${major}.${minor}.${patch + 1n}-0` : `${major}.${minor}.${patch}-${pre}.0`)
}

function canonical(text: string): VetVersion {
  const parsed = parseVetVersion(text)
  if (!parsed.ok) throw new Refused(`a version number in a version range is too large: ${text}`)
  return parsed.value
}

const shown = ({ start, end }: Unaffected): string =>
  `${start === null ? '[0' : `${start.isInclusive ? '[' : '('}${start.version}`}, ` +
  (end === null ? '∞)' : `${end.version}${end.isInclusive ? ']' : ')'}`)
