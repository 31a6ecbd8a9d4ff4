/**
 * One sync: look whether the branch moved, bring it, read what changed, put own lines that it lacks on top, send that,
 * and do it again when somebody else was quicker. History stays a line: each commit adds lines to files of one machine's
 * authors. Nothing is ever taken from the branch; if somebody rewrote it, our own lines come back with the next sync.
 */
import { createHash } from 'node:crypto'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { Cancelled } from '../../../shared/result.ts'
import type { TeamEvent } from '../../../shared/team.ts'
import type { Run } from '../capabilities.ts'
import { authorFile, fileHash, readAuthorFile, unionOfLines, type ReadFile } from './author-file.ts'
import { bounded, type Clone, type Committer } from './clone.ts'
import type { WrittenEvent } from './event-line.ts'
import type { GitSaid } from './git-run.ts'
import { remoteFailure } from './remote-failure.ts'

const MAX_TRIES = 40
const FIRST_WAIT_MS = 20
const MAX_WAIT_MS = 1_500
const README = 'README.md'
const README_TEXT = `# Events of a team that audits dependencies

Written by Assay, one file per author, one event a line. Lines are only ever added. Do not edit them: a line that was
changed is not read any more. Deleting this branch loses what only others' machines know.
`

/** The branch as this machine last saw it. */
export interface Branch {
  readonly tip: string | null
  readonly files: ReadonlyMap<string, { readonly oid: string; readonly text: string; readonly read: ReadFile }>
  /** One sentence each. */
  readonly problems: readonly string[]
}

const REWRITTEN = 'the branch was rewritten on the server: events of others that were there may be gone'

export const EMPTY_BRANCH: Branch = { tip: null, files: new Map(), problems: [] }

/** Every event of the branch, as files and lines stand. */
export function branchEvents(branch: Branch): TeamEvent[] {
  return [...branch.files.values()].flatMap(({ read }) => read.events)
}

export interface SyncPlace {
  /** For messages: without a name and password. */
  readonly shown: string
  readonly branch: string
}

export interface SyncDeps {
  readonly clone: Clone
  readonly place: SyncPlace
  readonly committer: Committer
  /** Own events, asked anew for each try. */
  readonly own: () => readonly WrittenEvent[]
  /** Called with each state of the branch that was read, before anything is sent. */
  readonly onBranch: (branch: Branch) => void
}

/** Reads the branch as it lies in the clone, without the server. Files that did not change are taken from `known`. */
export async function readBranch(
  clone: Clone,
  tip: string | null,
  known: Branch,
  run: Run,
): Promise<Result<Branch, GitSaid>> {
  if (tip === null) return ok(EMPTY_BRANCH)
  if (tip === known.tip) return ok(known)
  const listed = await clone.files(tip, run)
  if (!listed.ok) return listed
  const problems: string[] = []
  const ours = listed.value.filter(file => {
    const isOurs = fileHash(file.path) !== null
    if (!isOurs && file.path !== README) problems.push(`${file.path} is no author's file and is not read`)
    return isOurs
  })
  const { taken, problems: left } = bounded(ours)
  problems.push(...left)
  const changed = taken.filter(file => known.files.get(file.path)?.oid !== file.oid)
  const texts = await clone.read(
    changed.map(file => file.oid),
    run,
  )
  if (!texts.ok) return texts
  const files = new Map<string, { oid: string; text: string; read: ReadFile }>()
  for (const file of taken) {
    const at = changed.indexOf(file)
    const same = known.files.get(file.path)
    if (at === -1 && same !== undefined) files.set(file.path, same)
    else {
      const text = texts.value[at] ?? ''
      files.set(file.path, { oid: file.oid, text, read: readAuthorFile(file.path, text) })
    }
  }
  for (const { read } of files.values()) {
    problems.push(...read.problems)
    const rest = read.problemsTotal - read.problems.length
    if (rest > 0) problems.push(`and ${rest} more lines of that file`)
  }
  return ok({ tip, files, problems })
}

/** Own events that the branch does not hold. */
export function waitingEvents(branch: Branch, own: readonly WrittenEvent[]): readonly WrittenEvent[] {
  const sent = new Set<string>()
  const authors = new Set(own.map(({ event }) => event.by))
  for (const file of new Set([...authors].map(authorFile)))
    for (const { id } of branch.files.get(file)?.read.events ?? []) sent.add(id)
  return own.filter(({ event }) => !sent.has(event.id))
}

/**
 * Fetches and sends until the branch holds all own events. Answers the branch as it is then.
 * @failure team-remote, git-not-found. Throws Cancelled; own events stay in the journal in any case.
 */
export async function syncBranch(deps: SyncDeps, known: Branch, run: Run): Promise<Result<Branch, Failure>> {
  const { clone, place } = deps
  let branch = known
  let isFresh = false
  let isRewritten = false
  const adopt = (next: Branch) => {
    branch = isRewritten ? { ...next, problems: [REWRITTEN, ...next.problems] } : next
    deps.onBranch(branch)
  }
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    run.onProgress({ done: attempt, total: null, step: 'fetching' })
    const got = await bring(clone, branch, run)
    if (!got.ok) {
      // A damaged clone (a full disk, a process killed at the wrong moment) is made anew, once.
      if (isFresh || !isDamage(got.error)) return fail(remoteFailure(got.error, place))
      isFresh = true
      await clone.reset()
      branch = EMPTY_BRANCH
      continue
    }
    isRewritten ||= got.value.isRewritten
    if (got.value.branch !== branch) adopt(got.value.branch)
    const waiting = waitingEvents(branch, deps.own())
    if (waiting.length === 0) return ok(branch)
    run.onProgress({ done: attempt, total: null, step: `sending ${waiting.length}` })
    const sent = await send(deps, branch, waiting, run)
    if (sent.ok) {
      // Something may have been written meanwhile; it goes with the next sync.
      adopt(sent.value)
      await clone.tidy(run)
      return ok(branch)
    }
    if (!isBehind(sent.error)) return fail(remoteFailure(sent.error, place))
    await pause(Math.random() * Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10)), run)
  }
  return fail({ code: 'team-remote', kind: 'busy', address: place.shown, branch: place.branch, said: '' })
}

async function bring(
  clone: Clone,
  known: Branch,
  run: Run,
): Promise<Result<{ readonly branch: Branch; readonly isRewritten: boolean }, GitSaid>> {
  const remote = await clone.remoteTip(run)
  if (!remote.ok) return remote
  let tip = remote.value
  if (tip !== null && tip !== known.tip && (await clone.tip(run)) !== tip) {
    const fetched = await clone.fetch(run)
    if (!fetched.ok) return fetched
    tip = fetched.value
  }
  const read = await readBranch(clone, tip, known, run)
  if (!read.ok) return read
  const isSame = known.tip === null || known.tip === tip
  const isRewritten = !isSame && (tip === null || !(await clone.isAncestor(known.tip, tip, run)))
  return ok({ branch: read.value, isRewritten })
}

async function send(
  { clone, committer }: SyncDeps,
  branch: Branch,
  waiting: readonly WrittenEvent[],
  run: Run,
): Promise<Result<Branch, GitSaid>> {
  const lines = new Map<string, string[]>()
  for (const { event, line } of waiting) {
    const file = authorFile(event.by)
    lines.set(file, [...(lines.get(file) ?? []), line])
  }
  const files = [...lines].map(([path, added]) => ({
    path,
    text: unionOfLines(branch.files.get(path)?.text ?? '', added),
  }))
  const start = branch.tip === null ? [{ path: README, text: README_TEXT }] : []
  const message = `Add ${waiting.length} ${waiting.length === 1 ? 'event' : 'events'}`
  const commit = await clone.commit(branch.tip, [...start, ...files], message, committer, run)
  if (!commit.ok) return commit
  const pushed = await clone.push(commit.value, run)
  if (!pushed.ok) return pushed
  return readBranch(clone, commit.value, branch, run)
}

/** Somebody else's commit came first; also when the server was busy with it. */
function isBehind(said: GitSaid): boolean {
  return /\[rejected\]|fetch first|non-fast-forward|cannot lock ref|failed to update ref|incorrect old value|reference already exists/i.test(
    said.text,
  )
}

function isDamage(said: GitSaid): boolean {
  return (
    said.kind === 'failed' &&
    /\.lock': File exists|bad object|missing (?:blob|tree|commit)|cannot be read|not a git repository|object file .* is empty|loose object|is corrupt|unable to read|index-pack|packfile|bad tree/i.test(
      said.text,
    )
  )
}

function pause(milliseconds: number, run: Run): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(new Cancelled())
    }
    const timer = setTimeout(() => {
      run.signal.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    run.signal.addEventListener('abort', stop, { once: true })
  })
}

/** A short name of a text, for folders. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
