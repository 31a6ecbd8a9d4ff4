/**
 * Which files cargo compiles and runs for a package: the build script, and the targets stated or discovered. The paths
 * come from a list instead of a disk, so that two manifests can be held against the same archive.
 * Source: cargo, src/cargo/util/toml/targets.rs (its rules since 1.27; the old names of edition 2015 included).
 */
import { isTable } from '../core/plain-table.ts'
import { canonical, cleanPath, packageOf, textAt, valueAt, type TomlTable } from './manifest-toml.ts'

export type TargetKind = 'lib' | 'bin' | 'example' | 'test' | 'bench'

export interface Target {
  readonly kind: TargetKind
  readonly name: string
  /** Cleaned, `/` between parts. */
  readonly path: string
  /** Other keys that are set to something else than their default, as canonical text. */
  readonly settings: ReadonlyMap<string, string>
}

export interface TargetSet {
  /** Build scripts that run; empty when there is none. */
  readonly build: readonly string[]
  readonly targets: readonly Target[]
  /** Targets and build scripts whose file is not in the list, which cargo leaves out since 1.80. */
  readonly absent: readonly { readonly kind: TargetKind | 'build'; readonly path: string | null }[]
}

interface Found {
  readonly name: string
  readonly path: string
}

const SECTIONS = [
  { kind: 'bin', auto: 'autobins' },
  { kind: 'example', auto: 'autoexamples' },
  { kind: 'test', auto: 'autotests' },
  { kind: 'bench', auto: 'autobenches' },
] as const
const FOLDERS = { bin: 'src/bin', example: 'examples', test: 'tests', bench: 'benches' } as const

/** `paths`: files below the package's folder. `edition`: the package's own, where the manifest inherits it. */
export function findTargets(manifest: TomlTable, paths: ReadonlySet<string>, edition?: string): TargetSet {
  const pkg = packageOf(manifest)
  const name = textAt(pkg, 'name') ?? ''
  const isOld = (edition ?? textAt(pkg, 'edition') ?? '2015') === '2015'
  const targets: Target[] = []
  const absent: TargetSet['absent'][number][] = []
  const add = (kind: TargetKind, stated: TomlTable, targetName: string, path: string | null) => {
    if (path === null || !paths.has(path)) absent.push({ kind, path })
    else targets.push({ kind, name: targetName, path, settings: settingsOf(kind, stated) })
  }
  const lib = libraryOf(manifest, pkg, paths)
  if (lib !== null) {
    const libName = textAt(lib, 'name') ?? name.replaceAll('-', '_')
    add('lib', lib, libName, libraryPath(lib, libName, paths, isOld))
  }
  const hasLib = lib !== null
  const folders = filesIn(paths)
  for (const { kind, auto } of SECTIONS) {
    const inferred = [
      ...(kind === 'bin' && paths.has('src/main.rs') ? [{ name, path: 'src/main.rs' }] : []),
      ...(folders.get(FOLDERS[kind]) ?? []),
    ]
    const stated = tablesOf(valueAt(manifest, kind))
    for (const table of stated) {
      const targetName = textAt(table, 'name') ?? ''
      add(kind, table, targetName, statedPath(kind, table, targetName, inferred, { paths, isOld, hasLib }))
    }
    const discovers = valueAt(pkg, auto) ?? (stated.length === 0 || !isOld)
    if (discovers === false) continue
    const names = new Set(stated.map(table => textAt(table, 'name')))
    const taken = new Set(stated.map(table => pathOf(table)))
    for (const found of inferred) {
      if (!names.has(found.name) && !taken.has(found.path)) add(kind, {}, found.name, found.path)
    }
  }
  const build = buildScripts(pkg, paths)
  for (const path of build.filter(path => !paths.has(path))) absent.push({ kind: 'build', path })
  return { build: build.filter(path => paths.has(path)), targets, absent }
}

function tablesOf(value: unknown): readonly TomlTable[] {
  return (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(isTable)
}

const pathOf = (table: TomlTable): string | null => {
  const path = textAt(table, 'path')
  return path === undefined ? null : cleanPath(path)
}

function libraryOf(manifest: TomlTable, pkg: TomlTable | undefined, paths: ReadonlySet<string>): TomlTable | null {
  // `[[lib]]` is how manifests of 2014 wrote it.
  const stated = tablesOf(valueAt(manifest, 'lib'))[0]
  if (stated !== undefined) return stated
  return valueAt(pkg, 'autolib') !== false && paths.has('src/lib.rs') ? {} : null
}

function libraryPath(lib: TomlTable, name: string, paths: ReadonlySet<string>, isOld: boolean): string | null {
  const stated = pathOf(lib)
  if (stated !== null) return stated
  if (paths.has('src/lib.rs')) return 'src/lib.rs'
  return isOld && paths.has(`src/${name}.rs`) ? `src/${name}.rs` : null
}

/** What discovery finds: `FOLDER/NAME.rs` and `FOLDER/NAME/main.rs`, dot names aside. */
function filesIn(paths: ReadonlySet<string>): ReadonlyMap<string, readonly Found[]> {
  const found = new Map<string, Found[]>()
  for (const path of paths) {
    const match = /^(src\/bin|examples|tests|benches)\/([^./][^/]*?)(?:\.rs|\/main\.rs)$/.exec(path)
    const [, folder, name] = match ?? []
    if (folder === undefined || name === undefined) continue
    const list = found.get(folder) ?? []
    list.push({ name, path })
    found.set(folder, list)
  }
  for (const list of found.values()) list.sort((a, b) => (a.path < b.path ? -1 : 1))
  return found
}

function statedPath(
  kind: Exclude<TargetKind, 'lib'>,
  table: TomlTable,
  name: string,
  inferred: readonly Found[],
  at: { readonly paths: ReadonlySet<string>; readonly isOld: boolean; readonly hasLib: boolean },
): string | null {
  const stated = pathOf(table)
  if (stated !== null) return stated
  const found = inferred.find(one => one.name === name)
  if (found !== undefined) return found.path
  if (!at.isOld) return null
  const old = {
    bin: [...(at.hasLib ? [] : [`src/${name}.rs`]), 'src/main.rs', 'src/bin/main.rs'],
    bench: name === 'bench' ? ['src/bench.rs'] : [],
    example: [],
    test: [],
  }[kind]
  return old.find(path => at.paths.has(path)) ?? null
}

/** `build` may be a path, a list of paths, true or false; without it build.rs runs if it is there. */
function buildScripts(pkg: TomlTable | undefined, paths: ReadonlySet<string>): readonly string[] {
  const stated = valueAt(pkg, 'build')
  if (stated === false) return []
  if (typeof stated === 'string') return [cleanPath(stated)]
  if (Array.isArray(stated)) return stated.filter(item => typeof item === 'string').map(cleanPath)
  return stated === true || paths.has('build.rs') ? ['build.rs'] : []
}

const FLAGS_BY_DEFAULT: Readonly<Record<string, boolean>> = { 'proc-macro': false, plugin: false, harness: true }
const LIST_SETTINGS = ['crate-type', 'required-features']
const SETTINGS = [
  ...['proc-macro', 'plugin', 'harness', 'edition', 'filename'],
  ...['test', 'doctest', 'bench', 'doc', 'doc-scrape-examples'],
]

function settingsOf(kind: TargetKind, table: TomlTable): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  for (const key of SETTINGS) {
    const value = valueAt(table, key, key.replaceAll('-', '_'))
    if (value !== undefined && value !== FLAGS_BY_DEFAULT[key]) settings.set(key, canonical(value))
  }
  for (const key of LIST_SETTINGS) {
    const value = valueAt(table, key, key.replaceAll('-', '_'))
    if (!Array.isArray(value) || value.length === 0) continue
    const text = canonical([...(value as readonly unknown[])].sort())
    if (kind === 'lib' && text === '["lib"]') continue
    if (text === '["proc-macro"]') settings.set('proc-macro', 'true')
    else settings.set(key, text)
  }
  return settings
}
