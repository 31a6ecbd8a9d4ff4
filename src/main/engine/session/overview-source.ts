/**
 * What the overview shows of one answer, and where it comes from: verdict and store, the queue as it is on screen, the
 * repository's history, the peers' files in the cache. The same for the window and the command line.
 */
import path from 'node:path'
import { linesOf, packageKey, type AbsolutePath, type PackageKey } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import type {
  Backlog,
  ExemptionFact,
  Help,
  Helper,
  History,
  OverviewState,
  ReadingSum,
} from '../../../shared/overview.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { QueueItem, QueueSnapshot } from '../../../shared/wire.ts'
import { openCache } from '../cache.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { ownValue, tableAt } from '../core/plain-table.ts'
import { publisherText } from '../core/publishers.ts'
import { coverageOf } from '../core/overview-coverage.ts'
import { removableExemptions, removableWithPeer, unprunableCrates } from '../core/overview-exemptions.ts'
import { dayOf, numbersOf } from '../core/overview-history.ts'
import { eventsOf, peopleOf, projectionOf, sinceOf, weeksOf } from '../core/overview-weeks.ts'
import { openPeers, peerRegistryUrl } from '../io/peers.ts'
import { auditFactsOf, configFactsOf, lockFacts } from '../io/store-history-facts.ts'
import { findHistory, readStoreHistory, type BlobReader } from '../io/store-history.ts'
import type { WebApi } from '../io/web-api.ts'
import { createLiveGit } from '../provenance/live-git.ts'
import { ASSAY_FILE, readAssayTree } from '../store/assay-file.ts'
import type { LoadedWorkspace, Solved } from './flow.ts'
import { createTranslations } from './online.ts'
import { cachedPeers, oldestCopy, peerFile, rememberedRegistry } from './what-if-peers.ts'

const MAX_LOCK_BYTES = 64 << 20
const MAX_SETTINGS_BYTES = 4 << 20

export interface OverviewSource {
  readonly workspace: LoadedWorkspace
  readonly solved: Solved
  readonly snapshot: QueueSnapshot
  readonly webApi: Pick<WebApi, 'remembered'>
}

/** @failure criteria-unknown */
export function overviewStateOf(
  { workspace, solved, snapshot }: OverviewSource,
  nowMs: number,
): Result<OverviewState, Failure> {
  const exemptions = exemptionsOf(workspace, solved, snapshot)
  if (!exemptions.ok) return exemptions
  return ok({
    name: workspace.name,
    today: dayOf(nowMs),
    takenAt: snapshot.takenAt,
    generation: snapshot.generation,
    counts: snapshot.counts,
    coverage: coverageOf(workspace.graph, solved.store, solved.report),
    backlog: backlogOf(snapshot.items),
    exemptions: exemptions.value,
    failing: snapshot.items.filter(item => item.because === 'failing').map(item => item.key),
  })
}

// ── backlog ──────────────────────────────────────────────────────────────────────────────────

/** What is left to read, by what it is missing; lines that are read already are still counted. */
function backlogOf(items: readonly QueueItem[]): Backlog {
  const of = (because: QueueItem['because'], criterion: string | null) =>
    readingSum(
      items.filter(
        item => item.because === because && (criterion === null || item.missing.some(name => name === criterion)),
      ),
    )
  const criteria = [...new Set(items.flatMap(item => item.missing))]
  const byCriterion = criteria.map(criterion => ({
    criterion,
    failing: of('failing', criterion),
    exempted: of('exempted', criterion),
  }))
  const lines = (row: (typeof byCriterion)[number]) => row.failing.lines + row.exempted.lines
  byCriterion.sort((a, b) => lines(b) - lines(a) || (a.criterion < b.criterion ? -1 : 1))
  return { failing: of('failing', null), exempted: of('exempted', null), byCriterion }
}

function readingSum(items: readonly QueueItem[]): ReadingSum {
  let lines = 0
  let largest: ReadingSum['largest'] = null
  for (const { key, crate, size } of items) {
    if (size.state !== 'measured') continue
    const own = linesOf(size.stat)
    lines += own
    if (largest === null || own > largest.lines) largest = { key, crate, lines: own }
  }
  const count = (...states: readonly QueueItem['size']['state'][]) =>
    items.filter(item => states.includes(item.size.state)).length
  return {
    packages: items.length,
    lines,
    measuring: count('measuring'),
    unknown: count('unknown', 'not-run'),
    largest,
  }
}

// ── exemptions ───────────────────────────────────────────────────────────────────────────────

function exemptionsOf(
  { graph, mapper }: LoadedWorkspace,
  { store, isFresh, report }: Solved,
  { items }: QueueSnapshot,
): Result<ExemptionFact[], Failure> {
  const input = { graph, store, mapper, ...(isFresh === undefined ? {} : { isFresh }) }
  const removable = removableExemptions(input)
  if (!removable.ok) return removable
  const fixed = unprunableCrates(input, new Set([...report.failures, ...report.violations].map(f => f.name)))
  if (!fixed.ok) return fixed
  const { whole, partly } = removable.value
  const inGraph = new Set(graph.nodes.map(node => packageKey(node.name, node.version)))
  const facts: ExemptionFact[] = []
  for (const [crate, entries] of store.config.exemptions) {
    const ofCrate = items.filter(item => item.crate === crate)
    for (const { version, criteria, suggest, notes } of entries) {
      const key = packageKey(crate, version)
      // An exemption that an audit builds on is replaced by what is to be read of the version in use.
      const item = ofCrate.find(one => one.key === key) ?? (ofCrate.length === 1 ? ofCrate[0] : undefined)
      facts.push({
        ...{ key, crate, version, suggest, notes, criteria: [...criteria] },
        isInGraph: inGraph.has(key),
        isNeeded: whole.has(key) || partly.has(key) ? false : fixed.value.has(crate) ? null : true,
        lines: item?.size.state === 'measured' ? linesOf(item.size.stat) : null,
      })
    }
  }
  return ok(facts)
}

/**
 * What each known peer's audits and each publisher's releases would let go. Only peers whose file is in the cache are
 * asked, the others are named as unknown; nothing is fetched. Throws Cancelled. @failure criteria-unknown
 */
export async function helpOf(caps: Capabilities, source: OverviewSource, run: Run): Promise<Result<Help, Failure>> {
  const { workspace, solved } = source
  const { graph, mapper } = workspace
  const { store, isFresh } = solved
  const input = { graph, store, mapper, ...(isFresh === undefined ? {} : { isFresh }) }
  const without = removableExemptions(input)
  if (!without.ok) return without
  const cache = openCache(caps)
  const helpers: Helper[] = []
  const unknownPeers: Help['unknownPeers'] = []
  try {
    const peers = cachedPeers(openPeers(caps, cache, { offline: true }))
    const known = await rememberedRegistry(peers, peerRegistryUrl(caps), run)
    if (known === null) unknownPeers.push({ name: 'all known peers', reason: 'their list was not fetched yet' })
    const translations = createTranslations()
    for (const [name, url] of known ?? []) {
      if (store.config.imports.has(name)) continue
      const config = { url, exclude: [], criteriaMap: new Map() }
      const file = await peerFile({ mapper, peers, translations }, name, config, run)
      run.signal.throwIfAborted()
      const removes = file.ok ? removableWithPeer(input, name, file.value.file, without.value) : file
      if (!removes.ok) {
        const reason =
          removes.error.code === 'offline' ? 'its audits were not fetched yet' : describeFailure(removes.error).title
        unknownPeers.push({ name, reason })
      } else if (removes.value.size > 0)
        helpers.push({ kind: 'peer', name, removes: [...removes.value], fetchedAt: oldestCopy(peers, url) })
      run.onProgress({ done: helpers.length + unknownPeers.length, total: known?.size ?? null, step: name })
      await new Promise(resolve => setImmediate(resolve))
    }
  } finally {
    cache.close()
  }
  const publishers = await publisherHelpers(source, without.value.whole)
  helpers.push(...publishers.helpers)
  helpers.sort((a, b) => b.removes.length - a.removes.length || (a.name < b.name ? -1 : 1))
  return ok({ helpers, unknownPeers, unknownPublishers: publishers.unknown })
}

/** Trusting whoever published the exempted version gives the very edge that the exemption gives. */
async function publisherHelpers(
  { workspace, solved, webApi }: OverviewSource,
  notNeeded: ReadonlySet<PackageKey>,
): Promise<{ readonly helpers: readonly Helper[]; readonly unknown: number }> {
  const { store } = solved
  const inGraph = new Set(workspace.graph.nodes.filter(node => node.isThirdParty).map(node => node.name))
  const removes = new Map<string, PackageKey[]>()
  let unknown = 0
  for (const [crate, entries] of store.config.exemptions) {
    if (!inGraph.has(crate)) continue
    const remembered = await webApi.remembered(crate)
    for (const { version } of entries) {
      const key = packageKey(crate, version)
      if (notNeeded.has(key)) continue
      const source =
        store.imports.publisher.get(crate)?.find(row => row.version === version)?.source ??
        remembered?.find(release => release.version === version)?.source ??
        null
      if (source === null) unknown++
      else removes.set(publisherText(source), [...(removes.get(publisherText(source)) ?? []), key])
    }
  }
  const helpers = [...removes].map(([name, keys]): Helper => ({
    kind: 'publisher',
    name,
    removes: keys,
    fetchedAt: null,
  }))
  return { helpers, unknown }
}

// ── history ──────────────────────────────────────────────────────────────────────────────────

/** The history as it is drawn. Throws Cancelled. @failure git-failed */
export async function historyOf(
  caps: Capabilities,
  { workspace, solved, snapshot }: OverviewSource,
  run: Run,
): Promise<Result<History, Failure>> {
  const { root, loaded } = workspace
  const unavailable = (reason: string) => ok<History>({ state: 'unavailable', reason })
  const place = await findHistory(caps, loaded.storeDir, root, run.signal)
  if (!place.ok) return place.error.code === 'git-not-found' ? unavailable('git was not found') : place
  if (place.value === null) return unavailable('the store does not lie in a git repository')
  const read = await readStoreHistory(caps, place.value, gitDir => blobReader(caps, gitDir), run)
  if (!read.ok) return read
  const { state, cut, unreadable, correctedDates } = read.value
  if (state.revisions === 0) return unavailable('no commit of this branch has the store')
  const lock = place.value.lock === null ? null : await lockNow(caps, root)
  const { config, audits } = loaded.store
  const nowMs = caps.clock.nowMs()
  const now = numbersOf({ config: configFactsOf(config), audits: auditFactsOf(audits), lock })
  const weeks = weeksOf(state, now, nowMs)
  const isCut = cut !== null
  const exemptionKeys = [...solved.store.config.exemptions].flatMap(([crate, entries]) =>
    entries.map(({ version }) => packageKey(crate, version)),
  )
  const caveats = [
    ...(cut === 'shallow' ? ['This clone is shallow: what happened before its oldest commit is not known.'] : []),
    ...(cut === 'too-many' ? ['The oldest commits are left out because there are too many.'] : []),
    ...(unreadable > 0
      ? [
          `${unreadable} ${unreadable === 1 ? 'revision' : 'revisions'} of a file could not be read; counted as unchanged.`,
        ]
      : []),
    ...(correctedDates > 0
      ? [
          `${correctedDates} ${correctedDates === 1 ? 'commit has a date' : 'commits have dates'} out of order; the neighbours’ dates count.`,
        ]
      : []),
    ...(place.value.lock === null
      ? ['Cargo.lock lies in another repository than the store: no ages of packages.']
      : []),
  ]
  return ok({
    state: 'known',
    weeks: [...weeks],
    events: [...eventsOf(state)],
    projection: projectionOf(weeks),
    // What stood in the first commit of all has been committed since then; only a cut leaves something older unseen.
    exemptionSince: sinceOf(state.exemptionSince, exemptionKeys).map(one => ({
      ...one,
      isAtLeast: one.isAtLeast && isCut,
    })),
    packageSince: sinceOf(
      state.packageSince,
      snapshot.items.map(item => item.key),
    ).map(one => ({ ...one, isAtLeast: one.isAtLeast && isCut })),
    caveats,
    people: (await wantsPeople(caps, loaded.storeDir)) ? peopleOf(state, weeks) : null,
  })
}

function blobReader(caps: Capabilities, gitDir: AbsolutePath): BlobReader {
  const live = createLiveGit(caps, gitDir)
  return {
    async read(oid, maxBytes, signal) {
      const object = await live.read(oid, maxBytes, signal)
      return object.kind === 'blob' ? { kind: 'blob', bytes: object.bytes } : { kind: 'other' }
    },
    close: () => live.close(),
  }
}

async function lockNow(caps: Capabilities, root: AbsolutePath): Promise<ReadonlySet<string> | null> {
  const text = await textOrNull(caps, path.join(root, 'Cargo.lock') as AbsolutePath, MAX_LOCK_BYTES)
  return text === null ? null : lockFacts(text)
}

/** `[overview] per-reviewer = true` in assay.toml. Figures of single people are shown only where a team wants that. */
async function wantsPeople(caps: Capabilities, storeDir: AbsolutePath): Promise<boolean> {
  const text = await textOrNull(caps, path.join(storeDir, ASSAY_FILE) as AbsolutePath, MAX_SETTINGS_BYTES)
  const tree = text === null ? null : readAssayTree(text).tree
  return tree !== null && ownValue(tableAt(tree, 'overview'), 'per-reviewer') === true
}

async function textOrNull(caps: Capabilities, file: AbsolutePath, maxBytes: number): Promise<string | null> {
  try {
    return await caps.files.readText(file, maxBytes)
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}
