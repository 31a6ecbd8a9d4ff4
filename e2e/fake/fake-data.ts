/** Made-up data for the fake engine, in the shape and size of real workspaces. Nothing here is about a real audit. */
import { brand, packageKey, type CriteriaName, type Delta, type PackageKey } from '../../src/shared/domain.ts'
import type {
  AppState,
  CertifyPlan,
  EnvironmentRow,
  Inspection,
  Job,
  PathEdge,
  QueueItem,
  QueueSnapshot,
} from '../../src/shared/wire.ts'

const version = brand<'VetVersion'>
const criteria = brand<'CriteriaName'>
const deploy = criteria('safe-to-deploy')
const run = criteria('safe-to-run')
const crypto = criteria('crypto-reviewed')
const ffi = criteria('ffi-reviewed')
const root = brand<'AbsolutePath'>('/home/mara/src/helio-edge')
export const NOW = Date.now()

export const workspace = {
  root,
  name: 'helio-edge',
  storePath: brand<'AbsolutePath'>('/home/mara/src/helio-edge/supply-chain'),
  branch: 'main',
  isSample: false,
}

export const appState: AppState = {
  version: '0.1.0',
  platform: 'linux',
  recent: [
    { path: root, name: 'helio-edge', openedAt: NOW - 600_000, last: { packages: 389, failing: 17 }, exists: true },
    {
      path: brand<'AbsolutePath'>('/home/mara/src/helio-agent'),
      name: 'helio-agent',
      openedAt: NOW - 100_000_000,
      last: { packages: 212, failing: 0 },
      exists: true,
    },
    {
      path: brand<'AbsolutePath'>('/home/mara/src/wasm-host'),
      name: 'wasm-host',
      openedAt: NOW - 900_000_000,
      last: { packages: 462, failing: 3 },
      exists: true,
    },
    {
      path: brand<'AbsolutePath'>('/home/mara/src/ledger-core'),
      name: 'ledger-core',
      openedAt: NOW - 5_900_000_000,
      last: null,
      exists: false,
    },
  ],
  open: workspace,
  settings: {
    theme: 'system',
    offline: false,
    diffLayout: 'split',
    rowDensity: 'two-lines',
    wrapLines: false,
    singleKeys: true,
  },
  engine: { startedAt: 0, restartedBecause: null },
}

type Row = readonly [
  name: string,
  from: string | null,
  to: string,
  lines: number | 'measuring' | 'unknown',
  files: number,
  missing: readonly CriteriaName[],
  neededBy: string,
  read?: number,
]

const rows: readonly Row[] = [
  ['brine-sys', '2.0.12', '2.0.13', 12, 3, [deploy, ffi], 'brine'],
  ['zstd-sys', '2.0.12', '2.0.13', 6, 3, [deploy, ffi], 'zstd-safe'],
  ['openssl-sys', '0.9.103', '0.9.104', 170, 17, [deploy, ffi], 'openssl, native-tls'],
  ['openssl', '0.10.68', '0.10.70', 204, 8, [deploy], 'native-tls', 45],
  ['itoa', '1.0.11', '1.0.14', 221, 9, [deploy], 'criterion, serde_json'],
  ['serde_derive', '1.0.214', '1.0.215', 294, 9, [deploy], 'serde'],
  ['hashbrown', '0.15.0', '0.15.2', 807, 20, [deploy], 'indexmap'],
  ['tokio', '1.41.0', '1.42.0', 810, 82, [deploy], 'axum, hyper, and 14 others'],
  ['cc', '1.1.34', '1.2.2', 836, 9, [run], 'ring, zstd-sys, openssl-sys'],
  ['criterion', '0.5.1', '0.6.0', 1_204, 61, [run], 'helio-bench'],
  ['rustls', '0.23.16', '0.23.19', 1_730, 23, [deploy, crypto], 'hyper-rustls, tokio-rustls'],
  ['thiserror-impl', null, '2.0.3', 2_626, 14, [deploy], 'thiserror'],
  ['getrandom', '0.2.15', '0.3.1', 3_989, 51, [deploy, crypto, ffi], 'ring, ahash, and 3 others', 2_547],
  ['syn', '2.0.87', '2.0.90', 5_120, 40, [deploy], 'serde_derive, thiserror-impl, and 21 others'],
  ['windows-sys', '0.52.0', '0.59.0', 155_628, 212, [deploy], 'mio, socket2'],
  ['libc', '0.2.164', '0.2.167', 'measuring', 0, [deploy], 'mio, tokio, and 31 others'],
  ['ring', '0.17.8', '0.17.9', 'measuring', 0, [deploy, crypto], 'rustls'],
  ['inferno', null, '0.12.0', 'unknown', 0, [run], 'pprof'],
]

export function item(row: Row, because: QueueItem['because'] = 'failing'): QueueItem {
  const [name, from, to, lines, files, missing, neededBy, read] = row
  return {
    key: packageKey(name, to),
    crate: brand<'CrateName'>(name),
    version: version(to),
    because,
    missing: [...missing],
    neededBy: neededBy.split(', '),
    neededByText: neededBy,
    isDevOnly: name === 'criterion' || name === 'inferno',
    delta: { from: from === null ? null : version(from), to: version(to) },
    size:
      lines === 'measuring'
        ? { state: 'measuring' }
        : lines === 'unknown'
          ? { state: 'unknown', failure: { code: 'offline', needed: `${name} ${to}` } }
          : {
              state: 'measured',
              stat: { insertions: Math.ceil(lines * 0.7), deletions: Math.floor(lines * 0.3), filesChanged: files },
            },
    readLines: read ?? null,
  }
}

export const snapshot: QueueSnapshot = {
  workspace,
  generation: 1,
  takenAt: NOW - 240_000,
  phase: 'measuring',
  conclusion: 'fail (vetting)',
  counts: { fully: 271, partially: 19, exempted: 82, failing: 17, total: 389 },
  notChecked: [
    { key: packageKey('helio-core', '0.4.0'), source: 'path+file:///home/mara/src/helio-edge/core' },
    { key: packageKey('h2-fork', '0.4.7'), source: 'git+https://git.example/h2?rev=0a1b2c3' },
  ],
  items: [
    ...rows.map(row => item(row)),
    item(['addr2line', null, '0.24.2', 1_204, 22, [run], 'backtrace'], 'exempted'),
    item(['ahash', '0.8.10', '0.8.11', 312, 14, [deploy], 'hashbrown'], 'exempted'),
  ],
  violations: [],
  graphSource: 'cargo',
  caveats: ['The imports are those stored in imports.lock; newer audits of other teams are not known.'],
  cargoVersion: 'cargo 1.84.0 (66221abde 2024-11-19)',
  offline: false,
}

/** A queue of `count` packages, for scrolling. */
export function hugeSnapshot(count: number): QueueSnapshot {
  const items = Array.from({ length: count }, (_, i) =>
    item([
      `crate-${String(i).padStart(5, '0')}`,
      `1.${i % 40}.0`,
      `1.${(i % 40) + 1}.0`,
      (i * 7_919) % 9_001,
      1 + (i % 60),
      [i % 3 === 0 ? run : deploy],
      `parent-${i % 97}`,
    ]),
  )
  return {
    ...snapshot,
    phase: 'ready',
    items,
    counts: { fully: 400, partially: 20, exempted: 60, failing: count, total: count + 480 },
  }
}

const edge = (from: string | null, to: string, rest: Partial<PathEdge>): PathEdge => ({
  from: from === null ? null : version(from),
  to: version(to),
  kind: 'audit',
  importName: null,
  who: [],
  criteria: ['safe-to-deploy'],
  notes: null,
  ...rest,
})

export function inspectionOf(key: PackageKey): Inspection {
  const found = snapshot.items.find(i => i.key === key)
  const name = found?.crate ?? brand<'CrateName'>(key.split('@')[0] ?? '')
  const to = found?.version ?? version(key.split('@')[1] ?? '')
  const from = found === undefined ? version('1.0.0') : (found.delta?.from ?? null)
  const missing: Delta = { from, to }
  const isr = { importName: 'isrg', who: ['David Cook <dcook@example.org>'] }
  const before =
    from === null
      ? []
      : [
          edge(null, '0.2.9', { who: ['Priya Raman <priya.raman@helio.example>'] }),
          edge('0.2.9', '0.2.10', isr),
          edge('0.2.10', '0.2.11', isr),
          edge('0.2.11', '0.2.12', isr),
          edge('0.2.12', '0.2.14', isr),
          edge('0.2.14', from, isr),
        ]
  return {
    key,
    crate: name,
    version: to,
    path: { before, missing: { delta: missing, criteria: [...(found?.missing ?? [deploy])] }, after: [] },
    exemptions: [edge(null, from ?? '0.2.15', { kind: 'exemption', criteria: ['crypto-reviewed'] })],
    alternatives: [
      { delta: missing, size: found?.size ?? { state: 'measuring' }, isCargoVetPick: true },
      ...(from === null
        ? []
        : [{ delta: { from: null, to }, size: { state: 'measuring' as const }, isCargoVetPick: false }]),
      {
        delta: { from: version('0.2.12'), to },
        size: { state: 'measured', stat: { insertions: 4_100, deletions: 260, filesChanged: 54 } },
        isCargoVetPick: false,
      },
    ],
    audits: [
      {
        edge: edge('0.2.15', to, {
          importName: 'mozilla',
          who: ['Chris Martin <cm@example.org>'],
          notes: 'I looked over all unsafe code, and it appears to be sound, fully initialising the buffers.',
        }),
        isViolation: false,
        range: null,
      },
      { edge: edge('0.2.14', '0.2.15', isr), isViolation: false, range: null },
      {
        edge: edge(null, '0.2.9', {
          who: ['Priya Raman <priya.raman@helio.example>'],
          criteria: ['safe-to-deploy', 'crypto-reviewed'],
        }),
        isViolation: false,
        range: null,
      },
      {
        edge: edge(null, '0.1.0', { importName: 'google', who: ['A. Reviewer'], notes: 'Reads uninitialised memory.' }),
        isViolation: true,
        range: '<0.1.2',
      },
    ],
    neededBy: found?.neededBy ?? [],
    publisher: 'newpavlov',
  }
}

export const environment: EnvironmentRow[] = [
  { id: 'cargo', status: 'ready', found: '1.84.0', lost: null, fixes: [] },
  { id: 'git', status: 'ready', found: '2.47.1', lost: null, fixes: [] },
  {
    id: 'registry',
    status: 'limited',
    found: 'index reached, downloads blocked by a proxy',
    lost: 'The download host answered 407. Reviews open only for crates already in the cache.',
    fixes: [
      { kind: 'retry', label: 'Try again', command: null },
      { kind: 'work-offline', label: 'Work offline', command: null },
    ],
  },
  {
    id: 'store',
    status: 'ready',
    found: 'supply-chain, format 0.10, 3 files in canonical form',
    lost: null,
    fixes: [],
  },
  {
    id: 'identity',
    status: 'needs-fix',
    found: 'git has no user.email',
    lost: 'Audits name who wrote them. Set the name and e-mail that should stand in audits.toml.',
    fixes: [{ kind: 'set-identity', label: 'Save to git config', command: null }],
  },
  {
    id: 'peers',
    status: 'not-run',
    found: '3 imports, not asked',
    lost: null,
    fixes: [{ kind: 'copy-command', label: 'Copy', command: 'cargo vet regenerate imports' }],
  },
]

export const jobs: Job[] = [
  {
    id: brand<'JobId'>('1'),
    title: 'Measuring',
    step: 'libc 0.2.164 -> 0.2.167',
    done: 14,
    total: 17,
    state: 'running',
    failure: null,
    startedAt: NOW - 70_000,
    hosts: ['static.example'],
  },
  {
    id: brand<'JobId'>('2'),
    title: 'Download crates',
    step: null,
    done: 3,
    total: null,
    state: 'running',
    failure: null,
    startedAt: NOW - 9_000,
    hosts: [],
  },
  {
    id: brand<'JobId'>('3'),
    title: 'Open review of inferno 0.12.0',
    step: null,
    done: 0,
    total: 2,
    state: 'failed',
    failure: {
      code: 'download-failed',
      url: 'https://static.example/inferno-0.12.0.crate',
      httpStatus: 407,
      reason: 'Proxy Authentication Required',
      retryable: true,
    },
    startedAt: NOW - 30_000,
    hosts: ['static.example'],
  },
]

const added = [
  '[[audits.getrandom]]',
  'who = "Mara Okafor <mara.okafor@helio.example>"',
  'criteria = ["safe-to-deploy", "crypto-reviewed"]',
  'delta = "0.2.15 -> 0.3.1"',
  'notes = """',
  'Read all of src/ and build.rs. Tests and benches not read.',
  'use_file.rs: the new futex wait re-checks FD after waking, no lost wake-up.',
  '"""',
  '',
]

export function planFor(request: CertifyPlan['request']): CertifyPlan {
  const selected = request.criteria.length > 0 ? request.criteria : [deploy, crypto]
  const about = (name: CriteriaName, implies: CriteriaName[], description: string, isMissing: boolean) => ({
    name,
    implies,
    description,
    isBuiltIn: name === deploy || name === run,
    isSelected: selected.includes(name),
    isMissing,
  })
  return {
    request: { ...request, criteria: selected },
    criteria: [
      about(
        deploy,
        [run],
        'This crate will not introduce a serious security vulnerability to production software exposed to untrusted input.\n\nAuditors are not required to perform a full logic review of the entire crate. Rather, they must review enough to fully reason about the behavior of all unsafe blocks.',
        true,
      ),
      about(
        run,
        [],
        'This crate can be compiled, run, and tested on a local workstation or in controlled automation without surprising consequences. More is said in the book.',
        false,
      ),
      about(crypto, [], 'Randomness, key handling and constant-time claims were checked.', true),
      about(ffi, [], 'Every foreign call was compared with the C header it binds to.', false),
    ],
    who: request.who.length > 0 ? request.who : ['Mara Okafor <mara.okafor@helio.example>'],
    whoSource: request.who.length > 0 ? 'given' : 'git',
    files: [
      {
        file: 'audits.toml',
        added: added.length,
        removed: 0,
        baseSha256: 'a',
        newSha256: 'b',
        lines: [
          { tag: 'skip', oldNo: null, newNo: null, text: '212 lines' },
          { tag: 'same', oldNo: 213, newNo: 213, text: 'delta = "1.1.0 -> 1.2.0"' },
          { tag: 'same', oldNo: 214, newNo: 214, text: '' },
          ...added.map((text, i) => ({ tag: 'add' as const, oldNo: null, newNo: 215 + i, text })),
          { tag: 'same', oldNo: 215, newNo: 224, text: '[[audits.h2]]' },
          { tag: 'same', oldNo: 216, newNo: 225, text: 'who = "Priya Raman <priya.raman@helio.example>"' },
        ],
      },
      {
        file: 'config.toml',
        added: 0,
        removed: 4,
        baseSha256: 'c',
        newSha256: 'd',
        lines: [
          { tag: 'same', oldNo: 389, newNo: 389, text: 'criteria = "safe-to-deploy"' },
          { tag: 'same', oldNo: 390, newNo: 390, text: '' },
          { tag: 'del', oldNo: 391, newNo: null, text: '[[exemptions.getrandom]]' },
          { tag: 'del', oldNo: 392, newNo: null, text: 'version = "0.3.1"' },
          { tag: 'del', oldNo: 393, newNo: null, text: 'criteria = "safe-to-run"' },
          { tag: 'del', oldNo: 394, newNo: null, text: '' },
          { tag: 'same', oldNo: 395, newNo: 391, text: '[[exemptions.hashbrown]]' },
        ],
      },
      { file: 'imports.lock', added: 0, removed: 0, baseSha256: 'e', newSha256: 'e', lines: [] },
    ],
    effects: [
      { tone: 'resolved', text: '2 failures resolved: getrandom 0.3.1 gains safe-to-deploy and crypto-reviewed' },
      { tone: 'warning', text: 'Still resting on an exemption: crypto-reviewed, through getrandom 0.2.15' },
      { tone: 'removed', text: '1 exemption removed: getrandom 0.3.1, now covered' },
      { tone: 'remains', text: '16 packages and 169,000 lines remain in the queue' },
    ],
    trial: { state: 'passed', conclusion: 'fail (vetting)', remaining: 16 },
    blocks: [],
    read: {
      files: 44,
      filesTotal: 51,
      lines: 3_214,
      linesTotal: 3_989,
      unread: ['tests/common.rs', 'tests/rdrand.rs', 'benches/buffer.rs', 'Cargo.toml.orig', 'tests/normal.rs'],
    },
    canCommit: true,
    commitMessage: 'Audit getrandom 0.2.15 -> 0.3.1',
  }
}
