/** Cargo's way to the same answer: check the commit out, package it in both of its forms, compare the contents. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { ProvenanceRecord } from '../src/shared/provenance.ts'
import { parseInsteadOf, redirect } from '../src/shared/redirects.ts'
import type { Cache } from '../src/main/engine/cache.ts'
import { openCrateArchive } from '../src/main/engine/provenance/crate-archive.ts'

export interface Packaged {
  readonly names: readonly string[]
  /** Milliseconds, in the order of `names`. */
  readonly checkout: readonly number[]
  readonly ordinary: readonly number[]
  readonly offline: readonly number[]
}

interface Where {
  readonly cargo: string
  readonly temp: string
  readonly insteadOf: string
  readonly cache: Pick<Cache, 'archiveFile'>
}

/** Archives are taken from `cache`; `temp` is where trees, targets and an empty home are put. */
export async function packaged(
  records: readonly ProvenanceRecord[],
  { cargo, temp, insteadOf, cache }: Where,
): Promise<Packaged> {
  const rules = parseInsteadOf(insteadOf)
  if (!rules.ok) throw new Error(rules.error)
  const all: { name: string; checkout: number; ordinary: number; offline: number }[] = []
  for (const record of records) {
    const mirror = redirect(record.repository ?? '', rules.value).url.replace('file://', '')
    const [tree, target] = [path.join(temp, 'tree'), path.join(temp, 'target')]
    rmSync(tree, { recursive: true, force: true })
    const checkout = time(() => {
      run('git', ['clone', '-q', '--shared', '--no-checkout', mirror, tree], temp)
      return run('git', ['-C', tree, 'checkout', '-q', record.commit ?? ''], temp)
    })
    const manifest = path.join(tree, record.path ?? '', 'Cargo.toml')
    const published = existsSync(cache.archiveFile(record.archiveSha256))
      ? readFileSync(cache.archiveFile(record.archiveSha256))
      : null
    if (!checkout.ok || published === null) continue
    const ordinary = await package1(cargo, record, published, target, ['--allow-dirty'], path.dirname(manifest), {})
    const without = ['--allow-dirty', '--offline', '--exclude-lockfile', '--manifest-path', manifest]
    const offline = await package1(cargo, record, published, target, without, temp, {
      CARGO_HOME: path.join(temp, 'empty-home'),
    })
    if (ordinary === null || offline === null) continue
    all.push({ name: `${record.crate} ${record.version}`, checkout: checkout.ms, ordinary, offline })
  }
  return {
    names: all.map(one => one.name),
    checkout: all.map(one => one.checkout),
    ordinary: all.map(one => one.ordinary),
    offline: all.map(one => one.offline),
  }
}

const RUSTC = spawnSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).stdout.trim()

/** Packages, then compares the contents of both archives file by file. Milliseconds; null: cargo refused. */
async function package1(
  cargo: string,
  { crate, version }: ProvenanceRecord,
  published: Uint8Array,
  target: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
): Promise<number | null> {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  const startedAt = performance.now()
  const rustc = { RUSTC: path.join(RUSTC, 'bin', 'rustc'), CARGO_TARGET_DIR: target }
  const done = spawnSync(cargo, ['package', '--no-verify', '--quiet', ...args], {
    ...{ cwd, env: { ...process.env, ...rustc, ...env }, encoding: 'utf8' },
  })
  if (done.status !== 0) return null
  const folder = path.join(target, 'package')
  const file = readdirSync(folder).find(name => name === `${crate}-${version}.crate`)
  if (file === undefined) return null
  const [ours, theirs] = await Promise.all([
    openCrateArchive(crate, version, readFileSync(path.join(folder, file))),
    openCrateArchive(crate, version, published),
  ])
  let differing = 0
  for (const [name, { data }] of theirs.files) {
    const other = ours.files.get(name)
    if (other === undefined || Buffer.compare(other.data, data) !== 0) differing++
  }
  return differing < 0 ? null : performance.now() - startedAt
}

function run(command: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(command, args, { cwd, env: { ...process.env, GIT_LFS_SKIP_SMUDGE: '1' } }).status === 0
}
function time(work: () => boolean): { readonly ok: boolean; readonly ms: number } {
  const startedAt = performance.now()
  const ok = work()
  return { ok, ms: performance.now() - startedAt }
}
