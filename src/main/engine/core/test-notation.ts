/**
 * Short notations for tests of the solver, so that a case is one glance: lines for a graph, lines for a store.
 *
 * Graph: `app -> serde 1.0.0, log 0.4.0` normal edges, `app dev> either 1.0.0`, `app build> cc 1.0.0`. Names without a
 * version are workspace members (0.1.0). Store: one entry per line, `serde full 1.0.0 deploy`, `serde 1.0.0->1.1.0 run`,
 * `serde exempt 1.0.0 deploy`, `serde violation <1.1 run`, `serde unpublished 1.1.0 as 1.0.0`; a prefix `peer:` makes
 * an imported entry, a suffix `!` a non-importable audit or an exemption that suggest keeps. `run`, `deploy` are short.
 */
import { brand, type CrateName, type VetVersion } from '../../../shared/domain.ts'
import { sortedMap } from './byte-order.ts'
import type { CargoMetadata, DepKind, MetadataNode, MetadataPackage } from './cargo-metadata.ts'
import { buildCriteriaMapper, type CriteriaMapper } from './criteria.ts'
import {
  SUPPORTED_STORE_VERSION,
  type AuditEntry,
  type AuditsFile,
  type Exemption,
  type PolicyEntry,
  type UnpublishedEntry,
  type VetStore,
} from './store-model.ts'

const REGISTRY = 'registry+https://github.com/rust-lang/crates.io-index'

/** Cargo's metadata for lines of graph notation. Members are the names without a version, in order of appearance. */
export function graphOf(...lines: readonly string[]): CargoMetadata {
  const packages = new Map<string, MetadataPackage>()
  const deps = new Map<string, { pkg: string; kinds: DepKind[] }[]>()
  const idOf = (text: string): string => {
    const [name = '', version] = text.trim().split(' ')
    const id = `${name} ${version ?? '0.1.0'}`
    const [semver = '', commit] = (version ?? '0.1.0').split('@git:')
    const source =
      version === undefined ? null : commit === undefined ? REGISTRY : `git+https://example.com/${name}#${commit}`
    const facts = { id, name, version: semver, source, description: null, repository: null, vetMetadata: null }
    if (!packages.has(id)) packages.set(id, { ...facts, manifestPath: `/w/${name}/Cargo.toml` })
    return id
  }
  for (const line of lines) {
    const [, from = line, arrow = '', targets = ''] = /^(.*?) (->|dev>|build>) (.*)$/.exec(line) ?? []
    const fromId = idOf(from)
    const kind: DepKind = arrow === 'dev>' ? 'dev' : arrow === 'build>' ? 'build' : 'normal'
    const list = deps.get(fromId) ?? []
    deps.set(fromId, list)
    for (const target of targets.split(',').filter(t => t.trim() !== ''))
      list.push({ pkg: idOf(target), kinds: [kind] })
  }
  const nodes: MetadataNode[] = [...packages.keys()].map(id => {
    const own = deps.get(id) ?? []
    return { id, deps: own, dependencies: own.map(d => d.pkg) }
  })
  return {
    packages: [...packages.values()],
    workspaceMembers: [...packages.values()].filter(p => p.source === null).map(p => p.id),
    workspaceRoot: '/w',
    resolveNodes: nodes,
    resolveRoot: null,
    workspaceVetMetadata: null,
    origin: 'cargo',
  }
}

export interface StoreExtras {
  readonly policy?: Readonly<Record<string, Partial<PolicyEntry>>>
  /** Custom criteria and what each implies. */
  readonly criteria?: Readonly<Record<string, readonly string[]>>
}

/** A store for lines of store notation. */
export function storeOf(lines: readonly string[], extras: StoreExtras = {}): VetStore {
  const exemptions: [CrateName, Exemption][] = []
  const unpublished: [CrateName, UnpublishedEntry][] = []
  const audits = new Map<string, [CrateName, AuditEntry][]>([['', []]])
  for (const line of lines) {
    const [, peer = '', name = '', rest = ''] = /^(?:(\w+):)?(\S+) (.*)$/.exec(line) ?? []
    const crate = brand<'CrateName'>(name)
    const isMarked = rest.endsWith('!')
    const words = rest.replace(/!$/, '').split(' ')
    const [first = '', second = '', third = '', fourth = ''] = words
    if (first === 'exempt') {
      exemptions.push([crate, { version: v(second), criteria: criteriaOf(third), suggest: !isMarked, notes: null }])
    } else if (first === 'unpublished') unpublished.push([crate, { version: v(second), auditedAs: v(fourth) }])
    else audits.set(peer, [...(audits.get(peer) ?? []), [crate, auditOf(words, isMarked)]])
  }
  const fileOf = (peer: string): AuditsFile => ({ ...EMPTY_AUDITS, audits: grouped(audits.get(peer) ?? []) })
  const peers = [...audits.keys()].filter(peer => peer !== '')
  const criteria = Object.entries(extras.criteria ?? {}).map(
    ([name, implies]) =>
      [name, { description: name, descriptionUrl: null, implies: implies.map(long), aggregatedFrom: [] }] as const,
  )
  return {
    config: {
      storeVersion: SUPPORTED_STORE_VERSION,
      defaultCriteria: 'safe-to-deploy',
      imports: sortedMap(
        peers.map(peer => [peer, { url: ['https://example.com'], exclude: [], criteriaMap: new Map() }]),
      ),
      policy: sortedMap(
        Object.entries(extras.policy ?? {}).map(([key, entry]) => [key, { ...EMPTY_POLICY, ...entry }]),
      ),
      exemptions: grouped(exemptions),
    },
    audits: { ...fileOf(''), criteria: sortedMap(criteria) },
    imports: {
      unpublished: grouped(unpublished),
      publisher: new Map(),
      audits: sortedMap(peers.map(peer => [peer, fileOf(peer)])),
    },
  }
}

/** The mapper of a store; throws where it fails. */
export function mapperOf(store: VetStore): CriteriaMapper {
  const mapper = buildCriteriaMapper(store.audits)
  if (!mapper.ok) throw new Error(mapper.error.code)
  return mapper.value
}

/** The lines that `storeOf` would read, exemptions last: to compare stores at a glance. */
export function linesOfStore(store: VetStore): string[] {
  const files = [['', store.audits] as const, ...store.imports.audits]
  return [
    ...files.flatMap(([peer, file]) =>
      [...file.audits].flatMap(([crate, entries]) => entries.map(a => `${peer && `${peer}:`}${crate} ${auditLine(a)}`)),
    ),
    ...[...store.imports.unpublished].flatMap(([crate, entries]) =>
      entries.map(e => `${crate} unpublished ${e.version} as ${e.auditedAs}`),
    ),
    ...[...store.config.exemptions].flatMap(([crate, entries]) =>
      entries.map(e => `${crate} exempt ${e.version} ${e.criteria.map(short).join('+')}${e.suggest ? '' : '!'}`),
    ),
  ]
}

const EMPTY_POLICY: PolicyEntry = {
  auditAsCratesIo: null,
  criteria: null,
  devCriteria: null,
  dependencyCriteria: new Map(),
  notes: null,
}
const EMPTY_AUDITS: AuditsFile = {
  criteria: new Map(),
  wildcardAudits: new Map(),
  audits: new Map(),
  trusted: new Map(),
}

const v = (text: string): VetVersion => brand<'VetVersion'>(text)
const long = (name: string): string => (name === 'run' || name === 'deploy' ? `safe-to-${name}` : name)
const short = (name: string): string => name.replace('safe-to-', '')
const criteriaOf = (text: string): string[] => (text === '' ? [] : text.split('+').map(long))

function auditOf([first = '', second = '', third = '']: readonly string[], isMarked: boolean): AuditEntry {
  const [from, to] = first.split('->')
  const isDelta = to !== undefined && from !== undefined
  const kind: AuditEntry['kind'] = isDelta
    ? { kind: 'delta', from: v(from), to: v(to) }
    : first === 'violation'
      ? { kind: 'violation', range: second }
      : { kind: 'full', version: v(second) }
  return {
    who: ['Ann'],
    criteria: criteriaOf(isDelta ? second : third),
    kind,
    importable: !isMarked,
    notes: null,
    aggregatedFrom: [],
  }
}

function auditLine({ kind, criteria, importable }: AuditEntry): string {
  const what =
    kind.kind === 'delta'
      ? `${kind.from}->${kind.to}`
      : kind.kind === 'full'
        ? `full ${kind.version}`
        : `violation ${kind.range}`
  return `${what} ${criteria.map(short).join('+')}${importable ? '' : '!'}`
}

function grouped<T>(entries: readonly (readonly [CrateName, T])[]): ReadonlyMap<CrateName, readonly T[]> {
  const lists = new Map<CrateName, T[]>()
  for (const [crate, entry] of entries) lists.set(crate, [...(lists.get(crate) ?? []), entry])
  return sortedMap(lists)
}
