/**
 * Advisories of the RustSec database: one file each, TOML front matter in a Markdown file ("format V3"), and which of
 * them hit a version. Pure: callers read the files and the TOML. A file that cannot be read is a problem of its crate,
 * never silence: whoever asks about that crate hears that the answer may lack something.
 * Source: rustsec 0.33.0 src/advisory/parts.rs, src/advisory/metadata.rs, src/database/query.rs.
 */
import type { VetVersion } from '../../../shared/domain.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { AdvisoryKind, Cvss } from '../../../shared/risk.ts'
import { affectedRanges, isAffected, type AffectedRange } from './advisories-ranges.ts'
import { readCvss } from './advisories-cvss.ts'
import { compareText } from './byte-order.ts'
import { isTable, ownValue, textAt, type PlainTable } from './plain-table.ts'
import { parseVersionReq, renderVersionReq, type VersionReq } from './version-req.ts'
import { compareVetVersions, parseVetVersion, trimText, versionParts } from './version.ts'

export interface Advisory {
  /** `RUSTSEC-YYYY-NNNN`. */
  readonly id: string
  readonly crate: string
  /** One line, from the heading. */
  readonly title: string
  /** Markdown, as written. */
  readonly description: string
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** The same problem in other databases: CVE and GHSA numbers. */
  readonly aliases: readonly string[]
  readonly kind: AdvisoryKind
  /** The word in the file; null for a vulnerability. */
  readonly informational: string | null
  readonly cvss: Cvss | null
  readonly url: string | null
  /** When it was taken back; then it hits nothing. */
  readonly withdrawn: string | null
  /** Requirements in canonical text, in the file's order. */
  readonly patched: readonly string[]
  readonly unaffected: readonly string[]
  readonly affected: readonly AffectedRange[]
}

export interface AdvisoryProblem {
  /** Below the database's root. */
  readonly path: string
  /** The folder it lies in. */
  readonly crate: string
  readonly reason: string
}

/** A database as read: what can be asked of it. */
export interface Advisories {
  readonly byCrate: ReadonlyMap<string, readonly Advisory[]>
  readonly count: number
  /** Files that could not be read, by path. */
  readonly problems: readonly AdvisoryProblem[]
}

/** An id that stands for one not given out yet. */
const PLACEHOLDER = 'RUSTSEC-0000-0000'
const MAX_TITLE = 300

/** Front matter, heading and text of an advisory file. The reason of a failure is one sentence. */
export function splitAdvisory(
  text: string,
): Result<{ readonly toml: string; readonly title: string; readonly description: string }, string> {
  if (!text.startsWith('```toml')) return fail('it does not begin with TOML front matter')
  const end = text.indexOf('\n```')
  if (end === -1) return fail('its TOML front matter has no end')
  const front = trimText(text.slice(7, end))
  const markdown = trimText(text.slice(end + 4))
  if (!markdown.startsWith('# ')) return fail('no heading follows its front matter')
  const line = markdown.indexOf('\n')
  return ok({
    toml: front.startsWith('[advisory]') ? front : `[advisory]\n${front}`,
    title: trimText(line === -1 ? markdown.slice(2) : markdown.slice(2, line)).slice(0, MAX_TITLE),
    description: line === -1 ? '' : trimText(markdown.slice(line + 1)),
  })
}

/** The advisory of a front matter as a TOML tree. Null: a placeholder, which nobody is to see. */
export function readAdvisory(
  tree: PlainTable,
  words: { readonly title: string; readonly description: string },
): Result<Advisory | null, string> {
  const [meta, versions] = [ownValue(tree, 'advisory'), ownValue(tree, 'versions')]
  if (!isTable(meta)) return fail('`advisory` is not a table')
  if (!isTable(versions)) return fail('`versions` is missing')
  const [id, crate, date] = [text(meta, 'id'), text(meta, 'package'), text(meta, 'date')]
  if (id === null || !/^[A-Za-z0-9-]{1,64}$/.test(id)) return fail('`id` is missing or no id')
  if (crate === null || !/^[A-Za-z0-9_-]{1,128}$/.test(crate)) return fail('`package` is missing or no crate name')
  if (date === null || !/^\d{4}-\d\d-\d\d$/.test(date)) return fail('`date` is missing or no date')
  if (id === PLACEHOLDER) return ok(null)
  const informational = ownValue(meta, 'informational') ?? null
  if (informational !== null && typeof informational !== 'string') return fail('`informational` is not a text')
  const withdrawn = ownValue(meta, 'withdrawn') ?? null
  if (withdrawn !== null && typeof withdrawn !== 'string') return fail('`withdrawn` is not a date')
  const patched = requirements(versions, 'patched')
  if (!patched.ok) return patched
  const unaffected = requirements(versions, 'unaffected')
  if (!unaffected.ok) return unaffected
  if (ownValue(versions, 'patched') === undefined) return fail('`versions.patched` is missing')
  const affected = affectedRanges(patched.value, unaffected.value)
  if (!affected.ok) return affected
  const vector = text(meta, 'cvss')
  const aliases = ownValue(meta, 'aliases')
  return ok({
    ...{ id, crate, date, ...words, informational, withdrawn, url: webAddress(text(meta, 'url')) },
    kind: kindOf(informational),
    aliases: Array.isArray(aliases) ? aliases.filter(one => typeof one === 'string').slice(0, 50) : [],
    cvss: vector === null ? null : readCvss(vector),
    patched: patched.value.map(renderVersionReq),
    unaffected: unaffected.value.map(renderVersionReq),
    affected: affected.value,
  })
}

/** Advisories by crate, each list by id. Of two with one id the later is a problem. */
export function indexAdvisories(
  files: readonly { readonly path: string; readonly crate: string; readonly read: Result<Advisory | null, string> }[],
): Advisories {
  const byCrate = new Map<string, Advisory[]>()
  const seen = new Set<string>()
  const problems: AdvisoryProblem[] = []
  for (const { path, crate, read } of files.toSorted((a, b) => compareText(a.path, b.path))) {
    if (!read.ok) problems.push({ path, crate, reason: read.error })
    else if (read.value !== null) {
      const found = read.value
      if (found.crate !== crate) problems.push({ path, crate, reason: `it is about ${found.crate}` })
      else if (seen.has(found.id)) problems.push({ path, crate, reason: `${found.id} is there twice` })
      else {
        seen.add(found.id)
        byCrate.set(crate, [...(byCrate.get(crate) ?? []), found])
      }
    }
  }
  for (const list of byCrate.values()) list.sort((a, b) => compareText(a.id, b.id))
  return { byCrate, count: seen.size, problems }
}

/** Advisories that hit this version, by id; those withdrawn hit nothing. */
export function advisoriesOf(advisories: Advisories, crate: string, version: VetVersion): readonly Advisory[] {
  const known = advisories.byCrate.get(crate) ?? []
  return known.filter(one => one.withdrawn === null && isAffected(one.affected, version))
}

/** Files about this crate that could not be read. */
export function unreadOf(advisories: Advisories, crate: string): readonly AdvisoryProblem[] {
  return advisories.problems.filter(problem => problem.crate === crate)
}

/**
 * The nearest version after `version` that none of `advisories` hits, of those published and not yanked; a release
 * before a pre-release. Null when there is none.
 */
export function nearestFixed(
  advisories: readonly Advisory[],
  version: VetVersion,
  published: readonly { readonly version: string; readonly yanked: boolean }[],
): VetVersion | null {
  const later = published
    .flatMap(one => {
      const parsed = one.yanked ? null : parseVetVersion(one.version)
      return parsed?.ok === true ? [parsed.value] : []
    })
    .filter(one => compareVetVersions(one, version) > 0 && !advisories.some(a => isAffected(a.affected, one)))
    .sort(compareVetVersions)
  const isPre = versionParts(version).pre !== ''
  return later.find(one => versionParts(one).pre === '') ?? (isPre ? (later[0] ?? null) : null)
}

function kindOf(informational: string | null): AdvisoryKind {
  if (informational === null) return 'vulnerability'
  if (informational === 'unmaintained' || informational === 'unsound' || informational === 'notice')
    return informational
  return 'other'
}

function requirements(versions: PlainTable, key: string): Result<readonly VersionReq[], string> {
  const list = ownValue(versions, key) ?? []
  if (!Array.isArray(list) || list.length > 200) return fail(`\`versions.${key}\` is not a list of requirements`)
  const found: VersionReq[] = []
  for (const one of list) {
    const parsed = typeof one === 'string' ? parseVersionReq(one) : fail('not a text')
    if (!parsed.ok) return fail(`\`versions.${key}\` has ${JSON.stringify(one)}: ${parsed.error}`)
    found.push(parsed.value)
  }
  return ok(found)
}

const webAddress = (given: string | null): string | null =>
  given !== null && /^https?:\/\/[\x21-\x7e]{1,2000}$/.test(given) ? given : null
const text = (table: PlainTable, key: string): string | null => textAt(table, key) ?? null
