/**
 * The store as it is now: imports fetched and translated, local versions compared with the index, publishers looked up,
 * all of it beside what imports.lock holds. Nothing is written; `isFresh` tells what imports.lock does not have yet.
 * Either every part must answer (command line), or a part that does not is taken as stored and named (window).
 * PARITY cargo-vet 0.10.3 src/storage.rs Store::go_online.
 */
import type { CrateName } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import { aggregateAudits, type AggregateSource } from '../core/aggregate.ts'
import type { IsFresh } from '../core/audit-graph.ts'
import { sortedMap } from '../core/byte-order.ts'
import type { CriteriaMapper } from '../core/criteria.ts'
import type { DepGraph } from '../core/dep-graph.ts'
import { markFresh, translatePeer, wantedDescriptions, withDescriptions } from '../core/import-translate.ts'
import { livePublishers, needsPublishers, type Release } from '../core/publishers.ts'
import type { AuditsFile, ImportConfig, PublisherEntry, UnpublishedEntry, VetStore } from '../core/store-model.ts'
import { liveUnpublished, needsPublishedVersions } from '../core/unpublished.ts'
import type { Peers } from '../io/peers.ts'
import type { Registry } from '../io/registry.ts'
import { parseAuditsFile } from '../store/parse-store.ts'
import { compareAudits, compareTrusted, compareWildcards, tidyMap } from '../store/tidy.ts'
import { unifiedDiff } from '../store/unified-diff.ts'

/** Who published which release; io/web-api.ts. */
export interface ReleaseSource {
  releases(crate: CrateName, run: Run): Promise<Result<readonly Release[], Failure>>
}

export interface OnlineInput {
  readonly store: VetStore
  /** Unfiltered or not: all of its listed packages count. */
  readonly graph: DepGraph
  readonly mapper: CriteriaMapper
  readonly peers: Peers
  readonly registry: Pick<Registry, 'versions'>
  readonly webApi: ReleaseSource
  /** `accept-criteria-changes` is for `regenerate imports` alone. */
  readonly mode: 'normal' | 'accept-criteria-changes'
  /** `use-stored`: what cannot be had is taken as imports.lock has it and named in `stale`. */
  readonly onFailure: 'fail' | 'use-stored'
  /** Keeps peers' files translated from one call to the next. */
  readonly translations?: Translations
}

/** Translated files by import and address, each with the text and the settings it came from. */
export interface Translations {
  readonly bySource: Map<string, { readonly text: string; readonly settings: string; readonly file: ReadPeer }>
}
export const createTranslations = (): Translations => ({ bySource: new Map() })

interface ReadPeer {
  readonly file: AuditsFile
  readonly remarks: readonly string[]
}

/** Something of the live store that is not of today. */
export interface StalePart {
  /** Null when it is not an import: then `what` says it. */
  readonly importName: string | null
  /** For sentences: `mozilla`, or `the publishers of serde`. */
  readonly what: string
  readonly failure: Failure
  /** When the copy used instead was fetched, in milliseconds since the epoch; null: imports.lock's own. */
  readonly fetchedAt: number | null
}

export interface LiveStore {
  /** The store with its three tables of imports replaced by live data. */
  readonly store: VetStore
  readonly isFresh: IsFresh
  /** False: the version of this entry has been published since, as far as known. */
  readonly isStillUnpublished: (entry: UnpublishedEntry) => boolean
  /** What was left out of peers' files, one sentence each. */
  readonly remarks: readonly string[]
  /** Empty when `onFailure` is `fail`. */
  readonly stale: readonly StalePart[]
}

/**
 * @failure offline, download-failed, store-toml (a peer's file), import-invalid, criteria-changed, crate-not-in-registry,
 * criteria codes; with `use-stored` only criteria codes
 */
export async function goOnline(input: OnlineInput, run: Run): Promise<Result<LiveStore, Failure>> {
  const fresh = new Set<object>()
  const imports = await liveImports(input, fresh, run)
  if (!imports.ok) return imports
  const store = { ...input.store, imports: { ...input.store.imports, audits: imports.value.audits } }
  const unpublished = await liveUnpublishedTable(input, fresh, run)
  if (!unpublished.ok) return unpublished
  const publisher = await livePublisherTable({ ...input, store }, fresh, run)
  if (!publisher.ok) return publisher
  return ok({
    store: {
      ...store,
      imports: {
        audits: imports.value.audits,
        publisher: publisher.value.table,
        unpublished: unpublished.value.table,
      },
    },
    isFresh: entry => fresh.has(entry),
    isStillUnpublished: unpublished.value.isStill,
    remarks: imports.value.remarks,
    stale: [...imports.value.stale, ...unpublished.value.stale, ...publisher.value.stale],
  })
}

// ── imports ──────────────────────────────────────────────────────────────────────────────────

interface LiveImports {
  readonly audits: ReadonlyMap<string, AuditsFile>
  readonly remarks: readonly string[]
  readonly stale: readonly StalePart[]
}

async function liveImports(input: OnlineInput, fresh: Set<object>, run: Run): Promise<Result<LiveImports, Failure>> {
  const { store, mode, onFailure } = input
  const names = [...store.config.imports]
  let done = 0
  const step = () => run.onProgress({ done: ++done, total: names.length, step: null })
  const fetched = await Promise.all(
    names.map(async ([importName, config]) => {
      const file = await fetchImport(input, importName, config, run)
      step()
      return { importName, file }
    }),
  )
  run.signal.throwIfAborted()
  const audits: [string, AuditsFile][] = []
  const remarks: string[] = []
  const stale: StalePart[] = []
  const changes: Extract<Failure, { code: 'criteria-changed' }>['changes'][number][] = []
  for (const { importName, file } of fetched) {
    if (!file.ok && onFailure === 'fail') return file
    const stored = store.imports.audits.get(importName)
    if (!file.ok) {
      stale.push({ importName, what: importName, failure: file.error, fetchedAt: null })
      audits.push([importName, stored ?? EMPTY_FILE])
      continue
    }
    const ownFresh = new Set<object>()
    const changed = markFresh(file.value.file, stored, ownFresh).map(c => ({
      importName,
      criterion: c.criterion,
      diff: descriptionDiff(c.before, c.after),
    }))
    if (changed.length > 0 && mode === 'normal') {
      changes.push(...changed)
      const failure: Failure = { code: 'criteria-changed', changes: changed }
      stale.push({ importName, what: importName, failure, fetchedAt: null })
      audits.push([importName, stored ?? EMPTY_FILE])
      continue
    }
    for (const entry of ownFresh) fresh.add(entry)
    audits.push([importName, file.value.file])
    remarks.push(...file.value.remarks)
    if (file.value.stale !== null) stale.push(file.value.stale)
  }
  if (changes.length > 0 && onFailure === 'fail') return fail({ code: 'criteria-changed', changes })
  return ok({ audits: sortedMap(audits), remarks, stale })
}

const EMPTY_FILE: AuditsFile = {
  criteria: new Map(),
  audits: new Map(),
  wildcardAudits: new Map(),
  trusted: new Map(),
}

const CHANGE_CONTEXT_LINES = 5

/** As cargo-vet shows it: hunks without the names of files. */
function descriptionDiff(before: string, after: string): string {
  return unifiedDiff(before, after, ['before', 'after'], CHANGE_CONTEXT_LINES).split('\n').slice(2).join('\n')
}

export interface FetchedImport {
  readonly file: AuditsFile
  readonly remarks: readonly string[]
  /** Set when some of it is an earlier copy. */
  readonly stale: StalePart | null
}

type FetchInput = Pick<OnlineInput, 'mapper' | 'peers' | 'onFailure' | 'translations'>

/**
 * One peer, translated, its sources merged when there are several. Nothing is marked fresh.
 * @failure as goOnline
 */
export async function fetchImport(
  input: FetchInput,
  importName: string,
  config: ImportConfig,
  run: Run,
): Promise<Result<FetchedImport, Failure>> {
  const sources = await Promise.all(config.url.map(url => fetchSource(input, importName, config, url, run)))
  const files: AggregateSource[] = []
  const remarks: string[] = []
  let stale: StalePart | null = null
  for (const [i, source] of sources.entries()) {
    if (!source.ok) return source
    files.push({ url: config.url[i] ?? '', file: source.value.file })
    remarks.push(...source.value.remarks)
    stale = olderOf(stale, source.value.stale)
  }
  const [first] = files
  // One source stays as it came: its entries are not credited and not sorted.
  if (files.length === 1 && first !== undefined) return ok({ file: first.file, remarks, stale })
  const merged = aggregateAudits(files)
  if (!merged.ok) {
    const { title, cause } = describeFailure(merged.error)
    return fail({
      code: 'import-invalid',
      importName,
      reason: cause === null ? title : `${title}\n${cause}`,
      help: 'all sources for mapped custom criteria must have identical descriptions',
    })
  }
  const { criteria, audits, wildcardAudits, trusted } = merged.value
  return ok({
    file: {
      criteria,
      audits: tidyMap(audits, compareAudits),
      wildcardAudits: tidyMap(wildcardAudits, compareWildcards),
      trusted: tidyMap(trusted, compareTrusted),
    },
    remarks,
    stale,
  })
}

function olderOf(a: StalePart | null, b: StalePart | null): StalePart | null {
  if (a === null || b === null) return a ?? b
  return (a.fetchedAt ?? 0) <= (b.fetchedAt ?? 0) ? a : b
}

async function fetchSource(
  input: FetchInput,
  importName: string,
  config: ImportConfig,
  url: string,
  run: Run,
): Promise<Result<FetchedImport, Failure>> {
  const { peers, onFailure } = input
  if (URL.parse(url) === null) {
    return fail({ code: 'import-invalid', importName, reason: `invalid URL ${JSON.stringify(url)}`, help: null })
  }
  const answer = await peers.text(url, run)
  const earlier = answer.ok || onFailure === 'fail' ? null : peers.remembered(url)
  if (!answer.ok && earlier === null) return answer
  const text = answer.ok ? answer.value.text : (earlier?.text ?? '')
  const stale: StalePart | null = answer.ok
    ? null
    : { importName, what: importName, failure: answer.error, fetchedAt: earlier?.fetchedAt ?? null }
  const read = readPeer(input, importName, config, url, text)
  if (!read.ok) return read
  const described = await describeCriteria(importName, read.value.file, peers, run)
  return described.ok ? ok({ file: described.value, remarks: read.value.remarks, stale }) : described
}

function readPeer(
  { mapper, translations }: FetchInput,
  importName: string,
  config: ImportConfig,
  url: string,
  text: string,
): Result<ReadPeer, Failure> {
  const local = [mapper.names, mapper.granted.map(String)]
  const settings = JSON.stringify([importName, config.exclude, [...config.criteriaMap], local])
  const known = translations?.bySource.get(`${importName} ${url}`)
  if (known !== undefined && known.settings === settings && known.text === text) return ok(known.file)
  const parsed = parseAuditsFile(text, url, 'peer')
  if (!parsed.ok) return fail(peerFileFailure(parsed.error, url))
  const { audits, ignoredCriteria, ignoredAudits } = parsed.value
  const translated = translatePeer({ importName, file: audits, local: mapper, ...config })
  if (!translated.ok) return translated
  const file = { file: translated.value, remarks: ignoredRemarks(importName, ignoredCriteria, ignoredAudits) }
  translations?.bySource.set(`${importName} ${url}`, { text, settings, file })
  return ok(file)
}

/** A peer's file is not our store: its problems are not consistency errors of ours. */
function peerFileFailure(failure: Failure, url: string): Failure {
  if (failure.code !== 'store-invalid') return failure
  const problem = failure.problems[0] ?? { message: 'the file has no audits', help: null, place: null }
  return { code: 'store-toml', file: url, problem }
}

/** PARITY cargo-vet 0.10.3 foreign_audit_source_to_local_warn. */
function ignoredRemarks(name: string, ignoredCriteria: readonly string[], ignoredAudits: readonly string[]): string[] {
  const remark = (count: number, what: string, subject: string) =>
    `Ignored ${count} invalid ${what} when importing from '${name}'\n` +
    `These ${subject} may have been made with a more recent version of cargo-vet`
  return [
    ...(ignoredCriteria.length > 0 ? [remark(ignoredCriteria.length, 'criteria entries', 'criteria')] : []),
    ...(ignoredAudits.length > 0 ? [remark(ignoredAudits.length, 'audits', 'audits')] : []),
  ]
}

async function describeCriteria(
  importName: string,
  file: AuditsFile,
  peers: Peers,
  run: Run,
): Promise<Result<AuditsFile, Failure>> {
  const invalid = (reason: string): Result<never, Failure> =>
    fail({ code: 'import-invalid', importName, reason, help: null })
  const texts = new Map<string, string>()
  for (const { criterion, url } of wantedDescriptions(file)) {
    if (url === null) return invalid(`${importName}'s '${criterion}' criteria is missing a description`)
    if (URL.parse(url) === null) {
      return invalid(`${importName}'s '${criterion}' criteria description URI is invalid: '${url}'`)
    }
    const fetched = await peers.text(url, run)
    if (!fetched.ok) return fetched
    texts.set(criterion, fetched.value.text)
  }
  return ok(withDescriptions(file, texts))
}

// ── what the registry says ───────────────────────────────────────────────────────────────────

interface LiveTable<E> {
  readonly table: ReadonlyMap<CrateName, readonly E[]>
  readonly stale: readonly StalePart[]
}

async function liveUnpublishedTable(
  { store, graph, registry, onFailure }: OnlineInput,
  fresh: Set<object>,
  run: Run,
): Promise<Result<LiveTable<UnpublishedEntry> & { readonly isStill: LiveStore['isStillUnpublished'] }, Failure>> {
  const stored = store.imports.unpublished
  const versions = new Map<CrateName, readonly string[]>()
  const asked = await Promise.all(
    needsPublishedVersions(graph).map(async crate => ({ crate, answer: await registry.versions(crate, run) })),
  )
  const asStored = (crate: CrateName, failure: Failure) => {
    const part: StalePart = { importName: null, what: `the versions of ${crate}`, failure, fetchedAt: null }
    return ok({ table: stored, stale: [part], isStill: () => true })
  }
  for (const { crate, answer } of asked) {
    if (answer.ok)
      versions.set(
        crate,
        answer.value.map(v => v.version),
      )
    else return onFailure === 'fail' ? answer : asStored(crate, answer.error)
  }
  const live = liveUnpublished(graph, stored, crate => versions.get(crate) ?? [])
  if (!live.ok) {
    const crate = live.error.code === 'crate-not-in-registry' ? (live.error.crate as CrateName) : ('' as CrateName)
    return onFailure === 'fail' ? live : asStored(crate, live.error)
  }
  for (const entry of live.value.fresh) fresh.add(entry)
  return ok({
    table: live.value.unpublished,
    stale: [],
    isStill: entry => live.value.stillUnpublished.has(entry),
  })
}

/** The whole `publisher` table while online: the crates that were looked up and no other. */
async function livePublisherTable(
  { store, graph, webApi, onFailure }: OnlineInput,
  fresh: Set<object>,
  run: Run,
): Promise<Result<LiveTable<PublisherEntry>, Failure>> {
  const stored = store.imports.publisher
  const asked = await Promise.all(
    needsPublishers(store, graph).map(async crate => ({ crate, answer: await webApi.releases(crate, run) })),
  )
  const rows: [CrateName, readonly PublisherEntry[]][] = []
  const stale: StalePart[] = []
  for (const { crate, answer } of asked) {
    const known = stored.get(crate) ?? []
    if (answer.ok) {
      const live = livePublishers(known, answer.value)
      for (const row of live.fresh) fresh.add(row)
      rows.push([crate, live.rows])
    } else if (onFailure === 'fail') return answer
    else {
      stale.push({ importName: null, what: `the publishers of ${crate}`, failure: answer.error, fetchedAt: null })
      rows.push([crate, known])
    }
  }
  return ok({ table: sortedMap(rows), stale })
}
