/**
 * Which policy applies to a package. A table `policy.CRATE` covers every version, `policy."CRATE:VERSION"` that version;
 * a crate never has both kinds (the reader refuses it). Source: cargo-vet 0.10.3 src/format.rs Policy.
 */
import type { VetVersion } from '../../../shared/domain.ts'
import type { PolicyEntry } from './store-model.ts'
import { parseVetVersion } from './version.ts'

export interface PolicyIndex {
  readonly unversioned: ReadonlyMap<string, PolicyEntry>
  readonly versioned: ReadonlyMap<string, ReadonlyMap<VetVersion, PolicyEntry>>
}

/** Splits a policy key at its first colon. `version` is null for an unversioned key, or when it is no version. */
export function splitPolicyKey(key: string): { readonly crate: string; readonly version: VetVersion | null } {
  const colon = key.indexOf(':')
  if (colon < 0) return { crate: key, version: null }
  const version = parseVetVersion(key.slice(colon + 1))
  return { crate: key.slice(0, colon), version: version.ok ? version.value : null }
}

export function indexPolicy(policy: ReadonlyMap<string, PolicyEntry>): PolicyIndex {
  const unversioned = new Map<string, PolicyEntry>()
  const versioned = new Map<string, Map<VetVersion, PolicyEntry>>()
  for (const [key, entry] of policy) {
    const { crate, version } = splitPolicyKey(key)
    if (version === null) {
      unversioned.set(crate, entry)
      continue
    }
    const byVersion = versioned.get(crate) ?? new Map<VetVersion, PolicyEntry>()
    versioned.set(crate, byVersion.set(version, entry))
  }
  return { unversioned, versioned }
}

/** The policy of one package, or null. */
export function policyFor(index: PolicyIndex, crate: string, version: VetVersion): PolicyEntry | null {
  return index.unversioned.get(crate) ?? index.versioned.get(crate)?.get(version) ?? null
}
