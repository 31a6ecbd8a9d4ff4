/** What an archive says about its origin. All of it is the publisher's own word, and nobody checked it. */
import { parse } from 'smol-toml'
import type { Claim } from '../../../shared/provenance.ts'
import type { ArchiveFile } from './crate-archive.ts'
import { normaliseRepository } from './repository-address.ts'

const MAX_VCS_BYTES = 64 << 10
const MAX_MANIFEST_BYTES = 4 << 20

/**
 * Never throws. VCS info in every shape cargo has written: absent before 1.30, `git.sha1`, `path_in_vcs` from 1.57,
 * `git.dirty` from 1.81; without a usable commit it is `malformed`. The repository is the generated manifest's, or the
 * original's when the generated one cannot be read.
 */
export function readClaim(files: ReadonlyMap<string, ArchiveFile>): Claim {
  const stated = statedRepository(files)
  const address = stated === null ? null : normaliseRepository(stated)
  return {
    repository: {
      stated,
      url: address?.url ?? null,
      hintPath: address?.hintPath ?? null,
      from: stated === null ? 'none' : 'manifest',
    },
    ...vcsInfo(files.get('.cargo_vcs_info.json')),
  }
}

type VcsClaim = Pick<Claim, 'commit' | 'path' | 'dirty' | 'vcsInfo'>
const NO_VCS = { commit: null, path: null, dirty: null }

function vcsInfo(file: ArchiveFile | undefined): VcsClaim {
  if (file === undefined) return { ...NO_VCS, vcsInfo: 'absent' }
  const malformed: VcsClaim = { ...NO_VCS, vcsInfo: 'malformed' }
  if (file.data.length > MAX_VCS_BYTES) return malformed
  let json: unknown
  try {
    json = JSON.parse(decode(file.data))
  } catch {
    return malformed
  }
  if (!isRecord(json) || !isRecord(json['git'])) return malformed
  const { sha1, dirty } = json['git']
  if (typeof sha1 !== 'string' || !/^[0-9a-f]{40}$/.test(sha1)) return malformed
  const path = json['path_in_vcs']
  return {
    commit: sha1,
    // A path that could leave the repository is no path; the package is then looked for.
    path: typeof path === 'string' && isInnerPath(path) ? path : null,
    dirty: dirty === true,
    vcsInfo: 'present',
  }
}

/** '' or parts without `.`, `..`, empty ones or control characters. */
function isInnerPath(path: string): boolean {
  if (path === '') return true
  if (path.length > 1_024 || /[\u0000-\u001f\u007f]/.test(path)) return false
  return path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
}

function statedRepository(files: ReadonlyMap<string, ArchiveFile>): string | null {
  for (const name of ['Cargo.toml', 'Cargo.toml.orig']) {
    const file = files.get(name)
    if (file === undefined || file.data.length > MAX_MANIFEST_BYTES) continue
    const read = packageRepository(decode(file.data))
    if (read !== 'unreadable') return read
  }
  return null
}

/** As cargo writes the line in a manifest of its own; most archives need no TOML reader for it. */
const PLAIN_LINE = /^repository = "([^"\\\n]*)"$/m

function packageRepository(text: string): string | null | 'unreadable' {
  const start = text.startsWith('[package]\n') ? 0 : text.indexOf('\n[package]\n')
  if (start !== -1 && isGenerated(text)) {
    const end = text.indexOf('\n[', start + 2)
    const line = PLAIN_LINE.exec(text.slice(start, end === -1 ? undefined : end))
    if (line !== null) return trimmed(line[1])
  }
  try {
    const manifest = parse(text)
    const table = manifest['package'] ?? manifest['project']
    return isRecord(table) ? trimmed(table['repository']) : null
  } catch {
    return 'unreadable'
  }
}

/** Only cargo's own text is scanned by line: elsewhere a multi-line string could hold such a line. */
const isGenerated = (text: string): boolean => text.startsWith('# THIS FILE IS AUTOMATICALLY') && !/"""|'''/.test(text)

function trimmed(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const text = value.trim().slice(0, 2_048)
  return text === '' ? null : text
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
