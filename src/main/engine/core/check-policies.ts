/**
 * Whether the policy table fits the packages in use, before anything is resolved. cargo-vet refuses to check until it
 * does. Source: cargo-vet 0.10.3 src/main.rs check_crate_policies.
 */
import type { StoreProblem } from '../../../shared/failure.ts'
import { compareText } from './byte-order.ts'
import type { DepGraph } from './dep-graph.ts'
import { splitPolicyKey } from './policy.ts'
import type { ConfigFile } from './store-model.ts'
import { compareVetVersions } from './version.ts'

const NEEDS_VERSION_HELP =
  'Specifying `dependency-criteria` requires explicit policies for each version of a crate. Add a `policy."<crate>:<version>"` entry for them.'
const UNUSED_HELP = 'Remove the `policy` entries'
const MUST_BE_VERSIONED_HELP =
  'Crates with a third-party version must use versioned policy entries. Replace the `policy.<crate>` entry with `policy."<crate>:<version>"` entries as desired.'

/** At most one problem per rule, in cargo-vet's order; each message lists the crates on lines of their own. */
export function checkCratePolicies(graph: DepGraph, config: Pick<ConfigFile, 'policy'>): readonly StoreProblem[] {
  const keys = [...config.policy].map(([key, entry]) => ({ ...splitPolicyKey(key), entry }))
  const versioned = keys.flatMap(({ crate, version }) => (version === null ? [] : [{ crate, version }]))
  const isVersioned = new Set(versioned.map(({ crate, version }) => `${crate}:${version}`))
  const unversioned = new Set(keys.filter(k => k.version === null).map(k => k.crate))
  const withDependencyCriteria = new Set(keys.filter(k => k.entry.dependencyCriteria.size > 0).map(k => k.crate))
  const onCratesIo = new Set<string>(graph.packages.filter(p => p.isCratesIo).map(p => p.name))

  const needsVersion: string[] = []
  const mustBeVersioned: string[] = []
  const used = new Set<string>()
  for (const { name, version } of graph.packages) {
    const key = `${name}:${version}`
    // PARITY cargo-vet 0.10.3 main.rs check_crate_policies: a policy is taken once, so a second package with the same
    // name and version counts as having none.
    const hasPolicy = isVersioned.has(key) && !used.has(key)
    used.add(name).add(key)
    if (!onCratesIo.has(name)) continue
    if (withDependencyCriteria.has(name) && !hasPolicy) needsVersion.push(key)
    else if (unversioned.has(name)) mustBeVersioned.push(key)
  }
  const unusedNames = [...new Set(keys.map(k => k.crate))].filter(crate => !used.has(crate)).sort(compareText)
  const unusedVersions = versioned
    .filter(({ crate, version }) => !used.has(`${crate}:${version}`))
    .sort((a, b) => compareText(a.crate, b.crate) || compareVetVersions(a.version, b.version))
    .map(({ crate, version }) => `${crate}:${version}`)

  return [
    problem('some crates have policies that are missing an associated version', needsVersion, NEEDS_VERSION_HELP),
    problem(
      "some versioned policy entries don't correspond to crates being used",
      [...unusedNames, ...unusedVersions],
      UNUSED_HELP,
    ),
    problem('some crates have unversioned policies that must be versioned', mustBeVersioned, MUST_BE_VERSIONED_HELP),
  ].filter(p => p !== null)
}

function problem(message: string, crates: readonly string[], help: string): StoreProblem | null {
  if (crates.length === 0) return null
  return { message: [message, ...crates].join('\n  '), help, place: null }
}
