/**
 * What each package must be audited for: criteria flow from the roots to their dependencies, changed on the way by
 * policies. First-party packages get requirements too, only to hand them on. `default-criteria` plays no part.
 * Source: cargo-vet 0.10.3 src/resolver.rs resolve_requirements.
 */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { criteriaSet, SAFE_TO_DEPLOY, SAFE_TO_RUN, type CriteriaMapper, type CriteriaSet } from './criteria.ts'
import type { DepGraph, PackageIdx, PackageNode } from './dep-graph.ts'
import { indexPolicy, policyFor } from './policy.ts'
import type { PolicyEntry } from './store-model.ts'

/** One set per node of the graph. @failure criteria-unknown when a policy that is used names an unknown criterion */
export function resolveRequirements(
  graph: DepGraph,
  policy: ReadonlyMap<string, PolicyEntry>,
  mapper: CriteriaMapper,
): Result<readonly CriteriaSet[], Failure> {
  const index = indexPolicy(policy)
  const required: CriteriaSet[] = graph.nodes.map(() => 0n)
  const add = (idx: PackageIdx, set: CriteriaSet): void => {
    required[idx] = (required[idx] ?? 0n) | set
  }
  const pass = (
    node: PackageNode,
    entry: PolicyEntry | null,
    deps: readonly PackageIdx[],
    standard: CriteriaSet,
  ): Result<null, Failure> => {
    for (const dep of deps) {
      const override = entry?.dependencyCriteria.get(graph.nodes[dep]?.name ?? '')
      const set = override === undefined ? ok(standard) : setOf(mapper, override, node, 'dependency-criteria')
      if (!set.ok) return set
      add(dep, set.value)
    }
    return ok(null)
  }

  for (const node of graph.nodes) {
    if (node.devDeps.length === 0) continue
    const entry = policyFor(index, node.name, node.version)
    const devCriteria = setOf(mapper, entry?.devCriteria ?? [SAFE_TO_RUN], node, 'dev-criteria')
    if (!devCriteria.ok) return devCriteria
    const passed = pass(node, entry, node.devDeps, devCriteria.value)
    if (!passed.ok) return passed
  }
  for (const idx of graph.topoOrder.toReversed()) {
    const node = graph.nodes[idx]
    if (node === undefined) continue
    const entry = policyFor(index, node.name, node.version)
    if (entry !== null && entry.criteria !== null) {
      const own = setOf(mapper, entry.criteria, node, 'criteria')
      if (!own.ok) return own
      required[idx] = own.value // replaces what dependents demand
    } else if (node.isRoot) {
      const root = setOf(mapper, [SAFE_TO_DEPLOY], node, 'criteria')
      if (!root.ok) return root
      add(idx, root.value)
    }
    const passed = pass(node, entry, node.normalAndBuildDeps, required[idx] ?? 0n)
    if (!passed.ok) return passed
  }
  return ok(required)
}

function setOf(
  mapper: CriteriaMapper,
  names: readonly string[],
  node: PackageNode,
  key: string,
): Result<CriteriaSet, Failure> {
  return criteriaSet(mapper, names, () => `${key} of the policy for ${node.name}`)
}
