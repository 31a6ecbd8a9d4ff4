/**
 * Provenance behind a page: rows of the open workspace (or of everything checked here), one run at a time as a job that
 * can be watched and cancelled, files that differ, what was accepted, exports. Sources are opened for a run and closed
 * at its end, so that nothing is held while nobody checks.
 */
import path from 'node:path'
import type { CallArgs, CallResult } from '../../../shared/contract.ts'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import type { ProvenanceRecord, ProvenanceRow, ProvenanceSnapshot } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { gitIdentity } from '../io/git.ts'
import type { Emit } from './create-engine.ts'
import type { Jobs } from './jobs.ts'
import type { Preferences } from './preferences.ts'
import { openAccepted, type AcceptedList } from './provenance-accepted.ts'
import { DEFAULT_PARALLEL } from './provenance-command.ts'
import { freshFolder, writeJson, writeSite } from './provenance-export.ts'
import { readProvenanceFile } from './provenance-file.ts'
import { openProvenanceResults, type KeptSummary, type ProvenanceResults } from './provenance-results.ts'
import { checkMany, stillCounts, type Checked, type CheckLevel, type WantedVersion } from './provenance-run.ts'
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

interface Running {
  readonly states: Map<string, 'queued' | 'running'>
  progress: NonNullable<ProvenanceSnapshot['run']>
}

const keyOf = ({ crate, version }: WantedVersion): string => `${crate}@${version}`

export function createProvenance(deps: ProvenanceDeps): ProvenanceSession {
  const { caps, jobs, emit } = deps
  const results = openProvenanceResults(caps)
  let acceptedOnce: Promise<AcceptedList> | null = null
  const accepted = () => (acceptedOnce ??= openAccepted(caps))
  const failures = new Map<string, Failure>()
  let running: Running | null = null
  let generation = 0
  let working: Promise<unknown> = Promise.resolve()
  let isWatched = false
  let isClosed = false
  let timer: ReturnType<typeof setTimeout> | null = null

  const list = async (scope: ProvenanceSnapshot['scope']): Promise<ProvenanceSnapshot> => {
    const texts = await accepted()
    const workspace = deps.workspace()
    // What Cargo.lock says about the archive counts: a record of another one is not about this package.
    const kept = (wanted: WantedVersion) =>
      results.summary(wanted.crate, wanted.version, workspace?.lockChecksums.get(keyOf(wanted)))
    const rows =
      scope === 'everything'
        ? results.all().map(summary => rowOf(summary, summary, texts))
        : (workspace?.packages ?? []).map(wanted =>
            wanted.isFromRegistry
              ? rowOf(wanted, kept(wanted), texts)
              : { ...bare(wanted), state: 'not-applicable' as const },
          )
    return { generation: ++generation, scope, rows, run: running?.progress ?? null }
  }
  const bare = ({ crate, version }: WantedVersion): ProvenanceRow => ({
    ...{ crate, version, state: 'not-run', summary: null, failure: null },
  })
  const rowOf = (wanted: WantedVersion, kept: KeptSummary | null, texts: AcceptedList): ProvenanceRow => {
    const now = running?.states.get(keyOf(wanted))
    const failure = failures.get(keyOf(wanted))
    const state = now ?? (failure !== undefined ? 'failed' : kept === null ? 'not-run' : 'done')
    return {
      ...bare(wanted),
      state,
      summary: kept === null ? null : { ...kept, accepted: texts.of(kept) },
      failure: failure === undefined ? null : describeFailure(failure).title,
    }
  }
  const announce = () => {
    if (!isWatched || isClosed) return
    timer ??= setTimeout(() => {
      timer = null
      list('workspace')
        .then(snapshot => (isClosed ? undefined : emit('provenance.changed', snapshot)))
        .catch((error: unknown) => console.error(error))
    }, EMIT_INTERVAL_MS)
    timer.unref()
  }
  const openSources = async (compareBytes: boolean): Promise<Result<ProvenanceSources, Failure>> => {
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
  const runAll = async (
    wanted: readonly WantedVersion[],
    { level, again }: CallArgs<'provenance.run'>,
    state: Running,
    run: Run,
  ): Promise<Result<{ checked: number }, Failure>> => {
    const sources = await openSources(wanted.length === 1)
    if (!sources.ok) return sources
    let checked = 0
    try {
      const { offline } = (await deps.preferences()).settings()
      const options = { level, again, parallel: DEFAULT_PARALLEL, offline }
      const listener = {
        started(at: number) {
          state.states.set(keyOf(wanted[at]!), 'running')
          announce()
        },
        done(at: number, ended: Checked) {
          const key = keyOf(wanted[at]!)
          state.states.delete(key)
          if (ended.ok) failures.delete(key)
          else failures.set(key, ended.error)
          if (ended.ok && ended.isNew) checked++
          announce()
        },
        speed({ done, total, perSecond, secondsLeft }: NonNullable<ProvenanceSnapshot['run']>) {
          state.progress = { done, total, perSecond, secondsLeft }
        },
      }
      await checkMany(caps, sources.value, sources.value.results, { wanted, options }, listener, run)
      return ok({ checked })
    } finally {
      await sources.value.close()
    }
  }

  return {
    list(scope) {
      isWatched = true
      return list(scope)
    },
    async run(args) {
      if (running !== null)
        return fail({ code: 'refused', message: 'a provenance run is going on', help: 'Wait for it, or cancel it.' })
      const state: Running = { states: new Map(), progress: { done: 0, total: 0, perSecond: 0, secondsLeft: null } }
      running = state
      try {
        const { offline } = (await deps.preferences()).settings()
        const wanted =
          args.packages ?? missing(deps.workspace(), results, { ...args, offline, nowMs: caps.clock.nowMs() })
        if (wanted === null) return fail({ code: 'no-workspace-open' })
        for (const one of wanted) state.states.set(keyOf(one), 'queued')
        state.progress = { ...state.progress, total: wanted.length }
        announce()
        const title = wanted.length === 1 ? `${wanted[0]!.crate} ${wanted[0]!.version}` : `${wanted.length} packages`
        const work = jobs.run(`Checking provenance of ${title}`, run => runAll(wanted, args, state, run))
        working = work
        return await work
      } finally {
        running = null
        announce()
      }
    },
    record: (crate, version) => results.record(crate, version),
    sources: () => openSources(false),
    async file({ crate, version, path: file, page }) {
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
    },
    async accept({ crate, version, accept }) {
      const kept = results.summary(crate, version)
      if (kept === null) return fail({ code: 'provenance-not-run', crate, version })
      const texts = await accepted()
      if (accept === null) await texts.set(kept, null)
      else {
        const folder = deps.workspace()?.root ?? caps.host.homeDir
        const who = await gitIdentity(caps, folder, new AbortController().signal)
        if (!who.ok) return who
        await texts.set(kept, { ...accept, who: who.value, at: caps.clock.nowMs() })
      }
      announce()
      return ok(null)
    },
    async export({ scope, format, folder }) {
      const { rows } = await list(scope)
      const summaries = rows.flatMap(row => results.summary(row.crate, row.version) ?? [])
      const input = {
        summaries,
        accepted: await accepted(),
        record: ({ crate, version }: WantedVersion) => results.record(crate, version),
      }
      const made = await freshFolder(caps, folder)
      const file = path.join(made, 'provenance.json') as AbsolutePath
      const written = format === 'json' ? await writeJson(caps, file, input) : await writeSite(caps, made, input)
      return written.ok ? ok({ path: format === 'json' ? file : made, files: written.value.files }) : written
    },
    touch: announce,
    async close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      await working.catch(() => undefined)
      results.close()
    },
  }
}

/** The workspace's packages that have no record that still counts, or all of them; null: no workspace. */
function missing(
  workspace: ProvenanceWorkspace | null,
  results: ProvenanceResults,
  options: { readonly again: boolean; readonly level: CheckLevel; readonly offline: boolean; readonly nowMs: number },
): readonly WantedVersion[] | null {
  if (workspace === null) return null
  const isMissing = (wanted: WantedVersion) => {
    const kept = results.summary(wanted.crate, wanted.version, workspace.lockChecksums.get(keyOf(wanted)))
    return kept === null || !stillCounts(kept, options, options.nowMs)
  }
  return workspace.packages.filter(p => p.isFromRegistry && (options.again || isMissing(p)))
}
