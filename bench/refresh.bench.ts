/**
 * Refreshing nine peers from this machine, behind an open workspace and from the command line, against cargo-vet's
 * unlocked check. Warm: the files are in our cache and the server says that they did not change; cargo-vet keeps none.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { once } from 'node:events'
import { brand, type AbsolutePath } from '../src/shared/domain.ts'
import { openCache } from '../src/main/engine/cache.ts'
import { buildCriteriaMapper } from '../src/main/engine/core/criteria.ts'
import { buildDepGraph } from '../src/main/engine/core/dep-graph.ts'
import { resolve } from '../src/main/engine/core/resolve.ts'
import { metadataJson } from '../src/main/shells/cli/testing.ts'
import { readMetadataJson } from '../src/main/engine/io/metadata-json.ts'
import { openPeers } from '../src/main/engine/io/peers.ts'
import { createNodeCapabilities } from '../src/main/engine/node-capabilities.ts'
import { createTranslations, goOnline } from '../src/main/engine/session/online.ts'
import { readStore } from '../src/main/engine/store/load-store.ts'
import { assay, begin, cargoVet, expectSame, judge, ms, needReference, pair, skip, tempFolder } from './harness.ts'

const PEERS = 9
const CRATES = 600
const AUDITS_PER_CRATE = 4
const GRAPH = 200
/** At least five times faster. */
const LIMIT = 0.2

begin(`refreshing ${PEERS} peers with ${CRATES * AUDITS_PER_CRATE} audits each, warm, over loopback`)
needReference()
const temp = tempFolder()
const root = path.join(temp, 'work')
const peers = Array.from({ length: PEERS }, (_, i) => `peer${i}`)

const serverCode = `
const http = require('node:http'), fs = require('node:fs'), path = require('node:path')
const server = http.createServer((q, r) => {
  let text
  try { text = fs.readFileSync(path.join(${JSON.stringify(temp)}, 'www', path.basename(q.url))) } catch { return r.writeHead(404).end() }
  const etag = '"' + text.length + '"'
  if (q.headers['if-none-match'] === etag) return r.writeHead(304, { etag }).end()
  r.writeHead(200, { etag, 'content-length': text.length }).end(text)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
mkdirSync(path.join(temp, 'www'))
let bytes = 0
for (const [i, peer] of peers.entries()) {
  const entries: string[] = []
  for (let c = 0; c < CRATES; c++)
    for (let v = 0; v < AUDITS_PER_CRATE; v++) {
      const what = v === 0 ? `version = "1.${i}.0"` : `delta = "1.${i}.${v - 1} -> 1.${i}.${v}"`
      entries.push(`[[audits.crate-${c}]]\nwho = "Peer ${i} <p@example.com>"\ncriteria = "safe-to-deploy"\n${what}\n`)
    }
  const text = entries.join('\n')
  bytes += text.length
  writeFileSync(path.join(temp, 'www', `${peer}.toml`), text)
}
const server = spawn(process.execPath, ['-e', serverCode], { stdio: ['ignore', 'pipe', 'inherit'] })
process.on('exit', () => server.kill())
const [said] = (await once(server.stdout, 'data')) as [Buffer]
const base = `http://127.0.0.1:${said.toString().trim()}`

const packages = [
  { name: 'app', version: '0.1.0', deps: Array.from({ length: GRAPH }, (_, i) => `crate-${i}`), isLocal: true },
  ...Array.from({ length: GRAPH }, (_, i) => ({
    name: `crate-${i}`,
    version: `1.${i % PEERS}.${i % AUDITS_PER_CRATE}`,
  })),
]
const metadata = metadataJson(root, packages)
const storeDir = path.join(root, 'supply-chain')
mkdirSync(storeDir, { recursive: true })
writeFileSync(path.join(root, 'Cargo.toml'), '[package]\nname = "app"\nversion = "0.1.0"\n')
writeFileSync(path.join(root, 'metadata.json'), metadata)
const cargo = path.join(temp, 'cargo.sh')
writeFileSync(cargo, `#!/bin/sh\nexec /bin/cat '${path.join(root, 'metadata.json')}'\n`)
chmodSync(cargo, 0o755)
const imports = peers.map(peer => `[imports.${peer}]\nurl = "${base}/${peer}.toml"\n`).join('\n')
const policy = '[policy.app]\naudit-as-crates-io = false\n'
writeFileSync(
  path.join(storeDir, 'config.toml'),
  `\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n\n${imports}\n${policy}`,
)
writeFileSync(path.join(storeDir, 'audits.toml'), '\n# cargo-vet audits file\n\n[audits]\n')
const locked = peers.map(peer => `\n[audits.${peer}.audits]\n`).join('')
writeFileSync(path.join(storeDir, 'imports.lock'), `\n# cargo-vet imports lock\n${locked}`)

const env = {
  CARGO: cargo,
  ASSAY_CACHE_DIR: path.join(temp, 'assay-cache'),
  ASSAY_DATA_DIR: path.join(temp, 'assay-data'),
}
const ARGS = ['check', '--output-format', 'json']
const theirs = () => cargoVet([...ARGS, '--cache-dir', path.join(temp, 'vet-cache')], root, env)
const fromShell = () => assay(ARGS, root, env)
const [a, b] = [fromShell(), theirs()]
if (a.out !== b.out || a.code !== 0 || b.code !== 0) skip(`the answers differ (${a.code}, ${b.code}): ${a.err}${b.err}`)
console.log(`  input: ${(bytes / 1e6).toFixed(1)} MB in ${PEERS} files, ${GRAPH} packages; both answer success`)

const need = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const caps = createNodeCapabilities({ version: 'bench', sampleDir: temp, env: { ...process.env, ...env } })
const cache = openCache(caps)
const run = { signal: new AbortController().signal, onProgress: () => undefined }
const today = brand<'IsoDate'>('2026-11-01')
const { store } = need(await readStore(caps, storeDir as AbsolutePath, { locked: false, today }, run.signal))
const graph = buildDepGraph(need(readMetadataJson(new TextEncoder().encode(metadata))), store.config.policy)
const mapper = need(buildCriteriaMapper(store.audits))
const translations = createTranslations()
const unasked = () => Promise.reject(new Error('nothing else is asked'))
async function refresh(): Promise<void> {
  const live = need(
    await goOnline(
      {
        ...{ store, graph, mapper, translations, mode: 'normal', onFailure: 'use-stored' },
        peers: openPeers(caps, cache, { offline: false }),
        registry: { versions: unasked },
        webApi: { releases: unasked },
      },
      run,
    ),
  )
  const report = need(resolve({ graph, store: live.store, mapper, isFresh: live.isFresh }))
  if (report.conclusion !== 'success' || live.stale.length > 0) throw new Error('a refresh answered something else')
}

const behind = await pair({ runs: 21, warmups: 3, ours: refresh, theirs: () => expectSame(theirs(), b) })
console.log(`  assay, behind an open workspace, solved again   ${ms(behind.ours)}`)
console.log(`  cargo-vet check                                 ${ms(behind.theirs)}`)
const shell = await pair({
  runs: 11,
  warmups: 2,
  ours: () => expectSame(fromShell(), a),
  theirs: () => expectSame(theirs(), b),
})
console.log(
  `  assay check, from the shell                     ${ms(shell.ours)}, ${shell.ratio.toFixed(2)} × cargo-vet`,
)
cache.close()
judge('refresh to cargo-vet’s unlocked check (median of pairs)', behind.ratio, LIMIT, '×')
server.kill()
