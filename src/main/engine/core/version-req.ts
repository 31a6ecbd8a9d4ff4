/**
 * Version requirements of violations: Cargo's grammar (comma is "and", a bare version means `^`), ported from the
 * Rust crate `semver` 1.0. Parsing keeps what Cargo keeps, rendering is the text cargo-vet writes, matching ignores
 * the git hash and lets a pre-release match only a comparator that names the same triple with a pre-release.
 */
import type { VetVersion } from '../../../shared/domain.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import {
  comparePre,
  numericIdentifier,
  parseTail,
  quotedChar,
  versionParts,
  type LatePosition,
  type VersionParts,
} from './version.ts'

export type ReqOp = '=' | '>' | '>=' | '<' | '<=' | '~' | '^' | '*'

/** One comparator. `op` `*` is a wildcard such as `1.*`; `patch` is set only with `minor`; `pre` is empty when absent. */
export interface Comparator {
  readonly op: ReqOp
  readonly major: bigint
  readonly minor: bigint | null
  readonly patch: bigint | null
  readonly pre: string
}

/** All comparators must match; none is `*`, which every release matches. */
export interface VersionReq {
  readonly comparators: readonly Comparator[]
}

/** semver's own limit. */
const MAX_COMPARATORS = 32

/** Parses Cargo's requirement grammar. The reason of a failure is worded as Rust's semver words it. */
export function parseVersionReq(text: string): Result<VersionReq, string> {
  let rest = skipSpaces(text)
  if (isWildcard(rest)) {
    const after = skipSpaces(rest.slice(1))
    if (after === '') return ok({ comparators: [] })
    return fail(
      after.startsWith(',') ? notTheOnlyComparator(rest) : 'unexpected character after wildcard in version req',
    )
  }
  const comparators: Comparator[] = []
  for (;;) {
    const parsed = parseComparator(rest)
    if (!parsed.ok) return fail(wildcardHint(rest) ?? parsed.error)
    comparators.push(parsed.value.comparator)
    rest = parsed.value.rest
    if (rest === '') return ok({ comparators })
    if (!rest.startsWith(',')) return fail(`expected comma after ${parsed.value.position}, found ${quotedChar(rest)}`)
    rest = skipSpaces(rest.slice(1))
    if (comparators.length === MAX_COMPARATORS) return fail('excessive number of version comparators')
  }
}

/** Canonical text, as cargo-vet writes it: `^1.2.3`, `>=3.0, <4`, `5.*`, `*`. */
export function renderVersionReq(req: VersionReq): string {
  return req.comparators.length === 0 ? '*' : req.comparators.map(renderComparator).join(', ')
}

/** True when the semver part of `version` satisfies every comparator. */
export function matchesReq(req: VersionReq, version: VetVersion): boolean {
  const v = versionParts(version)
  if (!req.comparators.every(c => matchesComparator(c, v))) return false
  if (v.pre === '') return true
  return req.comparators.some(c => c.pre !== '' && c.major === v.major && c.minor === v.minor && c.patch === v.patch)
}

function renderComparator(c: Comparator): string {
  let text = `${c.op === '*' ? '' : c.op}${c.major}`
  if (c.minor !== null) text += `.${c.minor}`
  if (c.patch !== null) text += `.${c.patch}${c.pre === '' ? '' : `-${c.pre}`}`
  return c.op === '*' ? `${text}.*` : text
}

// ── parsing ──────────────────────────────────────────────────────────────────────────────────

const skipSpaces = (text: string): string => text.replace(/^ +/, '')
const isWildcard = (text: string): boolean => /^[*xX]/.test(text)
const notTheOnlyComparator = (text: string): string =>
  `wildcard req (${text[0]}) must be the only comparator in the version req`

/** A better reason when the comparator that failed is a lone wildcard among others. */
function wildcardHint(text: string): string | null {
  if (!isWildcard(text)) return null
  const after = skipSpaces(text.slice(1))
  return after === '' || after.startsWith(',') ? notTheOnlyComparator(text) : null
}

interface ParsedComparator {
  readonly comparator: Comparator
  readonly position: LatePosition
  readonly rest: string
}

function parseComparator(text: string): Result<ParsedComparator, string> {
  const written = /^(?:>=|<=|[=><~^])?/.exec(text)?.[0] ?? ''
  const major = numericIdentifier(skipSpaces(text.slice(written.length)), 'major version number')
  if (!major.ok) return major
  let op: ReqOp = written === '' ? '^' : (written as ReqOp)
  let position: LatePosition = 'major version number'
  let rest = major.value.rest
  let minor: bigint | null = null
  let patch: bigint | null = null
  let isMinorWild = false

  if (rest.startsWith('.')) {
    position = 'minor version number'
    rest = rest.slice(1)
    if (isWildcard(rest)) {
      isMinorWild = true
      if (written === '') op = '*'
      rest = rest.slice(1)
    } else {
      const parsed = numericIdentifier(rest, 'minor version number')
      if (!parsed.ok) return parsed
      minor = parsed.value.value
      rest = parsed.value.rest
    }
  }
  if (rest.startsWith('.')) {
    position = 'patch version number'
    rest = rest.slice(1)
    if (isWildcard(rest)) {
      if (written === '') op = '*'
      rest = rest.slice(1)
    } else if (isMinorWild) {
      return fail('unexpected character after wildcard in version req')
    } else {
      const parsed = numericIdentifier(rest, 'patch version number')
      if (!parsed.ok) return parsed
      patch = parsed.value.value
      rest = parsed.value.rest
    }
  }
  if (patch === null)
    return ok({ comparator: { op, major: major.value.value, minor, patch, pre: '' }, position, rest: skipSpaces(rest) })
  const tail = parseTail(rest)
  if (!tail.ok) return tail
  const comparator = { op, major: major.value.value, minor, patch, pre: tail.value.pre }
  return ok({ comparator, position: tail.value.position, rest: skipSpaces(tail.value.rest) })
}

// ── matching ─────────────────────────────────────────────────────────────────────────────────

function matchesComparator(c: Comparator, v: VersionParts): boolean {
  switch (c.op) {
    case '=':
    case '*':
      return matchesExact(c, v)
    case '>':
      return matchesGreater(c, v)
    case '>=':
      return matchesExact(c, v) || matchesGreater(c, v)
    case '<':
      return matchesLess(c, v)
    case '<=':
      return matchesExact(c, v) || matchesLess(c, v)
    case '~':
      return matchesTilde(c, v)
    case '^':
      return matchesCaret(c, v)
  }
}

function matchesExact(c: Comparator, v: VersionParts): boolean {
  if (v.major !== c.major) return false
  if (c.minor !== null && v.minor !== c.minor) return false
  if (c.patch !== null && v.patch !== c.patch) return false
  return v.pre === c.pre
}

function matchesGreater(c: Comparator, v: VersionParts): boolean {
  if (v.major !== c.major) return v.major > c.major
  if (c.minor === null) return false
  if (v.minor !== c.minor) return v.minor > c.minor
  if (c.patch === null) return false
  if (v.patch !== c.patch) return v.patch > c.patch
  return comparePre(v.pre, c.pre) > 0
}

function matchesLess(c: Comparator, v: VersionParts): boolean {
  if (v.major !== c.major) return v.major < c.major
  if (c.minor === null) return false
  if (v.minor !== c.minor) return v.minor < c.minor
  if (c.patch === null) return false
  if (v.patch !== c.patch) return v.patch < c.patch
  return comparePre(v.pre, c.pre) < 0
}

function matchesTilde(c: Comparator, v: VersionParts): boolean {
  if (v.major !== c.major) return false
  if (c.minor !== null && v.minor !== c.minor) return false
  if (c.patch !== null && v.patch !== c.patch) return v.patch > c.patch
  return comparePre(v.pre, c.pre) >= 0
}

function matchesCaret(c: Comparator, v: VersionParts): boolean {
  if (v.major !== c.major) return false
  if (c.minor === null) return true
  if (c.patch === null) return c.major > 0n ? v.minor >= c.minor : v.minor === c.minor
  if (c.major > 0n) {
    if (v.minor !== c.minor) return v.minor > c.minor
    if (v.patch !== c.patch) return v.patch > c.patch
  } else if (c.minor > 0n) {
    if (v.minor !== c.minor) return false
    if (v.patch !== c.patch) return v.patch > c.patch
  } else if (v.minor !== c.minor || v.patch !== c.patch) {
    return false
  }
  return comparePre(v.pre, c.pre) >= 0
}
