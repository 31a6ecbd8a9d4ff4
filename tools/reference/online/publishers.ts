/**
 * Turns a random online case into one about publishers: crates that one person or several released, local packages that
 * look like published ones, and the commands that rest on it. Peers that cannot be read are left to the other cases.
 */
import { parseStore } from '../../../src/main/engine/store/parse-store.ts'
import { createRandom, type Random } from '../random.ts'
import type { OnlineCase, OnlineCommand, OnlineRelease } from './case.ts'
import { generateOnlineCase } from './generate.ts'

interface LocalPackage {
  readonly name: string
  readonly version: string
  readonly source: string | null
  description: string | null
  repository: string | null
}

const LOGINS = ['user7', 'user12345678901', 'github:a/b', 'nobody']
const DATES = ['2023-05-01', '2024-06-15', '2026-10-31', '2027-11-01']

export function generatePublisherCase(seed: number): OnlineCase {
  const base = generateOnlineCase(seed)
  const random = createRandom(seed ^ 0x7a57)
  const metadata = structuredClone(base.metadata) as { packages: LocalPackage[] }
  const releases = withClearPublishers(base, random)
  const described = describe(metadata.packages, releases, random)
  return { ...base, metadata, releases, described, commands: commandsFor(base, metadata.packages, releases, random) }
}

/** For some crates one person did it all, so that nobody need be named. */
function withClearPublishers(base: OnlineCase, random: Random): Record<string, readonly OnlineRelease[]> {
  const changed = Object.entries(base.releases).map(([crate, rows]) => {
    const first = rows.find(row => row.by !== null)?.by ?? null
    return [crate, random.chance(0.5) ? rows.map(row => ({ ...row, by: first })) : rows] as const
  })
  return Object.fromEntries(changed)
}

function describe(
  packages: LocalPackage[],
  releases: Readonly<Record<string, unknown>>,
  random: Random,
): NonNullable<OnlineCase['described']> {
  const described: Record<string, { description: string | null; repository: string | null }> = {}
  for (const crate of Object.keys(releases)) {
    described[crate] = {
      description: random.chance(0.7) ? `what ${crate} does` : null,
      repository: random.chance(0.5) ? `https://example.com/${crate}` : null,
    }
  }
  for (const pkg of packages.filter(p => p.source === null || p.source.startsWith('git+'))) {
    pkg.description = random.chance(0.15) ? `what ${pkg.name} does` : random.chance(0.5) ? 'something else' : null
    pkg.repository = random.chance(0.08) ? `https://example.com/${pkg.name}` : null
  }
  return described
}

function commandsFor(
  base: OnlineCase,
  packages: readonly LocalPackage[],
  releases: Readonly<Record<string, readonly OnlineRelease[]>>,
  random: Random,
): OnlineCommand[] {
  const parsed = parseStore(base.store, { config: 'config', audits: 'audits', imports: 'imports' })
  const criteria = ['safe-to-run', 'safe-to-deploy', ...(parsed.ok ? parsed.value.audits.criteria.keys() : [])]
  const wildcardCrates = parsed.ok ? [...parsed.value.audits.wildcardAudits.keys()] : []
  const inGraph = packages.filter(p => releases[p.name] !== undefined).map(p => p.name)
  const crate = random.pick(inGraph.length > 0 && random.chance(0.9) ? inGraph : ['absent'])
  const chosen = random.chance(0.6) ? random.some(criteria, 0.5).map(c => `--criteria=${c}`) : []
  const unknown = random.chance(0.02) ? ['--criteria=nowhere'] : []
  const dates = [
    ...(random.chance(0.25) ? [`--start-date=${random.pick(DATES.slice(0, 2))}`] : []),
    ...(random.chance(0.25) ? [`--end-date=${random.pick(DATES)}`] : []),
  ]
  const notes = random.chance(0.2) ? ['--notes=because'] : []
  const options = [...chosen, ...unknown, ...dates, ...notes]
  const publisherOf = (name: string): string => {
    const by = random.pick(releases[name] ?? [])?.by ?? null
    if (by === null || random.chance(0.15)) return random.pick(LOGINS)
    return by.kind === 'user' ? by.login : `github:${by.repository}`
  }
  const named = releases[crate] === undefined ? random.pick(LOGINS) : publisherOf(crate)
  const many = random.chance(0.4) ? ['--allow-multiple-publishers'] : []
  const renewed = wildcardCrates.length > 0 && random.chance(0.9) ? random.pick(wildcardCrates) : 'absent'
  return [
    { kind: 'check' },
    { kind: 'suggest-human', args: ['suggest'] },
    { kind: 'regenerate', what: 'unpublished' },
    { kind: 'trust', args: ['trust', crate, ...(random.chance(0.5) ? [named] : []), ...options] },
    { kind: 'trust-all', args: ['trust', '--all', random.pick(LOGINS.slice(0, 3)), ...many, ...options] },
    {
      kind: 'wildcard',
      args: [
        ...['certify', crate, '--wildcard', named, '--accept-all', '--who=Ann <ann@example.com>', ...options],
        ...(random.chance(0.2) ? ['--force'] : []),
      ],
    },
    random.chance(0.5)
      ? { kind: 'renew', args: ['renew', renewed] }
      : { kind: 'renew', args: ['renew', '--expiring', ...(random.chance(0.5) ? ['--include-inactive'] : [])] },
    // A criteria map that names nothing stops us, and cargo-vet only where it panics.
    ...(base.store.config.includes('"nowhere"')
      ? []
      : [{ kind: 'regenerate-audit-as' as const, args: ['regenerate', 'audit-as-crates-io'] }]),
    { kind: 'init', args: ['init'] },
  ]
}
