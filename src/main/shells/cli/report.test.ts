// `queue`, `report` and `export` on the command line, over a workspace under the real git and a registry that is not there.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assay, digestOf, envIn, metadataJson, printingProgram, scratch, writeTree } from './testing.ts'

const NOW = '2026-11-20T12:00:00Z'
const CONFIG = '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n'
const AUDITS = '\n# cargo-vet audits file\n'
const exempt = (crate: string) => `\n[[exemptions.${crate}]]\nversion = "1.0.0"\ncriteria = "safe-to-deploy"\n`
const audit = (crate: string) =>
  `\n[[audits.${crate}]]\nwho = "Ann <ann@team.invalid>"\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n`

let place: ReturnType<typeof scratch>
let env: Readonly<Record<string, string | undefined>>
let root: string
beforeEach(() => {
  place = scratch()
  root = path.join(place.folder, 'grove')
  const crates = ['ash', 'elm', 'oak']
  const metadata = path.join(place.folder, 'metadata.json')
  writeFileSync(
    metadata,
    metadataJson(root, [
      { name: 'grove', version: '0.1.0', isLocal: true, deps: crates },
      ...crates.map(name => ({ name, version: '1.0.0' })),
    ]),
  )
  writeTree(place.folder, {
    'grove/Cargo.toml': '[package]\nname = "grove"\nversion = "0.1.0"\n',
    gitconfig: '[user]\n\tname = Ann\n\temail = ann@team.invalid\n',
    'cargo-home/config.toml':
      '[source.crates-io]\nreplace-with = "none"\n[source.none]\nregistry = "sparse+http://127.0.0.1:9/"\n',
  })
  env = envIn(place.folder, {
    CARGO: printingProgram(place.folder, metadata),
    CARGO_HOME: path.join(place.folder, 'cargo-home'),
    GIT_CONFIG_GLOBAL: path.join(place.folder, 'gitconfig'),
    GIT_CONFIG_SYSTEM: '/dev/null',
  })
  git(['init', '--quiet', '--initial-branch=main'])
  store({ config: CONFIG + exempt('ash') + exempt('elm'), audits: `${AUDITS}\n[audits]\n` })
  commit('2026-11-02')
  store({ config: CONFIG + exempt('elm'), audits: AUDITS + audit('ash') })
  commit('2026-11-18')
})
afterEach(() => place.dispose())

const git = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  execFileSync('git', args, { cwd: root, env: { ...env, ...more } as never, encoding: 'utf8' })
const store = (texts: { readonly config: string; readonly audits: string }) =>
  writeTree(root, {
    'supply-chain/config.toml': texts.config,
    'supply-chain/audits.toml': texts.audits,
    'supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
  })
function commit(day: string): void {
  git(['add', '.'])
  const date = `${day}T10:00:00Z`
  git(['commit', '--quiet', '-m', 'Work'], { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date })
}
const run = (...argv: readonly string[]) =>
  assay([...argv, '--locked', '--frozen', '--current-time', NOW], { cwd: root, env })

describe('queue', () => {
  it('lists what fails and what is exempted, in three forms, and never a size it does not know', async () => {
    const human = await run('queue')
    expect(human).toMatchObject({
      code: 0,
      out:
        'oak 1.0.0  failing   safe-to-deploy  full  size not known\n' +
        'elm 1.0.0  exempted  safe-to-deploy  full  size not known\n' +
        '1 failing, 1 exempted, 0 partially audited, 1 fully audited, of 3\n',
    })
    const csv = await run('queue', '--output-format', 'csv')
    expect(csv.out.split('\r\n').slice(1, 3)).toEqual([
      'oak,1.0.0,failing,safe-to-deploy,,1.0.0,,,,unknown: offline,grove,no',
      'elm,1.0.0,exempted,safe-to-deploy,,1.0.0,,,,unknown: offline,grove,no',
    ])
    const json = JSON.parse((await run('queue', '--output-format', 'json')).out) as {
      items: { crate: string; lines: null }[]
    }
    expect(json.items.map(item => [item.crate, item.lines])).toEqual([
      ['oak', null],
      ['elm', null],
    ])
  })
  it.each([
    ['check', '--output-format', 'csv'],
    ['report', '--output-format', 'csv'],
    ['queue', '--output-format', 'xml'],
    ['report', '--since', '31.12.2026'],
    ['report', '--format', 'pdf'],
    ['export'],
    ['export', 'everything'],
    ['export', 'patches', '--branch', 'x'],
    ['export', 'branch', '--folder', 'x'],
    ['export', 'aggregate', '--base', 'x'],
  ])('%s %s %s %s is not understood', async (...argv) => {
    expect((await run(...argv.filter(word => word !== undefined))).code).toBe(2)
  })
})

describe('report', () => {
  it('says what changed since a day, from git', async () => {
    const { code, out } = await run('report', '--since', '2026-11-17')
    expect(code).toBe(0)
    expect(out).toContain('# Dependency audits of grove, 20 Nov 2026')
    expect(out).toContain('Of 3 packages 1 are fully audited')
    expect(out).toContain(
      'In the week from Monday 16 Nov 2026 1 audit added to audits.toml, 1 exemption gone and 0 new',
    )
    expect(out).toMatch(/\| elm \| 1\.0\.0 \| safe-to-deploy \| 2026-11-02 \| 18 \|/)
  })
  it('is one HTML file', async () => {
    const file = path.join(place.folder, 'report.html')
    const { code, out } = await run('report', '--format', 'html', '--output-file', file)
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[^]*<svg[^]*<\/html>\n$/)
  })
})

describe('export', () => {
  it('makes a branch and patches of what is not committed, and changes nothing else', async () => {
    store({ config: CONFIG + exempt('elm'), audits: AUDITS + audit('ash') + audit('oak') })
    const before = { files: digestOf(path.join(root, 'supply-chain')), status: git(['status', '--porcelain']) }
    const made = await run('export', 'branch', '--branch', 'new')
    expect(made.err).toBe('')
    expect(made.out).toMatch(
      /^branch new on HEAD \([0-9a-f]{7}\)\n[0-9a-f]{7} Certify oak 1\.0\.0 for safe-to-deploy\nto send it: git push origin new\n$/,
    )
    expect(git(['log', '--format=%s', 'main..new'])).toBe('Certify oak 1.0.0 for safe-to-deploy\n')
    const out = path.join(place.folder, 'out')
    writeTree(out, { keep: '' })
    const patches = await run('export', 'patches', '--folder', out, '--output-format', 'json')
    const { path: at, files } = JSON.parse(patches.out) as { path: string; files: string[] }
    expect(at).toBe(path.join(out, 'audit-patches-2026-11-20'))
    expect(readdirSync(at)).toEqual(files)
    expect({ files: digestOf(path.join(root, 'supply-chain')), status: git(['status', '--porcelain']) }).toEqual(before)
    // A second time it goes beside the first.
    expect((await run('export', 'patches', '--folder', out)).out).toContain('audit-patches-2026-11-20-2')
    expect(await run('export', 'branch', '--branch', 'new')).toMatchObject({ code: 255 })
  })
  it('writes what others can import, and says what stays out', async () => {
    store({
      config: CONFIG + exempt('elm'),
      audits:
        AUDITS +
        audit('ash')
          .replace('criteria', 'importable = false\ncriteria')
          .replace(/(importable.*\n)(criteria.*\n)(version.*\n)/, '$2$3$1') +
        audit('oak'),
    })
    const out = path.join(place.folder, 'out')
    writeTree(out, { keep: '' })
    const made = await run('export', 'aggregate', '--folder', out)
    expect(made.code).toBe(0)
    expect(made.err).toContain('stays out: 1 audits that are marked `importable = false`')
    const text = readFileSync(path.join(out, 'published-audits-2026-11-20', 'audits.toml'), 'utf8')
    expect(text).toBe(AUDITS + audit('oak'))
  })
  it('of nothing new is refused', async () => {
    expect(await run('export', 'branch')).toMatchObject({ code: 255 })
  })
})
