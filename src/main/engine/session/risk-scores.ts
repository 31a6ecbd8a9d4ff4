/**
 * The scores of the open workspace's queue as a page sees them: made anew when asked for, and announced a while after
 * something they rest on changed, if they are others than those announced last.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { RiskDetail, RiskSnapshot } from '../../../shared/risk.ts'
import type { Clock } from '../capabilities.ts'
import type { Emit } from './create-engine.ts'
import type { KnownAdvisories, RiskReader, RiskRows, RiskSource } from './risk-rows.ts'

const EMIT_INTERVAL_MS = 500
/** A long queue takes its time; the engine spends at most a fifth of it on scores. */
const REST = 4

export interface RiskScoresDeps {
  readonly clock: Clock
  readonly reader: RiskReader
  readonly emit: Emit
  /** Null while no workspace is open. */
  readonly source: () => RiskSource | null
  readonly known: () => KnownAdvisories
  /** How many archives are still to be looked through. */
  readonly toScan: () => number
}

export interface RiskScores {
  /** All of them, in the order of the queue. @failure no-workspace-open, registry-config */
  compute(): Promise<Result<RiskSnapshot, Failure>>
  /** One with its reasons, as it was shown last. @failure package-unknown, and as `compute` */
  explain(key: string): Promise<Result<RiskDetail, Failure>>
  /** Something they rest on changed. */
  announce(): void
  /** Announces nothing from now on; ends with those being made. */
  close(): Promise<unknown>
}

/** None is made yet. */
export function createRiskScores(deps: RiskScoresDeps): RiskScores {
  const made = making(deps)
  const { compute } = made
  const announcing = announcements(deps.emit, compute)
  return {
    compute,
    async explain(key) {
      const find = () => made.last()?.rows.details.find(({ row }) => row.key === key)
      if (find() === undefined || made.last()?.root !== deps.source()?.workspace.root) {
        const anew = await compute()
        if (!anew.ok) return anew
      }
      const detail = find()
      return detail === undefined ? fail({ code: 'package-unknown', name: key, version: null }) : ok(detail)
    },
    announce: announcing.announce,
    close() {
      announcing.close()
      return made.underWay()
    },
  }
}

/** The scores made last, and all that are being made. */
function making({ clock, reader, source, known, toScan }: RiskScoresDeps) {
  let last: { readonly root: string; readonly rows: RiskRows } | null = null
  let generation = clock.nowMs()
  let computing: Promise<unknown> = Promise.resolve()
  const computeNow = async (): Promise<Result<RiskSnapshot, Failure>> => {
    const now = source()
    if (now === null) return fail({ code: 'no-workspace-open' })
    const rows = await reader.rows(now, known())
    if (!rows.ok) return rows
    last = { root: now.workspace.root, rows: rows.value }
    const { weights, details } = rows.value
    return ok({
      generation: ++generation,
      rows: details.map(d => d.row),
      weights,
      database: known().info,
      toScan: toScan(),
    })
  }
  return {
    last: () => last,
    underWay: () => computing,
    compute(): Promise<Result<RiskSnapshot, Failure>> {
      const work = computeNow()
      computing = Promise.allSettled([computing, work])
      return work
    },
  }
}

function announcements(emit: Emit, compute: RiskScores['compute']) {
  let isClosed = false
  let timer: ReturnType<typeof setTimeout> | null = null
  let computeMs = 0
  /** What was announced last, without its generation. */
  let announced = ''
  const tell = async () => {
    const startedAt = performance.now()
    const snapshot = await compute()
    computeMs = performance.now() - startedAt
    if (isClosed || !snapshot.ok) return
    const text = JSON.stringify({ ...snapshot.value, generation: 0 })
    if (text === announced) return
    announced = text
    emit('risk.changed', snapshot.value)
  }
  return {
    announce() {
      if (isClosed) return
      const restMs = Math.max(EMIT_INTERVAL_MS, REST * computeMs)
      timer ??= setTimeout(() => {
        timer = null
        tell().catch((error: unknown) => console.error(error))
      }, restMs)
      timer.unref()
    },
    close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}
