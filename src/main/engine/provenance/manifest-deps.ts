/** Dependencies of a manifest or an index line in one form, so that they can be held against each other. */
import { parseVersionReq, renderVersionReq } from '../core/version-req.ts'
import type { IndexFacts } from './index-facts.ts'
import { isTable } from '../core/plain-table.ts'
import { canonical, sortedUnique, tableAt, textAt, textsAt, valueAt, type TomlTable } from './manifest-toml.ts'

export type DepKind = 'normal' | 'build' | 'dev'

export interface ManifestDep {
  readonly kind: DepKind
  /** In one form: no white space that means nothing. */
  readonly target: string | null
  /** As the crate's code names it. */
  readonly alias: string
  /** The package's own name. */
  readonly package: string
  /** In one form; null: none was stated. */
  readonly req: string | null
  readonly features: readonly string[]
  readonly isOptional: boolean
  readonly usesDefaultFeatures: boolean
  /** Index address of another registry, or `named NAME` as a repository's manifest says it; null: the usual one. */
  readonly registry: string | null
  /** `public`, `artifact`, `lib` and the like, as canonical text. */
  readonly other: string
  /** Stated with `path` or `git`, which publishing takes away. */
  readonly isLocal: boolean
  /** What `path`, `git` and the like say, as canonical text; empty without them. */
  readonly local: string
  /** From a workspace manifest that is not here: only alias, own features and `optional` are known. */
  readonly isUnresolved: boolean
}

const SECTIONS: readonly { readonly kind: DepKind; readonly names: readonly string[] }[] = [
  { kind: 'normal', names: ['dependencies'] },
  { kind: 'build', names: ['build-dependencies', 'build_dependencies'] },
  { kind: 'dev', names: ['dev-dependencies', 'dev_dependencies'] },
]

export const depKey = (dep: Pick<ManifestDep, 'kind' | 'target' | 'alias'>): string =>
  `${dep.kind}\n${dep.target ?? ''}\n${dep.alias}`

/** By `depKey`; what is there twice (two spellings of one target) is kept apart, in the order of what it says. */
export function depsByKey(deps: readonly ManifestDep[]): ReadonlyMap<string, ManifestDep> {
  const byKey = new Map<string, ManifestDep>()
  for (const [key, same] of Map.groupBy(deps, depKey)) {
    const sorted =
      same.length === 1
        ? same
        : same
            .map(dep => [canonical(dep), dep] as const)
            .sort(byText)
            .map(([, dep]) => dep)
    for (const [i, dep] of sorted.entries()) byKey.set(i === 0 ? key : `${key}\n${i}`, dep)
  }
  return byKey
}

const byText = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0

/** `workspace`: the `[workspace]` table that `workspace = true` refers to; undefined when it is not here. */
export function readDeps(manifest: TomlTable, workspace: TomlTable | undefined): readonly ManifestDep[] {
  const deps: ManifestDep[] = []
  const readSections = (at: TomlTable, target: string | null) => {
    for (const { kind, names } of SECTIONS) {
      for (const [alias, value] of Object.entries(tableAt(at, ...names) ?? {})) {
        deps.push(readDep(kind, target, alias, value, workspace))
      }
    }
  }
  readSections(manifest, null)
  for (const [target, value] of Object.entries(tableAt(manifest, 'target') ?? {})) {
    if (isTable(value)) readSections(value, cleanTarget(target))
  }
  return deps
}

function readDep(
  kind: DepKind,
  target: string | null,
  alias: string,
  value: unknown,
  workspace: TomlTable | undefined,
): ManifestDep {
  const own: TomlTable = isTable(value) ? value : typeof value === 'string' ? { version: value } : {}
  const inherits = valueAt(own, 'workspace') === true
  const shared = valueAt(tableAt(workspace, 'dependencies'), alias)
  const base: TomlTable = !inherits
    ? own
    : isTable(shared)
      ? shared
      : typeof shared === 'string'
        ? { version: shared }
        : {}
  const version = textAt(base, 'version')
  const registry = textAt(base, 'registry')
  const other = ['public', 'artifact', 'lib', 'target'].flatMap(key => {
    const stated = valueAt(own, key) ?? valueAt(base, key)
    return stated === undefined || stated === false ? [] : [`${key}=${canonical(stated)}`]
  })
  return {
    kind,
    target,
    alias,
    package: textAt(base, 'package') ?? alias,
    req: version === undefined ? null : cleanReq(version),
    features: sortedUnique([...textsAt(base, 'features'), ...(inherits ? textsAt(own, 'features') : [])]),
    isOptional: valueAt(own, 'optional') === true,
    usesDefaultFeatures: defaultFeatures(own, base, inherits),
    registry:
      textAt(base, 'registry-index') ??
      (registry === undefined || registry === 'crates-io' ? null : `named ${registry}`),
    other: other.join(' '),
    isLocal: valueAt(base, 'path', 'git', 'base') !== undefined,
    local: keysOf(base, ['path', 'git', 'base', 'branch', 'tag', 'rev']),
    isUnresolved: inherits && shared === undefined,
  }
}

const keysOf = (table: TomlTable, keys: readonly string[]): string =>
  keys
    .filter(key => valueAt(table, key) !== undefined)
    .map(key => `${key} ${canonical(valueAt(table, key))}`)
    .join(' ')

/** A member can switch default features on, not off (cargo warns, or refuses since edition 2024). */
function defaultFeatures(own: TomlTable, base: TomlTable, inherits: boolean): boolean {
  if (inherits && valueAt(own, 'default-features', 'default_features') === true) return true
  return valueAt(base, 'default-features', 'default_features') !== false
}

/** The dependencies of an index line. Old lines wrote the default features' absence as an empty name. */
export function indexDeps(index: IndexFacts): readonly ManifestDep[] {
  return index.deps.map(dep => ({
    kind: dep.kind,
    target: dep.target === null ? null : cleanTarget(dep.target),
    alias: dep.alias,
    package: dep.package,
    req: cleanReq(dep.req),
    features: sortedUnique(dep.features.filter(feature => feature !== '')),
    isOptional: dep.isOptional,
    usesDefaultFeatures: dep.usesDefaultFeatures,
    registry: dep.registry,
    other: '',
    isLocal: false,
    local: '',
    isUnresolved: false,
  }))
}

/**
 * A requirement in the form cargo gives back: `1.0` and `^1.0` are one, so are `0.2.*` and `^0.2`, which take the same
 * versions. `^1.2.*` is read as cargo did when it took such texts. Text that is none only loses its spaces.
 */
export function cleanReq(text: string): string {
  const parsed = parseVersionReq(text.replace(/^\s*\^(?=[\d.]+\.\*\s*$)/, ''))
  if (!parsed.ok) return text.replace(/\s+/g, '')
  const comparators = parsed.value.comparators.map(one => {
    const isCaret = one.op === '*' && (one.minor === null || (one.major === 0n && one.patch === null))
    return isCaret ? { ...one, op: '^' as const } : one
  })
  return renderVersionReq({ comparators })
}

/** `cfg( any(unix , windows, ) )` and `cfg(any(unix, windows))` are one; quoted parts stay as they are. */
export function cleanTarget(text: string): string {
  const parts = text.trim().split(/("[^"]*")/)
  return parts
    .map((part, i) => (i % 2 === 1 ? part : part.replace(/\s+/g, '')))
    .join('')
    .replace(/,\)/g, ')')
}

/** How two stated forms of one dependency differ, in words; empty when they mean the same. */
export function depDifferences(published: ManifestDep, stated: ManifestDep): readonly string[] {
  const said = (text: string | null) => (text === null || text === '' ? 'nothing' : text)
  const list = (items: readonly string[]) => (items.length === 0 ? 'none' : items.join(', '))
  const words: string[] = []
  if (published.package !== stated.package) words.push(`package ${published.package} instead of ${stated.package}`)
  if ((published.req ?? '*') !== (stated.req ?? '*'))
    words.push(`version ${said(published.req)} instead of ${said(stated.req)}`)
  if (canonical(published.features) !== canonical(stated.features))
    words.push(`features ${list(published.features)} instead of ${list(stated.features)}`)
  if (published.isOptional !== stated.isOptional) words.push(published.isOptional ? 'optional' : 'not optional')
  if (published.usesDefaultFeatures !== stated.usesDefaultFeatures)
    words.push(published.usesDefaultFeatures ? 'with default features' : 'without default features')
  if (published.registry !== stated.registry)
    words.push(`registry ${said(published.registry)} instead of ${said(stated.registry)}`)
  if (published.other !== stated.other) words.push(`${said(published.other)} instead of ${said(stated.other)}`)
  return words
}
