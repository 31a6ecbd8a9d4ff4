/** For tests only: the line that a registry would write for an archive, from the archive's own generated manifest. */
import { createHash } from 'node:crypto'
import { parse } from 'smol-toml'
import { TamperedCrate } from './tamper.ts'

export interface SyntheticLine {
  readonly crate: string
  readonly version: string
  readonly checksum: string
  readonly publishedAt: string | null
  /** As it stands in the index file, without the line break. */
  readonly text: string
}

interface Dependency {
  readonly version?: string
  readonly package?: string
  readonly optional?: boolean
  readonly features?: string[]
  readonly 'default-features'?: boolean
}
type DependencyTable = Readonly<Record<string, string | Dependency>>
interface DependencyTables {
  readonly dependencies?: DependencyTable
  readonly 'dev-dependencies'?: DependencyTable
  readonly 'build-dependencies'?: DependencyTable
}
interface Manifest extends DependencyTables {
  readonly package: {
    readonly name: string
    readonly version: string
    readonly links?: string
    readonly 'rust-version'?: string
  }
  readonly features?: Readonly<Record<string, string[]>>
  readonly target?: Readonly<Record<string, DependencyTables>>
}

/**
 * @param manifestOf the archive whose manifest the registry read, when it is not the one that is served (a line that
 *   says less than the archive does).
 */
export function indexLine(archive: Uint8Array, publishedAt: string | null, manifestOf = archive): SyntheticLine {
  const manifest = parse(new TamperedCrate(manifestOf).text('Cargo.toml')) as unknown as Manifest
  const { name, version, links, 'rust-version': rustVersion } = manifest.package
  const all = manifest.features ?? {}
  const isNewForm = (values: string[]) => values.some(value => value.startsWith('dep:') || value.includes('?/'))
  const pick = (wanted: boolean) => Object.fromEntries(Object.entries(all).filter(([, v]) => isNewForm(v) === wanted))
  const features2 = pick(true)
  const checksum = createHash('sha256').update(archive).digest('hex')
  const line = {
    name,
    vers: version,
    deps: [
      ...dependencies(manifest, null),
      ...Object.entries(manifest.target ?? {}).flatMap(([target, tables]) => dependencies(tables, target)),
    ],
    cksum: checksum,
    features: pick(false),
    yanked: false,
    ...(links === undefined ? {} : { links }),
    ...(rustVersion === undefined ? {} : { rust_version: rustVersion }),
    ...(publishedAt === null ? {} : { pubtime: publishedAt }),
    ...(Object.keys(features2).length === 0 ? {} : { v: 2, features2 }),
  }
  return { crate: name, version, checksum, publishedAt, text: JSON.stringify(line) }
}

function dependencies(tables: DependencyTables, target: string | null): object[] {
  const kinds = [
    ['normal', tables.dependencies],
    ['dev', tables['dev-dependencies']],
    ['build', tables['build-dependencies']],
  ] as const
  return kinds.flatMap(([kind, table]) =>
    Object.entries(table ?? {}).map(([key, stated]) => {
      const dependency = typeof stated === 'string' ? { version: stated } : stated
      return {
        name: key,
        // cargo writes `1` as `^1` into the index.
        req: /^\d/.test(dependency.version ?? '') ? `^${dependency.version}` : (dependency.version ?? '*'),
        features: dependency.features ?? [],
        optional: dependency.optional ?? false,
        default_features: dependency['default-features'] ?? true,
        target,
        kind,
        ...(dependency.package === undefined ? {} : { package: dependency.package }),
      }
    }),
  )
}
