/**
 * Another version of one package in the graph, without asking cargo: the node gets the version and keeps its place and
 * its dependencies. Where that version is in the graph already, its dependents get that node instead. Approximate by
 * nature: the other version may depend on other packages, and cargo may refuse it. Pure.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CargoMetadata, MetadataPackage } from './cargo-metadata.ts'
import { semverOf } from './version.ts'

/** @failure package-unknown: no package of the graph has that name and version, from a registry */
export function moveVersion(
  metadata: CargoMetadata,
  crate: CrateName,
  from: VetVersion,
  to: VetVersion,
): Result<CargoMetadata, Failure> {
  const of = (version: VetVersion) => (p: MetadataPackage) =>
    p.name === crate && p.version === semverOf(version) && p.source !== null
  const moved = metadata.packages.find(of(from))
  if (moved === undefined) return fail({ code: 'package-unknown', name: crate, version: from })
  const there = metadata.packages.find(p => of(to)(p) && p.source === moved.source)
  if (there !== undefined) return ok(replacePackage(metadata, moved.id, there.id))
  const packages = metadata.packages.map(p => (p === moved ? { ...p, version: semverOf(to) } : p))
  return ok({ ...metadata, packages })
}

/** Everything that needs `gone` needs `kept` instead; what only `gone` needed goes too. */
function replacePackage(metadata: CargoMetadata, gone: string, kept: string): CargoMetadata {
  const swap = (id: string): string => (id === gone ? kept : id)
  const nodes = metadata.resolveNodes
    .filter(node => node.id !== gone)
    .map(node => ({
      ...node,
      deps: firstOfEach(node.deps.map(dep => ({ ...dep, pkg: swap(dep.pkg) }))),
      dependencies: [...new Set(node.dependencies.map(swap))],
    }))
  const byId = new Map(nodes.map(node => [node.id, node]))
  const reached = new Set(metadata.workspaceMembers)
  for (const id of reached) for (const dep of byId.get(id)?.dependencies ?? []) reached.add(dep) // grows while we walk
  return {
    ...metadata,
    packages: metadata.packages.filter(p => p.id !== gone && (reached.has(p.id) || !byId.has(p.id))),
    resolveNodes: nodes.filter(node => reached.has(node.id)),
  }
}

/** Two edges to one package become one with the kinds of both. */
function firstOfEach(
  deps: CargoMetadata['resolveNodes'][number]['deps'],
): CargoMetadata['resolveNodes'][number]['deps'] {
  const joined = new Map<string, (typeof deps)[number]>()
  for (const dep of deps) {
    const before = joined.get(dep.pkg)
    joined.set(dep.pkg, before === undefined ? dep : { ...dep, kinds: [...new Set([...before.kinds, ...dep.kinds])] })
  }
  return [...joined.values()]
}
