/**
 * Published versions for a long run on real input. The list is made by a rule that knows nothing of verdicts: of all
 * archives at hand, those that state their commit, name a repository whose mirror here has that commit, and are what
 * the index states and has not yanked; if there are more than wanted, evenly many of them in the order of their
 * publication.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AbsolutePath } from '../src/shared/domain.ts'
import { parseInsteadOf, redirect, type RedirectRule } from '../src/shared/redirects.ts'
import { openCache } from '../src/main/engine/cache.ts'
import type { Capabilities, Run } from '../src/main/engine/capabilities.ts'
import { readRegistryConfig } from '../src/main/engine/io/registry-config.ts'
import { openRegistry, type IndexVersion } from '../src/main/engine/io/registry.ts'
import { readClaim } from '../src/main/engine/provenance/claim.ts'
import { openCrateArchive } from '../src/main/engine/provenance/crate-archive.ts'

export interface Published {
  readonly crate: string
  readonly version: string
  readonly publishedAt: string
}

export interface Chosen {
  readonly versions: readonly Published[]
  /** Archives looked at, those among them that state a commit in a mirrored repository, and those that the rule takes. */
  readonly archives: number
  readonly stating: number
  readonly fitting: number
}

interface Candidate extends Published {
  readonly mirror: string
  readonly commit: string
}

const FILE = /^(.+?)-(\d+\.\d+\.\d+.*)\.crate$/

/** The archives are put into the cache, as if they had been fetched. */
export async function chooseVersions(
  caps: Capabilities,
  {
    folders,
    insteadOf,
    count,
  }: { readonly folders: readonly string[]; readonly insteadOf: string; readonly count: number },
  run: Run,
): Promise<Chosen> {
  const rules = parseInsteadOf(insteadOf)
  if (!rules.ok) throw new Error(rules.error)
  const config = await readRegistryConfig(caps, caps.host.homeDir)
  if (!config.ok) throw new Error(JSON.stringify(config.error))
  const cache = openCache(caps)
  const registry = openRegistry(caps, cache, config.value, { offline: false, lockChecksums: new Map() })
  const stating = new Map<string, Candidate>()
  let archives = 0
  for (const file of folders.flatMap(folder => readdirSync(folder).map(name => path.join(folder, name)))) {
    const [, crate, version] = FILE.exec(path.basename(file)) ?? []
    if (crate === undefined || version === undefined) continue
    archives++
    const bytes = readFileSync(file)
    const stated = await mirroredCommit(crate, version, bytes, rules.value)
    if (stated === null) continue
    const all = await registry.versions(crate, run)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const known = all.ok ? all.value.find(one => one.version === version) : undefined
    if (!isTheOne(known, sha256)) continue
    keep(cache.archiveFile(sha256), bytes)
    stating.set(`${crate}@${version}`, { crate, version, publishedAt: known.publishedAt, ...stated })
  }
  cache.close()
  const fitting = [...Map.groupBy(stating.values(), ({ mirror }) => mirror)].flatMap(withCommit)
  const sorted = fitting.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
  return { versions: evenly(sorted, count), archives, stating: stating.size, fitting: sorted.length }
}

/** Those whose commit the mirror has: a copy that ends before a release is asked for it anew in each run. */
function withCommit([mirror, stating]: readonly [string, readonly Candidate[]]): readonly Candidate[] {
  const input = stating.map(({ commit }) => `${commit}\n`).join('')
  const args = [`--git-dir=${mirror}`, 'cat-file', '--batch-check=%(objecttype)']
  const { stdout } = spawnSync('git', args, {
    input,
    encoding: 'utf8',
    env: { ...process.env, GIT_NO_LAZY_FETCH: '1' },
  })
  const types = stdout.split('\n')
  return stating.filter((_, i) => types[i] === 'commit')
}

const orderOf = ({ publishedAt, crate, version }: Published) => `${publishedAt} ${crate} ${version}`

/** `count` of them at equal steps, all when there are fewer. */
function evenly<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!)
}

const isTheOne = (
  known: IndexVersion | undefined,
  sha256: string,
): known is IndexVersion & { readonly publishedAt: string } =>
  known !== undefined && known.checksum === sha256 && !known.yanked && known.publishedAt !== null

async function mirroredCommit(
  crate: string,
  version: string,
  bytes: Uint8Array,
  rules: readonly RedirectRule[],
): Promise<Pick<Candidate, 'mirror' | 'commit'> | null> {
  const { files } = await openCrateArchive(crate, version, bytes)
  const { commit, repository } = readClaim(files)
  if (commit === null || repository.url === null) return null
  const { url } = redirect(repository.url, rules)
  const mirror = url.startsWith('file://') ? fileURLToPath(url) : null
  return mirror !== null && existsSync(mirror) ? { mirror, commit } : null
}

function keep(file: AbsolutePath, bytes: Uint8Array): void {
  if (existsSync(file)) return
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, bytes)
}
