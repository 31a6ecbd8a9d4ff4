/**
 * A large workspace: 2,000 crates, 22,000 audits. `check` as a process with a CARGO that prints the metadata, ours
 * against cargo-vet; then, in this process, solving again after one certified audit with the resolver that remembers.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { CrateName, VetVersion } from '../src/shared/domain.ts'
import { certifyAudit } from '../src/main/engine/core/certify.ts'
import { buildCriteriaMapper } from '../src/main/engine/core/criteria.ts'
import { buildDepGraph } from '../src/main/engine/core/dep-graph.ts'
import { createResolver } from '../src/main/engine/core/incremental.ts'
import { resolve } from '../src/main/engine/core/resolve.ts'
import type { AuditEntry, VetStore } from '../src/main/engine/core/store-model.ts'
import { readMetadataJson } from '../src/main/engine/io/metadata-json.ts'
import { parseStore } from '../src/main/engine/store/parse-store.ts'
import { renderStore } from '../src/main/engine/store/write-store.ts'
import {
  assay,
  begin,
  cargoVet,
  expectSame,
  judge,
  ms,
  needReference,
  pair,
  repeat,
  ROOT,
  tempFolder,
} from './harness.ts'

const CRATES = 2_000
const AUDITS_PER_CRATE = 11
const RUNS = 9
const FRAME_MS = 16
const MEMORY_LIMIT_MB = 300

begin(`check of ${CRATES} crates with ${CRATES * AUDITS_PER_CRATE} audits, process start included`)
needReference()
const temp = tempFolder()
const name = (i: number) => `crate-${String(i).padStart(4, '0')}`
const id = (i: number) => `registry+https://github.com/rust-lang/crates.io-index#${name(i)}@1.0.${AUDITS_PER_CRATE}`
const pkg = (packageName: string, version: string, packageId: string, source: string | null) => ({
  ...{ name: packageName, version, id: packageId, source, license: null, license_file: null, description: null },
  ...{
    dependencies: [],
    targets: [],
    features: {},
    manifest_path: `/nowhere/${packageName}/Cargo.toml`,
    metadata: null,
  },
  ...{ publish: null, authors: [], categories: [], keywords: [], readme: null, repository: null, homepage: null },
  ...{ documentation: null, edition: '2021', links: null, default_run: null, rust_version: null },
})
const edge = (i: number) => ({ name: name(i).replace('-', '_'), pkg: id(i), dep_kinds: [{ kind: null, target: null }] })
const ROOT_ID = 'path+file:///nowhere/app#0.1.0'
// A broad tree: every crate is needed by the one at half its number, the first ten by the workspace.
const children = (i: number) => [2 * i + 10, 2 * i + 11].filter(child => child < CRATES)
const node = (packageId: string, deps: readonly number[]) => ({
  id: packageId,
  dependencies: deps.map(id),
  features: [],
  deps: deps.map(edge),
})
const metadata = {
  packages: [
    pkg('app', '0.1.0', ROOT_ID, null),
    ...Array.from({ length: CRATES }, (_, i) =>
      pkg(name(i), `1.0.${AUDITS_PER_CRATE}`, id(i), 'registry+https://github.com/rust-lang/crates.io-index'),
    ),
  ],
  workspace_members: [ROOT_ID],
  workspace_default_members: [ROOT_ID],
  resolve: {
    root: ROOT_ID,
    nodes: [
      node(
        ROOT_ID,
        Array.from({ length: 10 }, (_, i) => i),
      ),
      ...Array.from({ length: CRATES }, (_, i) => node(id(i), children(i))),
    ],
  },
  ...{ target_directory: '/nowhere/target', build_directory: '/nowhere/target', version: 1, metadata: null },
  workspace_root: '/nowhere',
}
const audit = (kind: AuditEntry['kind']): AuditEntry => ({
  ...{ who: ['Rae Reviewer <rae@reviewer.invalid>'], criteria: ['safe-to-deploy'], kind, importable: true },
  ...{ notes: 'Looked at every line of it.', aggregatedFrom: [] },
})
const v = (patch: number) => `1.0.${patch}` as VetVersion
/** Every fourth crate lacks its last delta; half of those have an exemption instead. */
const auditsOf = (i: number): AuditEntry[] => {
  const steps = Array.from({ length: AUDITS_PER_CRATE }, (_, k) =>
    k === 0 ? audit({ kind: 'full', version: v(1) }) : audit({ kind: 'delta', from: v(k), to: v(k + 1) }),
  )
  return i % 4 === 0 ? [...steps.slice(0, -1), audit({ kind: 'full', version: v(0) })] : steps
}
const crates = Array.from({ length: CRATES }, (_, i) => name(i) as CrateName)
const store: VetStore = {
  config: {
    ...{
      storeVersion: { major: 0, minor: 10 },
      defaultCriteria: 'safe-to-deploy',
      imports: new Map(),
      policy: new Map(),
    },
    exemptions: new Map(
      crates.flatMap((crate, i) =>
        i % 8 === 0
          ? [
              [
                crate,
                [{ version: v(AUDITS_PER_CRATE), criteria: ['safe-to-deploy'], suggest: true, notes: null }],
              ] as const,
            ]
          : [],
      ),
    ),
  },
  audits: {
    ...{ criteria: new Map(), wildcardAudits: new Map(), trusted: new Map() },
    audits: new Map(crates.map((crate, i) => [crate, auditsOf(i)])),
  },
  imports: { unpublished: new Map(), publisher: new Map(), audits: new Map() },
}
const texts = renderStore(store)
const storeDir = path.join(temp, 'supply-chain')
mkdirSync(storeDir)
writeFileSync(path.join(storeDir, 'config.toml'), texts.config)
writeFileSync(path.join(storeDir, 'audits.toml'), texts.audits)
writeFileSync(path.join(storeDir, 'imports.lock'), texts.imports)
const metadataFile = path.join(temp, 'metadata.json')
writeFileSync(metadataFile, JSON.stringify(metadata))
writeFileSync(path.join(temp, 'cargo'), '#!/bin/sh\nexec cat "$PRINTED_METADATA"\n', { mode: 0o755 })

const env = {
  ...{ CARGO: path.join(temp, 'cargo'), PRINTED_METADATA: metadataFile },
  ...{ ASSAY_CACHE_DIR: path.join(temp, 'cache'), ASSAY_DATA_DIR: path.join(temp, 'data') },
}
const args = ['check', '--locked', '--frozen', '--output-format', 'json', '--store-path', storeDir]
const mine = () => assay(args, temp, env)
const reference = () => cargoVet([...args, '--cache-dir', path.join(temp, 'vet-cache')], temp, env)
const [a, b] = [mine(), reference()]
if (a.out !== b.out || a.code !== b.code)
  throw new Error(`the answers differ: ${a.err.slice(0, 300)} ${b.err.slice(0, 300)}`)
console.log(
  `  input: audits.toml of ${texts.audits.length} bytes; both answer exit ${a.code}, ${a.out.length} equal bytes`,
)
const times = await pair({
  runs: RUNS,
  warmups: 1,
  ours: () => expectSame(mine(), a),
  theirs: () => expectSame(reference(), b),
})
console.log(`  assay      ${ms(times.ours)}`)
console.log(`  cargo-vet  ${ms(times.theirs)}`)

const need = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const where = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }
const bytes = new TextEncoder().encode(JSON.stringify(metadata))
const mapper = need(buildCriteriaMapper(store.audits))
const graph = buildDepGraph(need(readMetadataJson(bytes)), store.config.policy)
console.log('  where the time goes, warm, in one process:')
console.log(`    parse the metadata      ${ms(repeat(9, 3, () => void readMetadataJson(bytes)))}`)
console.log(`    parse the store         ${ms(repeat(9, 3, () => void parseStore(texts, where)))}`)
console.log(`    write it (not in check) ${ms(repeat(9, 3, () => void renderStore(store)))}`)
console.log(
  `    build the graph         ${ms(repeat(9, 3, () => void buildDepGraph(need(readMetadataJson(bytes)), new Map())))}`,
)
console.log(`    resolve from scratch    ${ms(repeat(9, 3, () => void resolve({ graph, store, mapper })))}`)
judge('ratio to cargo-vet (median of pairs)', times.ratio, 1, '×')

// One certified audit, another crate each time; the file is read again, as the window does after a write.
const resolver = createResolver()
let current = need(parseStore(texts, where))
need(resolver.resolve({ graph, store: current, mapper }))
let next = 4
const again = repeat(15, 5, () => {
  if (need(resolver.resolve({ graph, store: current, mapper })).conclusion === 'success')
    throw new Error('all certified')
})
const inMemory: number[] = []
const readAgain: number[] = []
for (let i = 0; i < 15; i++, next += 8) {
  const request = {
    ...{ crate: name(next) as CrateName, delta: { from: v(AUDITS_PER_CRATE - 1), to: v(AUDITS_PER_CRATE) } },
    ...{ criteria: ['safe-to-deploy'], who: ['a'], notes: null },
  }
  const written = need(certifyAudit({ graph, store: current, mapper, request, force: false })).store
  for (const [times, store] of [
    [inMemory, written],
    [readAgain, need(parseStore(renderStore(written), where))],
  ] as const) {
    const startedAt = performance.now()
    need(resolver.resolve({ graph, store, mapper }))
    times.push(performance.now() - startedAt)
    if (resolver.solvedCrates() > 1) throw new Error(`${resolver.solvedCrates()} crates were solved again`)
    current = store
  }
}
const middle = (times: number[]) => times.slice(3).sort((x, y) => x - y)[(times.length - 3) >> 1] ?? NaN
console.log(`  nothing changed           ${ms(again)}`)
judge('solving again after one certify', middle(inMemory), FRAME_MS, ' ms')
judge('the same with the files read again before', middle(readAgain), FRAME_MS, ' ms')

if (existsSync('/usr/bin/time')) {
  const ran = spawnSync('/usr/bin/time', ['-f', '%M', path.join(ROOT, 'bin', 'assay'), ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  judge('peak memory of the check', Number(ran.stderr.trim().split('\n').at(-1)) / 1024, MEMORY_LIMIT_MB, ' MB')
}
