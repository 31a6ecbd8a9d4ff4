// Bad input at the command line: one clear message, cargo-vet's exit code, and no file changed. One row per kind.
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { listen, type Loopback } from '../../engine/testing/loopback.ts'
import { assay, DEFAULT_SOURCE, digestOf, envIn, metadataJson, printingProgram, scratch, writeTree } from './testing.ts'

const hasCargo = isRunnable('cargo')
const CONFIG = '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n'
const LEAF_AUDIT = `[[audits.leaf]]
who = "Tester <tester@sample.invalid>"
criteria = "safe-to-deploy"
version = "1.0.0"
`
const AUDITS_TYPO = `\n# cargo-vet audits file\n\n${LEAF_AUDIT.replace('to-deploy', 'to-dploy')}`
const GOOD: Readonly<Record<string, string>> = {
  'Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  'Cargo.lock': `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "leaf",
]

[[package]]
name = "leaf"
version = "1.0.1"
source = "${DEFAULT_SOURCE}"
checksum = "${'0'.repeat(64)}"
`,
  'src/lib.rs': '',
  'supply-chain/config.toml': CONFIG,
  'supply-chain/audits.toml': `\n# cargo-vet audits file\n\n${LEAF_AUDIT}`,
  'supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
}

let place: ReturnType<typeof scratch>
let root: string
let servers: Loopback[] = []
beforeEach(() => {
  place = scratch()
  root = path.join(place.folder, 'workspace')
  writeTree(root, GOOD)
})
afterEach(async () => {
  await Promise.all(servers.map(server => server.close()))
  servers = []
  place.dispose()
})

function isRunnable(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A cargo that prints the graph app → leaf 1.0.1, of which the store audits 1.0.0 only. */
function fakeCargo(): string {
  const file = path.join(place.folder, 'metadata.json')
  writeFileSync(
    file,
    metadataJson(root, [
      { name: 'app', version: '0.1.0', isLocal: true, deps: ['leaf'] },
      { name: 'leaf', version: '1.0.1' },
    ]),
  )
  return printingProgram(place.folder, file)
}

interface Row {
  readonly case: string
  /** Files to write over the good ones; null removes. */
  readonly files?: Readonly<Record<string, string | null>>
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly code: number
  readonly says: readonly (string | RegExp)[]
  readonly real?: boolean
}

const CERTIFY = ['certify', 'leaf', '1.0.0', '1.0.1', '--accept-all']
const ROWS: readonly Row[] = [
  {
    case: 'a missing store',
    files: { 'supply-chain': null },
    argv: ['check', '--locked'],
    code: 255,
    says: [/no cargo-vet store at .*supply-chain/, 'cargo vet init'],
  },
  {
    case: 'one file of the store missing',
    files: { 'supply-chain/imports.lock': null },
    argv: ['check', '--locked'],
    code: 255,
    says: ['imports.lock'],
  },
  {
    case: 'a store that is not TOML',
    files: { 'supply-chain/audits.toml': `\n[[audits.leaf]]\nversion = \n` },
    argv: ['check'],
    code: 255,
    says: [/audits\.toml:3:/],
  },
  {
    case: 'an unknown key in an audit',
    files: { 'supply-chain/audits.toml': `[[audits.leaf]]\ncriteria = "safe-to-run"\nversion = "1.0.0"\nstars = 5\n` },
    argv: ['check'],
    code: 255,
    says: [/audits\.toml:\d+:/, 'stars'],
  },
  {
    case: 'a version that is none',
    files: { 'supply-chain/audits.toml': `[[audits.leaf]]\ncriteria = "safe-to-run"\nversion = "1.0"\n` },
    argv: ['fmt'],
    code: 255,
    says: [/audits\.toml:3:/],
  },
  {
    case: 'unknown criteria in an audit',
    files: {
      'supply-chain/audits.toml': AUDITS_TYPO,
    },
    argv: ['check', '--locked'],
    code: 255,
    says: [/audits\.toml:6:/, 'safe-to-dploy', 'safe-to-deploy'],
  },
  {
    case: 'a store of a newer cargo-vet',
    files: { 'supply-chain/config.toml': CONFIG.replace('0.10', '0.11') },
    argv: ['fmt'],
    code: 255,
    says: ['0.11', 'newer'],
  },
  {
    case: 'an older store when locked',
    files: { 'supply-chain/config.toml': CONFIG.replace('0.10', '0.9') },
    argv: ['check', '--locked'],
    code: 255,
    says: ['0.9', 'older'],
  },
  {
    case: 'a store that is not in canonical form when locked',
    files: { 'supply-chain/audits.toml': `\n# cargo-vet audits file\n\n# by hand\n${LEAF_AUDIT}` },
    argv: ['check', '--locked'],
    code: 255,
    says: ['audits.toml', 'fmt'],
  },
  {
    case: 'a policy for a package that is not there',
    files: { 'supply-chain/config.toml': `${CONFIG}\n[policy.ghost]\naudit-as-crates-io = false\n` },
    argv: ['check', '--locked'],
    code: 255,
    says: ['ghost'],
  },
  {
    case: 'no cargo',
    argv: ['check'],
    env: { CARGO: '/nonexistent/cargo' },
    code: 255,
    says: ['cargo was not found', 'CARGO'],
  },
  {
    case: 'a Cargo.lock that cannot be read',
    files: { 'Cargo.lock': 'this is [no lock file' },
    argv: ['check', '--locked'],
    code: 255,
    says: ['cargo metadata', 'Cargo.lock'],
    real: true,
  },
  {
    case: 'no Cargo.lock',
    files: { 'Cargo.lock': null },
    argv: ['check', '--locked', '--frozen'],
    code: 255,
    says: ['cargo generate-lockfile'],
    real: true,
  },
  {
    case: 'unknown criteria to certify',
    argv: [...CERTIFY, '--who', 'T <t@e>', '--criteria', 'nice'],
    code: 255,
    says: ["'nice'", 'safe-to-run'],
  },
  {
    case: 'a package that is not in the graph',
    argv: ['certify', 'ghost', '1.0.0', '--accept-all', '--who', 'T <t@e>'],
    code: 255,
    says: ['ghost', '--force'],
  },
  {
    case: 'a version to certify that is none',
    argv: ['certify', 'leaf', '1.0', '--accept-all', '--who', 'T <t@e>'],
    code: 2,
    says: ["'1.0'"],
  },
  {
    case: 'nothing that this audit would give',
    argv: ['certify', 'leaf', '0.1.0', '0.2.0', '--accept-all', '--who', 'T <t@e>'],
    code: 255,
    says: ['no criteria chosen'],
  },
  {
    case: 'nobody to ask',
    argv: ['certify', 'leaf', '1.0.0', '1.0.1', '--who', 'T <t@e>'],
    code: 255,
    says: ['--accept-all'],
  },
  { case: 'no git to say who', argv: CERTIFY, env: { PATH: '/nonexistent' }, code: 255, says: ['git'] },
  {
    case: 'no git identity',
    argv: CERTIFY,
    env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', HOME: '/nonexistent' },
    code: 255,
    says: [/user\.(name|email)/],
  },
  {
    case: 'a filter that does not parse',
    argv: ['check', '--filter-graph', 'eq(x)'],
    code: 2,
    says: ['--filter-graph'],
  },
]

it.each(ROWS.map(row => ({ ...row, title: row.real === true && !hasCargo ? `${row.case} [needs cargo]` : row.case })))(
  'refuses $title',
  async ({ files, argv, env, code, says, real }) => {
    if (real === true && !hasCargo) return
    for (const [name, text] of Object.entries(files ?? {})) {
      if (text === null) rmSync(path.join(root, name), { recursive: true })
      else writeTree(root, { [name]: text })
    }
    const before = digestOf(root)
    const cargo = real === true ? {} : { CARGO: fakeCargo() }
    const answer = await assay(argv, { cwd: root, env: envIn(place.folder, { ...cargo, ...env }) })
    for (const text of says) expect(answer.err).toMatch(text)
    expect(answer.err.match(/^error: /gm)).toHaveLength(1)
    expect(answer.err).not.toMatch('Assay has a bug')
    expect(answer.code).toBe(code)
    expect(digestOf(root)).toBe(before)
  },
)

it('refuses a folder that is not a workspace', async () => {
  const empty = path.join(place.folder, 'empty')
  writeTree(empty, { 'notes.txt': 'x' })
  const before = digestOf(empty)
  const answer = await assay(['check', '--locked'], { cwd: empty, env: envIn(place.folder) })
  expect(answer.err).toMatch(/is not a Cargo workspace/)
  expect(answer.code).toBe(255)
  expect(digestOf(empty)).toBe(before)
})

it('gives the same refusal as one JSON object', async () => {
  writeTree(root, {
    'supply-chain/audits.toml': AUDITS_TYPO,
  })
  const answer = await assay(['check', '--locked', '--output-format', 'json'], {
    cwd: root,
    env: envIn(place.folder, { CARGO: fakeCargo() }),
  })
  const { error } = JSON.parse(answer.out) as { error: { related: { filename: string; labels: unknown[] }[] } }
  expect(error.related[0]).toMatchObject({
    filename: 'audits.toml',
    labels: [{ span: { offset: AUDITS_TYPO.indexOf('"safe-to-dploy"'), length: 15 } }],
  })
  expect(answer).toMatchObject({ code: 255, err: '' })
})

/** Serves a registry of one crate on loopback and points the workspace's cargo configuration at it. */
async function loopbackRegistry(cksum: string, archive: Uint8Array): Promise<void> {
  const server = await listen((request, response) => {
    const url = request.url ?? ''
    if (url === '/config.json') response.end(JSON.stringify({ dl: `http://${request.headers.host}/dl` }))
    else if (url.startsWith('/le/af/leaf')) {
      response.end(
        ['1.0.0', '1.0.1']
          .map(vers => JSON.stringify({ name: 'leaf', vers, deps: [], cksum, features: {}, yanked: false }))
          .join('\n') + '\n',
      )
    } else if (url.startsWith('/dl/')) response.end(archive)
    else {
      response.statusCode = 404
      response.end()
    }
  })
  servers.push(server)
  useRegistry(`sparse+${server.origin}/`)
}

function useRegistry(address: string): void {
  writeTree(root, {
    '.cargo/config.toml': `[source.crates-io]\nreplace-with = "local"\n\n[source.local]\nregistry = "${address}"\n`,
  })
}

it('suggest without a network says which sizes are missing within seconds, exits with 0 and changes nothing', async () => {
  useRegistry(`sparse+${await closedOrigin()}/`)
  const start = performance.now()
  const before = digestOf(root)
  const answer = await assay(['suggest', '--locked', '--output-format', 'json'], {
    cwd: root,
    env: envIn(place.folder, { CARGO: fakeCargo() }),
  })
  expect(JSON.parse(answer.out)).toMatchObject({ conclusion: 'fail (vetting)', suggest: { suggestions: [] } })
  expect(answer.err).toMatch(/WARNING: .*leaf/)
  expect(answer.code).toBe(0)
  expect(digestOf(root)).toBe(before)
  expect(performance.now() - start).toBeLessThan(4_000)
}, 120_000)

/** Of a port that nobody listens on: connections are refused at once. */
async function closedOrigin(): Promise<string> {
  const { origin, close } = await listen(() => undefined)
  await close()
  return origin
}

it('suggest --frozen with nothing cached says so and contacts nobody', async () => {
  const answer = await assay(['suggest', '--locked', '--frozen'], {
    cwd: root,
    env: envIn(place.folder, { CARGO: fakeCargo() }),
  })
  expect(answer.err).toMatch(/WARNING: error diffing leaf:1\.0\.0 -> 1\.0\.1: .*offline/)
  expect(answer.code).toBe(0)
})

it('an archive with the wrong checksum is refused, named, and kept out', async () => {
  await loopbackRegistry('1'.repeat(64), new Uint8Array([1, 2, 3]))
  const before = digestOf(root)
  const env = envIn(place.folder, { CARGO: fakeCargo() })
  const suggest = await assay(['suggest', '--locked'], { cwd: root, env })
  expect(suggest.err).toMatch(/WARNING: error diffing leaf:1\.0\.0 -> 1\.0\.1: .*checksum/)
  expect(suggest.code).toBe(0)
  const certify = await assay(['certify', 'leaf', '--accept-all', '--who', 'T <t@e>', '--locked'], { cwd: root, env })
  expect(certify.err).toMatch(/checksum/)
  expect(certify.code).toBe(255)
  expect(digestOf(root)).toBe(before)
  expect(existsSync(path.join(root, 'leaf-1.0.1'))).toBe(false)
})
