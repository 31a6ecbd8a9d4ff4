/**
 * Versions as cargo-vet writes them: a full semver triple, optionally `@git:` and 40 hex digits. Parsing and order
 * are those of the Rust crate `semver` 1.0 (numbers are u64, build metadata takes part in the order), not npm's.
 * A VetVersion is its canonical text, so equal versions are equal strings; the parts are computed once and cached.
 */
import { brand, type VetVersion } from '../../../shared/domain.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'

/** The parts of one version. `pre` and `build` are empty when absent; `git` is the hash as written, or null. */
export interface VersionParts {
  /** The canonical text, one string for all equal versions: comparing two is mostly comparing two pointers. */
  readonly text: VetVersion
  readonly major: bigint
  readonly minor: bigint
  readonly patch: bigint
  readonly pre: string
  readonly build: string
  readonly git: string | null
  /** `major.minor.patch-pre+build`. */
  readonly semver: string
  /** The three numbers when all are exact as doubles, else null: lets most comparisons avoid bigint. */
  readonly small: readonly [number, number, number] | null
}

export type Position = 'major version number' | 'minor version number' | 'patch version number'
export type LatePosition = Position | 'pre-release identifier' | 'build metadata'

const U64_MAX = 18_446_744_073_709_551_615n
const PLAIN = /^(0|[1-9][0-9]{0,14})\.(0|[1-9][0-9]{0,14})\.(0|[1-9][0-9]{0,14})$/
const GIT_HASH = /^[0-9a-fA-F]{40}$/
/** What Rust's `trim` removes: White_Space, which has U+0085 and lacks U+FEFF. */
const BLANK = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const BLANK_START = new RegExp(`^${BLANK}+`)
const BLANK_END = new RegExp(`${BLANK}+$`)

/** Rust's `str::trim_start`. */
const trimStart = (text: string): string => {
  const first = text.charCodeAt(0)
  return first > 0x20 && first < 0x7f ? text : text.replace(BLANK_START, '')
}
/** Rust's `str::trim_end`. */
export const trimEnd = (text: string): string => {
  const last = text.charCodeAt(text.length - 1)
  return last > 32 && last < 127 ? text : text.replace(BLANK_END, '')
}
/** Rust's `str::trim`. */
export const trimText = (text: string): string => trimEnd(trimStart(text))

/** Bounded so that a hostile store of millions of versions cannot hold memory for ever; refilled on demand. */
const CACHE_LIMIT = 200_000
let cache = new Map<string, VersionParts>()

/**
 * The version in canonical text: blanks around `@` are dropped, the case of the hash stays. The reason of a
 * failure is worded as cargo-vet words it. PARITY cargo-vet 0.10.3 src/format.rs VetVersion::parse.
 */
export function parseVetVersion(text: string): Result<VetVersion, string> {
  const known = cache.get(text)
  if (known !== undefined) return ok(known.text)
  const at = text.indexOf('@')
  if (at < 0) {
    const parsed = parseSemver(text)
    return parsed.ok ? ok(remember(parsed.value)) : parsed
  }
  const rev = trimStart(text.slice(at + 1))
  if (!rev.startsWith('git:')) return fail("unrecognized revision type, expected 'git:' prefix")
  const hash = rev.slice(4)
  if (!GIT_HASH.test(hash)) return fail('unrecognized git hash, expected 40 hex digits')
  const parsed = parseSemver(trimEnd(text.slice(0, at)))
  return parsed.ok ? ok(remember({ ...parsed.value, git: hash })) : parsed
}

/** Rust semver's total order, build metadata included; then no git hash before any, then the hash. */
export function compareVetVersions(a: VetVersion, b: VetVersion): number {
  return a === b ? 0 : compareParts(versionParts(a), versionParts(b))
}

/** The versions in order. Their parts are looked up once each, and mostly they are in order already. */
export function sortedVersions(versions: Iterable<VetVersion>): VetVersion[] {
  const parts = Array.from(versions, versionParts)
  for (let i = 1; i < parts.length; i++)
    if (compareParts(parts[i - 1] as VersionParts, parts[i] as VersionParts) > 0) {
      parts.sort(compareParts)
      break
    }
  return parts.map(({ text }) => text)
}

function compareParts(x: VersionParts, y: VersionParts): number {
  const order = compareTriple(x, y)
  if (order !== 0) return order
  if (x.pre !== y.pre) return comparePre(x.pre, y.pre)
  if (x.build !== y.build) return compareBuild(x.build, y.build)
  if (x.git === y.git) return 0
  if (x.git === null) return -1
  if (y.git === null) return 1
  return x.git < y.git ? -1 : 1
}

/** The part before `@git:`. */
export function semverOf(version: VetVersion): string {
  return versionParts(version).semver
}

/** The 40 hex digits as written, or null for a published version. */
export function gitRevOf(version: VetVersion): string | null {
  return versionParts(version).git
}

/** The parts of a canonical version; throws on text that never went through parseVetVersion. */
export function versionParts(version: VetVersion): VersionParts {
  const known = cache.get(version)
  if (known !== undefined) return known
  const parsed = parseVetVersion(version)
  const parts = parsed.ok ? cache.get(parsed.value) : undefined
  if (parts === undefined) throw new Error(`not a canonical version: ${JSON.stringify(version)}`)
  return parts
}

function remember(parts: Omit<VersionParts, 'text'>): VetVersion {
  const text = brand<'VetVersion'>(parts.git === null ? parts.semver : `${parts.semver}@git:${parts.git}`)
  if (cache.size >= CACHE_LIMIT) cache = new Map()
  cache.set(text, { ...parts, text })
  return text
}

// ── order ────────────────────────────────────────────────────────────────────────────────────

function compareTriple(x: VersionParts, y: VersionParts): number {
  if (x.small !== null && y.small !== null)
    return x.small[0] - y.small[0] || x.small[1] - y.small[1] || x.small[2] - y.small[2]
  return compareNumbers(x.major, y.major) || compareNumbers(x.minor, y.minor) || compareNumbers(x.patch, y.patch)
}

const compareNumbers = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
// Identifiers are ASCII, so JavaScript's order of strings is Rust's here.
const compareAscii = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Order of two pre-release texts: none is the greatest; numeric segments by value and below the others. */
export function comparePre(a: string, b: string): number {
  if (a === b) return 0
  if (a === '') return 1
  if (b === '') return -1
  return compareSegments(a, b, (x, y) => x.length - y.length || compareAscii(x, y))
}

/** Order of build metadata: none is the least (an empty text is one empty segment); 0 < 00 < 1 < 01 < 2. */
function compareBuild(a: string, b: string): number {
  return compareSegments(a, b, (x, y) => {
    const valueX = x.replace(/^0+/, '')
    const valueY = y.replace(/^0+/, '')
    return valueX.length - valueY.length || compareAscii(valueX, valueY) || x.length - y.length
  })
}

function compareSegments(a: string, b: string, compareDigits: (x: string, y: string) => number): number {
  const left = a.split('.')
  const right = b.split('.')
  for (const [i, x] of left.entries()) {
    const y = right[i]
    if (y === undefined) return 1
    const isNumX = isDigits(x)
    const isNumY = isDigits(y)
    if (isNumX !== isNumY) return isNumX ? -1 : 1
    const order = isNumX ? compareDigits(x, y) : compareAscii(x, y)
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** True for the empty text too, as `bytes().all(..)` is. */
const isDigits = (text: string): boolean => /^[0-9]*$/.test(text)

// ── parsing ──────────────────────────────────────────────────────────────────────────────────

/** Semver 2.0 as Rust's `Version::parse`: all three numbers, no leading zeros, u64. */
function parseSemver(text: string): Result<Omit<VersionParts, 'text'>, string> {
  const plain = PLAIN.exec(text)
  if (plain !== null) return ok(partsOf(plain[1] as string, plain[2] as string, plain[3] as string, '', ''))
  if (text === '') return fail('empty string, expected a semver version')
  const major = numericIdentifier(text, 'major version number')
  if (!major.ok) return major
  const afterMajor = dot(major.value.rest, 'major version number')
  if (!afterMajor.ok) return afterMajor
  const minor = numericIdentifier(afterMajor.value, 'minor version number')
  if (!minor.ok) return minor
  const afterMinor = dot(minor.value.rest, 'minor version number')
  if (!afterMinor.ok) return afterMinor
  const patch = numericIdentifier(afterMinor.value, 'patch version number')
  if (!patch.ok) return patch
  const tail = parseTail(patch.value.rest)
  if (!tail.ok) return tail
  if (tail.value.rest !== '') return fail(unexpectedAfter(tail.value.rest, tail.value.position))
  return ok(partsOf(major.value.digits, minor.value.digits, patch.value.digits, tail.value.pre, tail.value.build))
}

function partsOf(major: string, minor: string, patch: string, pre: string, build: string): Omit<VersionParts, 'text'> {
  const isSmall = major.length < 16 && minor.length < 16 && patch.length < 16
  return {
    major: BigInt(major),
    minor: BigInt(minor),
    patch: BigInt(patch),
    pre,
    build,
    git: null,
    semver: `${major}.${minor}.${patch}${pre === '' ? '' : `-${pre}`}${build === '' ? '' : `+${build}`}`,
    small: isSmall ? [Number(major), Number(minor), Number(patch)] : null,
  }
}

/** The optional `-pre` and `+build` after the patch number; `position` is the last part read, for messages. */
export function parseTail(
  text: string,
): Result<{ pre: string; build: string; rest: string; position: LatePosition }, string> {
  let rest = text
  let pre = ''
  let build = ''
  let position: LatePosition = 'patch version number'
  if (rest.startsWith('-')) {
    position = 'pre-release identifier'
    const parsed = identifier(rest.slice(1), position)
    if (!parsed.ok) return parsed
    if (parsed.value === '') return fail(`empty identifier segment in ${position}`)
    pre = parsed.value
    rest = rest.slice(1 + pre.length)
  }
  if (rest.startsWith('+')) {
    position = 'build metadata'
    const parsed = identifier(rest.slice(1), position)
    if (!parsed.ok) return parsed
    if (parsed.value === '') return fail(`empty identifier segment in ${position}`)
    build = parsed.value
    rest = rest.slice(1 + build.length)
  }
  return ok({ pre, build, rest, position })
}

/** Reads a u64 without leading zeros. `digits` is its text, which is also its canonical form. */
export function numericIdentifier(
  text: string,
  position: Position,
): Result<{ digits: string; value: bigint; rest: string }, string> {
  const digits = /^[0-9]*/.exec(text)?.[0] ?? ''
  if (digits === '')
    return fail(
      text === ''
        ? `unexpected end of input while parsing ${position}`
        : `unexpected character ${quotedChar(text)} while parsing ${position}`,
    )
  if (digits.length > 1 && digits.startsWith('0')) return fail(`invalid leading zero in ${position}`)
  // 20 digits are the longest u64; the length test keeps BigInt away from megabytes of digits.
  if (digits.length > 20 || BigInt(digits) > U64_MAX) return fail(`value of ${position} exceeds u64::MAX`)
  return ok({ digits, value: BigInt(digits), rest: text.slice(digits.length) })
}

function dot(text: string, position: Position): Result<string, string> {
  if (text.startsWith('.')) return ok(text.slice(1))
  return fail(text === '' ? `unexpected end of input while parsing ${position}` : unexpectedAfter(text, position))
}

/** Dot-separated identifiers at the start of `text`; empty when there are none. */
function identifier(text: string, position: LatePosition): Result<string, string> {
  const found = /^[0-9A-Za-z.-]*/.exec(text)?.[0] ?? ''
  if (found === '') return ok('')
  for (const segment of found.split('.')) {
    if (segment === '') return fail(`empty identifier segment in ${position}`)
    if (position === 'pre-release identifier' && segment.length > 1 && segment.startsWith('0') && isDigits(segment))
      return fail(`invalid leading zero in ${position}`)
  }
  return ok(found)
}

/** The sentence for a character that may not follow `position`. */
function unexpectedAfter(text: string, position: LatePosition): string {
  return `unexpected character ${quotedChar(text)} after ${position}`
}

/** The first character of `text` between quotes, escaped where it would not show. */
export function quotedChar(text: string): string {
  const char = String.fromCodePoint(text.codePointAt(0) ?? 0)
  if (char === "'" || char === '\\') return `'\\${char}'`
  return `'${/[\p{C}\p{Z}]/u.test(char) && char !== ' ' ? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}` : char}'`
}
