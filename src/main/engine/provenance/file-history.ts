/**
 * The history of one file at one commit of a mirror: `git log` and `git blame` on the bare mirror, without checkout,
 * configuration, hooks, textconv or fetches of their own. What the mirror lacks is fetched before, by id: trees for the
 * history, the file's own versions for its lines. Bounded in commits, bytes and time.
 */
import type { BlameRange, HistoryCommit } from '../../../shared/review-history.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import { commitWords } from './commit-text.ts'
import { isGitOid, type GitOid, type GitRepository } from './git-repository.ts'
import { createLiveGit, GitReadError } from './live-git.ts'
import type { MirrorProblem } from './mirror.ts'

const MAX_COMMITS = 300
const MAX_LOG_BYTES = 8 << 20
const MAX_BLAME_BYTES = 48 << 20
const MAX_COMMIT_BYTES = 1 << 20
const MAX_FILE_BYTES = 8 << 20
const TIMEOUT_MS = 60_000

export interface FileLog {
  readonly commits: readonly HistoryCommit[]
  readonly remarks: readonly string[]
}
export interface FileBlame extends FileLog {
  readonly ranges: readonly BlameRange[]
}

interface Entry {
  readonly oid: GitOid
  readonly change: HistoryCommit['change']
  readonly path: string
  readonly blob: GitOid | null
}

/** `file` from the repository's root. Throws Cancelled and MirrorFailure. */
export async function readFileLog(
  caps: Capabilities,
  repository: GitRepository,
  at: { readonly commit: GitOid; readonly file: string },
  run: Run,
): Promise<Result<FileLog, MirrorProblem>> {
  const entries = await readEntries(caps, repository, at, run)
  if (!entries.ok) return entries
  return ok({
    commits: await withWords(caps, repository, entries.value, run),
    remarks: remarksOf(entries.value),
  })
}

/** Also which commit each line is named for, back to where the file got this name. Throws Cancelled and MirrorFailure. */
export async function readFileBlame(
  caps: Capabilities,
  repository: GitRepository,
  at: { readonly commit: GitOid; readonly file: string },
  run: Run,
): Promise<Result<FileBlame, MirrorProblem>> {
  const entries = await readEntries(caps, repository, at, run)
  if (!entries.ok) return entries
  const all = entries.value
  // NOTE: beyond a rename git would compare the file with every other one of that commit, which a mirror without them
  // cannot answer. The lines end there, and say so.
  const first = all.findIndex(entry => entry.change === 'renamed' || entry.change === 'added')
  const known = all.slice(0, first < 0 ? all.length : first + 1)
  const oldest = known.at(-1)
  if (oldest === undefined) return problem('git names no commit that touched the file.')
  const blobs = [...new Set(known.flatMap(({ blob }) => blob ?? []))]
  const texts = await repository.blobs(blobs, MAX_FILE_BYTES, run)
  const shown = await repository.entryAt(at.commit, at.file, run)
  const content =
    shown === null
      ? null
      : (texts[blobs.indexOf(shown.oid)] ?? (await repository.blobs([shown.oid], MAX_FILE_BYTES, run))[0])
  if (content === null || content === undefined) return problem('The file is not there, or larger than is looked at.')
  if (texts.some(text => text === null))
    return problem('An earlier version of the file cannot be had, or is too large.')
  const commits = await withWords(caps, repository, all, run)
  const isWhole = oldest.change === 'added'
  const remarks = [
    ...remarksOf(all),
    ...(isWhole
      ? []
      : [
          `Lines older than ${oldest.oid.slice(0, 9)} are named for it: ${oldest.change === 'renamed' ? 'the file got its name there' : 'git was not asked further back'}.`,
        ]),
  ]
  // With nothing newer there is nothing to ask.
  if (known.length === 1) {
    const lines = lineCount(content)
    const ranges = lines === 0 ? [] : [{ line: 1, lines, commit: 0, isBoundary: !isWhole }]
    return ok({ commits, ranges, remarks })
  }
  const asked = [
    '--porcelain',
    '--no-progress',
    '--no-textconv',
    '--no-ext-diff',
    `${oldest.oid}..${at.commit}`,
    '--',
    at.file,
  ]
  const answer = await askGit(caps, repository, ['blame', ...asked], MAX_BLAME_BYTES, run)
  if (!answer.ok) return answer
  const lines = parseBlame(answer.value)
  const ranges = rangesOf(
    lines,
    all.map(({ oid }) => oid),
    oldest.oid,
    isWhole,
  )
  return ranges === null
    ? problem('git names commits that are not in the history of the file.')
    : ok({ commits, ranges, remarks })
}

async function readEntries(
  caps: Capabilities,
  repository: GitRepository,
  { commit, file }: { readonly commit: GitOid; readonly file: string },
  run: Run,
): Promise<Result<readonly Entry[], MirrorProblem>> {
  if (!isGitOid(commit) || file === '' || file.startsWith('/') || file.includes('\0')) return problem('No such file.')
  if (!(await repository.bringTrees(run)))
    return problem('The folders of its history are not in our copy of the repository and cannot be had now.')
  const args = [
    ...['log', '--follow', '-M100%', `--max-count=${MAX_COMMITS}`, '--format=%H', '--raw', '-z', '--no-abbrev'],
    ...['--no-color', '--no-ext-diff', '--no-textconv', '--no-show-signature', '--end-of-options', commit, '--', file],
  ]
  const answer = await askGit(caps, repository, args, MAX_LOG_BYTES, run)
  return answer.ok ? ok(parseEntries(answer.value)) : answer
}

const CHANGES: Readonly<Record<string, HistoryCommit['change']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
}

/** `git log --raw -z --format=%H` of one path. Commits without a line of it (merges) are left out. */
export function parseEntries(output: Buffer): readonly Entry[] {
  const words = output.toString('utf8').split('\0')
  const entries: Entry[] = []
  let oid: GitOid | null = null
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!.replace(/^\n/, '')
    const change = /^:\d{6} \d{6} [0-9a-f]{40} ([0-9a-f]{40}) ([A-Z])\d*$/.exec(word)
    if (change === null) {
      if (isGitOid(word)) oid = word
      continue
    }
    const [, blob = '', kind = ''] = change
    // A rename or copy has both paths.
    if (kind === 'R' || kind === 'C') i++
    const path = words[++i] ?? ''
    if (oid === null) continue
    entries.push({
      oid,
      change: CHANGES[kind] ?? 'other',
      path,
      blob: isGitOid(blob) && !/^0+$/.test(blob) ? blob : null,
    })
    oid = null
  }
  return entries
}

function remarksOf(entries: readonly Entry[]): readonly string[] {
  const last = entries.at(-1)
  return [
    ...(entries.length >= MAX_COMMITS ? [`Only the newest ${MAX_COMMITS} commits are listed.`] : []),
    ...(last?.change === 'added' && entries.length < MAX_COMMITS
      ? ['Followed over renames that changed nothing else; an older name with other text is not looked for.']
      : []),
  ]
}

async function withWords(
  caps: Capabilities,
  repository: GitRepository,
  entries: readonly Entry[],
  run: Run,
): Promise<readonly HistoryCommit[]> {
  const reader = createLiveGit(caps, repository.gitDir)
  try {
    return await Promise.all(
      entries.map(async ({ oid, change, path }) => {
        const object = await reader.read(oid, MAX_COMMIT_BYTES, run.signal)
        const words = commitWords(object.kind === 'commit' ? object.bytes : new Uint8Array())
        return { oid, change, path, ...words }
      }),
    )
  } catch (error) {
    if (!(error instanceof GitReadError)) throw error
    return entries.map(({ oid, change, path }) => ({ oid, change, path, ...commitWords(new Uint8Array()) }))
  } finally {
    reader.close()
  }
}

export interface BlamedLine {
  readonly oid: GitOid
  readonly isBoundary: boolean
}

/** `git blame --porcelain`: a header for each line, details at the first of each commit, then a tab and the line. */
export function parseBlame(output: Buffer): readonly BlamedLine[] {
  const lines: BlamedLine[] = []
  const boundaries = new Set<GitOid>()
  let oid: GitOid | null = null
  // One character per byte: lines of a file may be in any encoding.
  for (const line of output.toString('latin1').split('\n')) {
    if (line.startsWith('\t')) {
      if (oid !== null) lines.push({ oid, isBoundary: boundaries.has(oid) })
      oid = null
    } else if (oid === null) oid = /^([0-9a-f]{40}) \d+ \d+(?: \d+)?$/.exec(line)?.[1] ?? null
    else if (line === 'boundary') boundaries.add(oid)
  }
  return lines
}

/** Lines in a row of one commit as one range. Null: a commit is not in `oids`. */
function rangesOf(
  lines: readonly BlamedLine[],
  oids: readonly GitOid[],
  oldest: GitOid,
  isWhole: boolean,
): readonly BlameRange[] | null {
  const positions = new Map(oids.map((oid, i) => [oid, i] as const))
  const ranges: BlameRange[] = []
  for (const [i, { oid, isBoundary }] of lines.entries()) {
    const commit = positions.get(isBoundary ? oldest : oid)
    if (commit === undefined) return null
    const last = ranges.at(-1)
    if (last !== undefined && last.commit === commit) ranges[ranges.length - 1] = { ...last, lines: last.lines + 1 }
    else ranges.push({ line: i + 1, lines: 1, commit, isBoundary: isBoundary && !isWhole })
  }
  return ranges
}

function lineCount(bytes: Uint8Array): number {
  let lines = 0
  for (const byte of bytes) if (byte === 0x0a) lines++
  return bytes.length > 0 && bytes.at(-1) !== 0x0a ? lines + 1 : lines
}

async function askGit(
  caps: Capabilities,
  { gitDir, url }: GitRepository,
  args: readonly string[],
  maxOutputBytes: number,
  run: Run,
): Promise<Result<Buffer, MirrorProblem>> {
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, '-c', 'blame.ignoreRevsFile=', `--git-dir=${gitDir}`, '--literal-pathspecs', ...args],
    cwd: gitDir,
    env: gitEnv(caps.host.env),
    maxOutputBytes,
    timeoutMs: TIMEOUT_MS,
    signal: run.signal,
  })
  if (outcome.kind === 'not-found') return fail({ kind: 'git-missing', text: 'git is not installed.' })
  if (outcome.kind === 'exited' && outcome.code === 0) return ok(Buffer.from(outcome.stdout))
  if (outcome.kind === 'killed')
    return problem(
      outcome.why === 'timeout' ? `git took longer than ${TIMEOUT_MS / 1000} s.` : 'git said more than is taken.',
    )
  const said = Buffer.from(outcome.stderr).toString('utf8').trim().split('\n').at(-1) ?? ''
  return problem(`git could not read the copy of ${url} (“${said.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)}”).`)
}

const problem = (text: string): Result<never, MirrorProblem> => fail({ kind: 'failed', text })
