/** Everything of a manifest but targets and dependencies in comparable form, with a workspace's values filled in. */
import { isTable } from '../core/plain-table.ts'
import {
  baseName,
  canonical,
  cleanPath,
  isEmptyTable,
  packageOf,
  sortedUnique,
  tableAt,
  textAt,
  valueAt,
  type TomlTable,
} from './manifest-toml.ts'

/** Keys that targets.ts compares by what they lead to, and those that publishing writes itself. */
const ELSEWHERE = new Set(['autolib', 'autobins', 'autoexamples', 'autotests', 'autobenches', 'build', 'workspace'])

/** Keys of `[package]` that an older cargo does not know and leaves out, with the minor version that brought them. */
export const KEYS_SINCE: ReadonlyMap<string, number> = new Map([
  ['edition', 27],
  ['default-run', 37],
  ['resolver', 51],
  ['rust-version', 56],
])
export const TABLES_SINCE: ReadonlyMap<string, number> = new Map([
  ['lints', 74],
  ['hints', 90],
])
const KNOWN_KEYS = new Set([
  ...['name', 'version', 'authors', 'description', 'documentation', 'readme', 'homepage', 'repository', 'license'],
  ...['license-file', 'keywords', 'categories', 'publish', 'edition', 'rust-version', 'include', 'exclude', 'links'],
  ...['metadata', 'default-run', 'resolver', 'metabuild', 'default-target', 'forced-target', 'im-a-teapot'],
])

export interface PackageFacts {
  /** Key → canonical text; keys at their default left out. */
  readonly keys: ReadonlyMap<string, string>
  /** Keys that come from a workspace manifest that is not here. */
  readonly unresolved: ReadonlySet<string>
  readonly edition: string | undefined
}

/** True for a key that cargo gives back; what it does not know is lost on the way. */
export const isKnownKey = (key: string): boolean => KNOWN_KEYS.has(key)

export function readPackage(manifest: TomlTable, workspace: TomlTable | undefined): PackageFacts {
  const keys = new Map<string, string>()
  const unresolved = new Set<string>()
  const shared = tableAt(workspace, 'package')
  let edition: string | undefined
  for (const [stated, own] of Object.entries(packageOf(manifest) ?? {})) {
    const key = stated.replaceAll('_', '-')
    if (ELSEWHERE.has(key)) continue
    const inherits = isTable(own) && valueAt(own, 'workspace') === true && key !== 'metadata'
    const value = inherits ? valueAt(shared, key) : own
    if (inherits && value === undefined) {
      unresolved.add(key)
      continue
    }
    if (key === 'edition' && typeof value === 'string') edition = value
    const text = packageText(key, value)
    if (text !== null) keys.set(key, text)
  }
  return { keys, unresolved, edition }
}

/** Null for a value that says no more than the key's absence. */
function packageText(key: string, value: unknown): string | null {
  if (key === 'edition' && value === '2015') return null
  if (key === 'version' && typeof value === 'string') return value.trim() === '0.0.0' ? null : canonical(value.trim())
  if (key === 'publish' && value === true) return null
  if ((key === 'readme' || key === 'license-file') && typeof value === 'string') return canonical(baseName(value))
  if (key === 'readme' && value === true) return canonical('README.md')
  if (Array.isArray(value) && value.length === 0) return null
  if ((key === 'include' || key === 'exclude') && Array.isArray(value))
    return canonical(sortedUnique(value.map(item => (typeof item === 'string' ? item : canonical(item)))))
  return isEmptyTable(value) ? null : canonical(value)
}

/** `[features]` as sorted lists. `dropped`: development dependencies that publishing leaves out, and what names them. */
export function readFeatures(
  manifest: TomlTable,
  dropped: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const features = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(tableAt(manifest, 'features') ?? {})) {
    const entries = Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
    features.set(name, sortedUnique(entries.filter(entry => !dropped.has(aliasOf(entry)))))
  }
  return features
}

const aliasOf = (entry: string): string => entry.replace(/^dep:/, '').replace(/\??\/.*$/, '')

const TABLES = ['badges', 'profile', 'lints', 'hints', 'cargo-features'] as const

/** The other tables that cargo passes on; null: inherited from a manifest that is not here. */
export function readTables(manifest: TomlTable, workspace: TomlTable | undefined): ReadonlyMap<string, string | null> {
  const tables = new Map<string, string | null>()
  for (const name of TABLES) {
    let value = valueAt(manifest, name, name.replaceAll('-', '_'))
    if (isTable(value) && valueAt(value, 'workspace') === true) {
      value = valueAt(workspace, name)
      if (workspace === undefined) tables.set(name, null)
    }
    if (value === undefined || isEmptyTable(value)) continue
    if (Array.isArray(value) && value.length === 0) continue
    if (name === 'profile') value = cleanProfile(value)
    if (name === 'lints') value = cleanLints(value)
    if (!isEmptyTable(value)) tables.set(name, canonical(value))
  }
  return tables
}

const PROFILE_KEYS = new Set([
  ...['opt-level', 'lto', 'codegen-backend', 'codegen-units', 'debug', 'split-debuginfo', 'debug-assertions', 'rpath'],
  ...['panic', 'overflow-checks', 'incremental', 'dir-name', 'inherits', 'strip', 'rustflags', 'package'],
  ...['build-override', 'trim-paths', 'hint-mostly-unused'],
])
const DEBUG_LEVELS: Readonly<Record<string, number>> = { true: 2, false: 0, none: 0, limited: 1, full: 2 }

/** Profiles as cargo gives them back: debug levels as numbers, keys that no cargo knows left out. */
function cleanProfile(profiles: unknown): TomlTable {
  const out: Record<string, unknown> = {}
  for (const [name, profile] of Object.entries(isTable(profiles) ? profiles : {})) {
    if (isTable(profile)) out[name] = cleanOneProfile(profile)
  }
  return out
}

function cleanOneProfile(profile: TomlTable): TomlTable {
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(profile)) {
    if (!PROFILE_KEYS.has(key)) continue
    if (key === 'debug') out[key] = DEBUG_LEVELS[String(value)] ?? value
    else if (key === 'build-override' && isTable(value)) out[key] = cleanOneProfile(value)
    else if (key === 'package') out[key] = cleanProfile(value)
    else out[key] = value
  }
  return out
}

/**
 * The level alone, and a priority that is not 0: cargo writes `priority = 0` out, and before 1.80 it lost settings of
 * single lints (`check-cfg`), which change what is warned about, not what is compiled.
 */
function cleanLints(lints: unknown): TomlTable {
  const out: Record<string, unknown> = {}
  for (const [tool, list] of Object.entries(isTable(lints) ? lints : {})) {
    const rules: Record<string, unknown> = {}
    for (const [name, rule] of Object.entries(isTable(list) ? list : {})) {
      const priority = valueAt(isTable(rule) ? rule : undefined, 'priority') ?? 0
      const level = isTable(rule) ? valueAt(rule, 'level') : rule
      rules[name] = priority === 0 ? level : { level, priority }
    }
    out[tool] = rules
  }
  return out
}

/** The path that `readme` or `license-file` names, cleaned; null without one. */
export function namedFile(manifest: TomlTable, key: 'readme' | 'license-file'): string | null {
  const value = textAt(packageOf(manifest), key, key.replaceAll('-', '_'))
  return value === undefined ? null : cleanPath(value)
}
