/**
 * `assay risk`: the scores of the queue as the window shows them, from a store as it is on disk. Measures what is to be
 * read, looks through the archives that this brings, and writes only the cache.
 */
import path from 'node:path'
import { deltaText, packageKey, type AbsolutePath } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { RiskDetail } from '../../../shared/risk.ts'
import type { QueueItem } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { lockChecksums, readCargoLock } from '../io/cargo-lock.ts'
import { noAdvisories, openAdvisories, openAdvisoryFolder } from './advisories-source.ts'
import { readingInput, startOfReading, type Answer } from './answer.ts'
import type { OpenedSources } from './command-sources.ts'
import { loadFiltered, type CommandOptions } from './commands.ts'
import { measurePlans, planReading, solve, type LoadedWorkspace } from './flow.ts'
import { STORED_IMPORTS } from './imports-refresh.ts'
import { withSources } from './live-store.ts'
import { buildSnapshot } from './queue-view.ts'
import { scanArchives } from './risk-archive.ts'
import { openRiskReader, type KnownAdvisories, type RiskReader, type RiskSource } from './risk-rows.ts'

export interface RiskWish {
  /** A folder with the advisory database; null: the fetched one. */
  readonly db: AbsolutePath | null
}

export interface RiskAnswer {
  /** Highest score first; of equal ones by name. */
  readonly items: readonly { readonly item: QueueItem; readonly detail: RiskDetail }[]
  readonly weights: RiskDetail['weights']
  readonly database: RiskDetail['database']
  /** What could not be had, one sentence each. */
  readonly warnings: readonly string[]
}

/** @failure as loadFiltered; registry-config, advisories-unreadable (of a folder that was named) */
export async function riskOfWorkspace(
  caps: Capabilities,
  options: CommandOptions,
  wish: RiskWish,
  run: Run,
): Promise<Result<RiskAnswer, Failure>> {
  const loaded = await loadFiltered(caps, { ...options, ignorePolicyProblems: true }, run)
  if (!loaded.ok) return loaded
  return withSources(caps, options, loaded.value, async sources => {
    const warnings: string[] = []
    const source = await measured(caps, loaded.value, sources, warnings, run)
    if (!source.ok) return source
    const known = await advisories(caps, options, wish, warnings, run)
    if (!known.ok) return known
    const reader = openRiskReader(caps)
    try {
      const scanned = await lookThrough(reader, source.value, run)
      if (!scanned.ok) return scanned
      const rows = await reader.rows(source.value, known.value)
      if (!rows.ok) return rows
      const { details, weights } = rows.value
      const items = new Map(source.value.snapshot().items.map(item => [item.key as string, item]))
      const listed = details.flatMap(detail => {
        const item = items.get(detail.row.key)
        return item === undefined ? [] : [{ item, detail }]
      })
      const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
      listed.sort((a, b) => b.detail.row.score - a.detail.row.score || byText(a.detail.row.key, b.detail.row.key))
      return ok({ items: listed, weights, database: known.value.info, warnings })
    } finally {
      reader.close()
    }
  })
}

/** The verdict with sizes, as one answer of a window. */
async function measured(
  caps: Capabilities,
  workspace: LoadedWorkspace,
  sources: OpenedSources,
  warnings: string[],
  run: Run,
): Promise<Result<RiskSource, Failure>> {
  const solved = solve(workspace, workspace.loaded.store)
  if (!solved.ok) return solved
  const takenAt = caps.clock.nowMs()
  const reading = { ...startOfReading(), phase: 'ready' as const }
  const answer: Answer = { workspace, solved: solved.value, live: null, branch: null, takenAt, reading }
  for (const stage of ['failing', 'exempted'] as const) {
    const input = readingInput(answer, stage)
    if (input.report.failures.length === 0) continue
    const planned = await planReading(input, sources, run)
    if (!planned.ok) return planned
    for (const plan of planned.value.plans) reading.plans.set(packageKey(plan.crate, plan.version), plan)
    await measurePlans(planned.value.plans, sources.measurer, run, (crate, delta, result) => {
      if (result.ok) return
      reading.failures.set(`${crate} ${deltaText(delta)}`, result.error)
      warnings.push(`${crate} ${deltaText(delta)} could not be measured: ${describeFailure(result.error).title}`)
    })
  }
  const lock = await readCargoLock(caps, path.join(workspace.root, 'Cargo.lock') as AbsolutePath)
  const checksums = lock.ok ? lockChecksums(lock.value) : new Map<string, string>()
  const { name, root, loaded } = workspace
  const snapshot = buildSnapshot({
    ref: { root, name, storePath: loaded.storeDir, branch: null, isSample: false },
    ...{ generation: 1, takenAt, workspace, solved: solved.value, reading, imports: STORED_IMPORTS, live: null },
    sizeOf: (crate, delta) => sources.measurer.known(crate, delta),
    readLines: () => null,
    offline: sources.offline,
    nowMs: takenAt,
  })
  return ok({
    ...{ workspace, solved: solved.value, snapshot: () => snapshot, lockChecksums: checksums },
    remembered: crate => sources.webApi.remembered(crate),
  })
}

/** A database that cannot be had leaves its answers unknown; one that was named must be there. */
async function advisories(
  caps: Capabilities,
  options: CommandOptions,
  { db }: RiskWish,
  warnings: string[],
  run: Run,
): Promise<Result<KnownAdvisories, Failure>> {
  if (db !== null) return openAdvisoryFolder(caps, db, run)
  const opened = await openAdvisories(caps, { offline: options.frozen, refresh: false, redirects: '' }, run)
  if (opened.ok) return opened
  const { title, cause } = describeFailure(opened.error)
  const reason = cause === null ? title : `${title}: ${cause}`
  warnings.push(reason)
  return ok({ advisories: null, info: noAdvisories(reason) })
}

async function lookThrough(reader: RiskReader, source: RiskSource, run: Run): Promise<Result<null, Failure>> {
  const missing = await reader.missing(source)
  if (!missing.ok) return missing
  const wanted = missing.value
  await scanArchives(
    wanted,
    at => reader.files(source, wanted[at]!, run),
    reader.archives,
    () => undefined,
    run,
  )
  return ok(null)
}
