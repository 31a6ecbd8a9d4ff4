/**
 * Opens a crate archive that may be hostile: gunzip with limits, every tar header judged before any byte is used,
 * nothing written to disk here. An archive is taken whole or refused whole, with the rule it broke. cargo is laxer
 * (it unpacks links, skips `..`, takes the last of two entries with one name); what cargo would compile but we refuse
 * is refused loudly, never shown in part. Limits are cargo's where it has one.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../core/archive-limits.ts'
import { readFirstMember } from '../gzip-member.ts'
import { isZero, readPax, readTar, TarError, untilZero, type TarHeader } from '../core/tar.ts'

export { ARCHIVE_LIMITS, type ArchiveLimits }

export interface ArchiveEntry {
  /** Below NAME-VERSION/, `/` between parts. */
  readonly path: string
  /** View into the unpacked tar. */
  readonly data: Uint8Array
  /** The owner's execute bit, as stated. Never applied to a file of ours. */
  readonly isExecutable: boolean
}

/**
 * The files of `CRATE-VERSION.crate` in the archive's order; folders are left out.
 * @failure archive-truncated (cut short or damaged), archive-hostile (names the rule)
 */
export async function readArchive(
  crate: string,
  version: string,
  bytes: Uint8Array,
  options: { readonly limits?: ArchiveLimits; readonly platform?: string } = {},
): Promise<Result<readonly ArchiveEntry[], Failure>> {
  const limits = options.limits ?? ARCHIVE_LIMITS
  const subject = `${crate} ${version}`
  try {
    const tar = await gunzip(bytes, limits)
    return ok(judge(readTar(tar, limits.maxEntries), `${crate}-${version}/`, limits, options.platform === 'win32'))
  } catch (error) {
    if (error instanceof TarError) return fail({ code: 'archive-truncated', crate: subject, reason: error.message })
    if (error instanceof Hostile) {
      return fail({ code: 'archive-hostile', crate: subject, entry: error.entry, rule: error.message })
    }
    throw error
  }
}

class Hostile extends Error {
  readonly entry: string | null
  constructor(rule: string, entry: string | null = null) {
    super(rule)
    this.entry = entry === null ? null : entry.slice(0, 300)
  }
}

// ── gzip ─────────────────────────────────────────────────────────────────────────────────────

/**
 * The first gzip member's content. cargo ignores what follows it, Node's own gunzip appends it: both would let an
 * archive look different to different readers, so anything but zeros behind it is refused.
 */
async function gunzip(bytes: Uint8Array, limits: ArchiveLimits): Promise<Uint8Array> {
  const member = await readFirstMember(bytes, limits)
  if ('kind' in member) throw member.kind === 'too-large' ? new Hostile(member.text) : new TarError(member.text)
  if (member.damage !== null) throw new TarError(member.damage)
  if (!isZero(member.rest)) throw new Hostile('there is data after the end of the compressed archive')
  return member.content
}

// ── tar ──────────────────────────────────────────────────────────────────────────────────────

const TYPE_NAMES: Readonly<Record<string, string>> = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a named pipe',
  S: 'a sparse file',
}

/** pax records that say nothing about name, size or content. */
const HARMLESS_PAX = /^(mtime|atime|ctime|uid|gid|uname|gname|comment|hdrcharset|(LIBARCHIVE|SCHILY)\..*)$/

function judge(
  tar: { readonly headers: readonly TarHeader[]; readonly rest: Uint8Array },
  prefix: string,
  limits: ArchiveLimits,
  forWindows: boolean,
): ArchiveEntry[] {
  if (tar.headers.length > limits.maxEntries) throw new Hostile(`it has more than ${limits.maxEntries} entries`)
  if (!isZero(tar.rest)) throw new Hostile('there is data after the end marker of the tar')
  const entries: ArchiveEntry[] = []
  const seen = new Names()
  let longName: Uint8Array | null = null
  for (const header of tar.headers) {
    if (header.type === 'L') {
      if (longName !== null) throw new Hostile('two long names for one entry', decodeLoosely(longName))
      longName = untilZero(header.data)
      continue
    }
    if (header.type === 'x' || header.type === 'g') {
      refuseTellingPax(header)
      continue
    }
    if (header.type !== '0' && header.type !== '\0' && header.type !== '5') {
      throw new Hostile(
        `an entry is ${TYPE_NAMES[header.type] ?? `of the unknown type ${JSON.stringify(header.type)}`}`,
        decodeLoosely(longName ?? header.name),
      )
    }
    const name = decodeName(longName ?? header.name)
    longName = null
    const isFolder = header.type === '5' || name.endsWith('/')
    const inside = checkName(name, prefix, limits, forWindows)
    if (isFolder) {
      if (header.sizeBytes > 0) throw new Hostile('a folder has content', name)
      if (inside !== '') seen.addFolder(inside, name)
      continue
    }
    if (inside === '') throw new Hostile('a file has the name of the crate’s folder', name)
    if (header.sizeBytes > limits.maxEntryBytes)
      throw new Hostile(`a file is larger than ${limits.maxEntryBytes} bytes`, name)
    seen.addFile(inside, name)
    entries.push({ path: inside, data: header.data, isExecutable: (header.mode & 0o100) !== 0 })
  }
  if (longName !== null) throw new Hostile('a long name belongs to no entry')
  return entries
}

function refuseTellingPax(header: TarHeader): void {
  for (const { key } of readPax(header.data)) {
    if (!HARMLESS_PAX.test(key)) throw new Hostile(`a pax header overrides ${JSON.stringify(key.slice(0, 60))}`)
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const decodeLoosely = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

function decodeName(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    throw new Hostile('a name is not UTF-8', decodeLoosely(bytes))
  }
}

const WINDOWS_RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i

/** Nearly every path: no part is empty or begins with a dot, none is long, and there are few. */
const PLAIN_PATH = /^(?:[\w-][\w.-]{0,99}\/){0,9}[\w-][\w.-]{0,99}$/
const PLAIN_DEPTH = 10

/** The path below `prefix`, without a trailing slash; empty for the crate's own folder. Throws Hostile. */
function checkName(name: string, prefix: string, limits: ArchiveLimits, forWindows: boolean): string {
  if (!forWindows && limits.maxDepth >= PLAIN_DEPTH && name.startsWith(prefix)) {
    const plain = name.slice(prefix.length)
    if (plain.length <= limits.maxPathBytes && PLAIN_PATH.test(plain)) return plain
  }
  if (name.startsWith('/')) throw new Hostile('a path is absolute', name)
  if (/^[a-z]:/i.test(name)) throw new Hostile('a path has a drive letter', name)
  if (name.includes('\\')) throw new Hostile('a path has a backslash', name)
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) throw new Hostile('a name has control characters', name)
  const parts = name.replace(/\/$/, '').split('/')
  if (parts.includes('..')) throw new Hostile('a path leaves its folder with ..', name)
  if (parts.some(part => part === '.' || part === '')) throw new Hostile('a path has empty parts', name)
  if (`${name.replace(/\/$/, '')}/` !== prefix && !name.startsWith(prefix)) {
    throw new Hostile(`a path is outside ${prefix}`, name)
  }
  const inside = parts.slice(1)
  if (inside.length > limits.maxDepth) throw new Hostile(`a path has more than ${limits.maxDepth} parts`, name)
  const text = inside.join('/')
  if (Buffer.byteLength(text) > limits.maxPathBytes || inside.some(part => Buffer.byteLength(part) > 255)) {
    throw new Hostile('a path is too long', name)
  }
  if (forWindows && inside.some(part => WINDOWS_RESERVED.test(part) || /[<>:"|?*]|[. ]$/.test(part))) {
    throw new Hostile('a name cannot exist on Windows', name)
  }
  return text
}

/** Keeps names apart that some file system would take for one, and files apart from folders. */
class Names {
  /** Folded path to what it is; a folder keeps its own spelling. */
  readonly #byFolded = new Map<string, { readonly kind: 'file' | 'folder'; readonly path: string }>()
  /** Folders that are known in this spelling: most files lie beside another one. */
  readonly #folders = new Set<string>()

  addFile(path: string, shown: string): void {
    this.#addParents(path, shown)
    const folded = fold(path)
    const known = this.#byFolded.get(folded)
    if (known !== undefined) {
      const rule =
        known.path === path
          ? known.kind === 'file'
            ? 'two entries have the same name'
            : 'a name is both a file and a folder'
          : 'two names differ only in case'
      throw new Hostile(rule, shown)
    }
    this.#byFolded.set(folded, { kind: 'file', path })
  }

  addFolder(path: string, shown: string): void {
    this.#addParents(path, shown)
    const known = this.#byFolded.get(fold(path))
    if (known === undefined) this.#byFolded.set(fold(path), { kind: 'folder', path })
    else if (known.kind === 'file') throw new Hostile('a name is both a file and a folder', shown)
    else if (known.path !== path) throw new Hostile('two names differ only in case', shown)
  }

  #addParents(path: string, shown: string): void {
    const slash = path.lastIndexOf('/')
    if (slash === -1) return
    const parent = path.slice(0, slash)
    if (this.#folders.has(parent)) return
    this.addFolder(parent, shown)
    this.#folders.add(parent)
  }
}

/** As case-insensitive, normalising file systems compare. */
const fold = (path: string): string =>
  /^[\u0020-\u007e]*$/.test(path) ? path.toLowerCase() : path.normalize('NFC').toLowerCase().toUpperCase().toLowerCase()
