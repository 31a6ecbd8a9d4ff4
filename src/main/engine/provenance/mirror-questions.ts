/**
 * Questions about a mirror's history that git itself answers, one process each: ancestry where there is no commit graph,
 * and what commits changed. What git cannot say in time and within bounds is null, never a guess.
 */
import type { Capabilities, Run } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import { isGitOid, type CommitChanges, type GitOid, type TreeChange } from './git-repository.ts'
import type { AskHistory } from './manifest-history.ts'
import type { MirrorAccess } from './mirror-objects.ts'

const HISTORY_TIMEOUT_MS = 120_000
const MAX_HISTORY_BYTES = 96 << 20

/** One question to git about the mirror. Null: it failed, took too long, or said too much. */
async function askGit(caps: Capabilities, access: MirrorAccess, args: readonly string[], run: Run) {
  const { gitDir } = access.snapshot()
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, `--git-dir=${gitDir}`, ...args],
    cwd: gitDir,
    env: gitEnv(caps.host.env),
    maxOutputBytes: MAX_HISTORY_BYTES,
    timeoutMs: HISTORY_TIMEOUT_MS,
    signal: run.signal,
  })
  return outcome.kind === 'exited' ? { code: outcome.code, text: Buffer.from(outcome.stdout).toString('utf8') } : null
}

/** Null: git could not say, or the history is cut where it would say no. */
export async function askIsAncestor(caps: Capabilities, access: MirrorAccess, oid: GitOid, tip: GitOid, run: Run) {
  if (!isGitOid(oid) || !isGitOid(tip)) return null
  const answer = await askGit(caps, access, ['merge-base', '--is-ancestor', oid, tip], run)
  if (answer?.code === 0) return true
  // A history that is cut cannot say no.
  return answer?.code === 1 && !access.snapshot().record.isShallow ? false : null
}

/** Branches and tags, in git's order, at most `limit`. */
export async function askRefsContaining(
  caps: Capabilities,
  access: MirrorAccess,
  oid: GitOid,
  limit: number,
  run: Run,
) {
  if (!isGitOid(oid)) return []
  const asked = [
    'for-each-ref',
    `--contains=${oid}`,
    `--count=${limit}`,
    '--format=%(refname)',
    'refs/heads',
    'refs/tags',
  ]
  const answer = await askGit(caps, access, asked, run)
  return answer?.code === 0 ? answer.text.split('\n').filter(name => name !== '') : null
}

const LOG_ARGS = ['--raw', '-m', '--no-renames', '--no-abbrev', '--no-ext-diff', '--no-textconv', '-z', '--format=%H']

/** The commits of all branches and tags that change one of `paths`, only those that bring or take `blob` when one is named. */
export async function askHistory(
  caps: Capabilities,
  access: MirrorAccess,
  { paths, blob }: Parameters<AskHistory>[0],
  run: Run,
): ReturnType<AskHistory> {
  const which = ['--branches', '--tags', ...(blob === null ? [] : [`--find-object=${blob}`]), '--', ...paths]
  const answer = await askGit(caps, access, ['log', ...LOG_ARGS, ...which], run)
  return answer?.code === 0 ? parseRawLog(answer.text) : null
}

/** Every commit up to `tip` along first parents, oldest first. Reads trees: they have to be here. */
export async function askFirstParents(caps: Capabilities, access: MirrorAccess, tip: GitOid, run: Run) {
  if (!isGitOid(tip)) return null
  const answer = await askGit(caps, access, ['log', ...LOG_ARGS, '--first-parent', '--reverse', tip, '--'], run)
  return answer?.code === 0 ? parseRawLog(answer.text) : null
}

const NO_OBJECT = '0'.repeat(40)

/** `git log --raw -z --format=%H`: ids, and `:OLDMODE NEWMODE OLD NEW S` each followed by a path, parted by NUL. */
export function parseRawLog(text: string): readonly CommitChanges[] {
  const commits: { commit: GitOid; changes: TreeChange[] }[] = []
  const words = text.split('\0')
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!.replace(/^\n/, '')
    const change = /^:\d{6} (\d{6}) ([0-9a-f]{40}) ([0-9a-f]{40}) [A-Z]/.exec(word)
    if (isGitOid(word)) commits.push({ commit: word, changes: [] })
    else if (change !== null) {
      const [, mode, oldOid, newOid] = change as unknown as [string, string, string, string]
      const ends = { oldOid: oldOid === NO_OBJECT ? null : oldOid, newOid: newOid === NO_OBJECT ? null : newOid }
      commits.at(-1)?.changes.push({ path: words[++i] ?? '', mode, ...ends })
    }
  }
  return commits
}
