/**
 * A commit that the named repository does not have, in repositories beside it: a project that was split or renamed goes
 * on naming the old one. Only what the crate itself points to and what other crates checked here name is asked, and
 * only branches and tags count: a server gives commits of every fork by their id. Source: provenance.md 2.6
 * (rand_chacha 0.10.0), 3.2.
 */
import type { Claim } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import type { CrateFile } from './compare.ts'
import { MirrorFailure, type GitOid, type GitRepository } from './git-repository.ts'
import { locatePackage } from './locate-package.ts'
import { readManifest } from './manifest-text.ts'
import type { Mirrors } from './mirror.ts'
import { normaliseRepository } from './repository-address.ts'

/** A repository that some version checked here names. */
export interface NamedRepository {
  readonly crate: string
  readonly repository: string
}

export interface SiblingInput {
  readonly crate: string
  readonly claim: Claim
  readonly files: ReadonlyMap<string, CrateFile>
  readonly known: readonly NamedRepository[]
}

export interface FoundSibling {
  readonly url: string
  readonly repository: GitRepository
  readonly path: string
  /** How many repositories were looked into. */
  readonly tried: number
}

/** Each may have to be cloned. */
const MAX_SIBLINGS = 8

/**
 * Most telling first: what other versions of the crate name, what its own manifest links to on the same host, what other
 * crates of the same owner name. Never the named repository itself.
 */
export function siblingAddresses({ crate, claim, files, known }: SiblingInput): readonly string[] {
  const own = claim.repository.url
  if (own === null) return []
  const ofCrate = known.filter(one => one.crate === crate).map(one => one.repository)
  const manifest = files.get('Cargo.toml')
  const { homepage, documentation } = (manifest === undefined ? null : readManifest(manifest.data))?.pkg ?? {}
  const linked = [homepage, documentation].flatMap(link => {
    const url = typeof link === 'string' ? (normaliseRepository(link)?.url ?? null) : null
    return url !== null && hostOf(url) === hostOf(own) ? [url] : []
  })
  const owner = ownerOf(own)
  const ofOwner = known.map(one => one.repository).filter(url => owner !== null && ownerOf(url) === owner)
  return [...new Set([...ofCrate, ...linked, ...ofOwner])].filter(url => url !== own).slice(0, MAX_SIBLINGS)
}

const hostOf = (url: string): string => url.split('/')[2]?.toLowerCase() ?? ''

/** `HOST/OWNER` of an address with at least an owner and a name. */
function ownerOf(url: string): string | null {
  const parts = url.split('/').slice(2)
  return parts.length < 3 ? null : parts.slice(0, -1).join('/').toLowerCase()
}

/** The first that has the commit under a branch or tag, with this package in it; null: none. Throws Cancelled. */
export async function findSibling(
  mirrors: Mirrors,
  input: SiblingInput,
  commit: GitOid,
  run: Run,
): Promise<FoundSibling | null> {
  let tried = 0
  for (const url of siblingAddresses(input)) {
    const opened = await mirrors.open(url, { commit, newerThanMs: null, refresh: false }, run)
    if (!opened.ok) continue
    tried++
    try {
      const path = await packageIn(opened.value, input, commit, run)
      if (path !== null) return { url, repository: opened.value, path, tried }
    } catch (error) {
      if (!(error instanceof MirrorFailure)) throw error
    }
  }
  return null
}

async function packageIn(repository: GitRepository, input: SiblingInput, commit: GitOid, run: Run) {
  if ((await repository.commit(commit, run)) === null) return null
  if (((await repository.refsContaining(commit, 1, run)) ?? []).length === 0) return null
  const { path, ...found } = await locatePackage(repository, commit, input.files, input.claim.path, input.crate, run)
  const isStrange = 'warnings' in found && found.warnings.some(({ weight }) => weight === 'alarm')
  return isStrange ? null : path
}
