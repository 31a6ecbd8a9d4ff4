/**
 * Is the generated Cargo.toml of an archive what cargo makes of the manifest in the repository, and what the index says?
 * The two files never have equal bytes, so they are compared by meaning, under named rules (manifest-rules.ts).
 */
import type { IndexFacts } from './index-facts.ts'
import { depDifferences, depKey, indexDeps, readDeps, type ManifestDep } from './manifest-deps.ts'
import {
  isKnownKey,
  KEYS_SINCE,
  readFeatures,
  readPackage,
  readTables,
  TABLES_SINCE,
  type PackageFacts,
} from './manifest-package.ts'
import {
  canonical,
  packageOf,
  parseManifest,
  shown,
  sortedUnique,
  tableAt,
  textAt,
  type TomlTable,
} from './manifest-toml.ts'
import { findTargets, type Target, type TargetSet } from './targets.ts'

export interface ManifestCheckInput {
  /** Cargo.toml of the archive. */
  readonly generated: Uint8Array
  /** Cargo.toml.orig of the archive. */
  readonly original: Uint8Array | null
  /** The package's Cargo.toml at the compared commit. */
  readonly inRepository: Uint8Array | null
  /** The workspace root's Cargo.toml at that commit, where it is another file. */
  readonly workspaceRoot: Uint8Array | null
  readonly index: IndexFacts | null
  /** Files of the archive, below NAME-VERSION/. */
  readonly archivePaths: readonly string[]
  readonly crate: string
  readonly version: string
  /** Inclusive minor versions of the cargo that made the archive, for example `1.63`; null: open. */
  readonly cargoRange: { readonly from: string | null; readonly to: string | null }
}

export interface ManifestCheck {
  /**
   * `explained`: every difference to the repository's manifest follows from a rule. `unexplained`: at least one does
   * not. `unchecked`: nothing to compare with, or parts come from a workspace manifest that is not here.
   */
  readonly state: 'explained' | 'unexplained' | 'unchecked'
  /** One sentence per difference, those that decide which code runs first. */
  readonly differences: readonly string[]
  readonly index: 'equal' | 'differs' | 'unchecked'
  /** One sentence per difference to the index line. */
  readonly indexDifferences: readonly string[]
  /** Which code is compiled or run differs: build script, target paths, proc-macro, links, dependencies, features. */
  readonly codeSurfaceDiffers: boolean
  /** Files of the archive that the generated manifest's targets and build script name, discovered ones included. */
  readonly codePaths: readonly string[]
  /** What could not be compared, one phrase each. */
  readonly uncheckable: readonly string[]
}

const UNREADABLE = 'The published Cargo.toml cannot be read'

/** Never throws: text that is no manifest is a difference. */
export function checkManifest(input: ManifestCheckInput): ManifestCheck {
  const generated = parseManifest(input.generated)
  if (generated === null) {
    return { ...NOTHING, state: 'unexplained', differences: [`${UNREADABLE}.`], codeSurfaceDiffers: true }
  }
  const paths = new Set(input.archivePaths)
  const published = findTargets(generated, paths)
  const codePaths = sortedUnique([...published.build, ...published.targets.map(target => target.path)])
  const indexDifferences = input.index === null ? [] : compareWithIndex(generated, input.index)
  const shared = {
    index: input.index === null ? 'unchecked' : indexDifferences.length === 0 ? 'equal' : 'differs',
    indexDifferences,
    codePaths,
  } as const
  const identity = identityDifferences(generated, input)
  const source = input.inRepository ?? input.original
  const stated = source === null ? null : parseManifest(source)
  if (stated === null) {
    const why = source === null ? 'no manifest to compare with' : "the repository's manifest cannot be read"
    const state = identity.length === 0 ? 'unchecked' : 'unexplained'
    return { ...shared, state, differences: identity, codeSurfaceDiffers: false, uncheckable: [why] }
  }
  const workspace =
    tableAt(stated, 'workspace') ??
    tableAt(input.workspaceRoot === null ? undefined : (parseManifest(input.workspaceRoot) ?? undefined), 'workspace')
  const found = compareManifests({ generated, stated, workspace, published, paths, range: input.cargoRange })
  const differences = [...found.code, ...identity, ...found.text]
  const uncheckable = found.uncheckable
  return {
    ...shared,
    state: differences.length > 0 ? 'unexplained' : uncheckable.length > 0 ? 'unchecked' : 'explained',
    differences,
    codeSurfaceDiffers: found.code.length > 0,
    uncheckable,
  }
}

const NOTHING = {
  index: 'unchecked',
  indexDifferences: [],
  codePaths: [],
  uncheckable: [],
} as const

function identityDifferences(generated: TomlTable, input: ManifestCheckInput): readonly string[] {
  const pkg = packageOf(generated)
  const name = textAt(pkg, 'name') ?? ''
  const version = (textAt(pkg, 'version') ?? '0.0.0').trim()
  return [
    ...(name === input.crate ? [] : [`The published manifest names the package ${shown(name)}.`]),
    ...(version === input.version ? [] : [`The published manifest says version ${shown(version)}.`]),
  ]
}

interface Compared {
  /** Differences that decide which code is compiled or run. */
  readonly code: readonly string[]
  readonly text: readonly string[]
  readonly uncheckable: readonly string[]
}
interface Sides {
  readonly generated: TomlTable
  readonly stated: TomlTable
  /** The `[workspace]` table that applies; undefined when it is not here. */
  readonly workspace: TomlTable | undefined
  readonly published: TargetSet
  readonly paths: ReadonlySet<string>
  readonly range: ManifestCheckInput['cargoRange']
}

function compareManifests(sides: Sides): Compared {
  const { generated, stated, workspace, published, paths, range } = sides
  const deps = compareDeps(readDeps(generated, undefined), readDeps(stated, workspace))
  const mine = readPackage(generated, undefined)
  const theirs = readPackage(stated, workspace)
  // An inherited edition that is not here decides about discovery: the published one is taken, and said so.
  const wanted = findTargets(
    stated,
    paths,
    theirs.unresolved.has('edition') ? (mine.edition ?? '2015') : theirs.edition,
  )
  const features = compareFeatures(readFeatures(generated, deps.dropped), readFeatures(stated, deps.dropped))
  const keys = comparePackages(mine, theirs, { generated, stated, range })
  const tables = compareTables(readTables(generated, undefined), readTables(stated, workspace), range)
  return {
    code: [...compareTargets(published, wanted), ...keys.code, ...deps.differences, ...features],
    text: [...keys.text, ...tables.differences],
    uncheckable: [...deps.uncheckable, ...keys.uncheckable, ...tables.uncheckable],
  }
}

function compareTargets(published: TargetSet, wanted: TargetSet): readonly string[] {
  const out: string[] = []
  const list = (paths: readonly string[]) => (paths.length === 0 ? 'none' : paths.map(shown).join(', '))
  if (canonical(published.build) !== canonical(wanted.build)) {
    out.push(`The build script is ${list(published.build)}; the repository's manifest leads to ${list(wanted.build)}.`)
  }
  const keyed = (set: TargetSet) => Map.groupBy(set.targets, target => `${target.kind} ${target.name}`)
  const [mine, theirs] = [keyed(published), keyed(wanted)]
  for (const key of sortedUnique([...mine.keys(), ...theirs.keys()])) {
    const [a, b] = [mine.get(key) ?? [], theirs.get(key) ?? []]
    const pathsOf = (targets: readonly Target[]) => sortedUnique(targets.map(target => target.path))
    const settingsOf = (targets: readonly Target[]) =>
      targets
        .map(target =>
          [...target.settings]
            .map(([name, value]) => `${name} = ${value}`)
            .sort()
            .join(', '),
        )
        .sort()
    const what = `The target ${shown(key)}`
    if (b.length === 0) out.push(`${what} (${list(pathsOf(a))}) is only in the published manifest.`)
    else if (a.length === 0) out.push(`${what} (${list(pathsOf(b))}) is missing from the published manifest.`)
    else if (canonical(pathsOf(a)) !== canonical(pathsOf(b)))
      out.push(`${what} is built from ${list(pathsOf(a))}; the repository's manifest leads to ${list(pathsOf(b))}.`)
    else if (canonical(settingsOf(a)) !== canonical(settingsOf(b)))
      out.push(
        `${what} has the settings ${list(settingsOf(a))}; the repository's manifest says ${list(settingsOf(b))}.`,
      )
  }
  return out
}

function compareDeps(
  published: readonly ManifestDep[],
  stated: readonly ManifestDep[],
): { readonly differences: string[]; readonly uncheckable: string[]; readonly dropped: ReadonlySet<string> } {
  const mine = new Map(published.map(dep => [depKey(dep), dep]))
  const theirs = new Map(stated.map(dep => [depKey(dep), dep]))
  const differences: string[] = []
  const uncheckable: string[] = []
  const dropped = new Set<string>()
  for (const [key, dep] of theirs) {
    const other = mine.get(key)
    if (other !== undefined) {
      const words = compareDep(other, dep)
      if (words.length > 0) differences.push(`${depName(dep)} is published with ${words.map(plain).join(', ')}.`)
      if (dep.isUnresolved) uncheckable.push(`${depName(dep)} comes from a workspace manifest that is not here`)
      else if (dep.registry?.startsWith('named ') && other.registry !== null)
        uncheckable.push(`${depName(dep)} names a registry whose address is not known here`)
    } else if (dep.kind === 'dev' && (dep.isUnresolved || (dep.isLocal && dep.req === null))) dropped.add(dep.alias)
    else differences.push(`${depName(dep)} is missing from the published manifest.`)
  }
  for (const [key, dep] of mine) {
    if (theirs.has(key)) continue
    differences.push(`${depName(dep)} ${plain(dep.req ?? '')} is only in the published manifest.`.replace('  ', ' '))
  }
  // What another section still has is not dropped.
  for (const dep of published) dropped.delete(dep.alias)
  return { differences, uncheckable, dropped }
}

function compareDep(published: ManifestDep, stated: ManifestDep): readonly string[] {
  if (!stated.isUnresolved) {
    const isNamed = stated.registry?.startsWith('named ') === true && published.registry !== null
    return depDifferences(published, isNamed ? { ...stated, registry: published.registry } : stated)
  }
  const missing = stated.features.filter(feature => !published.features.includes(feature))
  return [
    ...(missing.length > 0 ? [`the features ${missing.join(', ')} left out`] : []),
    ...(published.isOptional === stated.isOptional ? [] : [published.isOptional ? 'optional' : 'not optional']),
  ]
}

function depName(dep: ManifestDep): string {
  const kind = { normal: 'dependency', build: 'build dependency', dev: 'development dependency' }[dep.kind]
  return `The ${kind} ${shown(dep.alias)}${dep.target === null ? '' : ` for ${shown(dep.target)}`}`
}

const plain = (text: string): string => shown(text).slice(1, -1)

function compareFeatures(
  published: ReadonlyMap<string, readonly string[]>,
  stated: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const out: string[] = []
  for (const name of sortedUnique([...published.keys(), ...stated.keys()])) {
    const [a, b] = [published.get(name), stated.get(name)]
    if (b === undefined) out.push(`The feature ${shown(name)} is only in the published manifest.`)
    else if (a === undefined) out.push(`The feature ${shown(name)} is missing from the published manifest.`)
    else if (canonical(a) !== canonical(b))
      out.push(`The feature ${shown(name)} is published as ${shown(a.join(', '))} instead of ${shown(b.join(', '))}.`)
  }
  return out
}

function comparePackages(
  mine: PackageFacts,
  theirs: PackageFacts,
  at: Pick<Sides, 'generated' | 'stated' | 'range'>,
): Compared {
  const out = { code: [] as string[], text: [] as string[], uncheckable: [] as string[] }
  for (const key of sortedUnique([...mine.keys.keys(), ...theirs.keys.keys()])) {
    const [a, b] = [mine.keys.get(key), theirs.keys.get(key)]
    if (a === b || theirs.unresolved.has(key)) continue
    if (isExplainedKey(key, a, b, at.range)) continue
    const says = (value: string | undefined) => (value === undefined ? 'nothing' : shown(value))
    const place = key === 'links' || key === 'metabuild' || key === 'edition' ? out.code : out.text
    place.push(`The published manifest says ${says(a)} for ${shown(key)}; the repository's says ${says(b)}.`)
  }
  for (const key of theirs.unresolved) {
    out.uncheckable.push(`${shown(key)} comes from a workspace manifest that is not here`)
  }
  return out
}

/** The named rules for one key; see MANIFEST_RULES. */
function isExplainedKey(
  key: string,
  published: string | undefined,
  stated: string | undefined,
  range: ManifestCheckInput['cargoRange'],
): boolean {
  if (key === 'resolver') return true
  if (key === 'readme' && stated === undefined)
    return published === 'false' || /^"readme(\.md|\.txt)?"$/i.test(published ?? '')
  if (published !== undefined) return false
  if (!isKnownKey(key)) return true
  if (key === 'readme' && stated === 'false') return true
  return mayBeOlder(range, KEYS_SINCE.get(key))
}

function mayBeOlder(range: ManifestCheckInput['cargoRange'], since: number | undefined): boolean {
  if (since === undefined) return false
  const minor = Number(/^1\.(\d+)/.exec(range.from ?? '')?.[1] ?? 0)
  return minor < since
}

function compareTables(
  published: ReadonlyMap<string, string | null>,
  stated: ReadonlyMap<string, string | null>,
  range: ManifestCheckInput['cargoRange'],
): { readonly differences: string[]; readonly uncheckable: string[] } {
  const differences: string[] = []
  const uncheckable: string[] = []
  for (const name of sortedUnique([...published.keys(), ...stated.keys()])) {
    const [a, b] = [published.get(name), stated.get(name)]
    if (b === null) uncheckable.push(`the table ${shown(name)} comes from a workspace manifest that is not here`)
    else if (a !== b && !(a === undefined && mayBeOlder(range, TABLES_SINCE.get(name))))
      differences.push(`The table ${shown(name)} is not what the repository's manifest says.`)
  }
  return { differences, uncheckable }
}

function compareWithIndex(generated: TomlTable, index: IndexFacts): readonly string[] {
  const out: string[] = []
  const sorted = (deps: readonly ManifestDep[]) => Map.groupBy(deps, depKey)
  const [mine, theirs] = [sorted(readDeps(generated, undefined)), sorted(indexDeps(index))]
  for (const key of sortedUnique([...mine.keys(), ...theirs.keys()])) {
    const [a, b] = [mine.get(key)?.[0], theirs.get(key)?.[0]]
    if (a === undefined && b !== undefined) out.push(`${depName(b)} is in the index only.`)
    else if (b === undefined && a !== undefined) out.push(`${depName(a)} is not in the index.`)
    else if (a !== undefined && b !== undefined) {
      const words = depDifferences(a, b)
      if (words.length > 0) out.push(`${depName(a)} differs from the index: ${words.map(plain).join(', ')}.`)
    }
  }
  const features = readFeatures(generated, new Set())
  for (const name of sortedUnique([...features.keys(), ...index.features.keys()])) {
    const [a, b] = [features.get(name), index.features.get(name)]
    if (canonical(a ?? null) === canonical(b === undefined ? null : sortedUnique(b))) continue
    out.push(`The feature ${shown(name)} differs from the index.`)
  }
  const links = textAt(packageOf(generated), 'links') ?? null
  if (index.links !== null && index.links !== links) out.push('`links` differs from the index.')
  return out
}
