/**
 * `assay provenance` against real repositories and archives made here, offline but for file: addresses. One world for
 * all: 24 crates in three repositories, one of them tampered with, one with a commit that is nowhere.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeMany, type Many } from '../../engine/provenance/testing/many.ts'
import { makeWorld, missingTools, tamper, type World } from '../../engine/provenance/testing/world.ts'
import { assay, envIn, scratch } from './testing.ts'

const CRATES = 24
const TAMPERED = 3
const LOST = 5

let world: World
let many: Many
let box: ReturnType<typeof scratch>
beforeAll(async () => {
  if (missingTools !== null) return
  world = await makeWorld('cli')
  many = await makeMany(world, { crates: CRATES, repositories: 3 }, (i, archive) => {
    if (i === TAMPERED) return tamper(archive, crate => crate.set('src/lib.rs', old => `${old}// \u001b[31mmore\n`))
    if (i === LOST)
      return tamper(archive, crate =>
        crate.set('.cargo_vcs_info.json', old => old.replace(/[0-9a-f]{40}/, 'd'.repeat(40))),
      )
    return archive
  })
})
afterAll(() => world?.dispose())
beforeEach(() => {
  box = scratch()
})
afterEach(() => box.dispose())

const env = (more: Record<string, string> = {}) =>
  envIn(box.folder, { CARGO_HOME: world.at('cargo-home'), ASSAY_GIT_INSTEAD_OF: world.insteadOf, ...more })
const listFile = (text = many.list) => {
  const file = path.join(box.folder, 'list')
  writeFileSync(file, text)
  return file
}
const run = (argv: readonly string[], more: Record<string, string> = {}) =>
  assay(['provenance', ...argv], { cwd: box.folder, env: env(more) })

interface Row {
  readonly crate: string
  readonly outcome: string | null
  readonly failure?: { readonly code: string }
  readonly fileResults: readonly { readonly path: string; readonly state: string }[]
  readonly checkedAt: number
  readonly tookMs: number
  readonly mirror: { fetchedAt: number | null } | null
}
const outcomes = (rows: readonly Row[]) => rows.map(row => row.outcome)
const EXPECTED = Array.from({ length: CRATES }, (_, i) =>
  i === TAMPERED ? 'mismatch' : i === LOST ? 'undetermined-stale-mirror' : 'match',
)

describe.skipIf(missingTools !== null)(`provenance (needs ${missingTools ?? 'nothing more'})`, () => {
  it('lists verdicts as JSON in the order asked for, differing files named, and fails for a mismatch', async () => {
    const answer = await run(['--from', listFile(), '--output-format', 'json'])
    expect(answer.err).toBe('')
    const rows = JSON.parse(answer.out) as Row[]
    expect(rows.map(row => row.crate)).toEqual(many.crates)
    expect(outcomes(rows)).toEqual(EXPECTED)
    expect(rows[TAMPERED]).toMatchObject({
      ...{ version: '1.0.0', content: 'differs', anchor: 'tag+branch', repository: world.url('many-repository-000') },
      ...{ commit: expect.stringMatching(/^[0-9a-f]{40}$/), path: 'many-0003', fallback: null },
      files: { total: 6, differing: 1, onlyInCrate: 0, generated: 3 },
    })
    expect(rows[TAMPERED]!.fileResults.filter(f => f.state === 'differs').map(f => f.path)).toEqual(['src/lib.rs'])
    expect(answer.code).toBe(255)
  })

  it('streams the same as lines, goes on from what is kept, and says it to people', async () => {
    const first = await run(['--from', listFile(), '--output-format', 'ndjson', '--jobs', '3'])
    const rows = first.out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Row)
    expect(rows.map(row => row.crate).sort()).toEqual(many.crates)
    const human = await run(['--from', listFile(), '--offline'])
    const lines = human.out.split('\n')
    expect(lines.filter(line => line.startsWith('many-'))).toHaveLength(CRATES)
    expect(lines.find(line => line.startsWith('many-0000 1.0.0'))).toMatch(/ match +tag and branch$/)
    expect(human.out).toContain('differs         src/lib.rs')
    expect(human.out).toContain(`${CRATES} versions: ${CRATES - 2} match, `)
    expect(human.out).not.toContain('\u001b')
    const kept = JSON.parse((await run(['--from', listFile(), '--output-format', 'json'])).out) as Row[]
    const stamp = (all: readonly Row[]) => all.map(row => `${row.crate} ${row.checkedAt}`).sort()
    expect(stamp(kept)).toEqual(stamp(rows))
    const again = JSON.parse((await run(['--from', listFile(), '--output-format', 'json', '--again'])).out) as Row[]
    expect(stamp(again)).not.toEqual(stamp(rows))
  })

  it('checks one crate, the newest version when none is named, and succeeds for a match', async () => {
    const answer = await run(['many-0000'])
    expect(answer.out).toMatch(/^many-0000 1\.0\.0 +match +tag and branch\n\n1 version: 1 match\n$/)
    expect(answer.code).toBe(0)
  })

  it('follows the redirects of the settings, and of two for one prefix those it was started with', async () => {
    const none = { ASSAY_GIT_INSTEAD_OF: '' }
    expect((await run(['many-0000', '--offline'], none)).out).toContain('repository-unavailable')
    const settings = { gitInsteadOf: world.insteadOf }
    const file = path.join(env()['ASSAY_DATA_DIR']!, 'preferences.json')
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify({ settings, recent: [] }))
    expect((await run(['many-0000', '--again'], none)).out).toMatch(/ match +tag and branch/)
    const wrong = world.insteadOf.replace('/repositories/', '/nowhere/')
    expect((await run(['many-0000', '--refresh'], { ASSAY_GIT_INSTEAD_OF: wrong })).out).toContain('is not there')
  })

  it('checks the registry packages of a Cargo.lock', async () => {
    const source = 'source = "registry+https://github.com/rust-lang/crates.io-index"'
    writeFileSync(path.join(box.folder, 'Cargo.toml'), '[package]\nname = "app"\nversion = "0.1.0"\n')
    const sum = world.at('registry', 'index', 'ma', 'ny', 'many-0001')
    const { cksum } = JSON.parse(readFileSync(sum, 'utf8')) as { cksum: string }
    const lock = `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ["many-0001"]\n\n[[package]]\nname = "many-0001"\nversion = "1.0.0"\n${source}\nchecksum = "${cksum}"\n`
    writeFileSync(path.join(box.folder, 'Cargo.lock'), lock)
    const answer = await run(['--output-format', 'json'])
    expect((JSON.parse(answer.out) as Row[]).map(row => [row.crate, row.outcome])).toEqual([['many-0001', 'match']])
  })

  it('has a row without a verdict for what cannot be checked', async () => {
    const answer = await run(['--from', listFile('many-0000 1.0.0\nnowhere 1.0.0\n'), '--output-format', 'json'])
    const rows = JSON.parse(answer.out) as Row[]
    expect(outcomes(rows)).toEqual(['match', null])
    expect(rows[1]!.failure?.code).toBe('crate-not-in-registry')
    expect(answer.code).toBe(255)
    expect((await run(['--from', path.join(box.folder, 'missing')])).err).toContain('--from')
  })

  it('says without network that the repository cannot be had, and asks again when it is back', async () => {
    const offline = await run(['many-0000', '--offline', '--output-format', 'json'])
    expect(outcomes(JSON.parse(offline.out) as Row[])).toEqual(['repository-unavailable'])
    const online = await run(['many-0000', '--output-format', 'json'])
    expect(outcomes(JSON.parse(online.out) as Row[])).toEqual(['match'])
  })

  it('writes a static site', async () => {
    const answer = await run(['--from', listFile(), '--site', 'site'])
    expect(answer.err).toContain('site/index.html')
    const folder = path.join(box.folder, 'site')
    expect(readdirSync(path.join(folder, 'detail'))).toHaveLength(CRATES)
    expect(readFileSync(path.join(folder, 'index.js'), 'utf8')).toContain('many-0003')
    expect(readFileSync(path.join(folder, `detail/${TAMPERED}.js`), 'utf8')).toContain('src/lib.rs')
  })

  it('stops when it is interrupted', async () => {
    const { runCli } = await import('./run.ts')
    const abort = new AbortController()
    let out = ''
    const terminal = {
      ...{ cwd: box.folder, isInteractive: false, ask: async () => null, drain: async () => undefined },
      out(text: string) {
        out += text
        abort.abort()
      },
      err: () => undefined,
    }
    const argv = ['provenance', '--from', listFile(), '--output-format', 'ndjson', '--jobs', '1']
    expect(await runCli(argv, terminal, env(), abort.signal)).toBe(130)
    expect(out.trimEnd().split('\n').length).toBeLessThan(CRATES)
  })
})
