/**
 * Is the generated Cargo.toml of an archive what cargo makes of the manifest in the repository, and what the index says?
 * The two files never have equal bytes, so they are compared by meaning, under the named rules of MANIFEST_RULES.
 */
import type { IndexFacts } from './index-facts.ts'
import { compareDeps, compareFeatures, compareTargets, compareWithIndex } from './manifest-compare.ts'
import { readDeps } from './manifest-deps.ts'
import {
  isKnownKey,
  KEYS_SINCE,
  readFeatures,
  readPackage,
  readTables,
  TABLES_SINCE,
  type PackageFacts,
} from './manifest-package.ts'
import { parsedManifest } from './manifest-parsed.ts'
import {
  canonical,
  isEmptyTable,
  packageOf,
  shown,
  sortedUnique,
  tableAt,
  textAt,
  type TomlTable,
} from './manifest-toml.ts'
import { findTargets, type TargetSet } from './targets.ts'

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

/** Lines of 2014 call every dependency an ordinary one: development and build dependencies cannot be told apart. */
const tellsKinds = ({ publishedAt }: IndexFacts): boolean => publishedAt === null || publishedAt >= '2015'

const UNREADABLE = 'The published Cargo.toml cannot be read'

/** What may differ between both manifests and why. NOTE: the versions behind `newer-key` are not measured. */
export const MANIFEST_RULES: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'workspace-value', text: 'A value with `workspace = true` is the one of the workspace manifest.' },
  { name: 'local-source', text: '`path` and `git` of a dependency are taken away.' },
  { name: 'dev-without-version', text: 'A development dependency without a version is left out, in features as well.' },
  {
    name: 'discovered-target',
    text: 'Since 1.80 targets that cargo finds are written out and discovery is switched off.',
  },
  { name: 'absent-target', text: 'A target or build script whose file is not in the archive is left out.' },
  {
    name: 'spelling',
    text: 'Underscores in keys, `[project]`, order, spaces, defaults and empty tables mean nothing.',
  },
  { name: 'outside-file', text: 'A readme or licence file from outside is copied to the root under its own name.' },
  { name: 'readme-found', text: 'A readme of a usual name is found by cargo; `readme = false` may be left out.' },
  { name: 'resolver', text: '`resolver` comes from the workspace; for a dependency it decides nothing.' },
  { name: 'unknown-key', text: 'A key that no cargo knows is lost.' },
  { name: 'newer-key', text: 'A key that the packaging cargo may be too old for is lost.' },
  { name: 'profile-level', text: 'Debug levels are written as numbers.' },
  { name: 'lint-setting', text: 'A lint without priority gets priority 0; other settings of a lint may be lost.' },
  {
    name: 'root-only',
    text: '`[workspace]`, `[patch]` and `[replace]` are left out.',
  },
]

/** Never throws: text that is no manifest is a difference. */
export function checkManifest(input: ManifestCheckInput): ManifestCheck {
  const generated = parsedManifest(input.generated)
  if (generated === null) {
    return { ...NOTHING, state: 'unexplained', differences: [`${UNREADABLE}.`], codeSurfaceDiffers: true }
  }
  const paths = new Set(input.archivePaths)
  const published = findTargets(generated, paths)
  const codePaths = sortedUnique([...published.build, ...published.targets.map(target => target.path)])
  const index = input.index !== null && tellsKinds(input.index) ? input.index : null
  const indexDifferences = index === null ? [] : compareWithIndex(generated, index)
  const shared = {
    index: index === null ? 'unchecked' : indexDifferences.length === 0 ? 'equal' : 'differs',
    indexDifferences,
    codePaths,
  } as const
  const identity = identityDifferences(generated, input)
  const source = input.inRepository ?? input.original
  const stated = source === null ? null : parsedManifest(source)
  if (stated === null) {
    const why = source === null ? 'no manifest to compare with' : "the repository's manifest cannot be read"
    const state = identity.length === 0 ? 'unchecked' : 'unexplained'
    return { ...shared, state, differences: identity, codeSurfaceDiffers: false, uncheckable: [why] }
  }
  const workspace =
    tableAt(stated, 'workspace') ??
    tableAt(input.workspaceRoot === null ? undefined : (parsedManifest(input.workspaceRoot) ?? undefined), 'workspace')
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
/** Tables that cargo takes away while packaging; who installs the package from its own manifest would follow them. */
function rootTables(generated: TomlTable, stated: TomlTable): readonly string[] {
  const has = (name: string) =>
    Object.hasOwn(generated, name) && (name === 'workspace' || !isEmptyTable(generated[name]))
  return ['patch', 'replace', 'workspace']
    .filter(name => has(name) && canonical(generated[name]) !== canonical(stated[name]))
    .map(name => `The table ${shown(name)} is in the published manifest, where cargo leaves it out.`)
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
    code: [
      ...compareTargets(published, wanted),
      ...keys.code,
      ...deps.differences,
      ...features,
      ...rootTables(generated, stated),
    ],
    text: [...keys.text, ...tables.differences],
    uncheckable: [...deps.uncheckable, ...keys.uncheckable, ...tables.uncheckable],
  }
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
