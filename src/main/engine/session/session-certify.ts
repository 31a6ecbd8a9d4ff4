/** What an open workspace writes: single audits, several at once, and changes that were tried on a copy of the store. */
import { deltaText, type AbsolutePath, type CrateName, type Delta } from '../../../shared/domain.ts'
import { ok } from '../../../shared/result.ts'
import type { CertifyRequest } from '../../../shared/wire.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities } from '../capabilities.ts'
import { isInsideRepository } from '../io/git.ts'
import { nextKey } from './answer.ts'
import { createBatches } from './certify-batches.ts'
import type { Jobs } from './jobs.ts'
import type { Preferences } from './preferences.ts'
import { todayOf, type SessionAnswers, type SessionMode } from './session-answers.ts'
import type { Session, SessionDeps } from './session.ts'
import type { Held, Updates } from './session-updates.ts'
import { readTeamFacts } from './team-facts.ts'
import { createWhatIf } from './what-if-session.ts'
import { createWrites, type Writes } from './writes.ts'

interface CertifyDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly preferences: Preferences
  readonly team: SessionDeps['team']
  readonly cache: Cache
  readonly root: AbsolutePath
  readonly signal: AbortSignal
  readonly mode: SessionMode
  readonly answers: SessionAnswers
  readonly held: Held
  readonly updates: Updates
  readonly readSummary: Session['readSummary']
}

type CertifyCalls = Pick<
  Session,
  'planCertify' | 'writeCertify' | 'batches' | 'undo' | 'loadDraft' | 'saveDraft' | 'whatIf'
>

/** Starts nothing. */
export function certifyCalls(deps: CertifyDeps): CertifyCalls {
  const { preferences, root } = deps
  const draftKey = (crate: CrateName, delta: Delta) => `${root}\n${crate}\n${deltaText(delta)}`
  const writing = writingOf(deps, ({ crate, delta }) => preferences.saveDraft(draftKey(crate, delta), null))
  const writes = createWrites({
    ...writing,
    next: request => nextKey(deps.updates.snapshot(), request),
  })
  return {
    planCertify: request => writes.plan(request),
    writeCertify: (args, evidence) => writes.write(args, evidence),
    batches: createBatches({
      ...writing,
      snapshot: deps.updates.snapshot,
      async solveAgain(workspace) {
        const next = await deps.answers.of(workspace)
        return next.ok ? ok(next.value.solved) : next
      },
      writeTexts: wish => writes.writeTexts(wish),
      progress: () => preferences.progress(),
      releases: crate => deps.held.sources.webApi.remembered(crate),
    }),
    undo: undoId => writes.undo(undoId),
    loadDraft: async (crate, delta) => ok(await preferences.loadDraft(draftKey(crate, delta))),
    async saveDraft(crate, delta, draft) {
      await preferences.saveDraft(draftKey(crate, delta), draft)
      return ok(null)
    },
    whatIf: whatIfOf(deps, writes),
  }
}

/** What a single audit and several at once are written with. */
function writingOf(deps: CertifyDeps, onWritten: (request: CertifyRequest) => Promise<void>) {
  const { caps, root, signal, held, updates, readSummary, team } = deps
  return {
    ...{ caps, root, signal, readSummary, onWritten },
    teamFacts: (crates: readonly CrateName[]) =>
      readTeamFacts(caps, held.answer.workspace.loaded.storeDir, team, crates),
    today: () => todayOf(caps),
    current: () => held.answer,
    reloadStore: updates.reloadStore,
  }
}

function whatIfOf(deps: CertifyDeps, writes: Writes): Session['whatIf'] {
  const { caps, cache, jobs, root, signal, mode, held, updates } = deps
  return createWhatIf({
    ...{ caps, cache, jobs, signal, reloadStore: updates.reloadStore },
    today: () => todayOf(caps),
    current: () => held.answer,
    generation: () => held.generation,
    registry: () => held.sources.registry,
    webApi: () => held.sources.webApi,
    sizeOf: (crate, delta) => held.sources.measurer.known(crate, delta),
    isOffline: () => mode.isOffline,
    canCommit: () => isInsideRepository(caps, root, signal),
    writeTexts: wish => writes.writeTexts(wish),
  })
}
