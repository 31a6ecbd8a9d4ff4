/**
 * The canonical bytes of the three files, equal to what `cargo vet fmt` writes for the same values: tidied, keys in
 * cargo-vet's order, user comments from the publisher rows. In: store values. Out: text. Never touches the disk.
 * PARITY cargo-vet 0.10.3 src/storage.rs store_config, store_audits, store_imports, user_info_map.
 */
import { sortedMap } from '../core/byte-order.ts'
import {
  SUPPORTED_STORE_VERSION,
  type AuditEntry,
  type AuditsFile,
  type ConfigFile,
  type CriteriaEntry,
  type Exemption,
  type ImportConfig,
  type ImportsFile,
  type PolicyEntry,
  type PublisherEntry,
  type PublisherId,
  type TrustedEntry,
  type UnpublishedEntry,
  type VetStore,
  type WildcardAudit,
} from '../core/store-model.ts'
import {
  compareAudits,
  compareExemptions,
  comparePublishers,
  compareTrusted,
  compareUnpublished,
  compareWildcards,
  tidyMap,
} from './tidy.ts'
import { renderDocument, type TomlNode, type TomlTree, type UserComment } from './toml-write.ts'

/** The whole text of each file of a store. */
export interface StoreTexts {
  readonly config: string
  readonly audits: string
  readonly imports: string
}

/**
 * The three files of a store. The version written is the one this program supports, whatever was read, because
 * cargo-vet does the same.
 */
export function renderStore(store: VetStore): StoreTexts {
  const userComment = userComments(store.imports)
  return {
    config: renderConfigFile(store.config),
    audits: renderAuditsFile(store.audits, userComment),
    imports: renderImportsFile(store.imports, userComment),
  }
}

export function renderConfigFile(config: ConfigFile): string {
  return `\n# cargo-vet config file\n${renderDocument(configTree(config), null)}`
}

/** `userComment` of the store's imports.lock; null writes no comments, as `aggregate` does. */
export function renderAuditsFile(audits: AuditsFile, userComment: UserComment | null): string {
  return `\n# cargo-vet audits file\n${renderDocument(auditsTree(audits), userComment)}`
}

/** An audits file without the header line and without comments: what cargo-vet's `aggregate` prints. */
export function renderAggregate(audits: AuditsFile): string {
  return renderDocument(auditsTree(audits), null)
}

export function renderImportsFile(imports: ImportsFile, userComment: UserComment): string {
  return `\n# cargo-vet imports lock\n${renderDocument(importsTree(imports), userComment)}`
}

/**
 * The comment for each user id: `NAME (login)`, or `login`. The first publisher row of an id wins, crates in byte
 * order. PARITY deviation: control characters, which would break the file cargo-vet writes, become blanks.
 */
export function userComments(imports: ImportsFile): UserComment {
  const byId = new Map<bigint, string>()
  for (const [, rows] of sortedMap(imports.publisher))
    for (const { source } of rows) {
      if (source.kind !== 'user' || byId.has(source.userId)) continue
      const text = source.name === null ? source.login : `${source.name} (${source.login})`
      byId.set(source.userId, text.replace(/[\x00-\x08\x0a-\x1f\x7f]/g, ' '))
    }
  return id => byId.get(id)
}

// ── trees ────────────────────────────────────────────────────────────────────────────────────

type Entry = readonly [string, TomlNode | undefined]

const stringOrList = (list: readonly string[]): TomlNode => (list.length === 1 ? (list[0] as string) : { list })
const unlessEmpty = (list: readonly string[]): TomlNode | undefined =>
  list.length === 0 ? undefined : stringOrList(list)
const optional = <T extends TomlNode>(value: T | null): T | undefined => value ?? undefined

function mapTable<V>(map: ReadonlyMap<string, V>, toNode: (value: V) => TomlNode): TomlNode {
  return { table: [...sortedMap(map)].map(([key, value]): Entry => [key, toNode(value)]) }
}

/** The table of a map, or nothing when it is empty. */
const unlessEmptyMap = <V>(map: ReadonlyMap<string, V>, toNode: (value: V) => TomlNode): TomlNode | undefined =>
  map.size === 0 ? undefined : mapTable(map, toNode)

const tables =
  <E>(toTree: (entry: E) => TomlTree) =>
  (entries: readonly E[]): TomlNode => ({ tables: entries.map(toTree) })

function configTree(config: ConfigFile): TomlTree {
  const { major, minor } = SUPPORTED_STORE_VERSION
  const exemptions = tidyMap(config.exemptions, compareExemptions)
  return [
    ['cargo-vet', { table: [['version', `${major}.${minor}`]] }],
    ['default-criteria', config.defaultCriteria === 'safe-to-deploy' ? undefined : config.defaultCriteria],
    ['imports', unlessEmptyMap(config.imports, entry => ({ table: importTree(entry) }))],
    ['policy', unlessEmptyMap(config.policy, entry => ({ table: policyTree(entry) }))],
    ['exemptions', unlessEmptyMap(exemptions, tables(exemptionTree))],
  ]
}

const importTree = (entry: ImportConfig): TomlTree => [
  ['url', stringOrList(entry.url)],
  ['exclude', entry.exclude.length === 0 ? undefined : { list: entry.exclude }],
  ['criteria-map', unlessEmptyMap(entry.criteriaMap, stringOrList)],
]

const policyTree = (entry: PolicyEntry): TomlTree => [
  ['audit-as-crates-io', optional(entry.auditAsCratesIo)],
  ['criteria', entry.criteria === null ? undefined : stringOrList(entry.criteria)],
  ['dev-criteria', entry.devCriteria === null ? undefined : stringOrList(entry.devCriteria)],
  ['dependency-criteria', unlessEmptyMap(entry.dependencyCriteria, stringOrList)],
  ['notes', optional(entry.notes)],
]

const exemptionTree = (entry: Exemption): TomlTree => [
  ['version', entry.version],
  ['criteria', stringOrList(entry.criteria)],
  ['suggest', entry.suggest ? undefined : false],
  ['notes', optional(entry.notes)],
]

function auditsTree(audits: AuditsFile): TomlTree {
  const wildcards = tidyMap(audits.wildcardAudits, compareWildcards)
  const trusted = tidyMap(audits.trusted, compareTrusted)
  return [
    ['criteria', unlessEmptyMap(audits.criteria, entry => ({ table: criteriaTree(entry) }))],
    ['wildcard-audits', unlessEmptyMap(wildcards, tables(wildcardTree))],
    ['audits', mapTable(tidyMap(audits.audits, compareAudits), tables(auditTree))],
    ['trusted', unlessEmptyMap(trusted, tables(trustedTree))],
  ]
}

const criteriaTree = (entry: CriteriaEntry): TomlTree => [
  ['description', optional(entry.description)],
  ['description-url', optional(entry.descriptionUrl)],
  ['implies', unlessEmpty(entry.implies)],
  ['aggregated-from', unlessEmpty(entry.aggregatedFrom)],
]

const publisherId = (id: PublisherId): Entry =>
  id.kind === 'user' ? ['user-id', id.userId] : ['trusted-publisher', id.signature]

function auditTree(entry: AuditEntry): TomlTree {
  const kind: Entry =
    entry.kind.kind === 'full'
      ? ['version', entry.kind.version]
      : entry.kind.kind === 'delta'
        ? ['delta', `${entry.kind.from} -> ${entry.kind.to}`]
        : ['violation', entry.kind.range]
  return [
    ['who', unlessEmpty(entry.who)],
    ['criteria', stringOrList(entry.criteria)],
    kind,
    ['importable', entry.importable ? undefined : false],
    ['notes', optional(entry.notes)],
    ['aggregated-from', unlessEmpty(entry.aggregatedFrom)],
  ]
}

const wildcardTree = (entry: WildcardAudit): TomlTree => [
  ['who', unlessEmpty(entry.who)],
  ['criteria', stringOrList(entry.criteria)],
  publisherId(entry.publisher),
  ['start', entry.start],
  ['end', entry.end],
  ['renew', optional(entry.renew)],
  ['notes', optional(entry.notes)],
  ['aggregated-from', unlessEmpty(entry.aggregatedFrom)],
]

const trustedTree = (entry: TrustedEntry): TomlTree => [
  ['criteria', stringOrList(entry.criteria)],
  publisherId(entry.publisher),
  ['start', entry.start],
  ['end', entry.end],
  ['notes', optional(entry.notes)],
  ['aggregated-from', unlessEmpty(entry.aggregatedFrom)],
]

function importsTree(imports: ImportsFile): TomlTree {
  const unpublished = tidyMap(imports.unpublished, compareUnpublished)
  const publisher = tidyMap(imports.publisher, comparePublishers)
  return [
    ['unpublished', unlessEmptyMap(unpublished, tables(unpublishedTree))],
    ['publisher', unlessEmptyMap(publisher, tables(publisherTree))],
    ['audits', unlessEmptyMap(imports.audits, file => ({ table: auditsTree(file) }))],
  ]
}

const unpublishedTree = (entry: UnpublishedEntry): TomlTree => [
  ['version', entry.version],
  ['audited_as', entry.auditedAs],
]

const publisherTree = (entry: PublisherEntry): TomlTree => [
  ['version', entry.version],
  ['when', entry.when],
  ...(entry.source.kind === 'user'
    ? ([
        ['user-id', entry.source.userId],
        ['user-login', entry.source.login],
        ['user-name', optional(entry.source.name)],
      ] satisfies Entry[])
    : ([['trusted-publisher', entry.source.signature]] satisfies Entry[])),
]
