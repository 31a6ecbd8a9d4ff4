/**
 * The headless certify: what the window's certify sheet does, in two steps. `prepareCertify` shows the change and writes
 * nothing; `writeCertify` commits exactly the bytes that were shown, if the files are still those they were made from.
 */
import type { CrateName, CriteriaName, Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { NO_HISTORY, type LastFetch } from '../core/fetch-mode.ts'
import { gitIdentity } from '../io/git.ts'
import { readHistory, vetCacheDir } from '../io/vet-cache.ts'
import { commitStore } from '../store/load-store.ts'
import type { StoreTexts } from '../store/parse-store.ts'
import { knownCriteria, planCertify } from './certify-flow.ts'
import type { CommandOptions } from './commands.ts'
import { solve, suggestReading, type LoadedWorkspace, type Solved } from './flow.ts'
import { givenVersion } from './given-version.ts'
import { openCommandStore } from './live-store.ts'
import { commandTeamFacts } from './team-facts.ts'

export interface CertifyWish {
  /** Null: what was last inspected or diffed. */
  readonly crate: string | null
  /**
   * One version: full audit. Two: the change between them. Neither: what was last shown of the crate, else the reading
   * that `suggest` proposes.
   */
  readonly version1: string | null
  readonly version2: string | null
  /** Empty: the missing criteria that this audit would give. */
  readonly criteria: readonly string[]
  /** Empty: git's identity. */
  readonly who: readonly string[]
  readonly notes: string | null
  readonly force: boolean
  readonly noCollapse: boolean
}

/** A wish whose package is known. */
interface NamedWish extends CertifyWish {
  readonly crate: string
  readonly lastFetch: LastFetch | null
}

export interface PreparedCertify {
  readonly plan: CertifyPlan
  readonly warnings: readonly string[]
  /** The plan again with other criteria, for a picker. @failure criteria-unknown */
  withCriteria(names: readonly string[]): Result<PreparedCertify, Failure>
  /** Writes the shown bytes; answers the names of the files that changed. @failure store-changed, store-io, store-locked */
  write(signal: AbortSignal): Promise<Result<readonly string[], Failure>>
}

/** @failure as check, and version-invalid, criteria-unknown, package-unknown */
export async function prepareCertify(
  caps: Capabilities,
  options: CommandOptions,
  asked: CertifyWish,
  run: Run,
): Promise<Result<PreparedCertify, Failure>> {
  const named = await nameWish(caps, options, asked, run)
  if (!named.ok) return named
  const wish = named.value
  const opened = await openCommandStore(caps, options, run)
  if (!opened.ok) return opened
  const { workspace, isLive, store, isFresh, warnings } = opened.value
  const solved = solve(workspace, store, isLive ? isFresh : undefined)
  if (!solved.ok) return solved
  const criteria = knownCriteria(workspace.mapper, wish.criteria)
  if (!criteria.ok) return criteria
  if (!wish.force && !workspace.graph.packages.some(pkg => pkg.isThirdParty && pkg.name === wish.crate)) {
    return fail({ code: 'package-unknown', name: wish.crate, version: null })
  }
  const delta = await wishedDelta(caps, options, workspace, solved.value, wish, run)
  if (!delta.ok) return delta
  const identity = wish.who.length > 0 ? null : await gitIdentity(caps, workspace.root, run.signal)
  if (identity !== null && !identity.ok) return identity
  const team = await commandTeamFacts(caps, workspace, [wish.crate])
  if (!team.ok) return team

  const prepare = (names: readonly CriteriaName[]): Result<PreparedCertify, Failure> => {
    const planned = planCertify(
      {
        workspace,
        solved: solved.value,
        places: workspace.loaded.places,
        today: options.today,
        identity: identity === null ? null : identity.value,
        force: wish.force,
        read: null,
        canCommit: false,
        team: team.value,
      },
      {
        crate: wish.crate as CrateName,
        delta: delta.value,
        criteria: [...names],
        who: [...wish.who],
        notes: wish.notes,
      },
      { noCollapse: wish.noCollapse, verbatimNotes: true },
    )
    if (!planned.ok) return planned
    return ok({
      plan: planned.value.plan,
      warnings,
      withCriteria: other => {
        const known = knownCriteria(workspace.mapper, other)
        return known.ok ? prepare(known.value) : known
      },
      write: signal => writeTexts(caps, workspace, planned.value.texts, signal),
    })
  }
  return prepare(criteria.value)
}

/** Takes the package from the history where it is not named. @failure refused, cache-io, store-locked */
async function nameWish(
  caps: Capabilities,
  options: CommandOptions,
  wish: CertifyWish,
  run: Run,
): Promise<Result<NamedWish, Failure>> {
  const needsHistory = wish.crate === null || wish.version1 === null
  const history = needsHistory
    ? await readHistory(caps, vetCacheDir(caps, options.cacheDir), run.signal)
    : ok(NO_HISTORY)
  if (!history.ok) return history
  const { lastFetch } = history.value
  const crate = wish.crate ?? lastFetch?.crate ?? null
  if (crate === null)
    return fail({
      code: 'refused',
      message: "couldn't guess what package to certify",
      help: 'Name it, or look at it first with `assay inspect` or `assay diff`.',
    })
  return ok({ ...wish, crate, lastFetch: lastFetch?.crate === crate ? lastFetch : null })
}

async function writeTexts(
  caps: Capabilities,
  workspace: LoadedWorkspace,
  texts: StoreTexts,
  signal: AbortSignal,
): Promise<Result<readonly string[], Failure>> {
  const { storeDir, sha256 } = workspace.loaded
  const written = await commitStore(caps, { storeDir, base: sha256, texts }, signal)
  return written.ok ? ok(written.value.written) : written
}

async function wishedDelta(
  caps: Capabilities,
  options: CommandOptions,
  workspace: LoadedWorkspace,
  solved: Solved,
  wish: NamedWish,
  run: Run,
): Promise<Result<Delta, Failure>> {
  const shown = wish.lastFetch
  if (wish.version1 === null && shown !== null)
    return ok(
      shown.kind === 'inspect' ? { from: null, to: shown.version } : { from: shown.version1, to: shown.version2 },
    )
  if (wish.version1 === null) return proposedDelta(caps, options, workspace, solved, wish.crate as CrateName, run)
  const first = givenVersion(wish.version1)
  if (!first.ok) return first
  if (wish.version2 === null) return ok({ from: null, to: first.value })
  const second = givenVersion(wish.version2)
  return second.ok ? ok({ from: first.value, to: second.value }) : second
}

/** The reading proposed for one crate: of what fails, else of what only an exemption holds up. @failure usage when there is none */
async function proposedDelta(
  caps: Capabilities,
  options: CommandOptions,
  workspace: LoadedWorkspace,
  solved: Solved,
  crate: CrateName,
  run: Run,
): Promise<Result<Delta, Failure>> {
  const isFailing = solved.report.failures.some(f => f.name === crate)
  const [whole, store] = isFailing ? [solved.report, solved.store] : [solved.suggestReport, solved.suggestStore]
  const failures = whole.failures.filter(f => f.name === crate)
  if (failures.length === 0) {
    return fail({
      code: 'usage',
      message: `nothing of ${crate} needs an audit; name the version to certify it all the same`,
    })
  }
  const { openSources } = await import('./command-sources.ts')
  const sources = await openSources(caps, workspace.root, { offline: options.frozen, cacheDir: options.cacheDir })
  if (!sources.ok) return sources
  try {
    const { graph, mapper } = workspace
    const reading = await suggestReading({ graph, mapper, report: { ...whole, failures }, store }, sources.value, run)
    if (!reading.ok) return reading
    const proposed = reading.value.suggest.suggestions
    if (proposed.length === 1 && proposed[0] !== undefined) return ok(proposed[0].delta)
    const first = reading.value.failures[0]
    if (proposed.length === 0 && first !== undefined) return fail(first.failure)
    return fail({ code: 'version-ambiguous', name: crate, versions: proposed.map(s => s.delta.to) })
  } finally {
    await sources.value.close()
  }
}
