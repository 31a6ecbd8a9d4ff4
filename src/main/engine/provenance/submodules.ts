/**
 * Submodules without a checkout: their addresses from .gitmodules, and, when the archive's files are not those of the
 * recorded commit, whose they are. Nothing here fetches by itself. Source: provenance.md 1.5, 2.2.
 */
import type { Run } from '../capabilities.ts'
import { blobId, lineEndingIds } from './rules.ts'
import type { GitOid, GitRepository, RefInfo } from './git-repository.ts'

/** Path of each submodule → its address as stated. Lenient: a line that says nothing is skipped; the last word counts. */
export function parseGitmodules(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, { path?: string; url?: string }>()
  let current: { path?: string; url?: string } | null = null
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*submodule\s+"((?:[^"\\]|\\.)*)"\s*\]/i.exec(line)
    if (header !== null) {
      const name = header[1]!
      current = sections.get(name) ?? {}
      sections.set(name, current)
      continue
    }
    if (/^\s*\[/.test(line)) current = null
    const setting = /^\s*(path|url)\s*=\s*(.*)$/i.exec(line)
    if (setting === null || current === null) continue
    current[setting[1]!.toLowerCase() as 'path' | 'url'] = configValue(setting[2]!)
  }
  const urls = new Map<string, string>()
  for (const { path, url } of sections.values())
    if (path !== undefined && url !== undefined) urls.set(path.replace(/^\.\/|\/+$/g, ''), url)
  return urls
}

/** As git reads values: quotes, backslashes, comments outside of quotes. */
function configValue(text: string): string {
  let value = ''
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === '"') isQuoted = !isQuoted
    else if (char === '\\') value += text[++i] ?? ''
    else if (!isQuoted && (char === '#' || char === ';')) break
    else value += char
  }
  return value.trim()
}

/**
 * The address to ask for; relative ones (`../other.git`) count from the repository's own. Null: an address that runs a
 * program (`ext::`), names something on this machine, or is taken for an option.
 */
export function submoduleUrl(stated: string, parentUrl: string): string | null {
  if (stated.startsWith('./') || stated.startsWith('../')) return resolveRelative(stated, parentUrl)
  if (/^-|[\u0000-\u0020\u007f]/.test(stated) || stated.includes('::')) return null
  if (/^(?:https?|ssh|git|git\+ssh|git\+https):\/\/./i.test(stated)) return stated
  // `user@host:path`, but neither a drive letter nor a path.
  return /^[^/\\:]{2,}:[^/\\]/.test(stated) && !/^file:/i.test(stated) ? stated : null
}

function resolveRelative(stated: string, parentUrl: string): string | null {
  const origin = /^[a-z+]+:\/\/[^/]+/i.exec(parentUrl)?.[0]
  if (origin === undefined) return null
  const parts = parentUrl
    .slice(origin.length)
    .split('/')
    .filter(part => part !== '')
  for (const part of stated.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.length === 0 ? null : `${origin}/${parts.join('/')}`
}

/** Tags looked at, newest version first; each may cost a fetch in a partial mirror. */
const MAX_TAGS = 150
/** Files by which tags are told apart before any is compared as a whole. */
const PROBES = 6
const MAX_WHOLE = 12

export interface LikelyTag {
  /** Without `refs/tags/`. */
  readonly name: string
  /** Files of the archive that are those of the tag, line endings aside; `total` when all are. */
  readonly equal: number
  readonly total: number
}

/**
 * The tag of a submodule's repository whose tree fits best with what the archive holds of it.
 * @param files by path in the submodule
 * @param differing paths that are not those of the recorded commit: they tell tags apart
 */
export async function nameLikelyTag(
  repository: GitRepository,
  files: ReadonlyMap<string, Uint8Array>,
  differing: readonly string[],
  run: Run,
): Promise<LikelyTag | null> {
  const tags = (await repository.refs(run)).filter(ref => ref.name.startsWith('refs/tags/') && ref.commit !== null)
  const ids = new Map(Array.from(files, ([path, data]) => [path, new Set([blobId(data), ...lineEndingIds(data)])]))
  const probes = spread(differing, PROBES)
  const scored: { readonly tag: RefInfo; readonly score: number }[] = []
  for (const tag of newestFirst(tags).slice(0, MAX_TAGS)) {
    run.signal.throwIfAborted()
    let score = 0
    for (const path of probes) {
      const entry = await repository.entryAt(tag.commit!, path, run)
      if (entry !== null && ids.get(path)!.has(entry.oid)) score++
    }
    if (score > 0) scored.push({ tag, score })
  }
  scored.sort((a, b) => b.score - a.score)
  let best: LikelyTag | null = null
  for (const { tag } of scored.slice(0, MAX_WHOLE)) {
    const equal = await countEqual(repository, tag.commit!, ids, run)
    if (best === null || equal > best.equal)
      best = { name: tag.name.slice('refs/tags/'.length), equal, total: files.size }
  }
  return best
}

async function countEqual(
  repository: GitRepository,
  commit: GitOid,
  ids: ReadonlyMap<string, ReadonlySet<GitOid>>,
  run: Run,
): Promise<number> {
  const listing = await repository.list(commit, '', run)
  if (listing === null) return 0
  let equal = 0
  for (const [path, accepted] of ids) {
    const entry = listing.entries.get(path)
    if (entry !== undefined && accepted.has(entry.oid)) equal++
  }
  return equal
}

/** By the numbers in their names, so that `v1.10` is newer than `v1.9`. */
function newestFirst(tags: readonly RefInfo[]): readonly RefInfo[] {
  const numbers = (ref: RefInfo) => (ref.name.match(/\d{1,9}/g) ?? []).map(Number)
  const keyed = tags.map(tag => ({ tag, key: numbers(tag) }))
  keyed.sort((a, b) => {
    for (let i = 0; i < Math.min(a.key.length, b.key.length); i++)
      if (a.key[i] !== b.key[i]) return b.key[i]! - a.key[i]!
    return b.key.length - a.key.length
  })
  return keyed.map(({ tag }) => tag)
}

/** Some of them, from the whole range. */
function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!)
}
