/** Targets, dependencies and features of two manifests, or of one and the index line, held against each other. */
import type { IndexFacts } from './index-facts.ts'
import { depDifferences, depsByKey, indexDeps, readDeps, type ManifestDep } from './manifest-deps.ts'
import { readFeatures } from './manifest-package.ts'
import { canonical, packageOf, shown, sortedUnique, textAt, type TomlTable } from './manifest-toml.ts'
import type { Target, TargetSet } from './targets.ts'

export function compareTargets(published: TargetSet, wanted: TargetSet): readonly string[] {
  const out: string[] = []
  const list = (paths: readonly string[]) => (paths.length === 0 ? 'none' : paths.map(shown).join(', '))
  if (canonical(published.build) !== canonical(wanted.build)) {
    out.push(`The build script is ${list(published.build)}; the repository's manifest leads to ${list(wanted.build)}.`)
  }
  const known = new Set(wanted.absent.map(({ kind, path }) => `${kind} ${path}`))
  for (const { kind, path } of published.absent) {
    // cargo leaves such a target out: one that stays leads to another crate's file, or to this one in another case.
    if (path === null || known.has(`${kind} ${path}`)) continue
    out.push(`The published manifest names ${shown(path)} for a ${kind}, which is not in the archive.`)
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

export function compareDeps(
  published: readonly ManifestDep[],
  stated: readonly ManifestDep[],
): { readonly differences: string[]; readonly uncheckable: string[]; readonly dropped: ReadonlySet<string> } {
  const [mine, theirs] = [depsByKey(published), depsByKey(stated)]
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
  // Whoever installs the package from its own manifest is led there.
  const elsewhere = published.local === '' || published.local === stated.local ? [] : [published.local]
  if (!stated.isUnresolved) {
    const isNamed = stated.registry?.startsWith('named ') === true && published.registry !== null
    return [...depDifferences(published, isNamed ? { ...stated, registry: published.registry } : stated), ...elsewhere]
  }
  const missing = stated.features.filter(feature => !published.features.includes(feature))
  return [
    ...elsewhere,
    ...(missing.length > 0 ? [`the features ${missing.join(', ')} left out`] : []),
    ...(published.isOptional === stated.isOptional ? [] : [published.isOptional ? 'optional' : 'not optional']),
  ]
}

function depName(dep: ManifestDep): string {
  const kind = { normal: 'dependency', build: 'build dependency', dev: 'development dependency' }[dep.kind]
  const name = shown(dep.alias) + (dep.package === dep.alias ? '' : ` (${shown(dep.package)})`)
  return `The ${kind} ${name}${dep.target === null ? '' : ` for ${shown(dep.target)}`}`
}

const plain = (text: string): string => shown(text).slice(1, -1)

export function compareFeatures(
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

export function compareWithIndex(generated: TomlTable, index: IndexFacts): readonly string[] {
  const out: string[] = []
  const [mine, theirs] = [depsByKey(readDeps(generated, undefined)), depsByKey(indexDeps(index))]
  for (const key of sortedUnique([...mine.keys(), ...theirs.keys()])) {
    const [a, b] = [mine.get(key), theirs.get(key)]
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
