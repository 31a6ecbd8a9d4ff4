// Trust, wildcard audits, unpublished versions and look-alikes through the command line, against an index and a web API
// on 127.0.0.1 that the test starts. The same commands are compared with cargo-vet by tools/reference-online.ts.
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen, type Loopback } from '../../engine/testing/loopback.ts'
import { assay, envIn, metadataJson, printingProgram, scratch, writeTree } from './testing.ts'

const HEADER = (what: string) => `\n# cargo-vet ${what}\n`
const EXEMPTIONS = ['leaf', 'tree']
  .map(name => `\n[[exemptions.${name}]]\nversion = "1.1.0"\ncriteria = "safe-to-deploy"\n`)
  .join('')
const STORE = {
  'config.toml': `${HEADER('config file')}\n[cargo-vet]\nversion = "0.10"\n${EXEMPTIONS}`,
  'audits.toml': `${HEADER('audits file')}\n[audits]\n`,
  'imports.lock': HEADER('imports lock'),
}

interface Release {
  readonly version: string
  readonly when: string
  readonly by: number | null
}
const RELEASES: Record<string, readonly Release[]> = {
  leaf: [
    { version: '1.0.0', when: '2023-03-03', by: 1 },
    { version: '1.1.0', when: '2024-04-04', by: 1 },
  ],
  tree: [
    { version: '1.0.0', when: '2022-02-02', by: 2 },
    { version: '1.1.0', when: '2024-05-05', by: 1 },
  ],
}

let box: ReturnType<typeof scratch>
let server: Loopback
let origin: string
let described: Record<string, string>
let apiHits: string[]
/** Other files, by path. */
let served: Record<string, string>

beforeEach(async () => {
  box = scratch()
  described = {}
  apiHits = []
  served = {}
  server = await listen((request, response) => {
    const at = request.url ?? ''
    const crate = at.slice(at.lastIndexOf('/') + 1)
    const rows = RELEASES[crate]
    const isApi = at.startsWith('/api/v1/crates/')
    if (isApi) apiHits.push(crate)
    if (served[at] !== undefined) response.end(served[at])
    else if (rows === undefined) response.writeHead(404).end()
    else if (isApi) response.end(apiAnswer(crate, rows))
    else response.end(rows.map(r => JSON.stringify(indexLine(crate, r.version))).join('\n'))
  })
  origin = server.origin
  const config = `[source.crates-io]\nreplace-with = "here"\n[source.here]\nregistry = "sparse+${origin}/index/"\n`
  writeTree(path.join(box.folder, 'cargo-home'), { 'config.toml': config })
  writeTree(path.join(box.folder, 'store'), STORE)
})
afterEach(async () => {
  await server.close()
  box.dispose()
})

const indexLine = (name: string, vers: string) => ({
  name,
  vers,
  deps: [],
  cksum: '0'.repeat(64),
  features: {},
  yanked: false,
})

const apiAnswer = (crate: string, rows: readonly Release[]): string =>
  JSON.stringify({
    crate: { description: described[crate] ?? null, repository: null },
    versions: rows.map(({ version, when, by }) => ({
      num: version,
      created_at: `${when}T12:00:00Z`,
      published_by: by === null ? null : { id: by, login: `user${by}`, name: null },
    })),
  })

async function run(args: readonly string[], more: { readonly local?: string; readonly answers?: string[] } = {}) {
  const metadata = metadataJson(box.folder, [
    { name: 'app', version: '0.1.0', deps: ['leaf', 'tree'], isLocal: true },
    { name: 'leaf', version: more.local ?? '1.1.0', isLocal: more.local !== undefined },
    { name: 'tree', version: '1.1.0' },
  ]).replaceAll('"description":null', '"description":"a thing"')
  writeTree(box.folder, { 'metadata.json': metadata })
  const env = envIn(box.folder, {
    CARGO: printingProgram(box.folder, path.join(box.folder, 'metadata.json')),
    CARGO_HOME: path.join(box.folder, 'cargo-home'),
    ASSAY_WEB_API: `${origin}/api/v1`,
    ASSAY_WEB_API_PAUSE_MS: '0',
    ASSAY_PEER_REGISTRY: `${origin}/peers.toml`,
    HTTPS_PROXY: '',
    NO_PROXY: '*',
  })
  const common = ['--store-path', 'store', '--cache-dir', 'vet-cache', '--current-time', '2026-11-01T12:00:00Z']
  const { answers } = more
  return assay([...args, ...common], { cwd: box.folder, env, ...(answers === undefined ? {} : { answers }) })
}

const file = (name: string) => readFileSync(path.join(box.folder, 'store', name), 'utf8')

const TRUSTED_LEAF = `
[[trusted.leaf]]
criteria = "safe-to-deploy"
user-id = 1 # user1
start = "2023-03-03"
end = "2027-11-01"
`

describe('trust', () => {
  it('trusts the only publisher, drops the exemption, and keeps the release it rests on', async () => {
    expect(await run(['trust', 'leaf'])).toMatchObject({ code: 0 })
    expect(file('audits.toml')).toBe(`${HEADER('audits file')}\n[audits]\n${TRUSTED_LEAF}`)
    expect(file('config.toml')).not.toContain('exemptions.leaf')
    const row = '\n[[publisher.leaf]]\nversion = "1.1.0"\nwhen = "2024-04-04"\nuser-id = 1\nuser-login = "user1"\n'
    expect(file('imports.lock')).toBe(HEADER('imports lock') + row)
    expect(await run(['check', '--locked'])).toMatchObject({ code: 0 })
    expect(JSON.parse(readFileSync(path.join(box.folder, 'vet-cache', 'crates-io-cache.json'), 'utf8'))).toMatchObject({
      crates: { leaf: {} },
    })
  })
  it('wants a name where several published, and refuses strangers', async () => {
    expect((await run(['trust', 'tree'])).err).toContain("The package 'tree' has multiple known publishers")
    expect((await run(['trust', 'tree', 'user9'])).err).toContain("'user9' has not published any relevant version")
    expect(await run(['trust', 'tree', 'user2'])).toMatchObject({ code: 0 })
    expect(file('audits.toml')).toContain('user-id = 2\nstart = "2022-02-02"')
  })
  it('--all leaves crates of several publishers alone unless told otherwise', async () => {
    const first = await run(['trust', '--all', 'user1', '--notes', 'why'])
    expect(first).toMatchObject({ code: 0, err: expect.stringContaining('Skipped tree due to multiple publishers') })
    expect(file('audits.toml')).not.toContain('trusted.tree')
    expect(await run(['trust', '--all', 'user1', '--allow-multiple-publishers'])).toMatchObject({ code: 0 })
    expect(file('config.toml')).not.toContain('exemptions')
    expect((await run(['trust', '--all', 'user1'])).err).toContain('trust --all will do nothing')
  })
  it('knows nobody when locked, and names unknown criteria instead of panicking', async () => {
    const locked = await run(['trust', 'leaf', '--locked'])
    expect(locked).toMatchObject({ code: 255, err: expect.stringContaining('has no known publishers') })
    const unknown = await run(['trust', 'leaf', '--criteria', 'nonsense'])
    expect(unknown).toMatchObject({ code: 255, err: expect.stringContaining("'nonsense' is not a known criteria") })
    expect(apiHits).toEqual([])
  })
  it('lets a person pick criteria', async () => {
    expect(await run(['trust', 'leaf'], { answers: ['1 2', ''] })).toMatchObject({ code: 0 })
    expect(file('audits.toml')).toContain('[[trusted.leaf]]\ncriteria = "safe-to-run"')
  })
})

describe('certify --wildcard', () => {
  const args = ['certify', 'leaf', '--wildcard', 'user1', '--who', 'Ann <a@e.invalid>']
  it('writes the entry, and says no later than a year', async () => {
    const late = await run([...args, '--accept-all', '--end-date', '2027-11-02'])
    expect(late).toMatchObject({ code: 255, err: expect.stringContaining('too far in the future') })
    expect(await run([...args, '--accept-all', '--end-date', '2027-11-01'])).toMatchObject({ code: 0 })
    expect(file('audits.toml')).toContain('end = "2027-11-01"\nrenew = false\n')
    expect(file('config.toml')).not.toContain('exemptions.leaf')
  })
  it('asks first, and never waits where nobody can answer', async () => {
    expect(await run(args)).toMatchObject({ code: 255, err: expect.stringContaining('pass --accept-all') })
    expect(await run(args, { answers: ['', 'n'] })).toMatchObject({ code: 255 })
    expect(file('audits.toml')).toBe(STORE['audits.toml'])
    const yes = await run(args, { answers: ['', 'y'] })
    expect(yes).toMatchObject({ code: 0, err: expect.stringContaining("published by 'user1' between 2023-03-03 and") })
  })
})

describe('suggestions for people', () => {
  const PEER = `[[audits.leaf]]\nwho = "P"\ncriteria = "safe-to-deploy"\nversion = "1.1.0"\n`
  const suggest = async (...more: string[]) => {
    const sizes = ['leaf', 'tree'].map(
      name => `\n[diffs.${name}."1.1.0"]\ninsertions = 7\ndeletions = 0\nfiles_changed = 1\n`,
    )
    writeTree(path.join(box.folder, 'vet-cache'), { 'diff-cache.toml': `version = "2"\n${sizes.join('')}` })
    return run(['suggest', ...more])
  }
  const expected = (note: string) =>
    [
      '    Command                      Publisher  Used By  Audit Size',
      '    cargo vet inspect leaf 1.1.0  user1      app      7 lines',
      ...(note === '' ? [] : [note]),
      '    cargo vet inspect tree 1.1.0  user1      app      7 lines',
    ].map(line => line.trimStart())
  const rows = (out: string) =>
    out
      .split('\n')
      .map(line => line.trimStart())
      .filter(line => /^(NOTE|cargo vet inspect)/.test(line))

  it('name publishers and the peers that would help; a peer that cannot be read is a warning', async () => {
    served['/peers.toml'] = `[registry.moz]\nurl = "${origin}/moz"\n[registry.gone]\nurl = "${origin}/gone"\n`
    served['/moz'] = PEER
    const said = await suggest()
    expect(said.code).toBe(0)
    expect(rows(said.out)).toEqual(expected('      NOTE: cargo vet import moz would eliminate this').slice(1))
    expect(said.err).toContain("the audits of 'gone' could not be read")
  })
  it('come without peers when told so, and also when locked, where cargo-vet panics', async () => {
    served['/peers.toml'] = `[registry.moz]\nurl = "${origin}/moz"\n`
    served['/moz'] = PEER
    expect(rows((await suggest('--no-registry-suggestions')).out)).toEqual(expected('').slice(1))
    const locked = await suggest('--locked')
    expect(locked.code).toBe(0)
    expect(rows(locked.out)).toContain('NOTE: cargo vet import moz would eliminate this')
  })
})

describe('look-alikes and unpublished versions', () => {
  const withPolicy = `${STORE['config.toml']}\n`.replace(
    '\n[[exemptions.leaf]]',
    '\n[policy.leaf]\naudit-as-crates-io = true\n\n[[exemptions.leaf]]',
  )
  it('check names a local package that looks published; regenerate settles it', async () => {
    described['leaf'] = 'a thing'
    const refused = await run(['check'], { local: '1.5.0' })
    expect(refused.code).toBe(255)
    expect(refused.err).toContain(
      'Some non-crates.io-fetched packages match published crates.io versions\n    leaf:1.5.0',
    )
    expect(await run(['regenerate', 'audit-as-crates-io'], { local: '1.5.0' })).toMatchObject({ code: 0 })
    expect(file('config.toml')).toContain('[policy.leaf]\naudit-as-crates-io = true\n')
  })
  it('init sets true for a look-alike, false for a name with exemptions only, and check passes then', async () => {
    described['leaf'] = 'a thing'
    rmSync(path.join(box.folder, 'store'), { recursive: true })
    expect(await run(['init'], { local: '1.0.0' })).toMatchObject({ code: 0 })
    expect(file('config.toml')).toContain('[policy.leaf]\naudit-as-crates-io = true\n')
    expect(await run(['check'], { local: '1.0.0' })).toMatchObject({ code: 0 })
  })
  it('regenerate unpublished drops what was published since and adds what is needed now', async () => {
    const stored = '\n[[unpublished.leaf]]\nversion = "1.5.0"\naudited_as = "1.0.0"\n'
    writeTree(path.join(box.folder, 'store'), {
      'config.toml': withPolicy,
      'imports.lock': HEADER('imports lock') + stored,
    })
    expect(await run(['regenerate', 'unpublished'], { local: '1.5.0' })).toMatchObject({ code: 0 })
    expect(file('imports.lock')).toContain('version = "1.5.0"\naudited_as = "1.1.0"\n')
    expect(file('imports.lock')).not.toContain('1.0.0')
    expect(await run(['regenerate', 'unpublished', '--locked'], { local: '1.5.0' })).toMatchObject({
      code: 0,
      out: "warning: ran `regenerate unpublished` with --locked, this won't do anything!\n",
    })
  })
})
