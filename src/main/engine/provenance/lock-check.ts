/**
 * Is a published Cargo.lock plausible (provenance.md 1.3)? It cannot be made again in general, because the maintainer's
 * own lock decided; but everything it names must be what the index has, from the default registry.
 */
import { parse } from 'smol-toml'

/** What the index says of one version; null: not known here. */
export type IndexLookup = (
  crate: string,
  version: string,
) => { readonly checksum: string; readonly publishedAt: string | null } | null

export interface LockCheck {
  /** `unchecked`: nothing contradicts the index, but the index did not answer for everything. */
  readonly state: 'absent' | 'plausible' | 'implausible' | 'unchecked'
  /** One sentence each, in the lock file's order, at most 100; with `plausible`: later publications only. */
  readonly differences: readonly string[]
}

/** cargo's names for its default registry, by git and by sparse index. */
const DEFAULT_SOURCE = /^(registry\+https:\/\/github\.com\/rust-lang\/|sparse\+https:\/\/index\.)crates\.io(-index|\/)$/
const MAX_DIFFERENCES = 100
const MAX_LOCK_CHARS = 16 << 20

interface LockRow {
  readonly name: string
  readonly version: string
  readonly source: string | null
  readonly checksum: string | null
}

/**
 * `text` null: the archive has none. A checksum, source or package that contradicts the index makes it implausible; one
 * that was published after `publishedAt` (this version's time) is only told, because clocks and yanks explain it.
 */
export function checkLock(
  text: string | null,
  publishedAt: string | null,
  lookup: IndexLookup,
  self: { readonly crate: string; readonly version: string },
): LockCheck {
  if (text === null) return { state: 'absent', differences: [] }
  const rows = text.length > MAX_LOCK_CHARS ? 'it is too large' : lockRows(text)
  if (typeof rows === 'string') return { state: 'implausible', differences: [`Cargo.lock cannot be read: ${rows}`] }
  const wrong: string[] = []
  const unknown: string[] = []
  const late: string[] = []
  let hasSelf = false
  for (const row of rows) {
    if (row.source === null && row.name === self.crate && row.version === self.version) {
      hasSelf = true
      continue
    }
    const problem = problemOf(row)
    if (problem !== null) {
      wrong.push(problem)
      continue
    }
    const known = lookup(row.name, row.version)
    const shown = shownRow(row)
    if (known === null) unknown.push(`${shown} is not known to the index here`)
    else if (known.checksum !== row.checksum) wrong.push(`${shown} has another checksum than the index`)
    else if (publishedAt !== null && isLater(known.publishedAt, publishedAt)) {
      late.push(`${shown} was published later than this version`)
    }
  }
  if (!hasSelf) wrong.push('it does not list this package itself')
  const state = wrong.length > 0 ? 'implausible' : unknown.length > 0 ? 'unchecked' : 'plausible'
  return { state, differences: [...wrong, ...unknown, ...late].slice(0, MAX_DIFFERENCES) }
}

function problemOf(row: LockRow): string | null {
  const shown = shownRow(row)
  if (row.source === null) return `${shown} comes from no registry`
  if (!DEFAULT_SOURCE.test(row.source)) return `${shown} comes from ${JSON.stringify(row.source.slice(0, 200))}`
  return row.checksum === null ? `${shown} has no checksum` : null
}

const shownRow = ({ name, version }: LockRow): string => `${name.slice(0, 100)} ${version.slice(0, 100)}`

function isLater(time: string | null, than: string): boolean {
  const [a, b] = [Date.parse(time ?? ''), Date.parse(than)]
  return a > b
}

/** The packages in order, or why there are none to be had. */
function lockRows(text: string): readonly LockRow[] | string {
  return plainRows(text) ?? tomlRows(text)
}

/** cargo's own form, line by line (twenty times faster than a TOML reader); null for any line it does not write. */
function plainRows(text: string): readonly LockRow[] | null {
  const rows: { name: string; version: string; source: string | null; checksum: string | null }[] = []
  let isInList = false
  for (const line of text.split(/\r?\n/)) {
    if (isInList) {
      if (line === ']') isInList = false
      else if (!/^ "[^"\\]*",$/.test(line)) return null
      continue
    }
    if (line === '' || line.startsWith('#')) continue
    if (line === '[[package]]') {
      rows.push({ name: '', version: '', source: null, checksum: null })
      continue
    }
    const row = rows.at(-1)
    if (row === undefined) {
      if (!/^version = [1-4]$/.test(line)) return null
      continue
    }
    if (line === 'dependencies = [') {
      isInList = true
      continue
    }
    const pair = /^(name|version|source|checksum) = "([^"\\]*)"$/.exec(line)
    const key = pair?.[1] as keyof LockRow | undefined
    if (key === undefined || (row[key] !== null && row[key] !== '')) return null
    row[key] = pair![2]!
  }
  return isInList || rows.some(row => row.name === '' || row.version === '') ? null : rows
}

/** Any other spelling, the forms before 2020 included, whose checksums stand in `[metadata]`. */
function tomlRows(text: string): readonly LockRow[] | string {
  let lock: Record<string, unknown>
  try {
    lock = parse(text)
  } catch {
    return 'it is not TOML'
  }
  const stated = lock['package'] ?? []
  if (!Array.isArray(stated)) return 'its packages are not a list'
  const metadata = isRecord(lock['metadata']) ? lock['metadata'] : {}
  const rows: LockRow[] = []
  // Before 2017 the root package stood apart.
  for (const one of (lock['root'] === undefined ? stated : [lock['root'], ...stated]) as unknown[]) {
    if (!isRecord(one)) return 'a package is not a table'
    const { name, version } = one
    if (typeof name !== 'string' || typeof version !== 'string') return 'a package has no name or version'
    const source = textOf(one['source'])
    const checksum = textOf(one['checksum']) ?? textOf(metadata[`checksum ${name} ${version} (${source})`])
    rows.push({ name, version, source, checksum })
  }
  return rows
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
