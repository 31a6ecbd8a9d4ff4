/**
 * Where the crates of the default registry come from, as cargo's own configuration says: source replacement followed
 * to its end, addresses derived. Only data is read. Tokens are neither read nor sent. The default registry's address
 * is derived from its name in this file and nowhere else.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { cargoHomeDir, mergeSources, readCargoConfigs, type SourceTables } from './cargo-config.ts'

/** Source id that Cargo.lock and `cargo metadata` give to every package of the default registry. */
export const DEFAULT_SOURCE_ID = 'registry+https://github.com/rust-lang/crates.io-index'

/** cargo's name for it in configuration files, and the registry's own name, which is its domain. */
const DEFAULT_SOURCE = 'crates-io'
const DEFAULT_NAME = DEFAULT_SOURCE_ID.slice(DEFAULT_SOURCE_ID.lastIndexOf('/') + 1, -'-index'.length)
const defaultIndex = (): string => `https://index.${DEFAULT_NAME}/`

export type RegistrySource =
  /** `indexUrl` ends with `/`. */
  | { readonly kind: 'sparse'; readonly indexUrl: string }
  | { readonly kind: 'local-registry'; readonly folder: AbsolutePath }
  | { readonly kind: 'directory'; readonly folder: AbsolutePath }

export interface RegistryConfig {
  readonly source: RegistrySource
  /** Names followed from the default registry to the source in use; empty without replacement. */
  readonly replacedBy: readonly string[]
  /** The configuration file that decided, null when it is cargo's default. */
  readonly decidedBy: string | null
  readonly cargoHome: AbsolutePath
}

/**
 * Reads the configuration from `workspaceRoot` upward and CARGO_HOME's. NOTE: cargo 1.95 does not read `source.*`
 * from the environment, so neither do we; `CARGO_REGISTRIES_NAME_INDEX` counts.
 * @failure registry-config (not TOML, unknown or circular replacement), unsupported (a git index)
 */
export async function readRegistryConfig(
  caps: Capabilities,
  workspaceRoot: AbsolutePath,
): Promise<Result<RegistryConfig, Failure>> {
  const files = await readCargoConfigs(caps, workspaceRoot)
  if (!files.ok) return files
  return chooseSource(mergeSources(files.value, caps.host.env), cargoHomeDir(caps))
}

/**
 * Where the registry's web API is, without a slash at the end: ASSAY_WEB_API, else the default registry's. It states who
 * published which release; source replacement does not move it. @failure registry-config
 */
export function webApiUrl(env: Readonly<Record<string, string>>): Result<string, Failure> {
  const stated = env['ASSAY_WEB_API'] ?? ''
  if (stated === '') return ok(`https://${DEFAULT_NAME}/api/v1`)
  const url = URL.parse(stated)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '') {
    const reason = `'${withoutUserInfo(stated)}' is not an address without a login`
    return fail({ code: 'registry-config', file: 'ASSAY_WEB_API', reason })
  }
  return ok(`${url.origin}${url.pathname.replace(/\/+$/, '')}`)
}

/** Follows `replace-with` from the default registry. Pure. */
export function chooseSource(tables: SourceTables, cargoHome: AbsolutePath): Result<RegistryConfig, Failure> {
  const replacedBy: string[] = []
  let name = DEFAULT_SOURCE
  let decidedBy: string | null = null
  for (;;) {
    const source = tables.sources.get(name)
    const next = source?.replaceWith
    if (next === undefined) break
    decidedBy = source!.file
    if (next === name || replacedBy.includes(next)) {
      return fail({ code: 'registry-config', file: decidedBy, reason: `source '${next}' replaces itself` })
    }
    replacedBy.push(next)
    name = next
  }
  const done = (source: RegistrySource) => ok({ source, replacedBy, decidedBy, cargoHome })
  const settings = tables.sources.get(name)
  if (settings?.directory !== undefined) return done({ kind: 'directory', folder: settings.directory as AbsolutePath })
  if (settings?.localRegistry !== undefined) {
    return done({ kind: 'local-registry', folder: settings.localRegistry as AbsolutePath })
  }
  const index = settings?.registry ?? tables.registries.get(name)?.index
  if (index !== undefined) {
    const file = settings?.registry === undefined ? (tables.registries.get(name)?.file ?? '') : settings.file
    const url = sparseUrl(index, file)
    return url.ok ? done({ kind: 'sparse', indexUrl: url.value }) : url
  }
  if (name === DEFAULT_SOURCE) return done({ kind: 'sparse', indexUrl: defaultIndex() })
  return fail({
    code: 'registry-config',
    file: decidedBy ?? '',
    reason: `'${replacedBy.at(-2) ?? DEFAULT_SOURCE}' is replaced with '${name}', which names no registry that can be read`,
  })
}

function sparseUrl(index: string, file: string): Result<string, Failure> {
  if (!index.startsWith('sparse+')) {
    // The default registry's git index has a sparse twin with the same content.
    if (`registry+${index}` === DEFAULT_SOURCE_ID) return ok(defaultIndex())
    return fail({
      code: 'unsupported',
      what: `the git index ${withoutUserInfo(index)} (${file})`,
      instead: 'Name a sparse index: `sparse+https://…`.',
    })
  }
  const url = URL.parse(index.slice('sparse+'.length))
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return fail({ code: 'registry-config', file, reason: `'${withoutUserInfo(index)}' is not an address` })
  }
  url.username = '' // logins are never sent
  url.password = ''
  url.search = ''
  url.hash = ''
  return ok(url.href.endsWith('/') ? url.href : `${url.href}/`)
}

/** An address as it may be shown: without user name, password and query. */
export function withoutUserInfo(address: string): string {
  return address.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/, '')
}
