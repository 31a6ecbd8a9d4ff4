/**
 * What the queue does not know about imports, in sentences: that they are as stored, that a peer could not be asked and
 * how old its copy is, that something passes only by audits which imports.lock does not have yet. Pure.
 */
import type { CrateName } from '../../../shared/domain.ts'
import { describeFailure } from '../../../shared/failure.ts'
import type { EdgeOrigin } from '../core/audit-graph.ts'
import type { ResolveReport } from '../core/resolve.ts'
import type { AuditsFile } from '../core/store-model.ts'
import type { LoadedWorkspace, Solved } from './flow.ts'
import type { ImportsState } from './imports-refresh.ts'
import type { LiveStore, StalePart } from './online.ts'

export interface ImportCaveatsInput {
  readonly workspace: LoadedWorkspace
  readonly solved: Solved
  readonly imports: ImportsState
  readonly live: LiveStore | null
  readonly offline: boolean
  readonly nowMs: number
}

/** At most so many parts are named one by one. */
const MAX_NAMED = 5

/** Sentences for the head of the queue, none when everything is as of now. */
export function importCaveats({ workspace, solved, imports, live, offline, nowMs }: ImportCaveatsInput): string[] {
  const names = [...workspace.loaded.store.config.imports.keys()]
  const listed = names.length <= MAX_NAMED ? names.join(', ') : `${names.length} peers`
  const caveats: string[] = []
  if (imports.phase === 'refreshing' && live === null && names.length > 0)
    caveats.push(`Imports are as stored in imports.lock until they are refreshed: ${listed}.`)
  if (imports.phase === 'stored' && names.length > 0) {
    const stopped = imports.stopped === null ? '' : ` (${describeFailure(imports.stopped).title})`
    caveats.push(`Imports are as stored in imports.lock and were not refreshed${stopped}: ${listed}.`)
  }
  if (live === null) return caveats
  if (imports.stopped !== null)
    caveats.push(`The last refresh of imports ended early: they are ${ageOf(imports.at, nowMs)}.`)
  else if (offline) caveats.push(`Imports are ${ageOf(imports.at, nowMs)}.`)
  caveats.push(...staleCaveats(live.stale, nowMs))
  const resting = packagesOnNews(workspace, solved.report, live)
  if (resting > 0) {
    const [packages, pass] = resting === 1 ? ['package', 'passes'] : ['packages', 'pass']
    caveats.push(
      `${resting} ${packages} ${pass} only by audits that are new since imports.lock was written; \`assay check\` takes them in.`,
    )
  }
  return caveats
}

function staleCaveats(stale: readonly StalePart[], nowMs: number): string[] {
  const named = stale.slice(0, MAX_NAMED).map(({ what, importName, failure, fetchedAt }) => {
    const { title } = describeFailure(failure)
    if (failure.code === 'criteria-changed') {
      const criteria = failure.changes.map(c => c.criterion).join(', ')
      return `${what} changed what its criteria mean (${criteria}): its audits are as stored in imports.lock until \`assay regenerate imports\` accepts that.`
    }
    const instead = fetchedAt === null ? 'as stored in imports.lock' : ageOf(fetchedAt, nowMs)
    return `${importName === null ? capital(what) : `The audits of ${what}`} are ${instead}: ${title}.`
  })
  const rest = stale.length - named.length
  return rest > 0 ? [...named, `${rest} more could not be refreshed.`] : named
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const MINUTE_MS = 60_000

/** For sentences: `of now`, `5 minutes old`, `3 days old`. */
function ageOf(at: number | null, nowMs: number): string {
  const minutes = Math.floor((nowMs - (at ?? nowMs)) / MINUTE_MS)
  if (minutes < 2) return 'a minute old at most'
  if (minutes < 120) return `${minutes} minutes old`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} hours old` : `${Math.floor(hours / 24)} days old`
}

/** Packages that pass by a path with something new on it: the search takes such edges only when nothing else leads there. */
function packagesOnNews({ graph }: LoadedWorkspace, report: ResolveReport, live: LiveStore): number {
  const files = [...live.store.imports.audits.values()]
  return report.outcomes.filter((outcome, idx) => {
    const node = graph.nodes[idx]
    if (outcome === null || node === undefined || outcome.class === 'failing') return false
    return [...outcome.searches.values()].some(
      search => search.found && search.path.some(step => isNews(step.origin, node.name, files, live)),
    )
  }).length
}

function isNews(origin: EdgeOrigin, crate: CrateName, files: readonly AuditsFile[], live: LiveStore): boolean {
  const release = (i: number) => live.store.imports.publisher.get(crate)?.[i]
  const isFresh = (entry: Parameters<LiveStore['isFresh']>[0] | undefined) => entry !== undefined && live.isFresh(entry)
  switch (origin.kind) {
    case 'imported-audit':
      return isFresh(files[origin.importIndex]?.audits.get(crate)?.[origin.auditIndex])
    case 'wildcard': {
      const file = origin.importIndex === null ? undefined : files[origin.importIndex]
      return isFresh(file?.wildcardAudits.get(crate)?.[origin.auditIndex]) || isFresh(release(origin.publisherIndex))
    }
    case 'trusted':
      return isFresh(release(origin.publisherIndex))
    case 'unpublished':
      return isFresh(live.store.imports.unpublished.get(crate)?.[origin.unpublishedIndex])
    case 'local-audit':
    case 'exemption':
    case 'new-exemption':
      return false
  }
}
