/**
 * What is known of peers and publishers without asking anybody: copies in the cache, each with its age, and answers of
 * the registry's web API. Figures are made from these; only the fetch job and an apply ask.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { UnmappedCriterion } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import type { CriteriaMapper } from '../core/criteria.ts'
import type { DepGraph } from '../core/dep-graph.ts'
import { translatePeer } from '../core/import-translate.ts'
import type { AuditsFile, ImportConfig } from '../core/store-model.ts'
import { readPeerRegistry, type Peers, type PeerText } from '../io/peers.ts'
import { parseAuditsFile } from '../store/parse-store.ts'
import { fetchImport, type FetchedImport, type Translations } from './online.ts'

/** Texts as they were when last fetched; the same object until `forget`. */
export interface CachedPeers extends Peers {
  forget(): void
}

/** Each file is looked up once until `forget`. */
export function cachedPeers(peers: Pick<Peers, 'remembered'>): CachedPeers {
  const known = new Map<string, PeerText | null>()
  const remembered = (url: string): PeerText | null => {
    let text = known.get(url)
    if (text === undefined) known.set(url, (text = peers.remembered(url)))
    return text
  }
  return {
    remembered,
    text(url) {
      const text = remembered(url)
      return Promise.resolve(text === null ? fail({ code: 'offline', needed: url }) : ok(text))
    },
    forget: () => known.clear(),
  }
}

/** Known peers by name as the list last said; null when it was never fetched or cannot be read. */
export async function rememberedRegistry(
  peers: Peers,
  address: string,
  run: Run,
): Promise<ReadonlyMap<string, readonly string[]> | null> {
  if (peers.remembered(address) === null) return null
  const known = await readPeerRegistry(peers, address, run)
  return known.ok ? known.value : null
}

/** When the oldest of the texts was fetched; null when one never was. */
export function oldestCopy(peers: Pick<Peers, 'remembered'>, urls: readonly string[]): number | null {
  let oldest: number | null = null
  for (const url of urls) {
    const text = peers.remembered(url)
    if (text === null) return null
    oldest = Math.min(oldest ?? text.fetchedAt, text.fetchedAt)
  }
  return oldest
}

export interface PeerInput {
  readonly mapper: CriteriaMapper
  readonly peers: Peers
  readonly translations: Translations
}

/** The peer's file as importing it would bring it. @failure as goOnline; offline when it was never fetched */
export function peerFile(
  { mapper, peers, translations }: PeerInput,
  name: string,
  config: ImportConfig,
  run: Run,
): Promise<Result<FetchedImport, Failure>> {
  return fetchImport({ mapper, peers, translations, onFailure: 'fail' }, name, config, run)
}

// ── criteria that mean nothing here ──────────────────────────────────────────────────────────

/** Peers' files as they wrote them, by address; parsed once per text. */
export type RawFiles = Map<string, { readonly text: string; readonly file: AuditsFile | null }>

/**
 * The peer's criteria that no map gives a meaning here, with how many of its audits of crates in the graph name them;
 * in byte order, those without any such audit left out.
 */
export function unmappedCriteria(input: {
  readonly peers: Pick<Peers, 'remembered'>
  readonly raw: RawFiles
  readonly mapper: CriteriaMapper
  readonly graph: DepGraph
  readonly importName: string
  readonly config: ImportConfig
}): UnmappedCriterion[] {
  const { config, graph, importName } = input
  const crates = new Set<CrateName>(graph.nodes.flatMap(node => (node.isThirdParty ? [node.name] : [])))
  const counts = new Map<string, number>()
  for (const url of config.url) {
    const file = rawFile(input, url)
    if (file === null) continue
    const meaningless = criteriaWithoutMeaning(input, file)
    for (const crate of crates)
      for (const entry of [...(file.audits.get(crate) ?? []), ...(file.wildcardAudits.get(crate) ?? [])])
        for (const name of entry.criteria) if (meaningless.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([criterion, audits]) => ({ importName, criterion, audits }))
}

function rawFile(
  { peers, raw }: { readonly peers: Pick<Peers, 'remembered'>; readonly raw: RawFiles },
  url: string,
): AuditsFile | null {
  const text = peers.remembered(url)?.text
  if (text === undefined) return null
  const known = raw.get(url)
  if (known?.text === text) return known.file
  const parsed = parseAuditsFile(text, url, 'peer')
  const file = parsed.ok ? parsed.value.audits : null
  raw.set(url, { text, file })
  return file
}

const ANY_CRATE = 'any' as CrateName

/** Translates one entry per criterion, so that what counts is the translation's own answer. */
function criteriaWithoutMeaning(
  {
    mapper,
    importName,
    config,
  }: { readonly mapper: CriteriaMapper; readonly importName: string; readonly config: ImportConfig },
  file: AuditsFile,
): ReadonlySet<string> {
  const names = [...file.criteria.keys()]
  const entry = { who: [], kind: { kind: 'full' as const, version: '1.0.0' as never }, importable: true, notes: null }
  const probe: AuditsFile = {
    criteria: file.criteria,
    audits: new Map([[ANY_CRATE, names.map(name => ({ ...entry, criteria: [name], aggregatedFrom: [] }))]]),
    wildcardAudits: new Map(),
    trusted: new Map(),
  }
  const translated = translatePeer({
    importName,
    file: probe,
    local: mapper,
    exclude: [],
    criteriaMap: config.criteriaMap,
  })
  if (!translated.ok) return new Set()
  const granted = translated.value.audits.get(ANY_CRATE) ?? []
  return new Set(names.filter((_, i) => (granted[i]?.criteria.length ?? 0) === 0))
}
