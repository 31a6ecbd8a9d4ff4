/**
 * What-if behind an open workspace: rows and results from what is cached, a job that fetches, and applying. Only the
 * job and the preparation of an apply ask the network; whatever is tried stays in memory until `apply`.
 */
import type { CrateName, IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { packageKey } from '../../../shared/domain.ts'
import {
  inOrder,
  type WhatIfApply,
  type WhatIfChange,
  type WhatIfPlan,
  type WhatIfResult,
  type WhatIfRows,
  type WhatIfSmallest,
} from '../../../shared/what-if.ts'
import type { WriteResult } from '../../../shared/wire.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { Release } from '../core/publishers.ts'
import type { KnownSize } from '../core/what-if.ts'
import { openPeers, peerRegistryUrl } from '../io/peers.ts'
import type { Registry } from '../io/registry.ts'
import type { WebApi } from '../io/web-api.ts'
import type { Answer } from './answer.ts'
import { rememberingResolvers } from './flow.ts'
import { recording, settled, type Answers } from './imports-refresh.ts'
import type { Jobs } from './jobs.ts'
import { createTranslations } from './online.ts'
import { commandsOf } from './what-if-commands.ts'
import { fetchForWhatIf } from './what-if-fetch.ts'
import { createFigures, type Figures } from './what-if-figures.ts'
import { listOptions, type Options } from './what-if-options.ts'
import { cachedPeers, rememberedRegistry, oldestCopy, unmappedCriteria, type RawFiles } from './what-if-peers.ts'
import { preparePlan, type PreparedPlan } from './what-if-plan.ts'
import { solveChanges, type SolveInput } from './what-if-solve.ts'
import type { TextsToWrite } from './writes.ts'

export interface WhatIfDeps {
  readonly caps: Capabilities
  readonly cache: Cache
  readonly jobs: Jobs
  readonly signal: AbortSignal
  readonly today: () => IsoDate
  readonly current: () => Answer
  readonly generation: () => number
  readonly registry: () => Pick<Registry, 'versions'>
  readonly webApi: () => WebApi
  readonly sizeOf: KnownSize
  readonly isOffline: () => boolean
  readonly canCommit: () => Promise<boolean>
  /** Brings `current` up to date with the files on disk. */
  readonly reloadStore: () => Promise<Result<null, Failure>>
  readonly writeTexts: (wish: TextsToWrite) => Promise<Result<Omit<WriteResult, 'next'>, Failure>>
}

export interface WhatIfSession {
  rows(draft: readonly WhatIfChange[]): Promise<Result<WhatIfRows, Failure>>
  /** Asks for peers' files, or for the publishers of what is to be read; a job. Ends with what failed, in sentences. */
  fetch(what: 'peers' | 'publishers', draft: readonly WhatIfChange[]): Promise<Result<null, Failure>>
  /** @failure as solveChanges */
  solve(draft: readonly WhatIfChange[]): Promise<Result<WhatIfResult, Failure>>
  smallest(draft: readonly WhatIfChange[]): Promise<Result<WhatIfSmallest, Failure>>
  /** A job: asks for what applying needs, as the commands would. @failure as preparePlan */
  plan(draft: readonly WhatIfChange[]): Promise<Result<WhatIfPlan, Failure>>
  /** Writes what was planned, if it still is that. @failure store-changed, usage, and those of commitStore */
  apply(wish: WhatIfApply): Promise<Result<WriteResult, Failure>>
}

interface Ready {
  readonly of: Answer
  /** Sizes arrive without a new answer. */
  readonly generation: number
  readonly draftText: string
  readonly options: Options
  readonly figures: Figures
}

export function createWhatIf(deps: WhatIfDeps): WhatIfSession {
  const { caps, cache } = deps
  const quiet: Run = { signal: deps.signal, onProgress: () => undefined }
  const copies = cachedPeers(openPeers(caps, cache, { offline: true }))
  const translations = createTranslations()
  const raw: RawFiles = new Map()
  const resolvers = rememberingResolvers()
  const address = peerRegistryUrl(caps)
  let problems: readonly string[] = []
  let isFetching = false
  let releases: ReadonlyMap<CrateName, readonly Release[]> | null = null
  /** Everything that belongs to one answer of the queue. */
  let of: Answer | null = null
  let ready: Ready | null = null
  let planned: { readonly changes: string; readonly answers: Answers } | null = null

  const forget = () => {
    copies.forget()
    releases = null
    ready = null
  }
  const refreshFor = (answer: Answer) => {
    if (answer === of) return
    of = answer
    forget()
  }
  const knownPeers = () => rememberedRegistry(copies, address, quiet)

  /** Publishers as last heard, of what is to be read and of what peers vouch for by publisher. */
  const heard = async (answer: Answer): Promise<ReadonlyMap<CrateName, readonly Release[]>> => {
    if (releases !== null) return releases
    const found = new Map<CrateName, readonly Release[]>()
    const { graph } = answer.workspace
    for (const name of new Set(graph.nodes.flatMap(n => (n.isThirdParty ? [n.name] : [])))) {
      const known = await deps.webApi().remembered(name)
      if (known !== null) found.set(name, known)
    }
    return (releases = found)
  }
  const unmappedIn =
    (answer: Answer): SolveInput['unmappedOf'] =>
    change =>
      unmappedCriteria({
        ...{ peers: copies, raw, graph: answer.workspace.graph, mapper: answer.workspace.mapper },
        importName: change.name,
        config: { url: change.urls, exclude: [], criteriaMap: new Map() },
      })
  const withUrls = async (changes: readonly WhatIfChange[]): Promise<Result<readonly WhatIfChange[], Failure>> => {
    const known = await knownPeers()
    const complete: WhatIfChange[] = []
    for (const change of inOrder(changes)) {
      if (change.kind !== 'import' || change.urls.length > 0) complete.push(change)
      else {
        const urls = known?.get(change.name)
        if (urls === undefined) return fail({ code: 'peer-unknown', name: change.name, registry: address })
        complete.push({ ...change, urls: [...urls] })
      }
    }
    return ok(complete)
  }
  const prepared = async (draft: readonly WhatIfChange[]): Promise<Ready> => {
    const answer = deps.current()
    refreshFor(answer)
    const draftText = JSON.stringify(draft)
    const generation = deps.generation()
    const isSame = ready?.of === answer && ready.generation === generation && ready.draftText === draftText
    if (ready !== null && isSame) return ready
    const { workspace, solved } = answer
    const known = await knownPeers()
    const spoken = await heard(answer)
    const input = {
      workspace,
      solved,
      today: deps.today(),
      draft,
      known,
      peers: copies,
      translations,
      releases: spoken,
    }
    const options = await listOptions(input, quiet)
    const urlsOf = new Map([...(known ?? [])])
    const unmapped = unmappedIn(answer)
    const figures = createFigures({
      ...{ workspace, solved, releases: spoken, options: options.options, sizeOf: deps.sizeOf },
      unmappedOf: change =>
        unmapped({ ...change, urls: change.urls.length > 0 ? change.urls : [...(urlsOf.get(change.name) ?? [])] }),
    })
    return (ready = { of: answer, generation, draftText, options, figures })
  }
  /** Cached answers only. */
  const cachedSources = (): SolveInput['sources'] => ({
    peers: copies,
    registry: { versions: crate => Promise.resolve(fail({ code: 'offline', needed: `the index entry of ${crate}` })) },
    webApi: {
      async releases(crate) {
        const known = await deps.webApi().remembered(crate)
        return known === null ? fail({ code: 'offline', needed: `the publishers of ${crate}` }) : ok(known)
      },
    },
  })
  const solveInput = (answer: Answer): SolveInput => ({
    ...{ workspace: answer.workspace, solved: answer.solved, live: answer.live, translations, resolvers },
    ...{
      today: deps.today(),
      sources: cachedSources(),
      onFailure: 'use-stored',
      how: 'together',
      generation: deps.generation(),
    },
    ...{ sizeOf: deps.sizeOf, unmappedOf: unmappedIn(answer), nowMs: () => performance.now() },
  })

  return {
    async rows(draft) {
      const generation = deps.generation()
      const { options, figures } = await prepared(draft)
      const known = await knownPeers()
      const rows = figures.rows(draft)
      const ages = rows.flatMap(row => (row.group === 'imports' && row.fetchedAt !== null ? [row.fetchedAt] : []))
      return ok({
        ...{ generation, rows, isFetching, offline: deps.isOffline(), problems: [...problems] },
        inUse: [...options.inUse],
        knownPeers: known?.size ?? null,
        fetchedAt: ages.length > 0 ? Math.min(...ages) : known === null ? null : oldestCopy(copies, [address]),
        publishersUnknown: options.publishersUnknown.length,
        dropped: [...options.dropped],
      })
    },
    async fetch(what, draft) {
      if (deps.isOffline()) return fail({ code: 'offline', needed: 'the audits of peers' })
      const answer = deps.current()
      const toRead = (await prepared([])).options.publishersUnknown
      const stated = draft.flatMap(change => (change.kind === 'import' && change.urls.length > 0 ? [change] : []))
      const title = what === 'peers' ? 'Fetching the audits of known peers' : 'Looking up publishers'
      isFetching = true
      const done = await deps.jobs.run(title, jobRun => {
        const run: Run = { signal: AbortSignal.any([jobRun.signal, deps.signal]), onProgress: jobRun.onProgress }
        const peers = openPeers(caps, cache, { offline: false })
        const { graph, mapper } = answer.workspace
        const webApi = deps.webApi()
        return fetchForWhatIf(
          { what, graph, mapper, peers, webApi, address, crates: toRead, translations, stated },
          run,
        )
      })
      isFetching = false
      forget()
      if (!done.ok) return done
      problems = done.value
      return ok(null)
    },
    async solve(draft) {
      const answer = deps.current()
      refreshFor(answer)
      const changes = await withUrls(draft)
      if (!changes.ok) return changes
      const solved = await solveChanges(solveInput(answer), changes.value, quiet)
      if (!solved.ok) return solved
      // Who is known by name needs no address.
      return ok({ ...solved.value.result, changes: inOrder(draft), commands: commandsOf(inOrder(draft)) })
    },
    async smallest(draft) {
      const { figures } = await prepared(draft)
      return ok(figures.smallest(deps.generation()))
    },
    async plan(draft) {
      const current = await deps.reloadStore()
      if (!current.ok) return current
      const changes = await withUrls(draft)
      if (!changes.ok) return changes
      const asked = recording(openPeers(caps, cache, { offline: deps.isOffline() }), deps.registry(), deps.webApi())
      const answer = deps.current()
      const plan = await deps.jobs.run('Preparing the files', jobRun => {
        const run: Run = { signal: AbortSignal.any([jobRun.signal, deps.signal]), onProgress: jobRun.onProgress }
        const input: SolveInput = { ...solveInput(answer), sources: asked, onFailure: 'fail', how: 'steps' }
        return preparePlan(input, changes.value, run)
      })
      // What was asked for is in the cache now.
      forget()
      if (!plan.ok) return plan
      planned = { changes: JSON.stringify(inOrder(draft)), answers: asked }
      const stated = inOrder(draft)
      return ok({
        ...plan.value.plan,
        changes: stated,
        commands: commandsOf(stated),
        canCommit: await deps.canCommit(),
      })
    },
    async apply({ changes: draft, base, planned: expected, commit, commitMessage }) {
      const current = await deps.reloadStore()
      if (!current.ok) return current
      const answers = planned?.changes === JSON.stringify(inOrder(draft)) ? planned.answers : null
      if (answers === null) return fail({ code: 'usage', message: 'Look at the preview of these changes first.' })
      const changes = await withUrls(draft)
      if (!changes.ok) return changes
      const answer = deps.current()
      const input: SolveInput = {
        ...solveInput(answer),
        sources: settled(answers),
        onFailure: 'fail',
        how: 'steps',
      }
      const again = await preparePlan(input, changes.value, quiet)
      if (!again.ok) return again
      const { plan, texts }: PreparedPlan = again.value
      const key = { 'audits.toml': 'audits', 'config.toml': 'config', 'imports.lock': 'imports' } as const
      const differing = plan.files.filter(
        f => f.baseSha256 !== base[key[f.file]] || f.newSha256 !== expected[key[f.file]],
      )
      if (differing.length > 0) return fail({ code: 'store-changed', files: differing.map(f => f.file) })
      if (plan.blocks[0] !== undefined) return fail({ code: 'usage', message: plan.blocks[0] })
      const done = await deps.writeTexts({ texts, files: plan.files, commit, commitMessage })
      if (!done.ok) return done
      planned = null
      const [next] = deps.current().solved.report.failures
      return ok({ ...done.value, next: next === undefined ? null : packageKey(next.name, next.version) })
    },
  }
}
