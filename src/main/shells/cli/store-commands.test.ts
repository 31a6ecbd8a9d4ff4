// The commands that change or explain the store, through the command line: what they print and write, and where cargo-vet
// is installed that it prints and writes the same bytes with the same exit code.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serve } from '../../engine/testing/loopback.ts'
import { assay, envIn, metadataJson, printingProgram, realCargoVet, scratch, writeTree } from './testing.ts'

const TODAY = '2026-06-01T12:00:00Z'
const WHO = 'T <t@e.invalid>'
const STORE = {
  'config.toml': `
# cargo-vet config file

[cargo-vet]
version = "0.10"

[[exemptions.deep]]
version = "2.0.0"
criteria = "safe-to-deploy"

[[exemptions.gone]]
version = "1.0.0"
criteria = "safe-to-deploy"
`,
  'audits.toml': `
# cargo-vet audits file

[[wildcard-audits.leaf]]
who = "${WHO}"
criteria = "safe-to-deploy"
user-id = 7 # Seven (seven)
start = "2020-01-01"
end = "2026-06-20"

[[wildcard-audits.leaf]]
who = "${WHO}"
criteria = "safe-to-run"
user-id = 8
start = "2020-01-01"
end = "2026-06-10"
renew = false

[[audits.deep]]
who = "${WHO}"
criteria = "safe-to-deploy"
version = "1.0.0"

[[audits.deep]]
who = "${WHO}"
criteria = "safe-to-run"
delta = "1.0.0 -> 2.0.0"
`,
  'imports.lock': `
# cargo-vet imports lock

[[publisher.leaf]]
version = "1.0.1"
when = "2026-01-01"
user-id = 7
user-login = "seven"
user-name = "Seven"
`,
} as const
const FILES = Object.keys(STORE) as (keyof typeof STORE)[]
const LOCKED = ['--locked', '--frozen']

let place: ReturnType<typeof scratch>
let root: string
let env: Record<string, string | undefined>
beforeEach(() => {
  place = scratch()
  root = path.join(place.folder, 'workspace')
  writeTree(root, { 'Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\n', 'Cargo.lock': 'version = 4\n' })
  for (const name of FILES) writeTree(root, { [`supply-chain/${name}`]: STORE[name] })
  const file = path.join(place.folder, 'metadata.json')
  const packages = [
    { name: 'app', version: '0.1.0', isLocal: true, deps: ['leaf', 'tool'] },
    { name: 'tool', version: '0.2.0', isLocal: true },
    { name: 'leaf', version: '1.0.1', deps: ['deep'] },
    { name: 'deep', version: '2.0.0' },
  ]
  writeFileSync(file, metadataJson(root, packages))
  env = { ...envIn(place.folder), CARGO: printingProgram(place.folder, file) }
})
afterEach(() => place.dispose())

const common = (): string[] => ['--cache-dir', path.join(place.folder, 'vet-cache'), '--current-time', TODAY]
const run = (argv: readonly string[], answers?: readonly string[]) =>
  assay([...argv, ...common()], { cwd: root, env, ...(answers === undefined ? {} : { answers }) })
const textOf = (name: string, at = root): string | null => {
  const file = path.join(at, 'supply-chain', name)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

interface Row {
  readonly argv: readonly string[]
  readonly code?: number
  /** What the store then has, by file; or what is printed. */
  readonly config?: RegExp
  readonly audits?: RegExp
  readonly prints?: RegExp
  /** Its words on standard output are cargo-vet's. */
  readonly sameWords?: boolean
}

const ROWS: readonly Row[] = [
  { argv: ['prune'], config: /criteria = "safe-to-deploy"\n$/ },
  { argv: ['prune', '--no-exemptions'], config: /exemptions\.gone/ },
  { argv: ['prune', '--no-imports', '--no-audits'], config: /exemptions\.deep/ },
  { argv: ['regenerate', 'exemptions'], config: /exemptions\.deep/ },
  {
    argv: ['add-exemption', 'leaf', '1.0.1', '--criteria', 'safe-to-run', '--notes', 'why', '--no-suggest'],
    config:
      /\[\[exemptions\.leaf\]\]\nversion = "1\.0\.1"\ncriteria = "safe-to-run"\nsuggest = false\nnotes = "why"\n$/,
  },
  { argv: ['add-exemption', 'tool', '0.2.0'], code: 255 },
  { argv: ['add-exemption', 'tool', '0.2.0', '--force'], config: /exemptions\.tool/ },
  {
    argv: ['record-violation', 'leaf', '<1, >=0.5', '--who', WHO, '--notes', 'bad'],
    audits: /\[\[audits\.leaf\]\]\nwho = .*\ncriteria = "safe-to-deploy"\nviolation = "<1, >=0\.5"\nnotes = "bad"\n/,
    prints: /security vulnerability in leaf/,
  },
  { argv: ['record-violation', 'leaf', 'no req', '--who', WHO], code: 2 },
  {
    argv: ['renew', 'leaf'],
    prints: /^ {2}leaf: Seven \(seven\)$/m,
    audits: /end = "2027-06-01"[^]*end = "2026-06-10"\nrenew = false/,
  },
  { argv: ['renew', '--expiring'], audits: /end = "2027-06-01"/ },
  { argv: ['renew', '--expiring', '--include-inactive'], audits: /end = "2027-06-01"/ },
  { argv: ['renew', 'deep'], code: 0 },
  { argv: ['renew'], code: 2 },
  {
    argv: ['explain-audit', 'leaf'],
    prints:
      /^The package leaf 1\.0\.1 certifies for safe-to-deploy\n1\) \[local\] wildcard audit for 1\.0\.1 \(published by: seven\)/,
    sameWords: true,
  },
  { argv: ['explain-audit', 'deep', '2.0.0', 'safe-to-run'], prints: /2\) \[local\] delta audit/, sameWords: true },
  { argv: ['explain-audit', 'deep', '3.0.0'], prints: / - 1\.0\.0\n - 2\.0\.0\n$/, sameWords: true },
  { argv: ['explain-audit', 'nobody'], code: 255 },
  { argv: ['dump-graph'], prints: /^graph LR\n {4}subgraph roots\n/, sameWords: true },
  { argv: ['dump-graph', '--depth', 'full'], prints: /node\d+ --> node\d+/, sameWords: true },
  { argv: ['dump-graph', '--output-format', 'json'], prints: /"is_dev_only"/, sameWords: true },
  { argv: ['init'], code: 255 },
  { argv: ['import'], code: 2 },
  { argv: ['regenerate'], code: 2 },
  { argv: ['certify', 'leaf', '1'], code: 2 },
  {
    argv: [
      'certify',
      'leaf',
      '1.0.1',
      '--accept-all',
      '--who',
      WHO,
      '--notes',
      'two\n\n\nblank  ',
      '--criteria',
      'safe-to-run',
    ],
    audits: /notes = """\ntwo\n\n\nblank {2}"""/,
  },
]

const cargoVet = realCargoVet()

describe.each(ROWS.map(row => ({ ...row, name: row.argv.join(' ').replaceAll('\n', '⏎') })))('$name', row => {
  it('does what it should', async () => {
    const answer = await run([...row.argv, ...LOCKED])
    expect(answer.code, answer.err).toBe(row.code ?? 0)
    if (row.prints !== undefined) expect(answer.out).toMatch(row.prints)
    if (row.config !== undefined) expect(textOf('config.toml')).toMatch(row.config)
    if (row.audits !== undefined) expect(textOf('audits.toml')).toMatch(row.audits)
    if (row.code !== undefined) for (const name of FILES) expect(textOf(name)).toBe(STORE[name])
  })

  it.skipIf(cargoVet === null)('prints, writes and exits as cargo-vet does (needs cargo-vet)', async () => {
    const twin = path.join(place.folder, 'twin')
    cpSync(root, twin, { recursive: true })
    const argv = [...row.argv, ...LOCKED, ...common(), '--store-path', path.join(twin, 'supply-chain')]
    const theirs = spawnSync(cargoVet ?? '', ['vet', ...argv], {
      cwd: twin,
      env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', NO_COLOR: '1' } as NodeJS.ProcessEnv,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const answer = await run([...row.argv, ...LOCKED])
    expect({ code: theirs.status, err: theirs.stderr }).toMatchObject({ code: answer.code })
    if (row.sameWords === true) expect(answer.out).toBe(theirs.stdout)
    for (const name of FILES) expect(textOf(name)).toBe(textOf(name, twin))
  })
})

it.each([
  { argv: ['fmt', '--locked'], code: 255 },
  { argv: ['fmt'], code: 0 },
])('$argv of a store in disorder exits with $code', async ({ argv, code }) => {
  writeTree(root, { 'supply-chain/config.toml': `# by hand\n${STORE['config.toml']}` })
  const before = textOf('config.toml')
  const theirs =
    cargoVet === null
      ? null
      : spawnSync(cargoVet, ['vet', ...argv, '--store-path', twinStore(), ...common()], {
          cwd: root,
          env: env as NodeJS.ProcessEnv,
          stdio: ['ignore', 'pipe', 'pipe'],
        }).status
  const answer = await run(argv)
  expect(answer.code, answer.err).toBe(code)
  expect(textOf('config.toml')).toBe(code === 0 ? STORE['config.toml'] : before)
  if (theirs !== null) expect(theirs).toBe(code)
})

/** A copy of the store, for the other tool. */
function twinStore(): string {
  const twin = path.join(place.folder, 'twin-store')
  cpSync(path.join(root, 'supply-chain'), twin, { recursive: true })
  return twin
}

it('init makes a store that passes, with the bytes of cargo-vet', async () => {
  const fresh = path.join(place.folder, 'fresh')
  const answer = await run(['init', '--store-path', fresh, ...LOCKED])
  expect(answer.code, answer.err).toBe(0)
  const check = await run(['check', '--store-path', fresh, ...LOCKED])
  expect(check.code, check.out + check.err).toBe(0)
  if (cargoVet === null) return
  const theirs = path.join(place.folder, 'theirs')
  const options = {
    cwd: root,
    env: env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  }
  spawnSync(cargoVet, ['vet', 'init', '--store-path', theirs, ...LOCKED, ...common()], options)
  for (const name of FILES)
    expect(readFileSync(path.join(fresh, name), 'utf8')).toBe(readFileSync(path.join(theirs, name), 'utf8'))
})

it('a relative store path of the manifest is relative to the current folder', async () => {
  const metadata = path.join(place.folder, 'metadata.json')
  const stated = readFileSync(metadata, 'utf8').replace(
    /"metadata":null\}$/,
    '"metadata":{"vet":{"store":{"path":"sub/chain"}}}}',
  )
  expect(stated).toContain('sub/chain')
  writeFileSync(metadata, stated)
  const elsewhere = path.join(place.folder, 'elsewhere')
  cpSync(path.join(root, 'supply-chain'), path.join(elsewhere, 'sub', 'chain'), { recursive: true })
  const argv = ['check', '--manifest-path', path.join(root, 'Cargo.toml'), ...LOCKED, ...common()]
  const there = await assay(argv, { cwd: elsewhere, env })
  expect(there.code, there.err).toBe(0)
  const here = await assay(argv, { cwd: root, env })
  expect(here.code).toBe(255)
  expect(here.err).toContain(path.join(root, 'sub', 'chain'))
})

describe('aggregate', () => {
  async function serving<T>(texts: Readonly<Record<string, string>>, use: (base: string) => Promise<T>): Promise<T> {
    const server = await serve(at => texts[at])
    try {
      return await use(server.origin)
    } finally {
      await server.close()
    }
  }
  const criteria = (text: string) => `[criteria.nice]\ndescription = "${text}"\n\n[audits]\n`

  it('prints one file with the source of each entry, and shows both sides of a difference', async () => {
    const texts = { '/a': STORE['audits.toml'], '/b': criteria('good'), '/c': criteria('better') }
    await serving(texts, async base => {
      const list = path.join(place.folder, 'list')
      writeFileSync(list, `# two\n\n${base}/a\n${base}/b\n`)
      const merged = await run(['aggregate', list])
      expect(merged.code, merged.err).toBe(0)
      expect(merged.out).toContain(`aggregated-from = "${base}/a"`)
      if (cargoVet !== null) {
        // Not spawnSync: the server must answer meanwhile.
        const { spawn } = await import('node:child_process')
        const child = spawn(cargoVet, ['vet', 'aggregate', list, ...common()], {
          env: env as NodeJS.ProcessEnv,
          stdio: ['ignore', 'pipe', 'ignore'],
        })
        let out = ''
        child.stdout.on('data', chunk => (out += String(chunk)))
        await new Promise(resolve => child.once('close', resolve))
        expect(merged.out).toBe(out)
      }
      writeFileSync(list, `${base}/b\n${base}/c\n`)
      const clash = await run(['aggregate', list])
      expect(clash.code).toBe(255)
      for (const words of ["description of 'nice'", `${base}/b: "good"`, `${base}/c: "better"`])
        expect(clash.err).toContain(words)
    })
  })

  it.each([
    { case: 'frozen', text: '', argv: LOCKED, says: '--frozen' },
    { case: 'a line that is no address', text: 'ftp://x\n', argv: [], says: 'ftp://x' },
  ])('refuses $case', async ({ text, argv, says }) => {
    const list = path.join(place.folder, 'list')
    writeFileSync(list, text)
    const answer = await run(['aggregate', list, ...argv])
    expect(answer.code).toBe(255)
    expect(answer.err).toContain(says)
  })
})

describe('inspect and diff', () => {
  /** A browser opener that writes down what it was given. */
  function opener(): string {
    const bin = path.join(place.folder, 'bin')
    const seen = path.join(place.folder, 'opened')
    writeTree(bin, { 'xdg-open': `#!/bin/sh\nprintf '%s' "$1" > '${seen}'\n` })
    chmodSync(path.join(bin, 'xdg-open'), 0o755)
    env = { ...env, PATH: `${bin}:${env['PATH'] ?? ''}` }
    return seen
  }

  it.skipIf(process.platform !== 'linux')(
    'open the address of the mode, and remember mode and versions (needs Linux)',
    async () => {
      const seen = opener()
      const mode = 'custom_url=http://127.0.0.1:1/{package}/{version1}...{version2}'
      expect((await run(['diff', 'deep', '1.0.0', '2.0.0', '--mode', mode, ...LOCKED])).code).toBe(0)
      expect(readFileSync(seen, 'utf8')).toBe('http://127.0.0.1:1/deep/1.0.0...2.0.0')
      const again = await run(['diff', 'leaf', '1.0.0', '1.0.1', ...LOCKED])
      expect(again.code, again.err).toBe(0)
      expect(readFileSync(seen, 'utf8')).toBe('http://127.0.0.1:1/leaf/1.0.0...1.0.1')
      const history = JSON.parse(
        readFileSync(path.join(place.folder, 'vet-cache', 'command-history.json'), 'utf8'),
      ) as unknown
      expect(history).toEqual({
        version: '1',
        Diff: { package: 'leaf', version1: '1.0.0', version2: '1.0.1' },
        last_diff_fetch_mode: { CustomUrl: 'http://127.0.0.1:1/{package}/{version1}...{version2}' },
        last_inspect_fetch_mode: null,
      })
    },
  )

  it.skipIf(process.platform !== 'linux')('let certify do without package and versions (needs Linux)', async () => {
    opener()
    await run(['diff', 'deep', '1.0.0', '2.0.0', '--mode', 'diff.rs', ...LOCKED])
    const certified = await run(['certify', '--criteria', 'safe-to-deploy', '--who', WHO, '--accept-all', ...LOCKED])
    expect(certified.code, certified.err).toBe(0)
    expect(textOf('audits.toml')).toMatch(/criteria = "safe-to-deploy"\ndelta = "1\.0\.0 -> 2\.0\.0"/)
  })

  it('certify without anything looked at says so', async () => {
    const answer = await run(['certify', '--accept-all', '--who', WHO, ...LOCKED])
    expect(answer.code).toBe(255)
    expect(answer.err).toContain("couldn't guess what package to certify")
  })

  it('say when no browser can be started, and remember all the same', async () => {
    env = { ...env, PATH: path.join(place.folder, 'empty') }
    const answer = await run(['inspect', 'deep', '2.0.0', ...LOCKED])
    expect(answer.code).toBe(255)
    expect(answer.err).toContain('--mode=local')
    expect(readFileSync(path.join(place.folder, 'vet-cache', 'command-history.json'), 'utf8')).toContain('"deep"')
  })
})

describe('gc', () => {
  const cache = () => path.join(place.folder, 'vet-cache')
  const layOut = () =>
    writeTree(cache(), {
      'diff-cache.toml': 'version = "2"\n',
      'stranger/file': 'x',
      'cache/leaf-1.0.0.crate': '',
      'cache/note.txt': '',
      'src/leaf-1.0.0/.cargo-ok': 'ok',
      'src/half-1.0.0/.cargo-ok': '',
      'empty/file': '',
    })
  const there = (name: string) => existsSync(path.join(cache(), name))

  it('removes what cargo-vet would', async () => {
    layOut()
    // --current-time lies before the files were made: then nothing is old.
    expect((await run(['gc'])).code).toBe(0)
    expect(['diff-cache.toml', 'cache/leaf-1.0.0.crate', 'src/leaf-1.0.0/.cargo-ok'].filter(there)).toHaveLength(3)
    expect(['stranger', 'cache/note.txt', 'src/half-1.0.0', 'empty/file'].filter(there)).toEqual([])
  })

  it('removes old archives with their sources, and everything with --clean', async () => {
    layOut()
    const later = ['--cache-dir', cache(), '--current-time', '2099-01-01T00:00:00Z']
    expect((await assay(['gc', ...later], { cwd: root, env })).code).toBe(0)
    expect(['cache/leaf-1.0.0.crate', 'src/leaf-1.0.0'].filter(there)).toEqual([])
    expect(there('diff-cache.toml')).toBe(true)
    expect((await assay(['gc', '--clean', ...later], { cwd: root, env })).code).toBe(0)
    expect(there('diff-cache.toml')).toBe(false)
  })

  it.each(['nan', '-1'])('refuses an age of %s', async age => {
    expect((await run(['gc', `--max-package-age-days=${age}`])).code).toBe(255)
  })
})
