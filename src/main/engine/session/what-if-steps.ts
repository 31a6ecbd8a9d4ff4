/**
 * What a set of changes would make of the store, one command after the other, in memory: versions first, then imports,
 * then publishers. Each step is the one that `assay import` or `assay trust` takes, on the bytes that the step before
 * would have written, so that the result of applying is known to the byte. Nothing is written here.
 */
import type { CrateName, IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { inOrder, type WhatIfChange } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import type { CargoMetadata } from '../core/cargo-metadata.ts'
import { buildDepGraph, type DepGraph } from '../core/dep-graph.ts'
import type { VetStore } from '../core/store-model.ts'
import { updateStore } from '../core/update-store.ts'
import { semverOf } from '../core/version.ts'
import { moveVersion } from '../core/what-if-move.ts'
import { parseStore, type StorePlaces, type StoreTexts } from '../store/parse-store.ts'
import { renderStore } from '../store/write-store.ts'
import type { LoadedWorkspace } from './flow.ts'
import { givenVersion } from './given-version.ts'
import { PRUNE_ALL, withImport } from './import-commands.ts'
import {
  goOnline,
  type LiveStore,
  type OnlineInput,
  type ReleaseSource,
  type StalePart,
  type Translations,
} from './online.ts'
import { trustStep, type OpenedPublishers } from './publisher-commands.ts'

export type WhatIfSources = Pick<OnlineInput, 'peers' | 'registry' | 'webApi'>

export interface StepsInput {
  readonly workspace: LoadedWorkspace
  readonly today: IsoDate
  readonly sources: WhatIfSources
  /** `use-stored`: what cannot be had is taken as stored and named in `stale`. */
  readonly onFailure: OnlineInput['onFailure']
  readonly translations: Translations
  /** How the graph is made from other metadata; default: all of it. */
  readonly graphOf?: (metadata: CargoMetadata, store: VetStore) => DepGraph
}

/** After some steps. */
export interface Tried {
  readonly metadata: CargoMetadata
  readonly graph: DepGraph
  /** As it would be read from the files. */
  readonly store: VetStore
  /** What would be on disk. Equal to what is there while no step writes. */
  readonly texts: StoreTexts
  /** What the last step that went online worked with; null when none did. */
  readonly live: LiveStore | null
  readonly stale: readonly StalePart[]
  readonly remarks: readonly string[]
  /** What each `trust --all` came to, and whom it left out because others published it too. */
  readonly trusted: readonly {
    readonly publisher: string
    readonly crates: readonly CrateName[]
    readonly skipped: readonly CrateName[]
  }[]
}

const PLACES: StorePlaces = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }

/**
 * @failure as goOnline, trustStep and moveVersion; version-invalid
 */
export async function takeSteps(
  input: StepsInput,
  changes: readonly WhatIfChange[],
  run: Run,
): Promise<Result<Tried, Failure>> {
  const { metadata, graph, loaded } = input.workspace
  const { store, texts } = loaded
  let tried: Tried = { metadata, graph, store, texts, live: null, stale: [], remarks: [], trusted: [] }
  for (const change of inOrder(changes)) {
    const next = await takeStep(input, tried, change, run)
    if (!next.ok) return next
    tried = next.value
  }
  return ok(tried)
}

async function takeStep(
  input: StepsInput,
  before: Tried,
  change: WhatIfChange,
  run: Run,
): Promise<Result<Tried, Failure>> {
  switch (change.kind) {
    case 'move':
      return move(input, before, change)
    case 'import':
      return importStep(input, before, change, run)
    case 'trust':
    case 'trust-all':
      return publisherStep(input, before, change, run)
  }
}

function move(
  input: StepsInput,
  before: Tried,
  { crate, from, to }: Extract<WhatIfChange, { kind: 'move' }>,
): Result<Tried, Failure> {
  const version = givenVersion(to)
  if (!version.ok) return version
  if (version.value !== semverOf(version.value))
    return fail({ code: 'version-invalid', text: to, reason: 'a commit is no version of a registry' })
  const metadata = moveVersion(before.metadata, crate, from, version.value)
  if (!metadata.ok) return metadata
  const graphOf = input.graphOf ?? ((m, store) => buildDepGraph(m, store.config.policy))
  return ok({ ...before, metadata: metadata.value, graph: graphOf(metadata.value, before.store) })
}

async function importStep(
  input: StepsInput,
  before: Tried,
  { name, urls }: Extract<WhatIfChange, { kind: 'import' }>,
  run: Run,
): Promise<Result<Tried, Failure>> {
  const live = await online(input, before, withImport(before.store, name, urls), run)
  if (!live.ok) return live
  const { store, isFresh } = live.value
  const { mapper } = input.workspace
  const updated = updateStore({ graph: before.graph, store, mapper, isFresh, modeFor: () => PRUNE_ALL })
  return updated.ok ? asWritten(before, updated.value, live.value) : updated
}

async function publisherStep(
  input: StepsInput,
  before: Tried,
  change: Extract<WhatIfChange, { kind: 'trust' | 'trust-all' }>,
  run: Run,
): Promise<Result<Tried, Failure>> {
  const live = await online(input, before, before.store, run)
  if (!live.ok) return live
  const { mapper, loaded } = input.workspace
  const unheard: StalePart[] = []
  const opened: OpenedPublishers = {
    workspace: { graph: before.graph, mapper, loaded: { ...loaded, store: before.store } },
    live: live.value,
    webApi: input.onFailure === 'fail' ? input.sources.webApi : lenient(input.sources.webApi, unheard),
  }
  const wish = {
    crate: change.kind === 'trust' ? change.crate : null,
    publisher: change.kind === 'trust' ? change.publisher : null,
    all: change.kind === 'trust-all' ? change.publisher : null,
    allowMultiplePublishers: false,
    criteria: change.criteria,
    startDate: null,
    endDate: null,
    notes: null,
  }
  const step = await trustStep(opened, input.today, wish, ({ proposed }) => Promise.resolve(ok(proposed)), run)
  // Where nothing is left to trust anybody for, the command writes nothing.
  if (!step.ok && step.error.code === 'nothing-to-trust')
    return ok({ ...before, live: opened.live, trusted: [...before.trusted, nobody(change.publisher)] })
  if (!step.ok) return step
  const { store, publisher, crates, skipped } = step.value
  const written = asWritten(before, store, { ...opened.live, stale: [...opened.live.stale, ...unheard] })
  return written.ok ? ok({ ...written.value, trusted: [...before.trusted, { publisher, crates, skipped }] }) : written
}

/** Who was never asked about published nothing, as far as known; that is noted. */
function lenient(webApi: ReleaseSource, unheard: StalePart[]): ReleaseSource {
  return {
    async releases(crate, run) {
      const answer = await webApi.releases(crate, run)
      if (answer.ok) return answer
      unheard.push({ importName: null, what: `the publishers of ${crate}`, failure: answer.error, fetchedAt: null })
      return ok([])
    },
  }
}

const nobody = (publisher: string) => ({ publisher, crates: [], skipped: [] })

function online(input: StepsInput, before: Tried, store: VetStore, run: Run): Promise<Result<LiveStore, Failure>> {
  const { sources, onFailure, translations } = input
  const { mapper } = input.workspace
  return goOnline({ store, graph: before.graph, mapper, ...sources, mode: 'normal', onFailure, translations }, run)
}

/** Rendered and read again: the next step finds what the next command would find on disk. */
export function asWritten(before: Tried, store: VetStore, live: LiveStore): Result<Tried, Failure> {
  const texts = renderStore(store)
  const read = parseStore(texts, PLACES)
  if (!read.ok) return read
  return ok({ ...before, store: read.value, texts, live, stale: live.stale, remarks: live.remarks })
}
