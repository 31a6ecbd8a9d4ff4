/**
 * The advisory database: from a bare copy in the cache, read as objects and never checked out, or from a folder. Both
 * are strangers' bytes: how many files, how large, which names are bounded, and a database past the bounds is no
 * database. One file that cannot be read is a problem of its crate and costs nothing else.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { indexAdvisories, readAdvisory, splitAdvisory, type Advisories, type Advisory } from '../core/advisories.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import { parseToml } from './toml.ts'

export interface AdvisoryDatabase {
  readonly advisories: Advisories
  /** Null for a folder without git. */
  readonly commit: string | null
  /** Milliseconds since the epoch. */
  readonly committedAt: number | null
}

/** The folder of advisories about crates; `rust` holds those about the toolchain, which no package is hit by. */
const COLLECTION = 'crates'
/** Where `fetchAdvisories` puts the newest commit. */
export const ADVISORY_REF = 'refs/assay/advisories'
/** The database of 2026 has 1,244 files of 2 KB, in 908 folders. */
const MAX_FILES = 50_000
const MAX_FILE_BYTES = 256 << 10
const MAX_TOTAL_BYTES = 128 << 20
const GIT_TIMEOUT_MS = 120_000
const CRATE = /^[A-Za-z0-9_-]{1,128}$/
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.md$/

interface AdvisoryText {
  /** `crates/NAME/FILE`. */
  readonly path: string
  readonly crate: string
  /** Null: too large. */
  readonly text: string | null
}

/** @failure advisories-unreadable (no such folder, nothing in it, past the bounds) */
export async function readAdvisoryFolder(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<AdvisoryDatabase, Failure>> {
  const root = path.join(folder, COLLECTION)
  const files: AdvisoryText[] = []
  let bytes = 0
  try {
    for (const crate of await caps.files.list(root as AbsolutePath)) {
      signal.throwIfAborted()
      if (crate.kind !== 'directory' || !CRATE.test(crate.name)) continue
      const inside = path.join(root, crate.name)
      for (const file of await caps.files.list(inside as AbsolutePath)) {
        if (file.kind !== 'file' || !FILE.test(file.name)) continue
        const at = path.join(inside, file.name) as AbsolutePath
        const size = (await caps.files.stat(at))?.sizeBytes ?? 0
        bytes += Math.min(size, MAX_FILE_BYTES)
        if (files.length >= MAX_FILES || bytes > MAX_TOTAL_BYTES) return fail(tooLarge(folder))
        files.push({
          path: `${COLLECTION}/${crate.name}/${file.name}`,
          crate: crate.name,
          text: size > MAX_FILE_BYTES ? null : await caps.files.readText(at, MAX_FILE_BYTES),
        })
      }
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    const reason = error.code === 'ENOENT' ? `there is no folder ${root}` : error.message
    return fail({ code: 'advisories-unreadable', path: folder, reason })
  }
  const head = await headOf(caps, path.join(folder, '.git') as AbsolutePath, 'HEAD', signal)
  return databaseOf(folder, files, head)
}

/** The bare copy that `fetchAdvisories` made. @failure advisories-unreadable, git-not-found */
export async function readAdvisoryMirror(
  caps: Capabilities,
  gitDir: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<AdvisoryDatabase, Failure>> {
  const head = await headOf(caps, gitDir, ADVISORY_REF, signal)
  if (head === null) return unreadable(gitDir, 'the copy in the cache holds no commit')
  const tree = ['ls-tree', '-r', '-z', '-l', '--full-tree', head.commit, '--', COLLECTION]
  const listed = await git(caps, gitDir, tree, null, 64 << 20, signal)
  if (!listed.ok) return listed
  const blobs = blobsOf(Buffer.from(listed.value).toString('latin1'))
  const small = blobs.filter(blob => blob.bytes <= MAX_FILE_BYTES)
  const total = small.reduce((sum, blob) => sum + blob.bytes, 0)
  if (blobs.length > MAX_FILES || total > MAX_TOTAL_BYTES) return fail(tooLarge(gitDir))
  const wanted = Buffer.from(small.map(blob => `${blob.oid}\n`).join(''))
  const most = total + small.length * 64 + 1_024
  const read = await git(caps, gitDir, ['cat-file', '--batch'], wanted, most, signal)
  if (!read.ok) return read
  const texts = splitBatch(Buffer.from(read.value), small)
  if (texts === null) return unreadable(gitDir, 'git does not give the objects of its own commit')
  const files = blobs.map(({ path: at, crate, oid }) => ({ path: at, crate, text: texts.get(oid) ?? null }))
  return databaseOf(gitDir, files, head)
}

interface Blob {
  readonly path: string
  readonly crate: string
  readonly oid: string
  readonly bytes: number
}

/** Regular files of `crates/NAME/FILE.md`; links, folders below and other names are left out. */
function blobsOf(listed: string): readonly Blob[] {
  return listed.split('\0').flatMap(line => {
    const row = /^(100644|100755) blob ([0-9a-f]{40}(?:[0-9a-f]{24})?) +(\d+)\t([^/]+)\/([^/]+)\/([^/]+)$/.exec(line)
    if (row === null) return []
    const [, , oid = '', bytes, , crate = '', file = ''] = row
    return CRATE.test(crate) && FILE.test(file)
      ? [{ path: `${COLLECTION}/${crate}/${file}`, crate, oid, bytes: Number(bytes) }]
      : []
  })
}

/** Answers in the order asked: `OID blob SIZE LF`, SIZE bytes, LF. Null when they are not those asked for. */
function splitBatch(out: Buffer, blobs: readonly Blob[]): ReadonlyMap<string, string> | null {
  const texts = new Map<string, string>()
  let at = 0
  for (const { oid, bytes } of blobs) {
    const header = `${oid} blob ${bytes}\n`
    if (out.toString('latin1', at, at + header.length) !== header) return null
    at += header.length
    texts.set(oid, out.toString('utf8', at, at + bytes))
    at += bytes + 1
  }
  return at === out.length ? texts : null
}

async function databaseOf(
  place: AbsolutePath,
  files: readonly AdvisoryText[],
  head: Head | null,
): Promise<Result<AdvisoryDatabase, Failure>> {
  if (files.length === 0) return unreadable(place, `there are no advisories in ${COLLECTION}`)
  const read = await Promise.all(
    files.map(async ({ path: at, crate, text }) => ({ path: at, crate, read: await parse(at, text) })),
  )
  const { commit = null, committedAt = null } = head ?? {}
  return ok({ advisories: indexAdvisories(read), commit, committedAt })
}

async function parse(at: string, text: string | null): Promise<Result<Advisory | null, string>> {
  if (text === null) return fail(`it is larger than ${MAX_FILE_BYTES >> 10} KiB`)
  const parts = splitAdvisory(text)
  if (!parts.ok) return parts
  const { toml, ...words } = parts.value
  const tree = await parseToml(toml)
  if (!tree.ok) return tree
  const advisory = readAdvisory(tree.value, words)
  if (!advisory.ok || advisory.value === null) return advisory
  const name = path.posix.basename(at, '.md')
  // Drafts have the placeholder as their name until they get an id.
  return name === advisory.value.id || name.startsWith('RUSTSEC-0000-0000')
    ? advisory
    : fail(`it calls itself ${advisory.value.id}`)
}

interface Head {
  readonly commit: string
  readonly committedAt: number
}

async function headOf(
  caps: Capabilities,
  gitDir: AbsolutePath,
  ref: string,
  signal: AbortSignal,
): Promise<Head | null> {
  if ((await caps.files.stat(gitDir).catch(() => null))?.kind !== 'directory') return null
  const shown = await git(
    caps,
    gitDir,
    ['log', '-1', '--no-show-signature', '--format=%H %ct', ref, '--'],
    null,
    4_096,
    signal,
  )
  const row = shown.ok ? /^([0-9a-f]{40,64}) (\d{1,12})\n?$/.exec(Buffer.from(shown.value).toString('latin1')) : null
  return row === null ? null : { commit: row[1]!, committedAt: Number(row[2]) * 1_000 }
}

async function git(
  caps: Capabilities,
  gitDir: AbsolutePath,
  args: readonly string[],
  input: Uint8Array | null,
  maxOutputBytes: number,
  signal: AbortSignal,
): Promise<Result<Uint8Array, Failure>> {
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, `--git-dir=${gitDir}`, ...args],
    cwd: gitDir,
    env: gitEnv(caps.host.env),
    ...(input === null ? {} : { input }),
    maxOutputBytes,
    timeoutMs: GIT_TIMEOUT_MS,
    signal,
  })
  if (outcome.kind === 'not-found') return fail({ code: 'git-not-found', tried: 'git on the PATH' })
  if (outcome.kind === 'exited' && outcome.code === 0) return ok(outcome.stdout)
  const why = outcome.kind === 'killed' ? outcome.why : Buffer.from(outcome.stderr).toString('utf8').slice(-300).trim()
  return unreadable(gitDir, `git ${args[0]}: ${why}`)
}

const unreadable = (place: AbsolutePath, reason: string): Result<never, Failure> =>
  fail({ code: 'advisories-unreadable', path: place, reason })
const tooLarge = (place: AbsolutePath): Failure => ({
  code: 'advisories-unreadable',
  path: place,
  reason: `it has more than ${MAX_FILES} files or ${MAX_TOTAL_BYTES >> 20} MiB`,
})
