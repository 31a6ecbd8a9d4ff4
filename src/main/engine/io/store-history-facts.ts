/**
 * What the history counts of one file, from its text: exemptions, imports and policy of config.toml, audits and criteria
 * of audits.toml, registry packages of Cargo.lock. Null when the text cannot be read, for example a merge conflict that
 * was committed. The quick readers of the store are used where the text is in canonical form.
 */
import type { AuditFacts, ConfigFacts, LockFacts } from '../core/overview-history.ts'
import type { AuditEntry, AuditsFile, ConfigFile, PolicyEntry } from '../core/store-model.ts'
import { readCanonicalAudits, readCanonicalExemptions } from '../store/canonical.ts'
import { parseAuditsFile, parseConfigFile } from '../store/parse-store.ts'

export function configFacts(text: string): ConfigFacts | null {
  const quick = readCanonicalExemptions(text)
  const parsed = parseConfigFile(quick === null ? text : quick.value.head, 'config.toml')
  return parsed.ok ? configFactsOf({ ...parsed.value, ...(quick === null ? {} : quick.value) }) : null
}

export function configFactsOf({
  exemptions,
  imports,
  policy,
}: Pick<ConfigFile, 'exemptions' | 'imports' | 'policy'>): ConfigFacts {
  const counted = new Map<string, number>()
  for (const [crate, entries] of exemptions) {
    for (const { version } of entries) {
      const key = `${crate}@${version}`
      counted.set(key, (counted.get(key) ?? 0) + 1)
    }
  }
  return {
    exemptions: counted,
    imports: new Set(imports.keys()),
    policy: new Map([...policy].map(([key, entry]) => [key, policyText(entry)])),
  }
}

const policyText = (entry: PolicyEntry): string =>
  JSON.stringify({ ...entry, dependencyCriteria: [...entry.dependencyCriteria] })

export function auditFacts(text: string): AuditFacts | null {
  const quick = readCanonicalAudits(text)
  if (quick !== null) return auditFactsOf(quick.value)
  const parsed = parseAuditsFile(text, 'audits.toml', 'own')
  return parsed.ok ? auditFactsOf(parsed.value.audits) : null
}

/** Audits taken over from elsewhere (`aggregated-from`) are nobody's work here and not counted. */
export function auditFactsOf({ audits, wildcardAudits, trusted, criteria }: AuditsFile): AuditFacts {
  const own = new Map<string, (readonly string[])[]>()
  for (const [crate, entries] of audits) {
    for (const entry of entries) {
      if (entry.aggregatedFrom.length > 0) continue
      const key = `${crate} ${kindText(entry)} ${entry.criteria.join(' ')}`
      const known = own.get(key)
      if (known === undefined) own.set(key, [entry.who])
      else known.push(entry.who)
    }
  }
  const sum = (map: ReadonlyMap<string, readonly unknown[]>) =>
    [...map.values()].reduce((n, list) => n + list.length, 0)
  return {
    audits: own,
    wildcards: sum(wildcardAudits),
    trusted: sum(trusted),
    criteria: new Set(criteria.keys()),
  }
}

function kindText({ kind }: AuditEntry): string {
  switch (kind.kind) {
    case 'full':
      return kind.version
    case 'delta':
      return `${kind.from} -> ${kind.to}`
    case 'violation':
      return `violation ${kind.range}`
  }
}

const BLOCK = /^\[\[package\]\]\r?\n((?:[a-z]+ = .*\r?\n?)*)/gm
const FIELD = /^(name|version|source) = "([^"\\]{1,400})"\r?$/gm

/** Read by its lines, as cargo has always written them: thousands of revisions are not worth a tree each. */
export function lockFacts(text: string): LockFacts | null {
  if (/^<<<<<<< /m.test(text)) return null
  const packages = new Set<string>()
  for (const [, block = ''] of text.matchAll(BLOCK)) {
    const fields = new Map(Array.from(block.matchAll(FIELD), ([, key, value]) => [key, value]))
    if (fields.get('source')?.startsWith('registry+') !== true) continue
    packages.add(`${fields.get('name') ?? ''}@${fields.get('version') ?? ''}`)
  }
  return packages
}
