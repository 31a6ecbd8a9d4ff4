/**
 * How `inspect` and `diff` show sources: on this machine, on a site, or through an address that the user gives. And
 * cargo-vet's memory of what was shown last, from which certify takes package and versions. Pure.
 * Source: cargo-vet 0.10.3 src/cli.rs FetchMode, src/format.rs CommandHistory.
 */
import type { VetVersion } from '../../../shared/domain.ts'
import { gitRevOf, parseVetVersion } from './version.ts'

export type FetchMode =
  | { readonly kind: 'local' }
  | { readonly kind: 'diff.rs' }
  | { readonly kind: 'crates.io' }
  | { readonly kind: 'custom'; readonly template: string }

export type LastFetch =
  | { readonly kind: 'inspect'; readonly crate: string; readonly version: VetVersion }
  | { readonly kind: 'diff'; readonly crate: string; readonly version1: VetVersion; readonly version2: VetVersion }

export interface CommandHistory {
  readonly lastFetch: LastFetch | null
  readonly diffMode: FetchMode | null
  readonly inspectMode: FetchMode | null
}

export const NO_HISTORY: CommandHistory = { lastFetch: null, diffMode: null, inspectMode: null }

/** The mode to use and the history after it. A git version is on no site: always local, and nothing is remembered. */
export function chooseMode(
  history: CommandHistory,
  fetch: LastFetch,
  chosen: FetchMode | null,
): { readonly mode: FetchMode; readonly history: CommandHistory } {
  const after = { ...history, lastFetch: fetch }
  const versions = fetch.kind === 'inspect' ? [fetch.version] : [fetch.version1, fetch.version2]
  if (versions.some(version => gitRevOf(version) !== null)) return { mode: { kind: 'local' }, history: after }
  if (fetch.kind === 'inspect') {
    const inspectMode = chosen ?? history.inspectMode
    return { mode: inspectMode ?? { kind: 'crates.io' }, history: { ...after, inspectMode } }
  }
  const diffMode = chosen ?? history.diffMode
  return { mode: diffMode ?? { kind: 'diff.rs' }, history: { ...after, diffMode } }
}

/** The address to open; null when it is shown on this machine. Sites are named by the mode. */
export function fetchUrl(mode: FetchMode, fetch: LastFetch): string | null {
  const { crate } = fetch
  if (mode.kind === 'local') return null
  if (fetch.kind === 'inspect') {
    const { version } = fetch
    if (mode.kind === 'custom')
      return mode.template.replaceAll('{package}', () => crate).replaceAll('{version}', () => version)
    return mode.kind === 'diff.rs'
      ? `https://${mode.kind}/browse/${crate}/${version}/`
      : `https://${mode.kind}/crates/${crate}/${version}/code`
  }
  const { version1, version2 } = fetch
  if (mode.kind === 'custom')
    return mode.template
      .replaceAll('{package}', () => crate)
      .replaceAll('{version1}', () => version1)
      .replaceAll('{version2}', () => version2)
  return mode.kind === 'diff.rs' ? `https://${mode.kind}/${crate}/${version1}/${version2}/` : null
}

/** Reads command-history.json; what cannot be understood counts as no history, as in cargo-vet. */
export function parseHistory(text: string): CommandHistory {
  let tree: unknown
  try {
    tree = JSON.parse(text)
  } catch {
    return NO_HISTORY
  }
  if (!isObject(tree) || tree['version'] !== '1') return NO_HISTORY
  return {
    lastFetch: inspectOf(tree['Inspect']) ?? diffOf(tree['Diff']),
    diffMode: modeOf(tree['last_diff_fetch_mode']),
    inspectMode: modeOf(tree['last_inspect_fetch_mode']),
  }
}

/** The bytes that cargo-vet writes. */
export function renderHistory({ lastFetch, diffMode, inspectMode }: CommandHistory): string {
  const fetch =
    lastFetch === null
      ? {}
      : lastFetch.kind === 'inspect'
        ? { Inspect: { package: lastFetch.crate, version: lastFetch.version } }
        : { Diff: { package: lastFetch.crate, version1: lastFetch.version1, version2: lastFetch.version2 } }
  const modes = { last_diff_fetch_mode: modeJson(diffMode), last_inspect_fetch_mode: modeJson(inspectMode) }
  return JSON.stringify({ version: '1', ...fetch, ...modes })
}

const MODE_NAMES = { local: 'Local', 'diff.rs': 'DiffRs', 'crates.io': 'CratesIo' } as const

function modeJson(mode: FetchMode | null): unknown {
  if (mode === null) return null
  return mode.kind === 'custom' ? { CustomUrl: mode.template } : MODE_NAMES[mode.kind]
}

function modeOf(value: unknown): FetchMode | null {
  if (isObject(value) && typeof value['CustomUrl'] === 'string') return { kind: 'custom', template: value['CustomUrl'] }
  for (const kind of ['local', 'diff.rs', 'crates.io'] as const) if (MODE_NAMES[kind] === value) return { kind }
  return null
}

function inspectOf(value: unknown): LastFetch | null {
  if (!isObject(value)) return null
  const crate = value['package']
  const version = versionOf(value['version'])
  return typeof crate === 'string' && version !== null ? { kind: 'inspect', crate, version } : null
}

function diffOf(value: unknown): LastFetch | null {
  if (!isObject(value)) return null
  const crate = value['package']
  const [version1, version2] = [versionOf(value['version1']), versionOf(value['version2'])]
  if (typeof crate !== 'string' || version1 === null || version2 === null) return null
  return { kind: 'diff', crate, version1, version2 }
}

function versionOf(value: unknown): VetVersion | null {
  const parsed = parseVetVersion(typeof value === 'string' ? value : '')
  return parsed.ok ? parsed.value : null
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
