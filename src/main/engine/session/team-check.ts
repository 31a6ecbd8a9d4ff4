/**
 * `check --team`: whether the audits in audits.toml meet the team's rules of assay.toml. Every own audit is looked at, or
 * with a base only those that were not there at that commit, which is what a pull request adds. Who signed is compared
 * with the team's events where this machine has joined them; elsewhere the names in `who` are taken as they stand, and
 * that is said.
 */
import type { AbsolutePath, CrateName, Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { compareText } from '../core/byte-order.ts'
import { hasRules, unmetRules, unsigned } from '../core/team-rules.ts'
import type { AuditsFile } from '../core/store-model.ts'
import { runOwnGit } from '../io/own-git.ts'
import { MAX_FILE_BYTES } from '../store/toml-text.ts'
import { parseStore } from '../store/parse-store.ts'
import { loadFiltered, type CommandOptions } from './commands.ts'
import type { LoadedWorkspace } from './flow.ts'
import { authorsOf, commandTeamFacts, signersFor, unknownCriteria, withImplied, type TeamFacts } from './team-facts.ts'

export interface UnmetAudit {
  readonly crate: CrateName
  /** `1.0.1`, `1.0.1 -> 1.0.2`, or `every version of PUBLISHER`. */
  readonly what: string
  readonly criteria: readonly string[]
  readonly who: readonly string[]
  /** One sentence each. */
  readonly reasons: readonly string[]
}

export interface TeamCheck {
  readonly checked: number
  /** Audits that the base has already. */
  readonly skipped: number
  /** By crate, in the order of the file. */
  readonly unmet: readonly UnmetAudit[]
  readonly remarks: readonly string[]
}

const GIT_TIMEOUT_MS = 30_000

/**
 * @param base a commit as git names it; null looks at every audit
 * @failure as loading the workspace; `refused` without rules, with rules that cannot be read, or an unknown base
 */
export async function checkTeam(
  caps: Capabilities,
  options: CommandOptions,
  base: string | null,
  run: Run,
): Promise<Result<TeamCheck, Failure>> {
  const loaded = await loadFiltered(caps, { ...options, ignorePolicyProblems: true }, run)
  if (!loaded.ok) return loaded
  const workspace = loaded.value
  const { storeDir, store, texts, places } = workspace.loaded
  let before: AuditsFile | null = null
  if (base !== null) {
    const text = await auditsAt(caps, storeDir, base, run.signal)
    if (!text.ok) return text
    const parsed = parseStore({ ...texts, audits: text.value }, { ...places, audits: `${base}:audits.toml` })
    if (!parsed.ok) return parsed
    before = parsed.value.audits
  }
  const facts = await commandTeamFacts(caps, workspace, [...store.audits.audits.keys()])
  if (!facts.ok) return facts
  if (facts.value === null || !hasRules(facts.value.rules))
    return refused('assay.toml has no rules for a team', 'Write them under [team.rules], or check without --team.')
  const problems = [...facts.value.rules.problems, ...unknownCriteria(facts.value.rules, workspace.mapper)]
  if (problems.length > 0) return refused(problems.join('\n'), 'A rule that cannot be read is met by nobody.')
  return ok(judge(workspace, facts.value, before))
}

const refused = (message: string, help: string): Result<never, Failure> => fail({ code: 'refused', message, help })

function judge(workspace: LoadedWorkspace, facts: TeamFacts, before: AuditsFile | null): TeamCheck {
  const { isJoined } = facts
  const { audits, wildcardAudits } = workspace.loaded.store.audits
  const unmet: UnmetAudit[] = []
  let [checked, skipped] = [0, 0]
  const look = (
    crate: CrateName,
    entry: { readonly who: readonly string[]; readonly criteria: readonly string[] },
    what: string,
    known: readonly unknown[] | undefined,
    delta: Delta | null,
  ) => {
    const text = textOf(entry)
    if (known?.some(one => textOf(one) === text) === true) {
      skipped++
      return
    }
    checked++
    const criteria = workspace.mapper.names.filter(name => entry.criteria.includes(name))
    const version = delta?.to ?? ''
    const reasons = unmetRules(facts.rules, {
      criteria: withImplied(workspace.mapper, criteria),
      who: entry.who,
      crateAuthors: authorsOf(workspace, crate, version),
      noteAuthors: delta === null ? [] : facts.noteAuthors(crate, version),
    })
    // One of them certified, which is a signature of its own kind; everybody else must have signed.
    if (isJoined && delta !== null && entry.who.length > 1) {
      const only = unsigned(entry.who, null, signersFor(facts, workspace.mapper, { crate, delta }, criteria))
      if (only.length > 1)
        reasons.push(`${only.join(' and ')} are named, but no sign-offs of theirs for this change are known.`)
    }
    if (reasons.length > 0) unmet.push({ crate, what, criteria: entry.criteria, who: entry.who, reasons })
  }
  for (const crate of sorted(audits.keys()))
    for (const entry of audits.get(crate) ?? []) {
      const { kind } = entry
      if (kind.kind === 'violation') continue
      const delta: Delta = kind.kind === 'full' ? { from: null, to: kind.version } : { from: kind.from, to: kind.to }
      const what = delta.from === null ? delta.to : `${delta.from} -> ${delta.to}`
      look(crate, entry, what, before?.audits.get(crate), delta)
    }
  for (const crate of sorted(wildcardAudits.keys()))
    for (const entry of wildcardAudits.get(crate) ?? []) {
      const { publisher } = entry
      const of = publisher.kind === 'user' ? `user ${publisher.userId}` : publisher.signature
      look(crate, entry, `every version of ${of}`, before?.wildcardAudits.get(crate), null)
    }
  const remarks = isJoined
    ? []
    : [
        'This machine has not joined the team: the names in `who` are taken as they stand, and notes of others are not known.',
      ]
  return { checked, skipped, unmet, remarks }
}

const sorted = (names: Iterable<CrateName>) => [...names].sort(compareText)
const textOf = (entry: unknown): string =>
  JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))

/** audits.toml as it was; empty when it was not there. The commit is never taken for an option. */
async function auditsAt(
  caps: Capabilities,
  storeDir: AbsolutePath,
  base: string,
  signal: AbortSignal,
): Promise<Result<string, Failure>> {
  const git = (args: readonly string[]) =>
    runOwnGit(caps, storeDir, args, { signal, maxBytes: MAX_FILE_BYTES + 1024, timeoutMs: GIT_TIMEOUT_MS })
  const found = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${base}^{commit}`])
  if (!found.ok) return found
  const commit = found.value.code === 0 ? textFrom(found.value.stdout).trim() : ''
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit))
    return refused(
      `\`${base}\` is no commit of the repository that the store is in`,
      'Fetch it first, or name another one.',
    )
  const there = await git(['ls-tree', '--name-only', commit, '--', './audits.toml'])
  if (!there.ok) return there
  if (there.value.code === 0 && textFrom(there.value.stdout).trim() === '') return ok('')
  const blob = await git(['cat-file', 'blob', `${commit}:./audits.toml`])
  if (!blob.ok) return blob
  const { code, stdout, stderr } = blob.value
  if (code === 0) return ok(textFrom(stdout))
  return fail({ code: 'git-failed', command: 'git cat-file', exitCode: code, stderr: textFrom(stderr) })
}

const textFrom = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
