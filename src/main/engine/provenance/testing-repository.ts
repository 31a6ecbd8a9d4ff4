/**
 * For tests only: a repository in memory with git's real object ids, made from maps of paths. It counts what is asked of
 * it, so that a test can say what was not fetched.
 */
import { createHash } from 'node:crypto'
import { brand } from '../../../shared/domain.ts'
import { Cancelled } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import type { CommitInfo, GitOid, GitRepository, Listing, RefInfo, TreeChange, TreeEntry } from './git-repository.ts'

/** Text or bytes, `{ link }`, or `{ submodule }` with the commit recorded. */
export type TestContent = string | Uint8Array | { readonly link: string } | { readonly submodule: GitOid }
export type TestTree = Readonly<Record<string, TestContent>>

export const testRun = (signal = new AbortController().signal): Run => ({ signal, onProgress: () => undefined })

export const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? Buffer.from(text) : text)

function objectId(type: string, data: Uint8Array): GitOid {
  return createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest('hex')
}

export class TestRepository implements GitRepository {
  readonly url: string
  readonly gitDir = brand<'AbsolutePath'>('/nowhere.git')
  readonly mirror = {
    ...{ fetchedFrom: 'test', newestCommitAt: null, fetchedAt: null, partial: 'full' as const, isShallow: false },
  }
  defaultBranch: string | null = 'refs/heads/main'
  /** Blobs asked for with `blobs`, in order. */
  readonly asked: GitOid[] = []
  /** Blobs that cannot be had. */
  readonly missing = new Set<GitOid>()
  /** Blobs given with other bytes than their id says: a collision. */
  readonly forged = new Map<GitOid, Uint8Array>()
  /** Listings end after so many entries. */
  listLimit = Infinity
  readonly #blobs = new Map<GitOid, Uint8Array>()
  readonly #trees = new Map<GitOid, readonly TreeEntry[]>()
  readonly #commits = new Map<GitOid, CommitInfo & { readonly flat: ReadonlyMap<string, TreeEntry> }>()
  readonly #refs = new Map<string, GitOid>()
  #head: GitOid | null = null

  constructor(url = 'https://git.example/owner/project') {
    this.url = url
  }

  /** A commit on top of the last one, with exactly this tree; tags (without `refs/tags/`) point at it. */
  add(tree: TestTree, ...tags: readonly string[]): GitOid {
    const flat = new Map<string, TreeEntry>()
    for (const [path, content] of Object.entries(tree)) flat.set(path, this.#entry(path, content))
    const root = this.#writeTree([...flat])
    const parents = this.#head === null ? [] : [this.#head]
    const text = `tree ${root}\n${parents.map(p => `parent ${p}\n`).join('')}committer A <a@a> ${this.#commits.size} +0000\n`
    const oid = objectId('commit', Buffer.from(text))
    this.#commits.set(oid, { oid, tree: root, parents, committedAtMs: 0, hasSignature: false, flat })
    this.#refs.set('refs/heads/main', oid)
    for (const tag of tags) this.#refs.set(`refs/tags/${tag}`, oid)
    this.#head = oid
    return oid
  }

  #entry(path: string, content: TestContent): TreeEntry {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (typeof content === 'object' && 'submodule' in content) return { mode: '160000', oid: content.submodule, name }
    const isLink = typeof content === 'object' && 'link' in content
    const data = bytesOf(isLink ? content.link : content)
    const oid = objectId('blob', data)
    this.#blobs.set(oid, data)
    return { mode: isLink ? '120000' : '100644', oid, name }
  }

  #writeTree(flat: readonly (readonly [string, TreeEntry])[]): GitOid {
    const entries: TreeEntry[] = []
    for (const [name, inside] of Map.groupBy(flat, ([path]) => path.split('/')[0]!)) {
      const own = inside.find(([path]) => path === name)
      if (own !== undefined) entries.push(own[1])
      else {
        const below = inside.map(([path, entry]) => [path.slice(name.length + 1), entry] as const)
        entries.push({ mode: '040000', oid: this.#writeTree(below), name })
      }
    }
    const key = ({ name, mode }: TreeEntry) => Buffer.from(mode === '040000' ? `${name}/` : name)
    entries.sort((a, b) => Buffer.compare(key(a), key(b)))
    const parts = entries.map(({ mode, name, oid }) =>
      Buffer.concat([Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`), Buffer.from(oid, 'hex')]),
    )
    const oid = objectId('tree', Buffer.concat(parts))
    this.#trees.set(oid, entries)
    return oid
  }

  #check(run: Run): void {
    if (run.signal.aborted) throw new Cancelled()
  }

  async commit(oid: GitOid, run: Run): Promise<CommitInfo | null> {
    this.#check(run)
    return Promise.resolve(this.#commits.get(oid) ?? null)
  }

  async tree(oid: GitOid): Promise<readonly TreeEntry[] | null> {
    return Promise.resolve(this.#trees.get(oid) ?? null)
  }

  async list(
    commit: GitOid,
    folder: string,
    run: Run,
    isWanted: (folder: string) => boolean = () => true,
  ): Promise<Listing | null> {
    this.#check(run)
    const flat = this.#commits.get(commit)?.flat
    if (flat === undefined) return Promise.resolve(null)
    const prefix = folder === '' ? '' : `${folder}/`
    const all = Array.from(flat).filter(([path]) => path.startsWith(prefix))
    if (all.length === 0) return null
    const isListed = (path: string): boolean => {
      const above = path.lastIndexOf('/')
      return above < 0 || (isListed(path.slice(0, above)) && isWanted(path.slice(0, above)))
    }
    const below = all.slice(0, this.listLimit).map(([path, entry]) => [path.slice(prefix.length), entry] as const)
    const entries = new Map(below.filter(([path]) => isListed(path)))
    return { entries, isCut: all.length > this.listLimit }
  }

  async entryAt(commit: GitOid, path: string): Promise<TreeEntry | null> {
    const flat = this.#commits.get(commit)?.flat
    const own = flat?.get(path)
    if (own !== undefined || flat === undefined) return Promise.resolve(own ?? null)
    const isFolder = Array.from(flat.keys()).some(key => key.startsWith(`${path}/`))
    return isFolder ? { mode: '040000', oid: '0'.repeat(40), name: path.slice(path.lastIndexOf('/') + 1) } : null
  }

  async blobs(oids: readonly GitOid[], maxBytes: number, run: Run): Promise<readonly (Uint8Array | null)[]> {
    this.#check(run)
    this.asked.push(...oids)
    return Promise.resolve(
      oids.map(oid => {
        const data = this.missing.has(oid) ? null : (this.forged.get(oid) ?? this.#blobs.get(oid) ?? null)
        return data === null || data.length > maxBytes ? null : data
      }),
    )
  }

  async hasBlobs(oids: readonly GitOid[]): Promise<readonly boolean[]> {
    return Promise.resolve(oids.map(oid => this.#blobs.has(oid) && !this.missing.has(oid)))
  }

  async refs(): Promise<readonly RefInfo[]> {
    const names = Array.from(this.#refs).sort(([a], [b]) => (a < b ? -1 : 1))
    return Promise.resolve(names.map(([name, oid]) => ({ name, oid, commit: oid, isAnnotated: false })))
  }

  async tagHasSignature(): Promise<boolean> {
    return Promise.resolve(false)
  }

  async isAncestor(): Promise<boolean | null> {
    return Promise.resolve(null)
  }

  async refsContaining(): Promise<readonly string[]> {
    return Promise.resolve([])
  }

  async commitsWithManifest(blob: GitOid): Promise<readonly GitOid[] | null> {
    const history = (await this.walkFirstParent(this.#head!)) ?? []
    const hit = (change: TreeChange) => change.path.endsWith('Cargo.toml') && change.newOid === blob
    return history
      .filter(({ changes }) => changes.some(hit))
      .map(({ commit }) => commit)
      .reverse()
  }

  bringTrees() {
    return Promise.resolve(true)
  }
  async walkFirstParent(tip: GitOid) {
    const history: { readonly commit: GitOid; readonly changes: readonly TreeChange[] }[] = []
    for (let at: GitOid | undefined = tip; at !== undefined;) {
      const { flat, parents }: CommitInfo & { readonly flat: ReadonlyMap<string, TreeEntry> } = this.#commits.get(at)!
      const before = parents[0] === undefined ? new Map<string, TreeEntry>() : this.#commits.get(parents[0])!.flat
      const paths = new Set([...before.keys(), ...flat.keys()])
      const changes = Array.from(paths, path => {
        const [old, next] = [before.get(path), flat.get(path)]
        return { path, mode: (next ?? old)!.mode, oldOid: old?.oid ?? null, newOid: next?.oid ?? null }
      })
      history.push({ commit: at, changes: changes.filter(({ oldOid, newOid }) => oldOid !== newOid) })
      at = parents[0]
    }
    return Promise.resolve(history.reverse())
  }

  async close(): Promise<void> {
    return Promise.resolve()
  }
}
