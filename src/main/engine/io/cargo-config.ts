/**
 * cargo's configuration files read as data: which there are for a folder, and what each says about sources and
 * registries. A workspace's file can name programs (wrappers, runners, credential helpers, aliases); nothing of that
 * is taken. cargo itself is started outside the workspace, so what is not passed on here has no effect.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { isTable, tableAt, textAt, type PlainTable } from '../core/plain-table.ts'
import { parseToml } from './toml.ts'

const MAX_CONFIG_BYTES = 1 << 20

export interface CargoConfigFile {
  readonly file: AbsolutePath
  /** Relative paths inside are relative to this folder (the one that holds `.cargo`). */
  readonly baseDir: string
  /** `home`: CARGO_HOME's file, the user's own. `workspace`: found from the workspace upward. */
  readonly origin: 'workspace' | 'home'
  readonly table: PlainTable
}

/** cargo's home: CARGO_HOME, else `.cargo` in the user's home. */
export function cargoHomeDir(caps: Capabilities): AbsolutePath {
  const stated = caps.host.env['CARGO_HOME']
  return (stated ? path.resolve(stated) : path.join(caps.host.homeDir, '.cargo')) as AbsolutePath
}

/**
 * The configuration files cargo would read when started in `folder`, nearest first, CARGO_HOME's last.
 * `config` wins over `config.toml` in one folder, as in cargo. `include` is not followed.
 * @failure registry-config when a file is not TOML
 */
export async function readCargoConfigs(
  caps: Capabilities,
  folder: AbsolutePath,
): Promise<Result<readonly CargoConfigFile[], Failure>> {
  const home = cargoHomeDir(caps)
  const folders = ancestors(folder)
    .map(dir => path.join(dir, '.cargo'))
    .filter(dir => dir !== home)
  const found = await Promise.all(
    [...folders, home].map(dir => readOne(caps, dir, dir === home ? 'home' : 'workspace')),
  )
  const files: CargoConfigFile[] = []
  for (const one of found) {
    if (!one.ok) return one
    if (one.value !== null) files.push(one.value)
  }
  return ok(files)
}

/** `folder` and every folder above it, nearest first. */
export function ancestors(folder: string): string[] {
  const all = [path.resolve(folder)]
  for (let parent = path.dirname(all[0]!); parent !== all.at(-1); parent = path.dirname(parent)) all.push(parent)
  return all
}

async function readOne(
  caps: Capabilities,
  dir: string,
  origin: CargoConfigFile['origin'],
): Promise<Result<CargoConfigFile | null, Failure>> {
  for (const name of ['config', 'config.toml']) {
    const file = path.join(dir, name) as AbsolutePath
    let text: string
    try {
      text = await caps.files.readText(file, MAX_CONFIG_BYTES)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') continue
      return fail({ code: 'registry-config', file, reason: error.message })
    }
    const parsed = await parseToml(text)
    if (!parsed.ok) return fail({ code: 'registry-config', file, reason: parsed.error })
    return ok({ file, baseDir: path.dirname(dir), origin, table: parsed.value })
  }
  return ok(null)
}

/** One source as cargo's `[source.NAME]` or `[registries.NAME]` describes it, paths made absolute. */
export interface SourceSettings {
  readonly replaceWith?: string
  readonly registry?: string
  readonly directory?: string
  readonly localRegistry?: string
  readonly git?: string
  readonly branch?: string
  readonly tag?: string
  readonly rev?: string
  /** The file that said so (the nearest, where several do). */
  readonly file: string
}

export interface SourceTables {
  readonly sources: ReadonlyMap<string, SourceSettings>
  /** `registries.NAME.index`. */
  readonly registries: ReadonlyMap<string, { readonly index: string; readonly file: string }>
}

const SOURCE_KEYS = [
  ['replaceWith', 'replace-with', false],
  ['registry', 'registry', false],
  ['directory', 'directory', true],
  ['localRegistry', 'local-registry', true],
  ['git', 'git', false],
  ['branch', 'branch', false],
  ['tag', 'tag', false],
  ['rev', 'rev', false],
] as const

/** Merges the files as cargo does (key by key, nearest file first) and adds `CARGO_REGISTRIES_NAME_INDEX`. */
export function mergeSources(files: readonly CargoConfigFile[], env: Readonly<Record<string, string>>): SourceTables {
  const sources = new Map<string, SourceSettings>()
  const registries = new Map<string, { index: string; file: string }>()
  for (const { file, baseDir, table } of files) {
    const sourceTable = tableAt(table, 'source') ?? {}
    for (const name of Object.keys(sourceTable)) {
      const stated: Record<string, string> = {}
      for (const [key, cargoKey, isPath] of SOURCE_KEYS) {
        const value = textAt(tableAt(sourceTable, name), cargoKey)
        if (value !== undefined) stated[key] = isPath ? path.resolve(baseDir, value) : value
      }
      sources.set(name, { file, ...stated, ...sources.get(name) })
    }
    const registryTable = tableAt(table, 'registries') ?? {}
    for (const name of Object.keys(registryTable)) {
      const index = textAt(tableAt(registryTable, name), 'index')
      if (index !== undefined && !registries.has(name)) registries.set(name, { index, file })
    }
  }
  for (const [variable, index] of Object.entries(env)) {
    const name = /^CARGO_REGISTRIES_([A-Z0-9_]+)_INDEX$/.exec(variable)?.[1]
    if (name === undefined) continue
    const known = [...registries.keys()].find(key => environmentName(key) === name)
    registries.set(known ?? name.toLowerCase().replaceAll('_', '-'), { index, file: variable })
  }
  return { sources, registries }
}

const environmentName = (key: string): string => key.toUpperCase().replaceAll('-', '_').replaceAll('.', '_')

/**
 * What of the workspace's files cargo must know to find packages, as TOML for `cargo --config FILE`: source
 * replacement, registry addresses, patches and path overrides. Empty text when there is nothing. Never a program.
 * A registry that the user's own file defines is not passed: the workspace must not send its name elsewhere.
 */
export function passedOnConfig(files: readonly CargoConfigFile[]): string {
  const workspace = files.filter(f => f.origin === 'workspace')
  const { sources, registries } = mergeSources(workspace, {})
  const own = mergeSources(
    files.filter(f => f.origin === 'home'),
    {},
  )
  const lines: string[] = []
  for (const [name, source] of sources) {
    const rows = SOURCE_KEYS.flatMap(([key, cargoKey]) => {
      const value = source[key]
      return value === undefined ? [] : [`${cargoKey} = ${tomlText(value)}`]
    })
    if (rows.length > 0) lines.push(`[source.${tomlText(name)}]`, ...rows)
  }
  for (const [name, { index }] of registries) {
    if (!own.registries.has(name)) lines.push(`[registries.${tomlText(name)}]`, `index = ${tomlText(index)}`)
  }
  lines.push(...patchLines(workspace))
  return lines.length === 0 ? '' : `${[...pathOverrides(workspace), ...lines].join('\n')}\n`
}

const PATCH_KEYS = ['version', 'git', 'branch', 'tag', 'rev', 'registry', 'package']

function patchLines(files: readonly CargoConfigFile[]): string[] {
  const rows = new Map<string, string>()
  for (const { table, baseDir } of files) {
    for (const [source, crates] of Object.entries(tableAt(table, 'patch') ?? {})) {
      for (const [crate, spec] of Object.entries(isTable(crates) ? crates : {})) {
        const header = `[patch.${tomlText(source)}.${tomlText(crate)}]`
        if (rows.has(header)) continue
        const given = isTable(spec) ? spec : { version: spec }
        const keys = PATCH_KEYS.flatMap(key => {
          const value = textAt(given, key)
          return value === undefined ? [] : [`${key} = ${tomlText(value)}`]
        })
        const where = textAt(given, 'path')
        if (where !== undefined) keys.push(`path = ${tomlText(path.resolve(baseDir, where))}`)
        rows.set(header, [header, ...keys].join('\n'))
      }
    }
  }
  return [...rows.values()]
}

function pathOverrides(files: readonly CargoConfigFile[]): string[] {
  const paths = files.flatMap(({ table, baseDir }) => {
    const stated = table['paths']
    return Array.isArray(stated) ? stated.filter(p => typeof p === 'string').map(p => path.resolve(baseDir, p)) : []
  })
  return paths.length === 0 ? [] : [`paths = [${paths.map(tomlText).join(', ')}]`]
}

/** A TOML basic string; JSON's escapes are all valid there. */
const tomlText = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007f')
