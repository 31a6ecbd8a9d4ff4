/**
 * What the team's rules (core/team-rules.ts) say of an audit that is being planned or stands in audits.toml: the rules of
 * assay.toml, and who signed what as this machine knows it. Nothing is asked of a remote.
 */
import path from 'node:path'
import { packageKey, type AbsolutePath, type CrateName, type CriteriaName, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { personKey, type TeamSignOff } from '../../../shared/team.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { impliedNames, type CriteriaMapper } from '../core/criteria.ts'
import { hasRules, signersOf, unmetRules, unsigned, type TeamRules } from '../core/team-rules.ts'
import { ASSAY_FILE } from '../store/assay-file.ts'
import { readTeamRules } from '../store/assay-rules.ts'
import type { LoadedWorkspace } from './flow.ts'
import type { Team } from './team.ts'

const MAX_ASSAY_BYTES = 1 << 20

export interface TeamFacts {
  readonly rules: TeamRules
  /** `Name <email>` of git; null without one. */
  readonly me: string | null
  /** Whether this machine has joined the team, so that events of others can be known. */
  readonly isJoined: boolean
  signOffs(crate: string, version: string): readonly TeamSignOff[]
  /** Who wrote concerns and blockers on this version or the crate, resolved or not. */
  noteAuthors(crate: string, version: string): readonly string[]
}

/** Of the workspace's assay.toml; without one there are none. */
async function teamRulesOf(caps: Capabilities, storeDir: AbsolutePath): Promise<TeamRules> {
  try {
    return readTeamRules(await caps.files.readText(path.join(storeDir, ASSAY_FILE) as AbsolutePath, MAX_ASSAY_BYTES))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (error.code === 'ENOENT') return readTeamRules(null)
    return { ...readTeamRules(null), problems: [`${ASSAY_FILE} cannot be read: ${error.message}`] }
  }
}

/** Null when there are no rules; then the team is not opened. @failure as opening the team */
export async function readTeamFacts(
  caps: Capabilities,
  storeDir: AbsolutePath,
  openTeam: () => Promise<Result<Team, Failure>>,
  crates: readonly string[],
): Promise<Result<TeamFacts | null, Failure>> {
  const rules = await teamRulesOf(caps, storeDir)
  if (!hasRules(rules)) return ok(null)
  const team = await openTeam()
  if (!team.ok) return team
  const [state, threads] = await Promise.all([
    team.value.state(),
    Promise.all([...new Set(crates)].map(crate => team.value.thread(crate))),
  ])
  const items = new Map(state.items.map(item => [item.key, item]))
  const notes = new Map(threads.map(thread => [thread.crate, thread.notes]))
  return ok({
    rules,
    me: state.me,
    isJoined: team.value.isJoined(),
    signOffs: (crate, version) => items.get(packageKey(crate as CrateName, version))?.signOffs ?? [],
    noteAuthors: (crate, version) =>
      (notes.get(crate) ?? [])
        .filter(note => note.severity === 'concern' || note.severity === 'blocker')
        .filter(note => note.version === null || note.version === version)
        .map(note => note.by),
  })
}

/**
 * The same for one command: the team is opened for it and closed again, and not even loaded where there are no rules, so
 * that commands start as fast as ever without. @failure as opening the team
 */
export async function commandTeamFacts(
  caps: Capabilities,
  { root, loaded: { storeDir } }: LoadedWorkspace,
  crates: readonly string[],
): Promise<Result<TeamFacts | null, Failure>> {
  const opened: Team[] = []
  const open = async () => {
    const { openTeam } = await import('./team.ts')
    const team = await openTeam({ caps, root, storeDir, onChange: () => undefined })
    if (team.ok) opened.push(team.value)
    return team
  }
  try {
    return await readTeamFacts(caps, storeDir, open, crates)
  } finally {
    for (const team of opened) await team.close()
  }
}

/** Whom the audit names when nobody was written: everybody who signed it, and who certifies. */
export function auditorsOf(
  facts: TeamFacts,
  mapper: CriteriaMapper,
  request: { readonly crate: CrateName; readonly delta: Delta },
  criteria: readonly CriteriaName[],
  identity: string | null,
): readonly string[] {
  const signers = signersFor(facts, mapper, request, criteria)
  const isIn = identity === null || signers.some(one => personKey(one) === personKey(identity))
  return isIn ? signers : [...signers, identity]
}

/** Why the team's rules do not let this audit be written, one sentence each. */
export function ruleBlocks(
  facts: TeamFacts,
  workspace: Pick<LoadedWorkspace, 'mapper' | 'metadata'>,
  request: { readonly crate: CrateName; readonly delta: Delta },
  criteria: readonly CriteriaName[],
  who: readonly string[],
): readonly string[] {
  const { mapper } = workspace
  const { crate, delta } = request
  const only = unsigned(who, facts.me, signersFor(facts, mapper, request, criteria))
  const blocks = only.map(
    one => `${one} has not signed this change for ${criteria.join(', ')} and cannot be named; ask for a sign-off.`,
  )
  const unmet = unmetRules(facts.rules, {
    criteria: withImplied(mapper, criteria),
    who: who.filter(one => !only.includes(one)),
    crateAuthors: authorsOf(workspace, crate, delta.to),
    noteAuthors: facts.noteAuthors(crate, delta.to),
  })
  return [...blocks, ...unknownCriteria(facts.rules, mapper), ...unmet]
}

/** A rule about a criterion that nobody defined guards nothing: most likely its name is misspelt. */
export const unknownCriteria = (rules: TeamRules, mapper: CriteriaMapper): readonly string[] =>
  [...rules.criteria.keys()]
    .filter(name => !mapper.names.some(known => known === name))
    .map(name => `${ASSAY_FILE}: there is a rule for \`${name}\`, which is no criterion here.`)

/** The names themselves first, each followed by what it implies. */
export function withImplied(mapper: CriteriaMapper, criteria: readonly CriteriaName[]): readonly string[] {
  return [...new Set(criteria.flatMap(name => [name, ...impliedNames(mapper, name)]))]
}

/** As the manifests in use state them: of this version, else of any version of the crate. */
export function authorsOf(
  { metadata }: Pick<LoadedWorkspace, 'metadata'>,
  crate: string,
  version: string,
): readonly string[] {
  const ofCrate = metadata.packages.filter(one => one.name === crate)
  const exact = ofCrate.filter(one => one.version === version)
  return (exact.length > 0 ? exact : ofCrate).flatMap(one => one.authors ?? [])
}

/** Who signed this change for all of these criteria. */
export function signersFor(
  facts: TeamFacts,
  mapper: CriteriaMapper,
  { crate, delta }: { readonly crate: CrateName; readonly delta: Delta },
  criteria: readonly CriteriaName[],
): readonly string[] {
  const implied = (name: string) => [name, ...impliedNames(mapper, name)]
  return signersOf(facts.signOffs(crate, delta.to), delta, criteria, implied)
}
