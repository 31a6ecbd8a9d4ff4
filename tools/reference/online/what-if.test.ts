/**
 * What-if against the real cargo-vet on two real projects whose exemptions were taken away: each of the nine public peers
 * is served on 127.0.0.1, imported by the real one into a copy, and checked there. What we said beforehand must be what
 * it says afterwards: the same failing packages with the same missing criteria. Each project also without its imports,
 * so that every peer has something to bring; and with a publisher trusted.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CrateName } from '../../../src/shared/domain.ts'
import type { WhatIfResult } from '../../../src/shared/what-if.ts'
import type { AuditsFile, PublisherId, VetStore, WildcardAudit } from '../../../src/main/engine/core/store-model.ts'
import { parseAuditsFile, parseStore } from '../../../src/main/engine/store/parse-store.ts'
import { renderStore } from '../../../src/main/engine/store/write-store.ts'
import { assay, realCargoVet, sharedData } from '../../../src/main/shells/cli/testing.ts'
import { ORIGIN, type OnlineCase, type OnlineRelease, type ServedFile } from './case.ts'
import { makeCertificates, serveCase, type Loopback } from './loopback.ts'

const TODAY = '2026-11-01T12:00:00Z'
const shared = sharedData()
const cargoVet = realCargoVet()
const PEERS = [
  'actix',
  'ariel-os',
  'bytecode-alliance',
  'embark-studios',
  'fermyon',
  'google',
  'isrg',
  'mozilla',
  'zcash',
]
/** Publishes what no other rule gives a publisher. */
const NOBODY_KNOWN = 'somebody-else'
const PLACES = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }
const FILES = ['config.toml', 'audits.toml', 'imports.lock'] as const

const certificates = makeCertificates()
afterAll(() => certificates?.dispose())

/** What is compared: failing packages with what they miss, packages in violation, and the conclusion. */
interface Verdict {
  readonly conclusion: string
  readonly failing: Readonly<Record<string, readonly string[]>>
  readonly violations: readonly string[]
}

class Bench {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-what-if-'))
  readonly network: Loopback
  readonly texts: ReturnType<typeof renderStore>
  private readonly cargo: string
  private runs = 0

  constructor(network: Loopback, subject: OnlineCase) {
    this.network = network
    const local = (text: string) => text.replaceAll(ORIGIN, network.origin)
    const { config, audits, imports } = subject.store
    this.texts = { config: local(config), audits: local(audits), imports: local(imports) }
    this.cargo = path.join(this.folder, 'cargo.sh')
    const metadata = path.join(this.folder, 'metadata.json')
    fs.writeFileSync(metadata, JSON.stringify(subject.metadata))
    fs.writeFileSync(this.cargo, `#!/bin/sh\nexec /bin/cat '${metadata}'\n`, { mode: 0o755 })
    fs.mkdirSync(path.join(this.folder, 'cargo-home'))
    const replaced = `[source.crates-io]\nreplace-with = "case"\n[source.case]\nregistry = "sparse+${network.origin}/index/"\n`
    fs.writeFileSync(path.join(this.folder, 'cargo-home', 'config.toml'), replaced)
  }

  async close(): Promise<void> {
    await this.network.close()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  /** A fresh copy of the store. */
  store(): string {
    const at = path.join(this.folder, `store-${this.runs++}`)
    fs.mkdirSync(at)
    for (const [i, file] of FILES.entries())
      fs.writeFileSync(path.join(at, file), this.texts[(['config', 'audits', 'imports'] as const)[i]!])
    return at
  }

  theirs(store: string, args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const cache = path.join(this.folder, `cache-${this.runs++}`)
    fs.mkdirSync(cache)
    const env = {
      ...{ NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', CARGO: this.cargo },
      ...{ PATH: process.env['PATH'] ?? '', HOME: this.folder, HTTPS_PROXY: this.network.origin },
      ...{ NO_PROXY: '127.0.0.1', CARGO_HTTP_CAINFO: certificates?.authorityFile ?? '' },
    }
    const common = ['--store-path', store, '--cache-dir', cache, '--current-time', TODAY]
    return new Promise((resolve, reject) => {
      const child = spawn(cargoVet ?? '', ['vet', ...args, ...common], {
        env,
        cwd: this.folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let [out, err] = ['', '']
      child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()))
      child.on('error', reject)
      child.on('close', code => resolve({ code: code ?? -1, out, err }))
    })
  }

  ours(store: string, args: readonly string[]) {
    const env = {
      ...{ NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', CARGO: this.cargo },
      ...{ PATH: process.env['PATH'] ?? '', HOME: this.folder, CARGO_HOME: path.join(this.folder, 'cargo-home') },
      ASSAY_CACHE_DIR: path.join(this.folder, 'assay-cache'),
      ASSAY_DATA_DIR: path.join(this.folder, 'assay-data'),
      ASSAY_WEB_API: `${this.network.origin}/api/v1`,
      ASSAY_WEB_API_PAUSE_MS: '0',
      ASSAY_PEER_REGISTRY: `${this.network.origin}/known-peers.toml`,
    }
    const common = ['--store-path', store, '--current-time', TODAY]
    return assay([...args, ...common], { cwd: this.folder, env })
  }

  async check(store: string): Promise<Verdict> {
    const { out, err } = await this.theirs(store, ['check', '--locked', '--output-format', 'json'])
    expect(out, err).toContain('"conclusion"')
    return verdictOf(out)
  }

  async whatIf(store: string, args: readonly string[]): Promise<WhatIfResult> {
    const { out, err } = await this.ours(store, ['what-if', ...args, '--output-format', 'json'])
    expect(err).toBe('')
    return JSON.parse(out) as WhatIfResult
  }
}

function verdictOf(json: string): Verdict {
  const report = JSON.parse(json) as {
    conclusion: string
    failures?: readonly { name: string; version: string; missing_criteria: readonly string[] }[]
    violations?: Readonly<Record<string, unknown>>
  }
  return {
    conclusion: report.conclusion,
    failing: Object.fromEntries((report.failures ?? []).map(f => [`${f.name}@${f.version}`, f.missing_criteria])),
    violations: Object.keys(report.violations ?? {}).map(key => key.replace(':', '@')),
  }
}

/** Before and after as we tell them: what fails before, with every change applied to it. */
function toldBy(result: WhatIfResult, before: Verdict): Verdict {
  const failing: Record<string, readonly string[]> = { ...before.failing }
  const violations = new Set(before.violations)
  for (const { key, keyAfter, after, missingAfter } of result.changed) {
    delete failing[key]
    violations.delete(key)
    if (after === 'failing') failing[keyAfter] = missingAfter
    if (after === 'violation') violations.add(keyAfter)
  }
  return { conclusion: result.after.conclusion, failing, violations: [...violations].sort() }
}

// ── the two projects ─────────────────────────────────────────────────────────────────────────

const text = (...parts: readonly string[]) => fs.readFileSync(path.join(shared ?? '', ...parts), 'utf8')

function projectCase(project: string, keepsImports: boolean): OnlineCase {
  const metadata = JSON.parse(
    zlib.gunzipSync(fs.readFileSync(path.join(shared ?? '', 'stores', project, 'metadata.json.gz'))).toString(),
  ) as { packages: readonly { name: string; version: string }[] }
  const stored = { config: '', audits: '', imports: '' }
  for (const [key, file] of Object.entries(PLACES))
    stored[key as keyof typeof stored] = text('stores', project, 'supply-chain', file)
  const served: Record<string, ServedFile> = {}
  const files: AuditsFile[] = []
  let known = ''
  const registry = text('registry', 'registry.toml')
  const at = new Map<string, string>()
  for (const peer of PEERS) {
    const body = text('registry', `${peer}.toml`)
    served[`/${peer}.toml`] = { status: 200, headers: {}, body }
    known += `[registry.${peer}]\nurl = "${ORIGIN}/${peer}.toml"\n\n`
    const address = new RegExp(`\\[registry\\.${peer}\\]\\s*url = "([^"]+)"`).exec(registry)?.[1]
    if (address !== undefined) at.set(address, `${ORIGIN}/${peer}.toml`)
    const parsed = parseAuditsFile(body, peer, 'peer')
    if (parsed.ok) files.push(parsed.value.audits)
  }
  served['/known-peers.toml'] = { status: 200, headers: {}, body: known }
  const parsed = parseStore(stored, PLACES)
  if (!parsed.ok) throw new Error('the store parses')
  const store = withoutExemptions(parsed.value, keepsImports, url => at.get(url) ?? url)
  const releases = releasesFor(parsed.value, [...files, store.audits], metadata.packages)
  return { name: project, metadata, store: renderStore(store), diffs: [], served, releases, commands: [] }
}

function withoutExemptions(store: VetStore, keepsImports: boolean, here: (url: string) => string): VetStore {
  const imports = keepsImports
    ? new Map([...store.config.imports].map(([name, one]) => [name, { ...one, url: one.url.map(here) }]))
    : new Map()
  const lock = keepsImports ? store.imports : { ...store.imports, audits: new Map() }
  return { ...store, config: { ...store.config, exemptions: new Map(), imports }, imports: lock }
}

/** Who published what: as imports.lock says, else as somebody's wildcard audit would like it. */
function releasesFor(
  store: VetStore,
  files: readonly AuditsFile[],
  packages: readonly { readonly name: string; readonly version: string }[],
): Record<string, OnlineRelease[]> {
  const releases: Record<string, OnlineRelease[]> = {}
  for (const name of new Set(packages.map(p => p.name))) {
    const crate = name as CrateName
    const rows = store.imports.publisher.get(crate) ?? []
    const wild = files.flatMap(file => [...(file.wildcardAudits.get(crate) ?? []), ...(file.trusted.get(crate) ?? [])])
    const byVersion = new Map<string, OnlineRelease>()
    for (const { version, when, source } of rows) {
      const by: OnlineRelease['by'] =
        source.kind === 'user'
          ? { kind: 'user', id: Number(source.userId), login: source.login, name: source.name }
          : { kind: 'trusted-publisher', repository: source.signature.replace(/^github:/, '') }
      byVersion.set(version, { version, when, by })
    }
    for (const { version } of packages.filter(p => p.name === name))
      if (!byVersion.has(version)) byVersion.set(version, inventedRelease(version, wild[0]))
    releases[name] = [...byVersion.values()]
  }
  return releases
}

function inventedRelease(
  version: string,
  wildcard: Pick<WildcardAudit, 'publisher' | 'start'> | undefined,
): OnlineRelease {
  if (wildcard === undefined)
    return { version, when: '2024-01-01', by: { kind: 'user', id: 99_999_999, login: NOBODY_KNOWN, name: null } }
  return { version, when: wildcard.start, by: publisher(wildcard.publisher) }
}

const publisher = (id: PublisherId): OnlineRelease['by'] =>
  id.kind === 'user'
    ? { kind: 'user', id: Number(id.userId), login: `user${id.userId}`, name: null }
    : { kind: 'trusted-publisher', repository: id.signature.replace(/^github:/, '') }

const SUBJECTS = [
  { project: 'cargo-vet', imports: true },
  { project: 'zcash', imports: true },
  { project: 'cargo-vet', imports: false },
  { project: 'zcash', imports: false },
]
const isHere = shared !== null && cargoVet !== null && certificates !== null

describe.skipIf(!isHere)(
  'what-if equals the real cargo-vet afterwards [needs shared data, cargo-vet and openssl]',
  () => {
    describe.each(SUBJECTS)('$project without exemptions, own imports $imports', ({ project, imports }) => {
      let bench: Bench
      let before: Verdict
      beforeAll(async () => {
        if (certificates === null) return
        const subject = projectCase(project, imports)
        bench = new Bench(await serveCase(subject, certificates), subject)
        // Unlocked: with the imports as they are now, which is what we start from. It fails, so it writes nothing.
        const now = await bench.theirs(bench.store(), ['check', '--output-format', 'json', '--no-registry-suggestions'])
        expect(now.out, now.err).toContain('"conclusion"')
        before = verdictOf(now.out)
        const ours = await bench.ours(bench.store(), ['check', '--output-format', 'json'])
        expect(verdictOf(ours.out), ours.err).toEqual(before)
      }, 240_000)
      afterAll(() => bench?.close())

      const cleared = new Map<string, number>()
      it.each(PEERS)(
        'importing %s',
        async peer => {
          if (certificates === null) return
          const url = `${bench.network.origin}/${peer}.toml`
          const told = await compare(bench, before, [`--import=${peer}=${url}`], [['import', peer, url]])
          cleared.set(peer, told.before.counts.failing - told.after.counts.failing)
        },
        60_000,
      )

      if (!imports)
        it('has peers that bring something', () => {
          if (certificates === null) return
          const helpful = [...cleared.values()].filter(n => n > 0).length
          expect(helpful, JSON.stringify([...cleared])).toBeGreaterThanOrEqual(5)
        })

      it('importing two known peers by name and trusting a publisher for all his crates', async () => {
        if (certificates === null) return
        const publisher = NOBODY_KNOWN
        const trust = ['trust', '--all', publisher, '--criteria', 'safe-to-deploy']
        const changes = ['--import=isrg', '--import=fermyon', `--trust-all=${publisher}`, '--criteria=safe-to-deploy']
        const told = await compare(bench, before, changes, [['import', 'fermyon'], ['import', 'isrg'], trust])
        expect(told.relied.filter(source => source.kind === 'publisher').length).toBeGreaterThan(0)
      }, 60_000)
    })
  },
)

/** Tells, then does it with the real one, then compares with its check. */
async function compare(
  bench: Bench,
  before: Verdict,
  changes: readonly string[],
  commands: readonly (readonly string[])[],
): Promise<WhatIfResult> {
  const store = bench.store()
  const told = await bench.whatIf(store, changes)
  expect(told.before.counts.failing, 'before').toBe(Object.keys(before.failing).length)
  const read = FILES.map(file => fs.readFileSync(path.join(store, file), 'utf8'))
  expect(read, 'nothing written').toEqual([bench.texts.config, bench.texts.audits, bench.texts.imports])
  for (const command of commands) {
    const done = await bench.theirs(store, command)
    expect(done.code, done.err).toBe(0)
  }
  const ours = toldBy(told, before)
  const locked = await bench.check(store)
  const failing = { ...ours.failing, ...Object.fromEntries(told.lockedOnly.map(p => [p.key, p.missing])) }
  expect({ ...ours, failing }, 'check --locked').toEqual({ ...locked, violations: [...locked.violations].sort() })
  const now = await bench.theirs(store, ['check', '--output-format', 'json', '--no-registry-suggestions'])
  expect(now.out, now.err).toContain('"conclusion"')
  const live = verdictOf(now.out)
  expect(ours, 'check').toEqual({ ...live, violations: [...live.violations].sort() })
  return told
}
