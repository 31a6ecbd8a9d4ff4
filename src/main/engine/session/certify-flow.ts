/**
 * Certify as a preview: what the three files would become, what that resolves, and whether a locked check of the
 * trial bytes passes. Nothing is written here; writing takes the bytes of a plan and commits them as they are.
 */
import { createHash } from 'node:crypto'
import type { CriteriaName, IsoDate } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan, CertifyRequest } from '../../../shared/wire.ts'
import { certifyAudit, guessCriteria } from '../core/certify.ts'
import { criteriaDescription, impliedNames, type CriteriaMapper } from '../core/criteria.ts'
import type { Exemption, VetStore } from '../core/store-model.ts'
import { parseStore, type StorePlaces, type StoreTexts } from '../store/parse-store.ts'
import { validateStore } from '../store/validate-store.ts'
import { renderStore } from '../store/write-store.ts'
import { joinWorkspace, solve, type LoadedWorkspace, type Solved } from './flow.ts'
import { auditorsOf, ruleBlocks, type TeamFacts } from './team-facts.ts'
import { diffTexts } from './text-diff.ts'

export interface CertifyInput {
  readonly workspace: LoadedWorkspace
  readonly solved: Solved
  readonly places: StorePlaces
  readonly today: IsoDate
  /** `Name <email>` of git, null when not set up. */
  readonly identity: string | null
  readonly force: boolean
  /** What was read of this delta, null when its review was never opened. */
  readonly read: CertifyPlan['read']
  readonly canCommit: boolean
  /** The team's rules and who signed; null without rules. */
  readonly team: TeamFacts | null
}

export interface PlannedCertify {
  readonly plan: CertifyPlan
  /** The bytes of the three files after writing. */
  readonly texts: StoreTexts
  readonly trial: Trial
}

export interface PlanOptions {
  /** cargo-vet's --no-collapse. */
  readonly noCollapse?: boolean
  /** Notes that were not typed into an editor are kept byte for byte, as cargo-vet keeps those of --notes. */
  readonly verbatimNotes?: boolean
}

/**
 * Plans one audit. A plan that may not be written says why in `blocks`; only failures that leave nothing to show are failures.
 * @failure criteria-unknown, package-unknown, version-invalid
 */
export function planCertify(
  input: CertifyInput,
  request: CertifyRequest,
  { noCollapse = false, verbatimNotes = false }: PlanOptions = {},
): Result<PlannedCertify, Failure> {
  const { graph, mapper, loaded } = input.workspace
  const guessed = guessCriteria({
    mapper,
    report: input.solved.report,
    suggestReport: input.solved.suggestReport,
    crate: request.crate,
    delta: request.delta,
  })
  const criteria = request.criteria.length > 0 ? request.criteria : guessed
  const who = whoOf(input, request, criteria)
  const blocks: string[] = []
  if (criteria.length === 0) blocks.push('No criteria chosen. Choose at least one.')
  if (who.length === 0) blocks.push('Nobody is named. Write who read this, or set user.name and user.email in git.')

  let after: VetStore = loaded.store
  if (criteria.length > 0) {
    const certified = certifyAudit({
      graph,
      store: input.solved.store,
      mapper,
      ...(input.solved.isFresh === undefined ? {} : { isFresh: input.solved.isFresh }),
      request: {
        crate: request.crate,
        delta: request.delta,
        criteria,
        who,
        notes: verbatimNotes ? request.notes : normaliseNotes(request.notes),
        noCollapse,
      },
      force: input.force,
    })
    if (!certified.ok) return certified
    after = certified.value.store
  }
  const texts = blocks.length > 0 ? loaded.texts : renderStore(after)
  const trial = tryOut(input, texts)
  if (trial.state === 'failed')
    blocks.push(`A locked check of the new files fails: ${describeFailure(trial.failure).title}`)
  if (input.team !== null && criteria.length > 0)
    blocks.push(...ruleBlocks(input.team, input.workspace, request, criteria, who))
  const plan: CertifyPlan = {
    request: { ...request, criteria: [...criteria], who: [...who] },
    criteria: criteriaChoices(input, request, criteria, guessed),
    who: [...who],
    whoSource: request.who.length > 0 ? 'given' : who.length > 0 ? 'git' : 'missing',
    files: planFiles(loaded, texts),
    effects: effectsOf(input, [request], after, trial),
    trial: trialView(trial),
    blocks,
    read: input.read,
    canCommit: input.canCommit,
    commitMessage: commitMessage(request, criteria),
  }
  return ok({ plan, texts, trial })
}

/** As written, else everybody who signed for the team, else git's identity. */
function whoOf(
  { team, identity, workspace }: CertifyInput,
  request: CertifyRequest,
  criteria: readonly CriteriaName[],
): readonly string[] {
  if (request.who.length > 0) return request.who
  if (team !== null && criteria.length > 0) return auditorsOf(team, workspace.mapper, request, criteria, identity)
  return identity === null ? [] : [identity]
}

/** What changes in each of the three files. */
export function planFiles(loaded: LoadedWorkspace['loaded'], texts: StoreTexts): CertifyPlan['files'] {
  return (['audits', 'config', 'imports'] as const).map(name => {
    const diff = diffTexts(loaded.texts[name], texts[name])
    return {
      file: name === 'imports' ? ('imports.lock' as const) : (`${name}.toml` as const),
      ...diff,
      baseSha256: loaded.sha256[name],
      newSha256: sha256(texts[name]),
    }
  })
}

/** `workspace` is as it would be read from the trial's bytes. */
export type Trial =
  | { readonly state: 'passed'; readonly workspace: LoadedWorkspace; readonly solved: Solved }
  | { readonly state: 'failed'; readonly failure: Failure }

/** What pages are told of it. */
export function trialView(trial: Trial): CertifyPlan['trial'] {
  if (trial.state === 'failed') return trial
  const { conclusion, failures } = trial.solved.report
  return { state: 'passed', conclusion, remaining: failures.length }
}

/** Our own `check --locked` on the trial bytes: parse, validate with the locked rules, resolve. */
export function tryOut(input: Pick<CertifyInput, 'workspace' | 'places' | 'today'>, texts: StoreTexts): Trial {
  const parsed = parseStore(texts, input.places)
  if (!parsed.ok) return { state: 'failed', failure: parsed.error }
  const problems = validateStore({ store: parsed.value, texts, where: input.places, today: input.today, locked: true })
  if (problems.length > 0) return { state: 'failed', failure: { code: 'store-invalid', problems } }
  const { workspace } = input
  const joined = joinWorkspace(
    workspace.metadata,
    workspace.cargoVersion,
    { ...workspace.loaded, store: parsed.value, texts, sha256: sha256Of(texts) },
    workspace.name,
    workspace.root,
    true, // the policy is not what is being changed
  )
  if (!joined.ok) return { state: 'failed', failure: joined.error }
  const solved = solve(joined.value, parsed.value)
  return solved.ok
    ? { state: 'passed', workspace: joined.value, solved: solved.value }
    : { state: 'failed', failure: solved.error }
}

function criteriaChoices(
  input: CertifyInput,
  request: CertifyRequest,
  selected: readonly CriteriaName[],
  missing: readonly CriteriaName[],
): CertifyPlan['criteria'] {
  const { mapper, loaded } = input.workspace
  const stillMissing = new Set<string>(missing)
  for (const failure of input.solved.suggestReport.failures) {
    if (failure.name === request.crate && failure.version === request.delta.to)
      for (const name of failure.missingCriteria) stillMissing.add(name)
  }
  return mapper.names.map(name => ({
    name,
    implies: impliedNames(mapper, name),
    description: criteriaDescription(loaded.store.audits, name) ?? 'no description in audits.toml',
    isBuiltIn: name === 'safe-to-run' || name === 'safe-to-deploy',
    isSelected: selected.includes(name),
    isMissing: stillMissing.has(name),
  }))
}

/** Of all requests together. */
export function effectsOf(
  input: CertifyInput,
  requests: readonly CertifyRequest[],
  after: VetStore,
  trial: Trial,
): CertifyPlan['effects'] {
  const before = input.solved.report
  const effects: CertifyPlan['effects'] = []
  if (trial.state === 'failed') return [{ tone: 'warning', text: describeFailure(trial.failure).title }]
  const left = new Map(trial.solved.report.failures.map(f => [`${f.name} ${f.version}`, f.missingCriteria]))
  for (const was of before.failures) {
    const now = left.get(`${was.name} ${was.version}`) ?? []
    const gained = was.missingCriteria.filter(name => !now.includes(name))
    if (gained.length === 0) continue
    if (now.length === 0)
      effects.push({
        tone: 'resolved',
        text: `Failure resolved: ${was.name} ${was.version} gains ${gained.join(' and ')}`,
      })
    else
      effects.push({
        tone: 'info',
        text: `${was.name} ${was.version} gains ${gained.join(' and ')}, still missing ${now.join(' and ')}`,
      })
  }
  effects.push(...exemptionEffects(input.workspace.loaded.store, after))
  const isCertified = (p: { readonly name: string; readonly version: string }) =>
    requests.some(request => p.name === request.crate && p.version === request.delta.to)
  const { exempted, partially } = trial.solved.report
  const resting = [
    ...exempted.map(p => ({ p, text: 'still rests on an exemption' })),
    ...partially.map(p => ({ p, text: 'still rests on an exemption of an earlier version' })),
  ].filter(({ p }) => isCertified(p))
  for (const { p, text } of resting) effects.push({ tone: 'warning', text: `${p.name} ${p.version} ${text}` })
  if (effects.length === 0) {
    effects.push({
      tone: 'warning',
      text:
        requests.length === 1
          ? 'This audit changes no result in this workspace; it is only added to audits.toml'
          : 'These audits change no result in this workspace; they are only added to audits.toml',
    })
  }
  const remaining = trial.solved.report.failures.length
  effects.push({
    tone: 'remains',
    text:
      remaining === 0
        ? 'Nothing is left to audit: cargo vet passes'
        : `${remaining} ${remaining === 1 ? 'package remains' : 'packages remain'} in the queue`,
  })
  return effects
}

/** Exemptions that go or say less, in words. */
export function exemptionEffects(before: VetStore, after: VetStore): CertifyPlan['effects'] {
  const effects: CertifyPlan['effects'] = []
  for (const [crate, entries] of before.config.exemptions) {
    const kept = after.config.exemptions.get(crate) ?? []
    for (const entry of entries) {
      const still = kept.filter(e => e.version === entry.version)
      if (still.some(e => sameExemption(e, entry))) continue
      const narrowed = still[0]
      if (narrowed === undefined)
        effects.push({ tone: 'removed', text: `Exemption removed: ${crate} ${entry.version}, no longer needed` })
      else {
        effects.push({
          tone: 'removed',
          text: `Exemption narrowed: ${crate} ${entry.version} from ${entry.criteria.join(', ')} to ${narrowed.criteria.join(', ')}`,
        })
      }
    }
  }
  return effects
}

function sameExemption(a: Exemption, b: Exemption): boolean {
  return (
    a.suggest === b.suggest &&
    a.notes === b.notes &&
    a.criteria.length === b.criteria.length &&
    a.criteria.every((c, i) => c === b.criteria[i])
  )
}

/**
 * Notes as cargo-vet keeps them: trailing blanks of lines dropped, runs of blank lines collapsed; several lines end
 * with a newline, a single line does not; nothing becomes null. Source: cargo-vet 0.10.3 `certify`, editor text.
 */
export function normaliseNotes(notes: string | null): string | null {
  if (notes === null) return null
  const lines = notes
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map(line => line.trimEnd())
  const collapsed = lines.filter((line, i) => line !== '' || (i > 0 && lines[i - 1] !== ''))
  const text = collapsed.join('\n').trim()
  if (text === '') return null
  return text.includes('\n') ? text + '\n' : text
}

function commitMessage(request: CertifyRequest, criteria: readonly string[]): string {
  const what = request.delta.from === null ? `${request.delta.to}` : `${request.delta.from} -> ${request.delta.to}`
  return `Certify ${request.crate} ${what} for ${criteria.join(', ')}`
}

const sha256Of = (texts: StoreTexts): LoadedWorkspace['loaded']['sha256'] => ({
  audits: sha256(texts.audits),
  config: sha256(texts.config),
  imports: sha256(texts.imports),
})

/** Of the text as UTF-8, in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** Criteria names, checked against the mapper. @failure criteria-unknown */
export function knownCriteria(
  mapper: CriteriaMapper,
  names: readonly string[],
): Result<readonly CriteriaName[], Failure> {
  for (const name of names) {
    if (!mapper.names.includes(name as CriteriaName)) {
      return fail({ code: 'criteria-unknown', name, usedBy: '--criteria', known: [...mapper.names] })
    }
  }
  return ok(names as readonly CriteriaName[])
}
