/** What the queue and the pages beside it ask of an open workspace: rows, one package, sizes, and what others work from. */
import { deltaText } from '../../../shared/domain.ts'
import { ok } from '../../../shared/result.ts'
import { DEFAULT_SOURCE_ID } from '../io/registry-config.ts'
import { semverOf } from '../core/version.ts'
import { inspectionView } from './inspection-view.ts'
import type { Jobs } from './jobs.ts'
import type { Session } from './session.ts'
import type { Held, Updates } from './session-updates.ts'

interface QueueDeps {
  readonly jobs: Jobs
  readonly held: Held
  readonly updates: Updates
}

type QueueCalls = Pick<Session, 'ref' | 'setOffline' | 'snapshot' | 'refresh' | 'inspect' | 'measure' | 'cargoVersion'>

/** Answered from the answer as it is when asked. */
export function queueCalls({ jobs, held, updates }: QueueDeps): QueueCalls {
  return {
    ref: updates.ref,
    setOffline: updates.setOffline,
    snapshot: () => Promise.resolve(ok(updates.snapshot())),
    refresh: updates.refresh,
    async inspect(key) {
      const { answer, sources } = held
      return inspectionView({
        workspace: answer.workspace,
        solved: answer.solved,
        reading: answer.reading,
        sizeOf: (crate, delta) => held.sources.measurer.known(crate, delta),
        key,
        releases: await sources.webApi.remembered(key.slice(0, key.indexOf('@'))),
      })
    },
    async measure(crate, delta) {
      const known = held.sources.measurer.known(crate, delta)
      if (known !== null) return ok(known)
      return jobs.run(`Measuring ${crate} ${deltaText(delta)}`, async run => {
        const measured = await held.sources.measurer.measure(crate, delta, run)
        if (measured.ok) {
          await held.sources.measurer.flush()
          updates.announce()
        }
        return measured
      })
    },
    cargoVersion: () => held.answer.workspace.cargoVersion,
  }
}

/** What provenance, overview and risk are made from. */
export function sourceCalls({
  held,
  updates,
}: QueueDeps): Pick<Session, 'provenanceWorkspace' | 'overviewSource' | 'riskSource'> {
  const { snapshot } = updates
  return {
    provenanceWorkspace: () => ({
      root: updates.ref().root,
      lockChecksums: held.sources.lockChecksums,
      packages: held.answer.workspace.graph.nodes.map(n => ({
        ...{ crate: n.name, version: semverOf(n.version), isFromRegistry: n.source === DEFAULT_SOURCE_ID },
      })),
    }),
    overviewSource() {
      const { workspace, solved } = held.answer
      return { workspace, solved, snapshot: snapshot(), webApi: held.sources.webApi }
    },
    riskSource() {
      const { workspace, solved } = held.answer
      const { lockChecksums } = held.sources
      return {
        ...{ workspace, solved, snapshot, lockChecksums },
        remembered: crate => held.sources.webApi.remembered(crate),
      }
    },
  }
}
