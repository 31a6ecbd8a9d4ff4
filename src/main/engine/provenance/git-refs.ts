/**
 * Branches and tags as text: what a server lists, and the `packed-refs` file that we write for our mirror and read back.
 * Only `refs/heads/` and `refs/tags/` ever get through: anybody can put a commit under `refs/pull/`. The file is
 * written by us instead of by `git fetch`, because names that differ in case only, or that a file system refuses,
 * would otherwise fall together or fail. Text here is latin1: one character per byte of a name. Pure.
 */
import type { GitOid, RefInfo } from './git-repository.ts'

const TRUSTED = /^refs\/(?:heads|tags)\/./
/** git's own rules (git check-ref-format): no such name comes from an honest server. */
const FORBIDDEN = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.$|\/$|\.lock(?:\/|$)/

export interface ListedRef {
  readonly name: string
  readonly oid: GitOid
  /** What an annotated tag comes to; null for everything else. */
  readonly peeled: GitOid | null
}

/** `git ls-remote` output (`OID TAB NAME`, `NAME^{}` after an annotated tag), sorted by bytes of the names. */
export function parseListedRefs(text: string): readonly ListedRef[] {
  const refs = new Map<string, { name: string; oid: GitOid; peeled: GitOid | null }>()
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{40})\t(.+?)(\^\{\})?$/.exec(line)
    const [oid, name] = [match?.[1], match?.[2]]
    if (oid === undefined || name === undefined || !isTrustedName(name)) continue
    if (match?.[3] === undefined) refs.set(name, { name, oid, peeled: null })
    else {
      const tag = refs.get(name)
      if (tag !== undefined) tag.peeled = oid
    }
  }
  return [...refs.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

export function isTrustedName(name: string): boolean {
  return TRUSTED.test(name) && !FORBIDDEN.test(name)
}

/** The whole file, as git reads it. `refs` in byte order. */
export function formatPackedRefs(refs: readonly ListedRef[]): string {
  const lines = refs.map(ref => `${ref.oid} ${ref.name}\n${ref.peeled === null ? '' : `^${ref.peeled}\n`}`)
  return `# pack-refs with: peeled fully-peeled sorted \n${lines.join('')}`
}

/** What `formatPackedRefs` wrote. Names as text: latin1 bytes are decoded as UTF-8 where they are UTF-8. */
export function parsePackedRefs(text: string): readonly RefInfo[] {
  const refs: { name: string; oid: GitOid; commit: GitOid | null; isAnnotated: boolean }[] = []
  for (const line of text.split('\n')) {
    const last = refs.at(-1)
    const [oid, name] = [line.slice(0, 40), line.slice(41)]
    if (line.startsWith('^') && last !== undefined) {
      last.commit = line.slice(1, 41)
      last.isAnnotated = true
    } else if (/^[0-9a-f]{40} refs\//.test(line)) {
      refs.push({ name: textOf(name), oid, commit: oid, isAnnotated: false })
    }
  }
  return refs
}

/** A name kept as bytes, for showing. */
const textOf = (name: string) => Buffer.from(name, 'latin1').toString('utf8')

const USUAL_BRANCHES = ['main', 'master', 'trunk', 'develop', 'dev'].map(name => `refs/heads/${name}`)

/**
 * The default branch's name from the commit that the server's HEAD names: `earlier` if it still fits, else the most
 * usual name among the branches at that commit, else the first. Null when no branch is there. Which of several it is
 * never matters to what is reachable.
 */
export function nameDefaultBranch(refs: readonly ListedRef[], head: GitOid | null, earlier: string | null) {
  const fitting = refs
    .filter(ref => ref.oid === head && ref.name.startsWith('refs/heads/'))
    .map(ref => textOf(ref.name))
  return [earlier, ...USUAL_BRANCHES].find(name => name !== null && fitting.includes(name)) ?? fitting[0] ?? null
}
