/** For tests only: the whole check over a synthetic world, as the session runs it but without its caches. */
import { createHash } from 'node:crypto'
import type { ProvenanceRecord } from '../../../../shared/provenance.ts'
import type { Capabilities, Run } from '../../capabilities.ts'
import { checkCrate } from '../check.ts'
import { readIndexFacts } from '../index-facts.ts'
import { openMirrors, type Mirrors } from '../mirror.ts'
import type { NamedRepository } from '../siblings.ts'
import { indexLine, type SyntheticLine } from './index-line.ts'
import { TamperedCrate } from './tamper.ts'
import { PUBLISHED_AT, type World } from './world.ts'

export interface CheckOptions {
  /** Default `compare`. */
  readonly level?: 'compare' | 'rebuild'
  /** Default PUBLISHED_AT. */
  readonly publishedAt?: string | null
  /** Default: what a registry would say of this archive; null: the index did not answer. */
  readonly line?: SyntheticLine | null
  readonly previous?: ProvenanceRecord
  readonly refresh?: boolean
  /** Repositories that other checked versions name. */
  readonly named?: readonly NamedRepository[]
  readonly crate?: string
  readonly version?: string
}

export interface Checker {
  readonly mirrors: Mirrors
  check(archive: Uint8Array, options?: CheckOptions): Promise<ProvenanceRecord>
}

export function makeChecker(world: World, caps: Capabilities, run: Run, offline = false): Checker {
  const options = { redirects: world.redirects, offline, maxBytes: 1 << 30, maxParallel: 2 }
  const mirrors = openMirrors(caps, options)
  return {
    mirrors,
    check(archive, { level = 'compare', publishedAt = PUBLISHED_AT, refresh = false, ...given } = {}) {
      const line = given.line === undefined ? indexLine(archive, publishedAt) : given.line
      const { crate, version } = given.crate === undefined ? nameOf(archive) : { crate: given.crate, version: '1.0.0' }
      const input = {
        ...{ crate, version: given.version ?? version, archive, level, refresh },
        archiveSha256: createHash('sha256').update(archive).digest('hex'),
        index: line === null ? null : readIndexFacts(line.text),
      }
      const deps = {
        ...{ caps, mirrors, compareBytes: true, versions: { git: null, assay: 'test' } },
        lookup: (name: string, wanted: string) =>
          world.lines.find(known => known.crate === name && known.version === wanted) ?? null,
        prepareLookup: () => Promise.resolve(),
        namedRepositories: () => given.named ?? [],
        firstTag: () => given.previous?.anchorDetail.tag ?? null,
      }
      return checkCrate(deps, input, run)
    },
  }
}

/** `NAME-VERSION/`, where the version starts at the first dash before a digit and a dot. */
function nameOf(archive: Uint8Array): { readonly crate: string; readonly version: string } {
  const match = /^(.+?)-(\d+\.\d+\..*)\/$/.exec(new TamperedCrate(archive).prefix)
  if (match === null) throw new Error('the archive has no folder named after a crate and version')
  return { crate: match[1]!, version: match[2]! }
}
