/**
 * Provenance behind a page: rows of the open workspace (or of everything checked here), one run at a time as a job that
 * can be watched and cancelled, files that differ, what was accepted, exports. Sources are opened for a run and closed
 * at its end, so that nothing is held while nobody checks.
 */
import type { CallArgs, CallResult } from '../../../shared/contract.ts'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ProvenanceRecord, ProvenanceSnapshot } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { gitIdentity } from '../io/git.ts'
import type { Emit } from './create-engine.ts'
import type { Jobs } from './jobs.ts'
import type { Preferences } from './preferences.ts'
import { openAccepted, type AcceptedList } from './provenance-accepted.ts'
import { DEFAULT_PARALLEL } from './provenance-command.ts'
import { writeExport, type ExportInput } from './provenance-export.ts'
import { readProvenanceFile } from './provenance-file.ts'
import { runAsJob, startOfRuns, type RunDeps } from './provenance-job.ts'
import { openProvenanceResults, type ProvenanceResults } from './provenance-results.ts'
import { provenanceRows } from './provenance-rows.ts'
import type { WantedVersion } from './provenance-run.ts'
import { openProvenanceSources, type ProvenanceSources } from './provenance-sources.ts'

const EMIT_INTERVAL_MS = 250

/** What provenance needs to know of the open workspace. */
export interface ProvenanceWorkspace {
  readonly root: AbsolutePath
  readonly lockChecksums: ReadonlyMap<string, string>
  /** In the order of the graph; `isFromRegistry`: it has an archive. */
  readonly packages: readonly (WantedVersion & { readonly isFromRegistry: boolean })[]
}

export interface ProvenanceDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly preferences: () => Promise<Preferences>
  /** Null while none is open. */
  readonly workspace: () => ProvenanceWorkspace | null
}

export interface ProvenanceSession {
  list(scope: ProvenanceSnapshot['scope']): Promise<ProvenanceSnapshot>
  /** @failure no-workspace-open, refused (a run is going on), cancelled, those of opening the sources */
  run(args: CallArgs<'provenance.run'>): Promise<Result<{ checked: number }, Failure>>
  record(crate: string, version: string): ProvenanceRecord | null
  /** Archives and mirrors, to be closed by the one who asked. @failure as run */
  sources(): Promise<Result<ProvenanceSources, Failure>>
  file(args: CallArgs<'provenance.file'>): Promise<Result<CallResult<'provenance.file'>, Failure>>
  /** @failure provenance-not-run, identity-missing */
  accept(args: CallArgs<'provenance.accept'>): Promise<Result<null, Failure>>
  export(args: CallArgs<'provenance.export'>): Promise<Result<CallResult<'provenance.export'>, Failure>>
  /** The open workspace or its packages changed. */
  touch(): void
  /** Resolves when a cancelled run has ended. */
  close(): Promise<void>
}

/** Opens nothing before it is asked; tells of changes once somebody has asked for a list. */
export function createProvenance(deps: ProvenanceDeps): ProvenanceSession {
  const results = openProvenanceResults(deps.caps)
  const now = startOfRuns()
  let acceptedOnce: Promise<AcceptedList> | null = null
  const accepted = () => (acceptedOnce ??= openAccepted(deps.caps))
  let generation = deps.caps.clock.nowMs()

  const list = async (scope: ProvenanceSnapshot['scope']): Promise<ProvenanceSnapshot> => {
    const rows = provenanceRows({ accepted: await accepted(), workspace: deps.workspace(), results, now }, scope)
    return { generation: ++generation, scope, rows, run: now.running?.progress ?? null }
  }
  const news = createNews(() => list('workspace'), deps.emit)
  const openSources = (compareBytes: boolean) => openPageSources(deps, compareBytes)

  return {
    list(scope) {
      news.watch()
      return list(scope)
    },
    run: args => runAsJob({ ...deps, results, openSources, announce: news.announce }, now, args),
    record: (crate, version) => results.record(crate, version),
    sources: () => openSources(false),
    file: args => showFile(deps.caps, results, openSources, args),
    async accept(args) {
      const done = await writeDown(deps, results, accepted, args)
      if (done.ok) news.announce()
      return done
    },
    async export(args) {
      const { rows } = await list(args.scope)
      return writeExport(deps.caps, args, exportInput(results, rows, await accepted()))
    },
    touch: news.announce,
    async close() {
      news.close()
      await now.working.catch(() => undefined)
      results.close()
    },
  }
}

interface News {
  watch(): void
  announce(): void
  close(): void
}

/** Tells of the newest list, at most once per interval; nobody is told before `watch` or after `close`. */
function createNews(list: () => Promise<ProvenanceSnapshot>, emit: Emit): News {
  let isWatched = false
  let isClosed = false
  let timer: ReturnType<typeof setTimeout> | null = null
  return {
    watch() {
      isWatched = true
    },
    announce() {
      if (!isWatched || isClosed) return
      timer ??= setTimeout(() => {
        timer = null
        list()
          .then(snapshot => (isClosed ? undefined : emit('provenance.changed', snapshot)))
          .catch((error: unknown) => console.error(error))
      }, EMIT_INTERVAL_MS)
      timer.unref()
    },
    close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}

/** Sources as the settings have them; without a workspace cargo's configuration counts from the home folder. */
async function openPageSources(
  deps: ProvenanceDeps,
  compareBytes: boolean,
): Promise<Result<ProvenanceSources, Failure>> {
  const { caps } = deps
  const workspace = deps.workspace()
  const settings = (await deps.preferences()).settings()
  return openProvenanceSources(caps, {
    root: workspace?.root ?? caps.host.homeDir,
    lockChecksums: workspace?.lockChecksums ?? new Map(),
    vetCacheDir: null,
    offline: settings.offline,
    refresh: false,
    redirects: settings.gitInsteadOf ?? '',
    parallel: DEFAULT_PARALLEL,
    compareBytes,
  })
}

async function showFile(
  caps: Capabilities,
  results: ProvenanceResults,
  openSources: RunDeps['openSources'],
  { crate, version, path: file, page }: CallArgs<'provenance.file'>,
): Promise<Result<CallResult<'provenance.file'>, Failure>> {
  const record = results.record(crate, version)
  if (record === null) return fail({ code: 'provenance-not-run', crate, version })
  const sources = await openSources(false)
  if (!sources.ok) return sources
  try {
    const quiet: Run = { signal: new AbortController().signal, onProgress: () => undefined }
    return await readProvenanceFile(caps, sources.value, { record, file, page }, quiet)
  } finally {
    await sources.value.close()
  }
}

/** Signed by whoever git says works in the workspace. */
async function writeDown(
  { caps, workspace }: ProvenanceDeps,
  results: ProvenanceResults,
  accepted: () => Promise<AcceptedList>,
  { crate, version, accept }: CallArgs<'provenance.accept'>,
): Promise<Result<null, Failure>> {
  const kept = results.summary(crate, version)
  if (kept === null) return fail({ code: 'provenance-not-run', crate, version })
  const texts = await accepted()
  if (accept === null) await texts.set(kept, null)
  else {
    const folder = workspace()?.root ?? caps.host.homeDir
    const who = await gitIdentity(caps, folder, new AbortController().signal)
    if (!who.ok) return who
    await texts.set(kept, { ...accept, who: who.value, at: caps.clock.nowMs() })
  }
  return ok(null)
}

/** Rows without a record are left out. */
const exportInput = (
  results: ProvenanceResults,
  rows: readonly WantedVersion[],
  accepted: AcceptedList,
): ExportInput => ({
  summaries: rows.flatMap(({ crate, version }) => results.summary(crate, version) ?? []),
  accepted,
  record: ({ crate, version }) => results.record(crate, version),
})
