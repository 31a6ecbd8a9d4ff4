/**
 * The facts of one item of the queue, each with its source and date, from what is at hand: nothing is asked of the network
 * here. What is not at hand is unknown and says why.
 */
import { linesOf, type Delta, type VetVersion } from '../../../shared/domain.ts'
import type { AdvisoryDatabaseInfo, AdvisoryHit } from '../../../shared/risk.ts'
import type { QueueItem } from '../../../shared/wire.ts'
import { advisoriesOf, nearestFixed, unreadOf, type Advisories, type Advisory } from '../core/advisories.ts'
import { publisherKey, publisherText, type Release } from '../core/publishers.ts'
import type { CodeCounts, Fact, PublisherFact, RiskAdvisory, RiskFacts } from '../core/risk.ts'
import { DEPENDENTS_COUNTED, type GraphPlace } from '../core/risk-graph.ts'
import { compareVetVersions, semverOf } from '../core/version.ts'
import type { IndexVersion } from '../io/registry-index.ts'
import type { KeptSummary } from './provenance-results.ts'
import { newUnsafePlaces, type ArchiveFacts } from './risk-archive.ts'

/** What is at hand for one item. */
export interface ItemInput {
  readonly item: QueueItem
  /** Whether it comes from the default registry, about which advisories are. */
  readonly isFromRegistry: boolean
  readonly place: GraphPlace | null
  /** False: kinds of dependencies are not told apart (no cargo). */
  readonly hasKinds: boolean
  readonly hasDefaultFeatures: boolean | null
  /** Whether an audit of any version of the crate is at hand. */
  readonly hasAudits: boolean
  readonly advisories: Advisories | null
  readonly database: AdvisoryDatabaseInfo
  /** Null: the index was never asked about that version. */
  readonly index: (version: VetVersion) => IndexVersion | null
  /** All versions in the index; null: never asked. */
  readonly published: readonly IndexVersion[] | null
  readonly releases: readonly Release[] | null
  readonly provenance: KeptSummary | null
  /** Null: not looked through yet. */
  readonly archive: (version: VetVersion) => ArchiveFacts | null
  readonly nowMs: number
}

const DAY_MS = 24 * 3_600_000
const REGISTRY = 'registry index'
const ARCHIVE = 'archive'
const unknown = (reason: string, source: string): Fact<never> => ({ state: 'unknown', reason, source })
const known = <T>(value: T, source: string, date: number | null = null): Fact<T> => ({
  state: 'known',
  ...{ value, source, date },
})

/** What is not at hand is unknown with its reason, never a value. */
export function riskFacts(input: ItemInput): RiskFacts {
  const { item } = input
  const hits = hitsOf(input)
  const release = input.index(item.version)
  return {
    advisoriesNew: advisoryFact(input, hits?.filter(hit => hit.hitsNew) ?? null),
    advisoriesOld: advisoryFact(input, hits?.filter(hit => hit.hitsOld && !hit.hitsNew) ?? null),
    yanked: release === null ? unknown('the index was not asked', REGISTRY) : known(release.yanked, REGISTRY),
    provenance: provenanceFact(input),
    publisher: publisherFact(input),
    releaseAge: ageFact(input, release),
    ...archiveFacts(input),
    audit: auditFact(input),
    lines:
      item.size.state === 'measured'
        ? known(linesOf(item.size.stat), 'measured as cargo vet does')
        : unknown(item.size.state === 'measuring' ? 'being measured' : 'could not be measured', 'measuring'),
    ...graphFacts(input),
  }
}

/** Every advisory that hits one end of the item's change, by id; null without a database or for another registry. */
export function hitsOf({ item, advisories, isFromRegistry, published }: ItemInput): readonly AdvisoryHit[] | null {
  if (advisories === null || !isFromRegistry) return null
  const now = advisoriesOf(advisories, item.crate, item.version)
  const from = item.delta?.from ?? null
  const before = from === null ? [] : advisoriesOf(advisories, item.crate, from)
  const holes = (advisories.byCrate.get(item.crate) ?? []).filter(
    a => a.withdrawn === null && a.kind === 'vulnerability',
  )
  const fixedBy = published === null || now.length === 0 ? null : nearestFixed(holes, item.version, published)
  const all = [...new Map([...now, ...before].map(one => [one.id, one])).values()]
  return all
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(one => hitOf(one, { hitsNew: now.includes(one), hitsOld: before.includes(one), fixedBy }))
}

function hitOf(
  { id, kind, title, date, url, aliases, cvss, patched }: Advisory,
  ends: Pick<AdvisoryHit, 'hitsNew' | 'hitsOld' | 'fixedBy'>,
): AdvisoryHit {
  const fixedBy = ends.hitsNew && patched.length > 0 ? ends.fixedBy : null
  return { id, kind, title, date, url, aliases: [...aliases], cvss, patched: [...patched], ...ends, fixedBy }
}

function advisoryFact(input: ItemInput, hits: readonly AdvisoryHit[] | null): Fact<readonly RiskAdvisory[]> {
  const { advisories, database, item } = input
  if (!input.isFromRegistry) return unknown('not of the registry that advisories are about', 'RustSec')
  if (advisories === null || hits === null) return unknown(database.reason ?? 'no advisory database', 'RustSec')
  const unread = unreadOf(advisories, item.crate)
  if (unread.length > 0) return unknown(`${unread.length} of its advisories cannot be read`, 'RustSec')
  const state = database.state === 'stale' ? 'stale' : 'known'
  return { state, value: hits, source: 'RustSec', date: database.fetchedAt }
}

function provenanceFact({ provenance }: ItemInput): RiskFacts['provenance'] {
  if (provenance === null) return unknown('not checked', 'provenance')
  const state = provenance.stale === null && !(provenance.wasOffline && !provenance.isSettled) ? 'known' : 'stale'
  return { state, value: provenance.outcome, source: 'provenance', date: provenance.checkedAt }
}

/** Who published the version, against whoever published those before it. */
function publisherFact({ item, releases }: ItemInput): RiskFacts['publisher'] {
  const source = 'registry web API'
  if (releases === null) return unknown('the registry was not asked', source)
  const version = semverOf(item.version)
  const release = releases.find(one => one.version === version)
  if (release === undefined) return unknown('the registry did not name this release', source)
  if (release.source === null) return unknown('published by nobody who is named', source)
  const earlier = releases
    .filter(one => compareVetVersions(one.version, release.version) < 0)
    .sort((a, b) => compareVetVersions(a.version, b.version))
  const date = Date.parse(release.createdAt)
  const name = publisherText(release.source)
  const last = earlier.at(-1)
  if (last === undefined) return known<PublisherFact>({ kind: 'first', name }, source, date)
  const key = publisherKey(release.source)
  const own = earlier.filter(one => one.source !== null && publisherKey(one.source) === key).length
  const before = last.source === null ? 'somebody unnamed' : publisherText(last.source)
  if (own === 0) return known<PublisherFact>({ kind: 'new', name, before }, source, date)
  const isSame = last.source !== null && publisherKey(last.source) === key
  const fact: PublisherFact = isSame
    ? { kind: 'same', name, earlier: own }
    : { kind: 'changed', name, before, earlier: own }
  return known(fact, source, date)
}

function ageFact({ item, releases, nowMs }: ItemInput, release: IndexVersion | null): RiskFacts['releaseAge'] {
  const version = semverOf(item.version)
  const stated = release?.publishedAt ?? releases?.find(one => one.version === version)?.createdAt ?? null
  const at = stated === null ? NaN : Date.parse(stated)
  if (Number.isNaN(at)) return unknown('the day of its release is not stated', REGISTRY)
  return known(Math.max(0, Math.floor((nowMs - at) / DAY_MS)), REGISTRY, at)
}

function archiveFacts({
  item,
  archive,
}: ItemInput): Pick<RiskFacts, 'buildScript' | 'procMacro' | 'code' | 'unsafeNew'> {
  const now = archive(item.version)
  if (now === null) {
    const no = unknown('its archive is not in the cache or not looked through yet', ARCHIVE)
    return { buildScript: no, procMacro: no, code: no, unsafeNew: no }
  }
  const from = item.delta === null ? undefined : item.delta.from
  const before = from === undefined || from === null ? null : archive(from)
  const isBeforeMissing = from === undefined || (from !== null && before === null)
  const counts: CodeCounts = now
  const unread = `${now.unread} ${now.unread === 1 ? 'file' : 'files'} could not be looked through`
  const has = now.buildScript !== null
  const unsafeNew = isBeforeMissing ? null : newUnsafePlaces(before, now)
  const isHalf = now.unread > 0 || (before?.unread ?? 0) > 0
  return {
    // Without the old version nobody knows whether it changed; it counts as changed then.
    buildScript: known({ has, isChanged: has && before?.buildScript !== now.buildScript }, ARCHIVE),
    procMacro: known(now.procMacro, ARCHIVE),
    code: now.unread > 0 ? unknown(unread, ARCHIVE) : known(counts, ARCHIVE),
    unsafeNew:
      unsafeNew === null || isHalf
        ? unknown(isHalf ? unread : 'the old version was not looked through yet', ARCHIVE)
        : known(unsafeNew, ARCHIVE),
  }
}

function auditFact({ item, hasAudits }: ItemInput): RiskFacts['audit'] {
  const source = 'store and imports'
  if (item.delta === null) return unknown('what to read is not known yet', source)
  if (item.delta.from !== null) return known('delta', source)
  return known(hasAudits ? 'full' : 'first', source)
}

function graphFacts(input: ItemInput): Pick<RiskFacts, 'usage' | 'defaultFeatures' | 'dependents' | 'depth'> {
  const source = input.hasKinds ? 'cargo metadata' : 'Cargo.lock'
  const { place, hasDefaultFeatures } = input
  const noCargo = unknown('cargo was not found, and Cargo.lock does not say', source)
  const nowhere = unknown('nothing in this workspace reaches it', source)
  return {
    usage: place === null ? nowhere : input.hasKinds ? known(place.usage, source) : noCargo,
    defaultFeatures: hasDefaultFeatures === null ? noCargo : known(hasDefaultFeatures, source),
    dependents: place === null ? nowhere : known(Math.min(place.dependents, DEPENDENTS_COUNTED), source),
    depth: place === null ? nowhere : known(Math.max(1, place.depth), source),
  }
}

/** The versions whose archives an item asks about. */
export function archivesOf(item: {
  readonly version: VetVersion
  readonly delta: Delta | null
}): readonly VetVersion[] {
  const from = item.delta?.from ?? null
  return [item.version, ...(from === null ? [] : [from])].filter(version => !version.includes('@git:'))
}
