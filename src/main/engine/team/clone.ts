/**
 * The private clone: a bare repository of ours that holds the branch of the team's events and nothing else. Nothing is
 * ever checked out. It is a copy: when it is damaged it is made anew, and what only we have lies in the journal.
 */
import path from 'node:path'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { MAX_BRANCH_BYTES, MAX_FILE_BYTES, MAX_FILES } from './author-file.ts'
import { prepareFolder, TIP } from './clone-folder.ts'
import { createGitRunner, type GitRunner, type GitSaid } from './git-run.ts'

const ASK_MS = 60_000
const TRANSFER_MS = 300_000
const LOCAL_MS = 60_000
const MAX_SAID = 4 << 20
/** Packs of the clone, the one being received included. */
const MAX_CLONE_BYTES = 1 << 30
const SIZE_POLL_MS = 250
/** A sync that sends leaves four of them. */
const MAX_LOOSE = 2_000
/** One that receives leaves one of these. */
const MAX_PACKS = 50

export interface ClonePlace {
  /** What git gets as the address. */
  readonly address: string
  readonly branch: string
}

/** How commits are made, as the user's git is set up for the workspace. */
export interface Committer {
  readonly name: string
  readonly email: string
  readonly signs: boolean
  /** Whether git knows a file of ssh keys to trust. */
  readonly knowsSigners: boolean
  /** Settings of the workspace's own configuration that are no programs, for example user.signingkey. */
  readonly config: readonly (readonly [key: string, value: string])[]
}

export interface BranchFile {
  readonly path: string
  readonly oid: string
  readonly sizeBytes: number
}

export interface Clone {
  /** Commit of the branch on the server; null when it has no such branch. */
  remoteTip(run: Run): Promise<Result<string | null, GitSaid>>
  /** Brings the branch; answers its commit. */
  fetch(run: Run): Promise<Result<string, GitSaid>>
  /** What was fetched or pushed last; null when nothing was. */
  tip(run: Run): Promise<string | null>
  isAncestor(older: string, newer: string, run: Run): Promise<boolean>
  files(tip: string, run: Run): Promise<Result<readonly BranchFile[], GitSaid>>
  /** Texts in the order asked for. */
  read(oids: readonly string[], run: Run): Promise<Result<readonly string[], GitSaid>>
  /** A commit on top of `parent` with these files put in place of what was there; all others stay. */
  commit(
    parent: string | null,
    files: readonly { readonly path: string; readonly text: string }[],
    message: string,
    committer: Committer,
    run: Run,
  ): Promise<Result<string, GitSaid>>
  /** Sends a commit; the server takes it only on top of what it has. */
  push(commit: string, run: Run): Promise<Result<null, GitSaid>>
  /** Commits that `to` has and `from` has not, parents first. */
  commitsBetween(from: string | null, to: string, run: Run): Promise<Result<readonly string[], GitSaid>>
  /** `git log` of exactly these commits, in this order. */
  log(oids: readonly string[], args: readonly string[], run: Run): Promise<Result<string, GitSaid>>
  /** Puts into one pack what many syncs left, when there is much of it. Only while nobody else uses the clone. */
  tidy(run: Run): Promise<void>
  /** Takes everything away; the next call starts anew. */
  reset(): Promise<void>
}

interface Parts {
  readonly caps: Capabilities
  readonly gitDir: AbsolutePath
  readonly git: GitRunner
  /** The branch on the server. */
  readonly ref: string
}

/** Makes the folder when it is not there. The configuration is written each time, so that it is never an old one. */
export async function openClone(
  caps: Capabilities,
  gitDir: AbsolutePath,
  place: ClonePlace,
  committer: Pick<Committer, 'config' | 'knowsSigners'>,
): Promise<Clone> {
  const prepare = () => prepareFolder(caps, gitDir, place, committer)
  await prepare()
  const parts: Parts = { caps, gitDir, git: createGitRunner(caps, gitDir), ref: `refs/heads/${place.branch}` }
  return {
    ...serverCalls(parts),
    ...readingCalls(parts),
    ...historyCalls(parts),
    commit: (parent, files, message, who, run) => commitFiles(parts, { parent, files, message }, who, run),
    async tidy(run) {
      const said = await local(parts, ['count-objects', '-v'], run)
      const counted = (name: string) =>
        Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(said.ok ? said.value : '')?.[1])
      if (!(counted('count') > MAX_LOOSE || counted('packs') > MAX_PACKS)) return
      await local(parts, ['gc', '--quiet', '--prune=now'], run)
    },
    async reset() {
      await caps.files.remove(gitDir)
      await prepare()
    },
  }
}

/** Asks git about what is in the clone. */
function local(
  { git }: Parts,
  args: readonly string[],
  run: Run,
  more: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Result<string, GitSaid>> {
  return git.text({ args, timeoutMs: LOCAL_MS, maxBytes: MAX_SAID, signal: run.signal, ...more })
}

/** A question to the server, ended when the clone grows too large. */
async function ask(
  { caps, gitDir, git }: Parts,
  args: readonly string[],
  timeoutMs: number,
  run: Run,
): Promise<Result<string, GitSaid>> {
  const size = new AbortController()
  const stop = watchSize(caps, gitDir, size)
  try {
    const signal = AbortSignal.any([run.signal, size.signal])
    return await git.text({ args, timeoutMs, maxBytes: MAX_SAID, signal })
  } catch (error) {
    if (size.signal.aborted && !run.signal.aborted) return fail({ kind: 'too-much', text: '' })
    throw error
  } finally {
    stop()
  }
}

function serverCalls(parts: Parts): Pick<Clone, 'remoteTip' | 'fetch' | 'push'> {
  const { ref } = parts
  return {
    async remoteTip(run) {
      const said = await ask(parts, ['ls-remote', 'team', ref], ASK_MS, run)
      if (!said.ok) return said
      const line = said.value.split('\n').find(one => one.endsWith(`\t${ref}`))
      return ok(line === undefined ? null : line.slice(0, line.indexOf('\t')))
    },
    async fetch(run) {
      const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-gc']
      const done = await ask(parts, ['fetch', ...quiet, 'team', `+${ref}:${TIP}`], TRANSFER_MS, run)
      return done.ok ? trimmed(await local(parts, ['rev-parse', '--verify', '--quiet', TIP], run)) : done
    },
    async push(commit, run) {
      const args = ['push', '--quiet', '--porcelain', 'team', `${commit}:${ref}`]
      const sent = await ask(parts, args, TRANSFER_MS, run)
      if (!sent.ok) return sent
      const kept = await local(parts, ['update-ref', TIP, commit], run)
      return kept.ok ? ok(null) : kept
    },
  }
}

function readingCalls(parts: Parts): Pick<Clone, 'tip' | 'files' | 'read'> {
  return {
    async tip(run) {
      const said = await local(parts, ['rev-parse', '--verify', '--quiet', `${TIP}^{commit}`], run)
      return said.ok ? said.value.trim() : null
    },
    async files(tip, run) {
      const said = await local(parts, ['ls-tree', '-r', '-z', '-l', '--full-tree', tip], run)
      return said.ok ? ok(treeFiles(said.value)) : said
    },
    async read(oids, run) {
      if (oids.length === 0) return ok([])
      const said = await parts.git.run({
        args: ['cat-file', '--batch'],
        input: `${oids.join('\n')}\n`,
        timeoutMs: LOCAL_MS,
        maxBytes: MAX_BRANCH_BYTES + (1 << 20),
        signal: run.signal,
      })
      return said.ok ? batchTexts(Buffer.from(said.value), oids) : said
    },
  }
}

function historyCalls(parts: Parts): Pick<Clone, 'isAncestor' | 'commitsBetween' | 'log'> {
  const { git } = parts
  return {
    async isAncestor(older, newer, run) {
      return (await local(parts, ['merge-base', '--is-ancestor', older, newer], run)).ok
    },
    async commitsBetween(from, to, run) {
      const args = ['rev-list', '--reverse', '--topo-order', to, ...(from === null ? [] : [`^${from}`]), '--']
      const said = await git.text({ args, timeoutMs: LOCAL_MS, maxBytes: MAX_BRANCH_BYTES, signal: run.signal })
      return said.ok ? ok(said.value.split('\n').filter(oid => oid !== '')) : said
    },
    log: (oids, args, run) =>
      git.text({
        args: ['log', '--no-walk=unsorted', '--stdin', '--no-color', ...args],
        input: `${oids.join('\n')}\n`,
        timeoutMs: TRANSFER_MS,
        maxBytes: MAX_BRANCH_BYTES,
        signal: run.signal,
      }),
  }
}

interface NewCommit {
  readonly parent: string | null
  readonly files: Parameters<Clone['commit']>[1]
  readonly message: string
}

/** The index is a file of this commit's own: two that are made at once do not see each other's files. */
async function commitFiles(
  parts: Parts,
  { parent, files, message }: NewCommit,
  committer: Committer,
  run: Run,
): Promise<Result<string, GitSaid>> {
  const index = `${parts.gitDir}/index-${process.pid}-${indexCount++}`
  try {
    const tree = await writeTree(parts, index, parent, files, run)
    if (!tree.ok) return tree
    const who = ['AUTHOR', 'COMMITTER'].flatMap(role => [
      [`GIT_${role}_NAME`, committer.name] as const,
      [`GIT_${role}_EMAIL`, committer.email] as const,
    ])
    const args = [
      ...['commit-tree', committer.signs ? '-S' : '--no-gpg-sign'],
      ...(parent === null ? [] : ['-p', parent]),
      ...['-m', message, tree.value],
    ]
    return trimmed(await local(parts, args, run, { env: Object.fromEntries(who) }))
  } finally {
    for (const rest of ['', '.lock']) await parts.caps.files.remove(`${index}${rest}` as AbsolutePath)
  }
}

/** The tree of `parent` with these files put in place of what was there. */
async function writeTree(
  parts: Parts,
  index: string,
  parent: string | null,
  files: NewCommit['files'],
  run: Run,
): Promise<Result<string, GitSaid>> {
  const env = { GIT_INDEX_FILE: index }
  const start = await local(parts, ['read-tree', ...(parent === null ? ['--empty'] : [parent])], run, { env })
  if (!start.ok) return start
  let entries = ''
  for (const file of files) {
    const oid = trimmed(await local(parts, ['hash-object', '-w', '--stdin'], run, { input: file.text }))
    if (!oid.ok) return oid
    entries += `100644 ${oid.value}\t${file.path}\n`
  }
  const put = await local(parts, ['update-index', '--index-info'], run, { env, input: entries })
  return put.ok ? trimmed(await local(parts, ['write-tree'], run, { env })) : put
}

let indexCount = 0

const trimmed = (said: Result<string, GitSaid>): Result<string, GitSaid> => (said.ok ? ok(said.value.trim()) : said)

/** Regular files with their sizes; everything else (links, folders of modules) is no events file and not listed. */
function treeFiles(said: string): BranchFile[] {
  const files: BranchFile[] = []
  for (const entry of said.split('\0')) {
    const match = /^100(?:644|755) blob ([0-9a-f]{40,64}) +(\d+)\t([^]+)$/.exec(entry)
    if (match?.[1] !== undefined) files.push({ oid: match[1], sizeBytes: Number(match[2]), path: match[3] ?? '' })
  }
  return files
}

/** What of the files is read, and a sentence for each that is not. */
export function bounded(files: readonly BranchFile[]): { taken: BranchFile[]; problems: string[] } {
  const problems: string[] = []
  const taken: BranchFile[] = []
  let bytes = 0
  for (const file of files) {
    if (file.sizeBytes > MAX_FILE_BYTES)
      problems.push(`${file.path} is left out: larger than ${MAX_FILE_BYTES >> 20} MiB`)
    else if (taken.length >= MAX_FILES) problems.push(`${file.path} is left out: more than ${MAX_FILES} files`)
    else if (bytes + file.sizeBytes > MAX_BRANCH_BYTES)
      problems.push(`${file.path} is left out: all files together are larger than ${MAX_BRANCH_BYTES >> 20} MiB`)
    else {
      bytes += file.sizeBytes
      taken.push(file)
    }
  }
  return { taken, problems }
}

/** Splits what `cat-file --batch` prints: a header, the bytes, a line feed, for each object. */
function batchTexts(bytes: Buffer, oids: readonly string[]): Result<string[], GitSaid> {
  const texts: string[] = []
  let at = 0
  for (const oid of oids) {
    const end = bytes.indexOf(10, at)
    const header = /^([0-9a-f]+) blob (\d+)$/.exec(bytes.subarray(at, end).toString('latin1'))
    if (end === -1 || header?.[1] !== oid) return fail({ kind: 'failed', text: `object ${oid} cannot be read` })
    const from = end + 1
    const to = from + Number(header[2])
    texts.push(bytes.subarray(from, to).toString('utf8'))
    at = to + 1
  }
  return ok(texts)
}

/** Fires `size` when the clone's packs are too large. Returns stop. */
function watchSize(caps: Capabilities, gitDir: AbsolutePath, size: AbortController): () => void {
  const folder = path.join(gitDir, 'objects', 'pack') as AbsolutePath
  let isStopped = false
  const look = async () => {
    const files = await caps.files.list(folder).catch(() => [])
    let bytes = 0
    for (const { name } of files)
      bytes += (await caps.files.stat(path.join(folder, name) as AbsolutePath).catch(() => null))?.sizeBytes ?? 0
    if (bytes > MAX_CLONE_BYTES) size.abort()
    else if (!isStopped) timer = setTimeout(() => void look(), SIZE_POLL_MS)
  }
  let timer = setTimeout(() => void look(), SIZE_POLL_MS)
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
