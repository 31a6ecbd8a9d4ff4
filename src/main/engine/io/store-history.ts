/**
 * The history of a store from its git repository: every commit of the branch that is checked out, along first parents,
 * that changed config.toml, audits.toml or Cargo.lock. Files are read as objects, nothing is checked out, no program named
 * by the repository's configuration runs and nothing is fetched. What was folded is kept in the cache by the commit it
 * reaches to, so that only new commits are read the next time. The commit is its content: a kept answer is never stale.
 */
import { askOwnGit } from './own-git.ts'
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import {
  startOfHistory,
  steadyDates,
  takeRevision,
  type AuditFacts,
  type ConfigFacts,
  type HistoryState,
  type LockFacts,
} from '../core/overview-history.ts'
import { keptHistory, keptText, type KeptHistory } from './store-history-kept.ts'
import { auditFacts, configFacts, lockFacts } from './store-history-facts.ts'

const LOG_TIMEOUT_MS = 600_000
const MAX_LOG_BYTES = 64 << 20
/** A store of ten years with eight changes a day. Older ones are left out, and said to be. */
const MAX_REVISIONS = 30_000
const MAX_KEPT_BYTES = 64 << 20
/** The largest known audits.toml has 0.6 MB. */
const MAX_BLOB_BYTES = 16 << 20
/** How often the event loop is given back while files are parsed. */
const TURN_MS = 20

export type BlobAnswer = { readonly kind: 'blob'; readonly bytes: Uint8Array } | { readonly kind: 'other' }
/** Reads objects of the repository at `gitDir`; the caller closes it. */
export interface BlobReader {
  read(oid: string, maxBytes: number, signal: AbortSignal): Promise<BlobAnswer>
  close(): void
}

export interface StoreHistory {
  /** NOTE: facts of its `last` revision may be null although the files are there. */
  readonly state: HistoryState
  /** The commit that it reaches to. */
  readonly head: string
  /** Milliseconds since the epoch, corrected as below; null without a revision. */
  readonly firstAtMs: number | null
  /** Why older commits are missing; null when they are all there. */
  readonly cut: 'shallow' | 'too-many' | null
  /** Revisions of a file that could not be read and count as unchanged. */
  readonly unreadable: number
  /** Commits whose date did not fit between its neighbours'. */
  readonly correctedDates: number
}

export interface HistoryPlace {
  readonly gitDir: AbsolutePath
  /** From the repository's root, `/` between; null: not in this repository. */
  readonly config: string
  readonly audits: string
  readonly lock: string | null
}

/** Where the store lies in its repository; null outside of one. @failure git-not-found */
export async function findHistory(
  caps: Capabilities,
  storeDir: AbsolutePath,
  root: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<HistoryPlace | null, Failure>> {
  const [store, workspace] = [await placeOf(caps, storeDir, signal), await placeOf(caps, root, signal)]
  if (!store.ok) return store
  if (store.value === null) return ok(null)
  const { gitDir, prefix } = store.value
  const lock =
    workspace.ok && workspace.value !== null && workspace.value.gitDir === gitDir
      ? `${workspace.value.prefix}Cargo.lock`
      : null
  return ok({ gitDir, config: `${prefix}config.toml`, audits: `${prefix}audits.toml`, lock })
}

async function placeOf(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<{ readonly gitDir: AbsolutePath; readonly prefix: string } | null, Failure>> {
  const said = await askOwnGit(caps, folder, ['rev-parse', '--absolute-git-dir', '--show-prefix'], { signal })
  if (!said.ok) return said
  if (said.value === null) return ok(null)
  const [gitDir = '', prefix = ''] = said.value.split('\n')
  return path.isAbsolute(gitDir) ? ok({ gitDir: gitDir as AbsolutePath, prefix }) : ok(null)
}

/**
 * The folded history up to HEAD; a repository without commits has one of no revisions. Throws Cancelled.
 * @failure git-not-found, git-failed
 */
export async function readStoreHistory(
  caps: Capabilities,
  place: HistoryPlace,
  openBlobs: (gitDir: AbsolutePath) => BlobReader,
  run: Run,
): Promise<Result<StoreHistory, Failure>> {
  const git = (args: readonly string[], codes: readonly number[] = [0]) => runGit(caps, place, args, codes, run.signal)
  const asked = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], [0, 1, 128])
  if (!asked.ok) return asked
  const head = asked.value.trim()
  if (!/^[0-9a-f]{40}$/.test(head)) return ok({ ...emptyHistory(), head: '' })
  const shallow = await git(['rev-parse', '--is-shallow-repository'])
  if (!shallow.ok) return shallow
  const isShallow = shallow.value.trim() === 'true'
  const file = keptFile(caps, place)
  const kept = await readKept(caps, file)
  const usable = kept !== null && kept.isShallow === isShallow ? await reachesTo(git, kept.head, head) : ok(false)
  if (!usable.ok) return usable
  const base = usable.value && kept !== null ? kept : null
  if (base !== null && base.head === head) return ok(withoutKept(base))
  const revisions = await listRevisions(git, place, base?.head ?? null, head)
  if (!revisions.ok) return revisions
  const cut = base === null ? (revisions.value.isCut ? 'too-many' : isShallow ? 'shallow' : null) : base.cut
  const folded = await fold(caps, place, openBlobs, base, revisions.value.list, run)
  const history: KeptHistory = { ...folded, head, cut, isShallow }
  // A cache that cannot be written loses time only.
  await caps.files.writeAtomic(file, keptText(history)).catch((error: unknown) => {
    if (!(error instanceof FileError)) throw error
  })
  return ok(withoutKept(history))
}

const emptyHistory = () => ({
  state: startOfHistory(),
  firstAtMs: null,
  cut: null,
  unreadable: 0,
  correctedDates: 0,
})

function withoutKept({ state, head, firstAtMs, cut, unreadable, correctedDates }: KeptHistory): StoreHistory {
  return { state, head, firstAtMs, cut, unreadable, correctedDates }
}

/** Which commit changed which file to which blob; null: removed. */
interface Listed {
  readonly commit: string
  readonly atMs: number
  readonly subject: string
  readonly blobs: ReadonlyMap<string, string | null>
}

type Git = (args: readonly string[], codes?: readonly number[]) => Promise<Result<string, Failure>>

/** Whether `older` lies on the first parents of `head`. */
async function reachesTo(git: Git, older: string, head: string): Promise<Result<boolean, Failure>> {
  if (older === head) return ok(true)
  const between = await git(['rev-list', '--first-parent', '--parents', head, `^${older}`], [0, 128])
  if (!between.ok) return between
  const last = between.value.trim().split('\n').at(-1) ?? ''
  return ok(last.split(' ')[1] === older)
}

async function listRevisions(
  git: Git,
  place: HistoryPlace,
  since: string | null,
  head: string,
): Promise<Result<{ readonly list: readonly Listed[]; readonly isCut: boolean }, Failure>> {
  const paths = [place.config, place.audits, ...(place.lock === null ? [] : [place.lock])]
  const range = since === null ? [head] : [head, `^${since}`]
  const shown = ['--raw', '-z', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-color']
  const format = ['--format=%H %ct %s', '--no-show-signature', '--no-notes', '--encoding=UTF-8']
  const walk = ['log', '--first-parent', '-m', '--root', `--max-count=${MAX_REVISIONS + 1}`]
  const log = await git(['--literal-pathspecs', ...walk, ...shown, ...format, ...range, '--', ...paths])
  if (!log.ok) return log
  const list = parseLog(log.value)
  return ok({ list: list.slice(0, MAX_REVISIONS).reverse(), isCut: list.length > MAX_REVISIONS })
}

/** Newest first, as git prints it: with -z a commit's line ends with NUL, and so does each part of a change. */
function parseLog(text: string): readonly Listed[] {
  const listed: (Listed & { readonly blobs: Map<string, string | null> })[] = []
  const fields = text.split('\0')
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as string
    const change = /^\n?:\d{6} (\d{6}) [0-9a-f]{40} ([0-9a-f]{40}) [A-Z]\d*$/.exec(field)
    if (change !== null) {
      // A link or a folder in the place of a file is no store.
      const isFile = change[1] === '100644' || change[1] === '100755'
      listed.at(-1)?.blobs.set(fields[++i] ?? '', isFile ? (change[2] as string) : null)
      continue
    }
    const head = /^\n?([0-9a-f]{40}) (-?\d{1,15}) ?([^]*)$/.exec(field)
    if (head === null) continue
    const subject = (head[3] as string).replace(/\s+$/, '')
    listed.push({ commit: head[1] as string, atMs: Number(head[2]) * 1000, subject, blobs: new Map() })
  }
  return listed
}

async function fold(
  caps: Capabilities,
  place: HistoryPlace,
  openBlobs: (gitDir: AbsolutePath) => BlobReader,
  base: KeptHistory | null,
  list: readonly Listed[],
  run: Run,
): Promise<Pick<KeptHistory, 'state' | 'firstAtMs' | 'unreadable' | 'correctedDates' | 'blobs'>> {
  const state = base?.state ?? startOfHistory()
  // A kept date is the floor of those that follow.
  const floor = base?.state.last?.atMs
  const given = list.map(revision => revision.atMs)
  const steady = steadyDates(floor === undefined ? given : [floor, ...given], caps.clock.nowMs())
  const dates = floor === undefined ? steady.dates : steady.dates.slice(1)
  const reader = openBlobs(place.gitDir)
  let unreadable = base?.unreadable ?? 0
  const readFacts = async <T>(
    oid: string | null,
    parse: (text: string) => T | null,
  ): Promise<T | null | 'unreadable'> => {
    if (oid === null) return null
    const blob = await reader.read(oid, MAX_BLOB_BYTES, run.signal)
    const text = blob.kind === 'blob' ? strictText(blob.bytes) : null
    return (text === null ? null : parse(text)) ?? 'unreadable'
  }
  const blobs = {
    config: base?.blobs.config ?? null,
    audits: base?.blobs.audits ?? null,
    lock: base?.blobs.lock ?? null,
  }
  try {
    let facts: { config: ConfigFacts | null; audits: AuditFacts | null; lock: LockFacts | null } = {
      config: state.last?.config ?? null,
      audits: state.last?.audits ?? null,
      lock: state.last?.lock ?? null,
    }
    // What was kept of the last revision are its blobs, not its facts.
    if (base !== null && state.last !== null) {
      const again = {
        config: await readFacts(blobs.config, configFacts),
        audits: await readFacts(blobs.audits, auditFacts),
        lock: await readFacts(blobs.lock, lockFacts),
      }
      facts = {
        config: again.config === 'unreadable' ? null : again.config,
        audits: again.audits === 'unreadable' ? null : again.audits,
        lock: again.lock === 'unreadable' ? null : again.lock,
      }
      state.last = { ...state.last, ...facts }
    }
    let turnEnds = performance.now() + TURN_MS
    for (const [i, revision] of list.entries()) {
      const read = async <T>(
        key: keyof typeof blobs,
        at: string | null,
        was: T | null,
        parse: (text: string) => T | null,
      ) => {
        const oid = at === null ? undefined : revision.blobs.get(at)
        if (oid === undefined) return was
        const now = await readFacts(oid, parse)
        if (now === 'unreadable') {
          unreadable++
          return was
        }
        blobs[key] = oid
        return now
      }
      facts = {
        config: await read('config', place.config, facts.config, configFacts),
        audits: await read('audits', place.audits, facts.audits, auditFacts),
        lock: await read('lock', place.lock, facts.lock, lockFacts),
      }
      const { commit, subject } = revision
      takeRevision(state, { commit, atMs: dates[i] ?? revision.atMs, subject, ...facts })
      run.onProgress({ done: i + 1, total: list.length, step: null })
      if (performance.now() > turnEnds) {
        await new Promise(resolve => setImmediate(resolve))
        if (run.signal.aborted) throw new Cancelled()
        turnEnds = performance.now() + TURN_MS
      }
    }
  } finally {
    reader.close()
  }
  return {
    state,
    firstAtMs: base?.firstAtMs ?? dates[0] ?? null,
    unreadable,
    correctedDates: (base?.correctedDates ?? 0) + steady.corrected,
    blobs,
  }
}

function strictText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function keptFile(caps: Capabilities, { gitDir, config, lock }: HistoryPlace): AbsolutePath {
  const name = createHash('sha256')
    .update([gitDir, config, lock ?? ''].join('\0'))
    .digest('hex')
  return path.join(caps.host.cacheDir, 'store-history', `${name}.json`) as AbsolutePath
}

async function readKept(caps: Capabilities, file: AbsolutePath): Promise<KeptHistory | null> {
  try {
    return keptHistory(await caps.files.readText(file, MAX_KEPT_BYTES))
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}

async function runGit(
  caps: Capabilities,
  { gitDir }: HistoryPlace,
  args: readonly string[],
  codes: readonly number[],
  signal: AbortSignal,
): Promise<Result<string, Failure>> {
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, `--git-dir=${gitDir}`, '-c', 'log.showSignature=false', ...args],
    cwd: gitDir,
    env: gitEnv(caps.host.env),
    maxOutputBytes: MAX_LOG_BYTES,
    timeoutMs: LOG_TIMEOUT_MS,
    signal,
  })
  if (outcome.kind === 'not-found') return fail({ code: 'git-not-found', tried: 'git on the PATH' })
  if (outcome.kind === 'exited' && codes.includes(outcome.code)) return ok(new TextDecoder().decode(outcome.stdout))
  const command = `git ${args.find(arg => !arg.startsWith('-')) ?? ''}`
  const stderr =
    outcome.kind === 'killed' ? `stopped: ${outcome.why}` : new TextDecoder().decode(outcome.stderr).slice(-4_000)
  return fail({ code: 'git-failed', command, exitCode: outcome.kind === 'exited' ? outcome.code : null, stderr })
}
