/** Random workspaces as `cargo metadata` would print them: members, registry, git, path and foreign-registry packages. */
import { brand, type CrateName, type VetVersion } from '../../src/shared/domain.ts'
import type { Random } from './random.ts'

export interface GeneratedPackage {
  readonly id: string
  readonly name: CrateName
  readonly version: VetVersion
  readonly source: string | null
  readonly isMember: boolean
  readonly isRegistry: boolean
  /** Not from the default registry, but its policy shall say audit-as-crates-io. */
  readonly wantsAuditAs: boolean
}

export interface GeneratedGraph {
  readonly metadata: unknown
  readonly packages: readonly GeneratedPackage[]
  /** Crates that audits may name: third-party ones, and one that is not in the graph. */
  readonly crates: readonly CrateName[]
  /** Every version that anything may name, in no order. */
  versionsOf(crate: CrateName): readonly VetVersion[]
  inUse(crate: CrateName): VetVersion[]
  hasUnpublished(crate: CrateName): boolean
}

const REGISTRY = 'registry+https://github.com/rust-lang/crates.io-index'
const OTHER_REGISTRY = 'registry+https://example.com/index'
const COMMITS = ['a', 'B', '0'].map(c => c.repeat(40))
const CRATES = ['serde', 'serde_json', 'Zed', 'x-1', 'log', 'aho']
const VERSIONS = ['1.0.0', '1.0.1', '1.1.0', '2.0.0-rc.1', '2.0.0', '10.0.0', '1.0.0+b1', '0.3.7']

export function generateGraph(random: Random): GeneratedGraph {
  const pool = new Map<CrateName, VetVersion[]>()
  const isGitHeavy = random.chance(0.15)
  for (const crate of CRATES) {
    const plain = random.shuffled(VERSIONS).slice(0, 2 + random.int(3))
    const commits = isGitHeavy ? COMMITS : random.chance(0.25) ? [random.pick(COMMITS), COMMITS[0]] : []
    const git = commits.map(commit => `${plain[0]}@git:${commit}`)
    pool.set(
      brand<'CrateName'>(crate),
      [...new Set([...plain, ...git])].map(v => brand<'VetVersion'>(v)),
    )
  }
  const members = memberNames(random).map(name => pkg(name, '0.1.0', null, true, random.chance(0.05)))
  const others = random.some(CRATES, 0.6).flatMap(crate => {
    const versions = pool.get(brand<'CrateName'>(crate)) ?? []
    return random
      .shuffled(versions)
      .slice(0, random.chance(0.25) ? 2 : 1)
      .map(version => foreign(random, crate, version))
  })
  const packages = [...members, ...dedupe(others)]
  const nodes = generateNodes(random, packages)
  const inUse = (crate: CrateName) => packages.filter(p => p.name === crate).map(p => p.version)
  return {
    metadata: metadataJson(random.shuffled(packages), random.shuffled(nodes), members),
    packages,
    crates: [...CRATES.map(c => brand<'CrateName'>(c)), ...members.filter(m => m.wantsAuditAs).map(m => m.name)],
    versionsOf: crate => pool.get(crate) ?? [brand<'VetVersion'>('0.1.0'), brand<'VetVersion'>('0.0.9')],
    inUse,
    hasUnpublished: crate => packages.some(p => p.name === crate && p.wantsAuditAs),
  }
}

/** Sometimes so many and so long that lists of dependents are cut. */
function memberNames(random: Random): string[] {
  const plain = ['app', 'lib', 'tool'].slice(0, 1 + random.int(3))
  if (!random.chance(0.1)) return plain
  const extra = Array.from(
    { length: 1 + random.int(12) },
    (_, i) => `m${i}${'-long-name-here'.slice(0, random.int(15))}`,
  )
  return [...plain, ...extra]
}

function dedupe(packages: readonly GeneratedPackage[]): GeneratedPackage[] {
  return [...new Map(packages.map(p => [p.id, p])).values()]
}

function foreign(random: Random, crate: string, version: VetVersion): GeneratedPackage {
  const [semver = '', commit] = version.split('@git:')
  if (commit !== undefined) {
    return pkg(
      crate,
      semver,
      `git+https://example.com/${crate}?rev=${commit.slice(0, 7)}#${commit}`,
      false,
      random.chance(0.85),
    )
  }
  const roll = random.int(100)
  if (roll < 6) return pkg(crate, semver, null, false, random.chance(0.7))
  if (roll < 9) return pkg(crate, semver, OTHER_REGISTRY, false, false)
  return pkg(crate, semver, REGISTRY, false, false)
}

function pkg(
  name: string,
  semver: string,
  source: string | null,
  isMember: boolean,
  wantsAuditAs: boolean,
): GeneratedPackage {
  const commit = source?.startsWith('git+') === true ? source.slice(source.indexOf('#') + 1) : null
  return {
    id: `${source ?? 'path+file:///w'}/${name}@${semver}`,
    name: brand<'CrateName'>(name),
    version: brand<'VetVersion'>(commit === null ? semver : `${semver}@git:${commit}`),
    source,
    isMember,
    isRegistry: source === REGISTRY,
    wantsAuditAs,
  }
}

type Kind = null | 'build' | 'dev'
interface Node {
  readonly id: string
  readonly deps: readonly {
    readonly name: string
    readonly pkg: string
    readonly dep_kinds: readonly { kind: Kind; target: string | null }[]
  }[]
}

/** Normal and build edges go down the list, so that they have no cycle; dev edges of members go anywhere. */
function generateNodes(random: Random, packages: readonly GeneratedPackage[]): Node[] {
  const density = random.pick([0.2, 0.4, 0.7])
  return packages.map((from, i) => {
    const deps = packages.flatMap((to, j) => {
      const kinds: Kind[] = []
      if (j > i && random.chance(to.isMember ? 0.3 : density)) kinds.push(random.chance(0.2) ? 'build' : null)
      if (kinds.length > 0 && random.chance(0.1)) kinds.push('build')
      if (j !== i && random.chance(from.isMember ? 0.15 : 0.04)) kinds.push('dev')
      if (kinds.length === 0) return []
      return [
        {
          name: to.name,
          pkg: to.id,
          dep_kinds: kinds.map(kind => ({ kind, target: random.chance(0.1) ? 'cfg(unix)' : null })),
        },
      ]
    })
    return { id: from.id, deps: random.shuffled(deps) }
  })
}

function metadataJson(
  packages: readonly GeneratedPackage[],
  nodes: readonly Node[],
  members: readonly GeneratedPackage[],
): unknown {
  return {
    packages: packages.map(p => ({
      ...{ name: p.name, version: p.version.split('@')[0], id: p.id, source: p.source },
      ...{ license: null, license_file: null, description: null, dependencies: [], targets: [], features: {} },
      ...{ manifest_path: `/w/${p.name}/Cargo.toml`, metadata: null, publish: null, authors: [], categories: [] },
      ...{ keywords: [], readme: null, repository: null, homepage: null, documentation: null, edition: '2021' },
      ...{ links: null, default_run: null, rust_version: null },
    })),
    workspace_members: members.map(m => m.id),
    workspace_default_members: members.map(m => m.id),
    resolve: {
      nodes: nodes.map(n => ({ id: n.id, dependencies: n.deps.map(d => d.pkg), deps: n.deps, features: [] })),
      root: null,
    },
    target_directory: '/w/target',
    build_directory: '/w/target',
    version: 1,
    workspace_root: '/w',
    metadata: null,
  }
}
