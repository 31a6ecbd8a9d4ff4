/**
 * What this machine and this workspace offer, one row each: cargo, git, the registry, the store, who signs audits, and
 * the peers whose audits are imported. Each row says what was found, what is lost without it, and how to mend it.
 * Asks, never changes anything.
 */
import path from 'node:path'
import { brand, type AbsolutePath } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import type { EnvironmentRow } from '../../../shared/wire.ts'
import { openCache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { readStore } from '../store/load-store.ts'
import { cargoVersionFor } from './cargo-metadata.ts'
import { createFetcher, FETCH_POLICY } from './fetcher.ts'
import { gitIdentity, gitVersion } from './git.ts'
import { openIndex } from './index-client.ts'
import { locateWorkspace } from './locate-workspace.ts'
import { readRegistryConfig } from './registry-config.ts'

export interface EnvironmentInput {
  /** A folder of the workspace in question; null before any is open. */
  readonly path: AbsolutePath | null
  readonly offline: boolean
}

type Fix = EnvironmentRow['fixes'][number]

/** Oldest git whose `diff --no-index` and options we use. */
const OLDEST_GIT = [2, 30] as const
const PROBE_TIMEOUT_MS = 6_000

/** In the order of the screen. All rows are found out at the same time. Throws Cancelled. */
export async function checkEnvironment(
  caps: Capabilities,
  input: EnvironmentInput,
  run: Run,
): Promise<EnvironmentRow[]> {
  const located = input.path === null ? null : await locateWorkspace(caps, input.path)
  const root = located?.ok === true ? located.value.root : input.path
  const folder = root ?? caps.host.homeDir
  const store = root === null ? null : readStoreRows(caps, root, run)
  const rows = await Promise.all([
    cargoRow(caps, folder, run),
    gitRow(caps, run),
    registryRow(caps, folder, input.offline, run),
    store === null ? notAsked('store', 'no workspace open') : store.then(rows => rows.store),
    identityRow(caps, folder, run),
    store === null ? notAsked('peers', 'no workspace open') : store.then(rows => rows.peers),
  ])
  return rows
}

const ready = (id: EnvironmentRow['id'], found: string): EnvironmentRow => ({
  id,
  status: 'ready',
  found,
  lost: null,
  fixes: [],
})
const notAsked = (id: EnvironmentRow['id'], found: string): EnvironmentRow => ({
  id,
  status: 'not-run',
  found,
  lost: null,
  fixes: [],
})
const copy = (command: string): Fix => ({ kind: 'copy-command', label: 'Copy', command })
const retry: Fix = { kind: 'retry', label: 'Try again', command: null }

function installGit({ host }: Capabilities): Fix[] {
  if (host.platform === 'darwin') return [copy('xcode-select --install')]
  if (host.platform === 'win32') return [copy('winget install --id Git.Git')]
  return [copy('sudo apt install git')]
}

function installCargo({ host }: Capabilities): Fix {
  if (host.platform === 'darwin') return copy('brew install rustup')
  return copy(host.platform === 'win32' ? 'winget install --id Rustlang.Rustup' : 'sudo apt install cargo')
}

async function cargoRow(caps: Capabilities, folder: AbsolutePath, run: Run): Promise<EnvironmentRow> {
  const cargo = await cargoVersionFor(caps, folder, run.signal)
  const lost = 'Only Cargo.lock is read: features, targets, build and dev dependencies stay unknown.'
  if (cargo === null) {
    return { id: 'cargo', status: 'limited', found: 'not on the PATH', lost, fixes: [installCargo(caps), retry] }
  }
  if (cargo.version !== null) return ready('cargo', cargo.version)
  const found = `${cargo.command} does not state a version`
  // A program that only prints metadata is fine for us; the row says what it is.
  return caps.host.env['CARGO']
    ? { ...ready('cargo', found), status: 'limited', lost: 'CARGO names another program than cargo.' }
    : { id: 'cargo', status: 'limited', found, lost, fixes: [copy('rustup default stable'), retry] }
}

async function gitRow(caps: Capabilities, run: Run): Promise<EnvironmentRow> {
  const version = await gitVersion(caps, run.signal)
  const lost = 'Nothing can be measured or reviewed, and nothing committed.'
  if (!version.ok) {
    const found = version.error.code === 'git-not-found' ? 'not on the PATH' : describeFailure(version.error).title
    return { id: 'git', status: 'needs-fix', found, lost, fixes: [...installGit(caps), retry] }
  }
  const [major = 0, minor = 0] = version.value.split('.').map(Number)
  const isOld = major < OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor < OLDEST_GIT[1])
  if (!isOld) return ready('git', version.value)
  const found = `${version.value}, older than ${OLDEST_GIT.join('.')}`
  return {
    id: 'git',
    status: 'limited',
    found,
    lost: 'Sizes may differ from cargo vet’s.',
    fixes: [...installGit(caps), retry],
  }
}

async function registryRow(
  caps: Capabilities,
  folder: AbsolutePath,
  offline: boolean,
  run: Run,
): Promise<EnvironmentRow> {
  const lost = 'Reviews open only for crates already in the cache.'
  const config = await readRegistryConfig(caps, folder)
  if (!config.ok) {
    const { title, cause } = describeFailure(config.error)
    return { id: 'registry', status: 'needs-fix', found: cause ?? title, lost, fixes: [retry] }
  }
  if (offline) {
    const online: Fix = { kind: 'go-online', label: 'Go online', command: null }
    return { id: 'registry', status: 'limited', found: 'offline by choice', lost, fixes: [online] }
  }
  const { source, replacedBy } = config.value
  const via = replacedBy.length === 0 ? '' : `, replaced by ${replacedBy.at(-1) ?? ''}`
  const cache = openCache(caps)
  try {
    const fetcher = createFetcher(caps, { ...FETCH_POLICY, attempts: 1, timeoutMs: PROBE_TIMEOUT_MS })
    const index = openIndex(caps, cache, fetcher, source, false)
    const asked = await index.probe(run)
    const place = source.kind === 'sparse' ? (URL.parse(source.indexUrl)?.host ?? source.indexUrl) : source.folder
    if (asked.ok) return ready('registry', `${place} answered${via}`)
    return unreachable(asked.error, lost)
  } finally {
    cache.close()
  }
}

function unreachable(failure: Failure, lost: string): EnvironmentRow {
  const { title, cause } = describeFailure(failure)
  const offline: Fix = { kind: 'work-offline', label: 'Work offline', command: null }
  return {
    id: 'registry',
    status: 'limited',
    found: cause === null ? title : `${title}: ${cause}`,
    lost,
    fixes: [retry, offline],
  }
}

async function readStoreRows(
  caps: Capabilities,
  root: AbsolutePath,
  run: Run,
): Promise<{ readonly store: EnvironmentRow; readonly peers: EnvironmentRow }> {
  const storeDir = path.join(root, 'supply-chain') as AbsolutePath
  const today = brand<'IsoDate'>(new Date(caps.clock.nowMs()).toISOString().slice(0, 10))
  const loaded = await readStore(caps, storeDir, { locked: false, today }, run.signal)
  if (!loaded.ok) {
    const { title, cause, help } = describeFailure(loaded.error)
    const init: Fix = { kind: 'init-store', label: 'Copy', command: 'cargo vet init' }
    const lost =
      loaded.error.code === 'store-missing'
        ? 'There is nothing to check against until a store is set up.'
        : (help ?? 'The store cannot be read.')
    const found = cause === null ? title : `${title}: ${cause}`
    const fixes = loaded.error.code === 'store-missing' ? [init, retry] : [retry]
    return { store: { id: 'store', status: 'needs-fix', found, lost, fixes }, peers: notAsked('peers', 'no store') }
  }
  const { store } = loaded.value
  const { major, minor } = store.config.storeVersion
  const found = `${path.basename(storeDir)}, format ${major}.${minor}`
  return { store: ready('store', found), peers: peersRow(store.config.imports.size, store.imports.audits.size) }
}

/** Peers are never asked from here: their stored audits count, and how old those are is not recorded by cargo vet. */
function peersRow(imports: number, stored: number): EnvironmentRow {
  if (imports === 0) return { ...notAsked('peers', 'no imports'), lost: null }
  const found = `${imports} import${imports === 1 ? '' : 's'}, ${stored} stored in imports.lock, not asked`
  const command = 'cargo vet regenerate imports'
  return { id: 'peers', status: 'not-run', found, lost: null, fixes: [copy(command)] }
}

async function identityRow(caps: Capabilities, folder: AbsolutePath, run: Run): Promise<EnvironmentRow> {
  const identity = await gitIdentity(caps, folder, run.signal)
  if (identity.ok) return ready('identity', identity.value)
  const lost = 'Audits name who wrote them. Set the name and e-mail that should stand in audits.toml.'
  const isMissing = identity.error.code === 'identity-missing'
  const fix: Fix = { kind: 'set-identity', label: 'Save to git config', command: null }
  return {
    id: 'identity',
    status: 'needs-fix',
    found: describeFailure(identity.error).title,
    lost,
    fixes: isMissing ? [fix] : [retry],
  }
}
