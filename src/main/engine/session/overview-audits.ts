/**
 * Certified audits on their way to others: as a branch with a commit for each, as patch files, or as a file to publish.
 * "New" is what the store on disk has and its base, a commit, has not. Branches and patches are made beside the user's
 * working tree and never sent.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { brand } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { AuditsPlan, BranchMade } from '../../../shared/overview.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import type { AuditEntry, AuditsFile, VetStore } from '../core/store-model.ts'
import { auditSteps, stepMessage, type AuditStep } from '../export/audit-steps.ts'
import {
  fileAt,
  findRepository,
  freeBranch,
  makeBranch,
  resolveCommit,
  usualBase,
  writePatches,
  type ChainCommit,
  type Repository,
} from '../export/commit-chain.ts'
import { evidenceName } from '../review/evidence/evidence-text.ts'
import { parseStore } from '../store/parse-store.ts'
import { renderAuditsFile, renderStore, userComments, type StoreTexts } from '../store/write-store.ts'
import type { LoadedWorkspace } from './flow.ts'

const MAX_EVIDENCE_BYTES = 16 << 20
const FILES = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' } as const

interface Prepared {
  readonly repository: Repository
  readonly base: { readonly name: string; readonly commit: string }
  readonly steps: readonly AuditStep[]
  readonly leftOut: readonly string[]
  /** The three files at the base; null: no such file there. */
  readonly before: { readonly [K in keyof StoreTexts]: string | null }
}

/** What would be exported. `base` null: where this branch left the remote's, else HEAD. @failure as `prepare` */
export async function planAudits(
  caps: Capabilities,
  workspace: LoadedWorkspace,
  base: string | null,
  run: Run,
): Promise<Result<AuditsPlan, Failure>> {
  const prepared = await prepare(caps, workspace, base, run)
  if (!prepared.ok) return prepared
  const day = new Date(caps.clock.nowMs()).toISOString().slice(0, 10)
  const branch = await freeBranch(caps, prepared.value.repository, `audits-${day}`, run.signal)
  if (!branch.ok) return branch
  const { base: from, steps, leftOut } = prepared.value
  return ok({ base: from, branch: branch.value, entries: steps.map(step => step.entry), leftOut: [...leftOut] })
}

/** @failure as `prepare`, refused (nothing new, a name that is taken), git-failed */
export async function branchOfAudits(
  caps: Capabilities,
  workspace: LoadedWorkspace,
  wish: { readonly branch: string; readonly base: string | null },
  run: Run,
): Promise<Result<BranchMade, Failure>> {
  const prepared = await prepare(caps, workspace, wish.base, run)
  if (!prepared.ok) return prepared
  const commits = await commitsOf(caps, workspace, prepared.value)
  if (!commits.ok) return commits
  const { repository, base } = prepared.value
  const chain = { branch: wish.branch, base: base.commit, commits: commits.value }
  const made = await makeBranch(caps, repository, chain, run.signal)
  if (!made.ok) return made
  return ok({
    branch: wish.branch,
    base: base.commit,
    commits: [...made.value],
    pushCommand: `git push origin ${shellWord(wish.branch)}`,
  })
}

/** Into a folder that exists; answers the names of the files. @failure as branchOfAudits */
export async function patchesOfAudits(
  caps: Capabilities,
  workspace: LoadedWorkspace,
  wish: { readonly folder: AbsolutePath; readonly base: string | null },
  run: Run,
): Promise<Result<readonly string[], Failure>> {
  const prepared = await prepare(caps, workspace, wish.base, run)
  if (!prepared.ok) return prepared
  const commits = await commitsOf(caps, workspace, prepared.value)
  if (!commits.ok) return commits
  const { repository, base } = prepared.value
  return writePatches(caps, repository, { base: base.commit, commits: commits.value, folder: wish.folder }, run.signal)
}

const shellWord = (word: string): string => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** @failure refused (no repository, unknown base), git-not-found, git-failed, store codes (the store at the base) */
async function prepare(
  caps: Capabilities,
  { loaded }: LoadedWorkspace,
  wanted: string | null,
  run: Run,
): Promise<Result<Prepared, Failure>> {
  const { signal } = run
  const found = await findRepository(caps, loaded.storeDir, signal)
  if (!found.ok) return found
  const refused = (message: string, help: string | null) => fail<Failure>({ code: 'refused', message, help })
  if (found.value === null) return refused('the store does not lie in a git repository', 'Make it one with git init.')
  const repository = found.value
  let base: { readonly name: string; readonly commit: string } | null
  if (wanted === null) {
    const usual = await usualBase(caps, repository, signal)
    if (!usual.ok) return usual
    base = usual.value
  } else {
    const commit = await resolveCommit(caps, repository, wanted, signal)
    if (!commit.ok) return commit
    if (commit.value === null) return refused(`'${wanted}' names no commit of this repository`, null)
    base = { name: wanted, commit: commit.value }
  }
  if (base === null) return refused('the repository has no commit yet', 'Commit the store first.')
  const before: Record<keyof StoreTexts, string | null> = { config: null, audits: null, imports: null }
  for (const key of ['config', 'audits', 'imports'] as const) {
    const text = await fileAt(caps, repository, base.commit, repository.prefix + FILES[key], signal)
    if (!text.ok) return text
    before[key] = text.value
  }
  const store = storeAt(base, before, loaded.store)
  if (!store.ok) return store
  return ok({ repository, base, before, ...auditSteps(store.value, loaded.store) })
}

/** A base without a store has an empty one with today's settings: then all entries are new. */
function storeAt(
  { name }: { readonly name: string },
  { config, audits, imports }: Prepared['before'],
  now: VetStore,
): Result<VetStore, Failure> {
  if (config === null || audits === null) return ok(emptyLike(now))
  const at = (file: string) => `${name}:${file}`
  return parseStore(
    { config, audits, imports: imports ?? '' },
    { config: at('config.toml'), audits: at('audits.toml'), imports: at('imports.lock') },
  )
}

const EMPTY_AUDITS: AuditsFile = {
  criteria: new Map(),
  wildcardAudits: new Map(),
  audits: new Map(),
  trusted: new Map(),
}

const emptyLike = (now: VetStore): VetStore => ({
  config: { ...now.config },
  audits: EMPTY_AUDITS,
  imports: now.imports,
})

/** Whole files of each step, and the evidence beside it. @failure refused: nothing is new */
async function commitsOf(
  caps: Capabilities,
  { loaded }: LoadedWorkspace,
  { repository, base, steps, before }: Prepared,
): Promise<Result<readonly ChainCommit[], Failure>> {
  if (steps.length === 0)
    return fail({ code: 'refused', message: `audits.toml has no entry that ${base.name} lacks`, help: null })
  const commits: ChainCommit[] = []
  let last: Prepared['before'] = before
  for (const step of steps) {
    const texts = renderStore(step.store)
    const files = new Map<string, string>()
    for (const key of ['config', 'audits', 'imports'] as const)
      if (texts[key] !== last[key]) files.set(repository.prefix + FILES[key], texts[key])
    last = texts
    const evidence = await evidenceOf(caps, loaded.storeDir, step)
    if (evidence !== null) files.set(repository.prefix + evidence.name, evidence.text)
    commits.push({ message: stepMessage(step), files })
  }
  return ok(commits)
}

async function evidenceOf(
  caps: Capabilities,
  storeDir: AbsolutePath,
  { entry, delta }: AuditStep,
): Promise<{ readonly name: string; readonly text: string } | null> {
  if (delta === null) return null
  const to = brand<'VetVersion'>(delta.to)
  const from = delta.from === null ? null : brand<'VetVersion'>(delta.from)
  const name = `evidence/${evidenceName({ crate: entry.crate, delta: { from, to } })}`
  const file = path.join(storeDir, name) as AbsolutePath
  try {
    // A link could lead anywhere.
    if ((await caps.files.stat(file))?.kind !== 'file') return null
    return { name, text: await caps.files.readText(file, MAX_EVIDENCE_BYTES) }
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}

// ── publishing ───────────────────────────────────────────────────────────────────────────────

export interface Publication {
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly leftOut: readonly string[]
}

/**
 * audits.toml as others can import it or put it into an aggregate: without entries that are marked not to be imported,
 * with every criterion that is used defined in the file. @failure refused: a criterion without any description
 */
export function publication({ store }: Pick<LoadedWorkspace['loaded'], 'store'>): Result<Publication, Failure> {
  const { audits } = store
  const undescribed = [...audits.criteria].filter(
    ([, entry]) => entry.description === null && entry.descriptionUrl === null,
  )
  if (undescribed.length > 0)
    return fail({
      code: 'refused',
      message: `criteria ${undescribed.map(([name]) => name).join(', ')} have no description`,
      help: 'Others cannot import criteria without one. Add `description` to audits.toml.',
    })
  const isForOthers = (entry: AuditEntry) => entry.importable
  const kept = new Map([...audits.audits].map(([crate, list]) => [crate, list.filter(isForOthers)] as const))
  const count = (map: ReadonlyMap<string, readonly unknown[]>) =>
    [...map.values()].reduce((n, list) => n + list.length, 0)
  const file: AuditsFile = { ...audits, audits: new Map([...kept].filter(([, list]) => list.length > 0)) }
  const dropped = count(audits.audits) - count(file.audits)
  const text = renderAuditsFile(file, userComments(store.imports))
  const total = count(file.audits) + count(file.wildcardAudits) + count(file.trusted)
  return ok({
    files: [
      { name: 'audits.toml', text },
      { name: 'sources.list', text: SOURCES },
      { name: 'README.md', text: readme(total) },
    ],
    leftOut: dropped === 0 ? [] : [`${dropped} audits that are marked \`importable = false\``],
  })
}

const SOURCES = `# A list for \`cargo vet aggregate sources.list\`: one address of an audits.toml a line.
# Put audits.toml on a web server and write its address here, for example:
# https://example.org/audits/audits.toml
`

const readme = (entries: number): string => `# Published audits

\`audits.toml\` has ${entries} entries for others to import. Put it on a web server as plain text; then others add it with

    cargo vet import NAME https://ADDRESS/audits.toml

and an organisation with several repositories merges their files with

    cargo vet aggregate sources.list > audits.toml
`
