/**
 * Risk and advisories behind a page: the scores of the open workspace's queue, made anew when something they rest on
 * changes; the advisory database, opened when a page first asks; archives in the cache, looked through in a job. Nothing
 * happens before a page has asked once.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { QueueSnapshot } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import type { Emit } from './create-engine.ts'
import type { Jobs } from './jobs.ts'
import type { Preferences } from './preferences.ts'
import { createRiskDatabase } from './risk-database.ts'
import { openRiskReader, type RiskSource } from './risk-rows.ts'
import { createRiskScan } from './risk-scan.ts'
import { createRiskScores } from './risk-scores.ts'

export interface RiskDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly preferences: () => Promise<Preferences>
  /** Null while none is open. */
  readonly source: () => RiskSource | null
}

export interface RiskSession {
  readonly handlers: Pick<EngineHandlers, 'risk.list' | 'risk.explain' | 'advisories.refresh'>
  /** The queue, or what is known of its packages, changed. */
  touch(snapshot: QueueSnapshot): void
  close(): Promise<void>
}

/** Does nothing until a page asks for the list; from then on changes are announced. */
export function createRisk({ caps, jobs, emit, preferences, source }: RiskDeps): RiskSession {
  let isWatched = false
  let phase = ''
  const announce = () => {
    if (isWatched) scores.announce()
  }
  const reader = openRiskReader(caps)
  const database = createRiskDatabase({ caps, jobs, preferences, onChange: announce })
  const scan = createRiskScan({ jobs, reader, source, onChange: announce })
  const scores = createRiskScores({ clock: caps.clock, reader, emit, source, known: database.known, toScan: scan.left })

  return {
    handlers: {
      async 'risk.list'() {
        isWatched = true
        if (database.isDue()) inBackground(database.open)
        inBackground(scan.begin)
        return scores.compute()
      },
      'risk.explain': ({ key }) => scores.explain(key),
      'advisories.refresh': () => database.refresh(),
    },
    touch(snapshot) {
      if (snapshot.phase === phase) return announce()
      // Measuring has ended or begun: what was fetched meanwhile is at hand now.
      phase = snapshot.phase
      reader.forget()
      scan.forget()
      if (isWatched) inBackground(scan.begin)
      announce()
    },
    async close() {
      await Promise.all([database.underWay(), scan.close(), scores.close()])
      reader.close()
    },
  }
}

const inBackground = (work: () => Promise<unknown>) => void work().catch((error: unknown) => console.error(error))
