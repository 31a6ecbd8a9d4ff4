/** A published archive and one made again from the repository: how far they are the same. Pure. */
import { gunzipSync } from 'node:zlib'
import type { Rebuild } from '../../../shared/provenance.ts'
import { readTar } from '../core/tar.ts'
import type { CrateArchive } from './crate-archive.ts'
import { checkManifest } from './manifest-check.ts'
import type { CargoRange } from './toolchains.ts'

/** Written by cargo, so that they may differ from cargo to cargo. */
const GENERATED = ['.cargo_vcs_info.json', 'Cargo.lock', 'Cargo.toml']
const LOCK = 'Cargo.lock'
const MANIFEST = 'Cargo.toml'

const BLOCK = 512
const MAX_TAR_BYTES = 1 << 30

export interface PackageId {
  readonly crate: string
  readonly version: string
  /** Of the cargo that made the published archive. */
  readonly cargoRange: CargoRange
}

export interface WholeArchive {
  readonly archive: CrateArchive
  readonly bytes: Uint8Array
}

/** `lockFrom: crate`: identical but for a Cargo.lock that only the published archive can say. */
export function compareArchives(
  published: WholeArchive,
  rebuilt: WholeArchive,
  of: PackageId,
): Pick<Rebuild, 'result' | 'detail' | 'lockFrom'> {
  if (Buffer.compare(published.bytes, rebuilt.bytes) === 0)
    return { result: 'identical-archive', detail: [], lockFrom: 'none' }
  if (published.archive.facts.tarSha256 === rebuilt.archive.facts.tarSha256)
    return { result: 'identical-tar', detail: [], lockFrom: 'none' }
  const paths = [...new Set([...published.archive.files.keys(), ...rebuilt.archive.files.keys()])].sort()
  const detail: string[] = []
  const differing: string[] = []
  for (const path of paths) {
    const [theirs, ours] = [published.archive.files.get(path)?.data, rebuilt.archive.files.get(path)?.data]
    const words =
      ours === undefined
        ? 'is only in the published archive'
        : theirs === undefined
          ? 'is only in the rebuilt archive'
          : Buffer.compare(theirs, ours) === 0
            ? null
            : withoutCr(theirs) === withoutCr(ours)
              ? 'differs in line endings only'
              : 'differs'
    if (words === null) continue
    differing.push(path)
    detail.push(`${path} ${words}`)
  }
  if (differing.join() === LOCK && isSameButLock(published, rebuilt))
    return { result: 'identical-tar', detail, lockFrom: 'crate' }
  if (differing.length === 0) return { result: 'same-contents', detail, lockFrom: 'none' }
  const manifest = differing.includes(MANIFEST) ? manifestDifferences(published.archive, rebuilt.archive, of) : []
  const isGenerated = differing.every(path => GENERATED.includes(path)) && manifest.length === 0
  const allDetail = detail.flatMap(line => (line === `${MANIFEST} differs` ? manifestLines(manifest) : [line]))
  return { result: isGenerated ? 'generated-differ' : 'differs', detail: allDetail, lockFrom: 'none' }
}

const withoutCr = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n')

/** cargo writes the manifest in another form from release to release; what it says has to be the same. */
function manifestDifferences(published: CrateArchive, rebuilt: CrateArchive, of: PackageId): readonly string[] {
  const [theirs, ours] = [published.files.get(MANIFEST)?.data, rebuilt.files.get(MANIFEST)?.data]
  if (theirs === undefined || ours === undefined) return []
  const { differences } = checkManifest({
    ...{ ...of, generated: theirs, original: null, inRepository: ours, workspaceRoot: null, index: null },
    archivePaths: [...published.files.keys()],
  })
  // Cargo before 1.62 left out a readme that it found by itself.
  return differences.filter(line => !line.includes('`readme`'))
}

const manifestLines = (differences: readonly string[]): readonly string[] =>
  differences.length === 0 ? [`${MANIFEST} differs in form only`] : differences.map(line => `${MANIFEST}: ${line}`)

/** Every byte of both tars is the same once the published Cargo.lock is cut out. */
function isSameButLock(published: WholeArchive, rebuilt: WholeArchive): boolean {
  const isPlain = published.archive.isReadable && published.archive.anomalies.length === 0
  if (!isPlain || rebuilt.archive.files.has(LOCK)) return false
  const [theirs, ours] = [inflate(published.bytes), inflate(rebuilt.bytes)]
  return Buffer.compare(withoutLock(theirs), ours) === 0
}

/** Both were read before under the same limit. */
const inflate = (bytes: Uint8Array): Buffer => gunzipSync(bytes, { maxOutputLength: MAX_TAR_BYTES })

function withoutLock(tar: Buffer): Buffer {
  const { headers } = readTar(tar, Number.MAX_SAFE_INTEGER)
  const lock = headers.find(header => new TextDecoder().decode(header.name).endsWith(`/${LOCK}`))
  if (lock === undefined) return tar
  const start = lock.data.byteOffset - tar.byteOffset
  return Buffer.concat([
    tar.subarray(0, start - BLOCK),
    tar.subarray(start + Math.ceil(lock.sizeBytes / BLOCK) * BLOCK),
  ])
}

/** The published lock file names no package but this one, so that resolving it needs no registry. */
export function isAloneInLock(archive: CrateArchive, crate: string): boolean {
  const lock = archive.files.get(LOCK)?.data
  if (lock === undefined) return false
  const names = [...new TextDecoder().decode(lock).matchAll(/^name = "([^"]*)"$/gm)].map(match => match[1])
  return names.length === 1 && names[0] === crate
}
