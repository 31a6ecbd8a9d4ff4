/**
 * Scores of an open workspace: offline and without cargo, with an advisory database fetched before from this machine and
 * an archive in the cache. What is not at hand is unknown and counted, and nothing is asked of the network.
 */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { EventName } from '../../../shared/contract.ts'
import type { PackageKey } from '../../../shared/domain.ts'
import type { RiskSnapshot, SignalId } from '../../../shared/risk.ts'
import { openCache } from '../cache.ts'
import { createNodeCapabilities } from '../node-capabilities.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { openAdvisories } from './advisories-source.ts'
import { createEngine, type Engine } from './create-engine.ts'

const REGISTRY = 'registry+https://github.com/rust-lang/crates.io-index'

let box: Sandbox
let engine: Engine
let events: { readonly name: EventName; readonly payload: unknown }[]

beforeEach(async () => {
  box = createSandbox({ CARGO: '/nowhere/cargo', ASSAY_ADVISORY_DB: '' })
  const archive = await crateArchive('leaky', '1.0.0', {
    'Cargo.toml': '[package]\nname = "leaky"\nversion = "1.0.0"\n',
    'build.rs': 'fn main() {}\n',
    'src/lib.rs': 'pub fn f() { unsafe { g() } }\n',
  })
  const checksum = createHash('sha256').update(archive).digest('hex')
  const cache = openCache(box.caps)
  mkdirSync(path.dirname(cache.archiveFile(checksum)), { recursive: true })
  writeFileSync(cache.archiveFile(checksum), archive)
  box.write({
    'ws/Cargo.toml': '[package]\nname = "me"\nversion = "0.1.0"\nedition = "2021"\n',
    'ws/src/lib.rs': '',
    'ws/Cargo.lock': `version = 4\n\n${[
      `[[package]]\nname = "calm"\nversion = "2.0.0"\nsource = "${REGISTRY}"\nchecksum = "${'0'.repeat(64)}"\n`,
      `[[package]]\nname = "leaky"\nversion = "1.0.0"\nsource = "${REGISTRY}"\nchecksum = "${checksum}"\n`,
      '[[package]]\nname = "me"\nversion = "0.1.0"\ndependencies = ["calm", "leaky"]\n',
    ].join('\n')}`,
    'ws/supply-chain/config.toml': '[cargo-vet]\nversion = "0.10"\n',
    'ws/supply-chain/audits.toml': '\n[audits]\n',
    'ws/supply-chain/imports.lock': '',
  })
  events = []
})
afterEach(async () => {
  await engine.dispose()
  box.dispose()
})

async function crateArchive(name: string, version: string, files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack()
  for (const [file, text] of Object.entries(files)) tar.entry({ name: `${name}-${version}/${file}` }, text)
  tar.finalize()
  const parts: Buffer[] = []
  for await (const part of tar) parts.push(part as Buffer)
  return gzipSync(Buffer.concat(parts))
}

/** A database in a repository of this machine, fetched into the cache, as a run before would have left it. */
async function fetchDatabase(): Promise<void> {
  const text = (id: string, more: string) =>
    `\`\`\`toml\n[advisory]\nid = "${id}"\npackage = "leaky"\ndate = "2026-01-01"\n${more}\n[versions]\npatched = [">=1.0.4"]\n\`\`\`\n\n# It leaks\n`
  box.write({
    'db/crates/leaky/RUSTSEC-2026-0001.md': text(
      'RUSTSEC-2026-0001',
      'cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"',
    ),
    'db/crates/leaky/RUSTSEC-2026-0002.md': text('RUSTSEC-2026-0002', 'informational = "unmaintained"'),
  })
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: box.at('db'), stdio: 'pipe' })
  git('init', '--quiet')
  git('add', '-A')
  git('commit', '--quiet', '-m', 'x')
  const fetched = await openAdvisories(box.caps, { offline: false, refresh: false, redirects: '' }, quietRun())
  if (!fetched.ok) throw new Error(JSON.stringify(fetched.error))
}

async function open(): Promise<RiskSnapshot> {
  engine = createEngine(box.caps, (name, payload) => events.push({ name, payload }))
  await engine.handlers['app.settings']({ offline: true })
  const opened = await engine.handlers['app.open']({ path: box.at('ws') })
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  return value(await engine.handlers['risk.list'](null))
}
function value<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
async function until(what: string, isIt: (snapshot: RiskSnapshot) => boolean): Promise<RiskSnapshot> {
  for (let i = 0; i < 300; i++) {
    const found = events.findLast(e => e.name === 'risk.changed')?.payload as RiskSnapshot | undefined
    if (found !== undefined && isIt(found)) return found
    await new Promise(done => setTimeout(done, 25))
  }
  throw new Error(`waited in vain for ${what}`)
}
const explain = async (key: string, ...ids: SignalId[]) => {
  const detail = value(await engine.handlers['risk.explain']({ key: key as PackageKey }))
  return detail.signals.filter(s => ids.includes(s.id)).map(s => `${s.id} ${s.state} ${s.points}: ${s.value}`)
}
const rowOf = (snapshot: RiskSnapshot, key: string) => snapshot.rows.find(row => row.key === key)

it('says what is unknown, with its points; without a database nothing is called free of advisories', async () => {
  await open()
  const snapshot = await until('the database to be looked for', s => s.database.reason?.includes('named') === true)
  expect(snapshot.database).toMatchObject({ state: 'unknown', advisories: 0, fetchedAt: null })
  expect(snapshot.rows.map(row => row.key)).toEqual(['leaky@1.0.0', 'calm@2.0.0'])
  expect(await explain('calm@2.0.0', 'advisory-new', 'publisher', 'unsafe', 'usage', 'provenance')).toEqual([
    'advisory-new unknown 25: no advisory database is named',
    'provenance unknown 8: not checked',
    'publisher unknown 8: the registry was not asked',
    'unsafe unknown 5: its archive is not in the cache or not looked through yet',
    'usage unknown 3: cargo was not found, and Cargo.lock does not say',
  ])
  expect(rowOf(snapshot, 'calm@2.0.0')?.contains).toEqual({ unsafe: null, build: null, procMacro: null })
})

it('takes advisories and archives that are at hand, and announces them', async () => {
  const env = { CARGO: '/nowhere/cargo', ASSAY_ADVISORY_DB: `file://${box.at('db')}` }
  box = {
    ...box,
    caps: createNodeCapabilities({
      version: 'test',
      sampleDir: box.at('sample'),
      env: { ...box.caps.host.env, ...env },
    }),
  }
  await fetchDatabase()
  await open()
  const snapshot = await until('advisories and archives', s => {
    const row = rowOf(s, 'leaky@1.0.0')
    return s.database.state === 'known' && row?.contains.unsafe === true && s.toScan === 0
  })
  expect(snapshot.database).toMatchObject({ advisories: 2, unread: 0 })
  expect(rowOf(snapshot, 'leaky@1.0.0')).toMatchObject({
    contains: { unsafe: true, build: true, procMacro: false },
    advisories: [
      {
        id: 'RUSTSEC-2026-0001',
        kind: 'vulnerability',
        cvss: { score: 7.5 },
        hitsNew: true,
        hitsOld: false,
        fixedBy: null,
      },
      { id: 'RUSTSEC-2026-0002', kind: 'unmaintained' },
    ],
  })
  expect(rowOf(snapshot, 'calm@2.0.0')?.advisories).toEqual([])
  expect(await explain('calm@2.0.0', 'advisory-new')).toEqual(['advisory-new known 0: none known'])
  expect(await explain('leaky@1.0.0', 'advisory-new', 'build-script', 'unsafe', 'unsafe-change')).toEqual([
    'advisory-new known 21: RUSTSEC-2026-0001 (vulnerability 7.5), RUSTSEC-2026-0002 (unmaintained)',
    'build-script known 6: build script, new or changed',
    'unsafe known 1: 1 place',
    'unsafe-change known 1: 1 new or changed place',
  ])
  const detail = value(await engine.handlers['risk.explain']({ key: 'leaky@1.0.0' as PackageKey }))
  expect(detail.row.score).toBe(detail.signals.reduce((sum, s) => sum + s.points, 0))
  expect(detail.weights).toEqual({ from: 'default', most: 100, problems: [] })
})

it('asks for the database once for all who want it anew at the same time', async () => {
  await open()
  await until('the database to be looked for', s => s.database.reason?.includes('named') === true)
  const answers = await Promise.all([1, 2, 3].map(() => engine.handlers['advisories.refresh'](null)))
  expect(new Set(answers).size, 'one answer, given three times').toBe(1)
})

it('weighs as the team says, and names what is wrong', async () => {
  box.write({ 'ws/supply-chain/assay.toml': '[risk.weights]\nprovenance = 30\nnonsense = 1\n' })
  const snapshot = await open()
  expect(snapshot.weights).toEqual({
    from: 'team',
    most: 122,
    problems: ['assay.toml line 3: there is no signal `nonsense`'],
  })
  expect(await explain('calm@2.0.0', 'provenance')).toEqual(['provenance unknown 30: not checked'])
})

it('does nothing before a page asks, and an unknown package is a failure', async () => {
  engine = createEngine(box.caps, (name, payload) => events.push({ name, payload }))
  await engine.handlers['app.settings']({ offline: true })
  expect(await engine.handlers['risk.list'](null)).toMatchObject({ ok: false, error: { code: 'no-workspace-open' } })
  await engine.handlers['app.open']({ path: box.at('ws') })
  expect(await engine.handlers['risk.explain']({ key: 'nobody@1.0.0' as PackageKey })).toMatchObject({
    error: { code: 'package-unknown' },
  })
  expect(events.filter(e => e.name === 'risk.changed')).toEqual([])
})
