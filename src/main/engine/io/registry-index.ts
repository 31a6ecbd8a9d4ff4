/**
 * The sparse index of a registry: where a crate's file is, what its lines say, where an archive is downloaded from.
 * Pure. Source: the Cargo Book, "Registry Index".
 */
import { fail, ok, type Result } from '../../../shared/result.ts'

/** Of one crate's file; the largest of the default registry has about 2 MB. */
export const MAX_INDEX_BYTES = 64 << 20

export interface IndexVersion {
  /** Plain semver. */
  readonly version: string
  /** sha256 of the archive, lower-case hex. */
  readonly checksum: string
  readonly yanked: boolean
  /** RFC 3339 time of publication where the registry says it. */
  readonly publishedAt: string | null
}

/** cargo's name rule; anything else never reaches an address or a path. */
export function isCrateName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(name)
}

/** `1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcd…`, lower-case. */
export function indexPath(crate: string): string {
  return `${prefixOf(crate.toLowerCase())}/${crate.toLowerCase()}`
}

function prefixOf(name: string): string {
  if (name.length <= 2) return String(name.length)
  if (name.length === 3) return `3/${name[0]}`
  return `${name.slice(0, 2)}/${name.slice(2, 4)}`
}

/** The file's lines in order (oldest first); lines of a newer format (`v` above 2) are left out, as cargo does. */
export function readIndexLines(crate: string, text: string): Result<readonly IndexVersion[], string> {
  const versions: IndexVersion[] = []
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const version = readIndexLine(line)
    if (version === null) return fail(`line ${i + 1} of the index entry is not understood`)
    if (version === 'newer') continue
    if (version.name.toLowerCase() !== crate.toLowerCase())
      return fail(`line ${i + 1} is about '${version.name.slice(0, 64)}'`)
    versions.push(version.entry)
  }
  return ok(versions)
}

/** The line about one version as it stands in the index file; null when there is none. */
export function findIndexLine(crate: string, version: string, file: string | Buffer): string | null {
  // Turned into text is only what may be the line: the file may have megabytes.
  const bytes = typeof file === 'string' ? Buffer.from(file) : file
  const wanted = JSON.stringify(version)
  let at = 0
  while ((at = bytes.indexOf(wanted, at)) !== -1) {
    const start = bytes.lastIndexOf('\n', at) + 1
    const end = bytes.indexOf('\n', at)
    const line = bytes.toString('utf8', start, end === -1 ? undefined : end)
    const read = readIndexLine(line)
    const isWanted = read !== null && read !== 'newer' && read.entry.version === version
    if (isWanted && read.name.toLowerCase() === crate.toLowerCase()) return line
    if (end === -1) return null
    at = end
  }
  return null
}

function readIndexLine(line: string): { readonly name: string; readonly entry: IndexVersion } | 'newer' | null {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return null
  }
  if (typeof json !== 'object' || json === null) return null
  const { name, vers, cksum, yanked, v, pubtime } = json as Record<string, unknown>
  if (typeof v === 'number' && v > 2) return 'newer'
  if (typeof name !== 'string' || typeof vers !== 'string' || typeof cksum !== 'string') return null
  if (!/^[0-9a-f]{64}$/.test(cksum) || !/^[0-9A-Za-z.+-]{1,200}$/.test(vers)) return null
  return {
    name,
    entry: {
      version: vers,
      checksum: cksum,
      yanked: yanked === true,
      publishedAt: typeof pubtime === 'string' ? pubtime : null,
    },
  }
}

/** `config.json` of an index: its download template. */
export function readIndexConfig(text: string): Result<{ readonly dl: string; readonly authRequired: boolean }, string> {
  try {
    const json = JSON.parse(text) as { dl?: unknown; 'auth-required'?: unknown }
    if (typeof json.dl !== 'string' || URL.parse(json.dl.replace(/\{[^}]*\}/g, 'x')) === null) {
      return fail('config.json names no download address')
    }
    return ok({ dl: json.dl, authRequired: json['auth-required'] === true })
  } catch {
    return fail('config.json is not JSON')
  }
}

/** Fills the template's markers; without any, `/CRATE/VERSION/download` is appended. */
export function downloadUrl(dl: string, crate: string, version: string, checksum: string): string {
  const markers: Readonly<Record<string, string>> = {
    '{crate}': crate,
    '{version}': version,
    '{prefix}': prefixOf(crate),
    '{lowerprefix}': prefixOf(crate.toLowerCase()),
    '{sha256-checksum}': checksum,
  }
  if (!Object.keys(markers).some(marker => dl.includes(marker))) return `${dl}/${crate}/${version}/download`
  return dl.replace(/\{[a-z0-9-]+\}/g, marker => markers[marker] ?? marker)
}
