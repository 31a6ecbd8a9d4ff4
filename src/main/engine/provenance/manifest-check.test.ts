import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readIndexFacts } from './index-facts.ts'
import { checkManifest, type ManifestCheckInput } from './manifest-check.ts'
import { missingTools } from './testing/tools.ts'

const text = (content: string): Uint8Array => new TextEncoder().encode(content)
const CKSUM = 'a'.repeat(64)

const input = (
  generated: string,
  stated: string | null,
  more: Partial<ManifestCheckInput> = {},
): ManifestCheckInput => ({
  generated: text(generated),
  original: stated === null ? null : text(stated),
  inRepository: null,
  workspaceRoot: null,
  index: null,
  archivePaths: ['Cargo.toml', 'src/lib.rs', 'build.rs', 'benches/bench.rs', 'src/evil.rs'],
  crate: 'one',
  version: '1.0.0',
  cargoRange: { from: '1.93', to: null },
  ...more,
})

const WORKSPACE = `[workspace]
members = ["inherits", "targets", "deps", "old", "newest", "readme", "macros"]
resolver = "2"
[workspace.package]
version = "1.2.3"
authors = ["A <a@example.com>"]
edition = "2021"
license = "MIT"
license-file = "LICENSE"
readme = "README.md"
repository = "https://example.com/r"
rust-version = "1.70"
keywords = ["k"]
categories = ["c"]
description = "d"
documentation = "https://example.com/d"
homepage = "https://example.com/h"
publish = true
exclude = ["/secret"]
[workspace.dependencies]
serde = { version = "1", default-features = false, features = ["derive"] }
plain = "2"
renamed = { package = "real-name", version = "0.3.*" }
deps = { path = "deps", version = "1.0.0" }
[workspace.lints.rust]
unsafe_code = "forbid"
unexpected_cfgs = { level = "warn", check-cfg = ["cfg(x)"] }
[profile.release]
debug = true
`
const inherit = (...keys: string[]) => keys.map(key => `${key}.workspace = true\n`).join('')
const MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  inherits: {
    'Cargo.toml': `[package]\nname = "inherits"\n${inherit('version', 'authors', 'edition', 'license', 'readme', 'repository', 'rust-version', 'keywords', 'categories', 'description', 'documentation', 'homepage', 'publish', 'exclude')}
[dependencies]
serde = { workspace = true, features = ["rc"], optional = true }
plain.workspace = true
renamed = { workspace = true }
deps = { workspace = true }
[dev-dependencies]
serde = { workspace = true, default-features = true }
macros = { path = "../macros" }
[target.'cfg( any(unix , windows) )'.build-dependencies]
plain = { workspace = true }
[features]
default = ["serde?/std", "macros/x"]
[lints]
workspace = true
`,
    'src/lib.rs': '',
    'secret/x': '',
  },
  targets: {
    'Cargo.toml': `[package]\nname = "targets"\nversion = "1.2.3"\nedition = "2018"\nautobenches = false\nbuild = "./build/main.rs"\nlinks = "z"\nexclude = ["examples/gone.rs", "tests/data"]
[lib]\ncrate-type = ["cdylib", "rlib"]\nname = "other"\n[[bin]]\nname = "tool"\npath = "tools/tool.rs"\nrequired-features = ["cli"]\n[[bin]]\nname = "second"\n[[test]]\nname = "slow"\nharness = false\n[features]\ncli = []\n`,
    'build/main.rs': '',
    'src/lib.rs': '',
    'src/main.rs': 'fn main() {}',
    'src/bin/second/main.rs': 'fn main() {}',
    'src/bin/third.rs': 'fn main() {}',
    'tools/tool.rs': 'fn main() {}',
    'examples/gone.rs': 'fn main() {}',
    'examples/kept/main.rs': 'fn main() {}',
    'examples/nested/Cargo.toml': '[package]\nname = "nested"\nversion = "0.0.0"\n[workspace]\n',
    'examples/nested/main.rs': '',
    'tests/slow.rs': '',
    'tests/fast.rs': '',
    'benches/b.rs': '',
  },
  deps: {
    'Cargo.toml': `[package]\nname = "deps"\nversion = "1.0.0"\nunknown-key = 3\n[package.metadata.docs.rs]\nall-features = true\n[package.metadata.empty]\n
[dependencies]\na = "1.0"\nb = { version = ">= 1.2, < 2", optional = true, default-features = false, features = ["z", "a"] }\nc = { package = "real-c", version = "=1.2.3" }\nmacros = { path = "../macros", version = "1.2.3" }
[dev_dependencies]\nd = "*"\n[build-dependencies]\ne = { version = "~1.1", default_features = true }
[target.x86_64-pc-windows-msvc.dependencies]\nf = "0.1"\n[target.'cfg(all(unix, not(target_os = "x y")))'.dependencies]\na = { version = "1", features = [] }
[features]\ndefault = []\nfull = ["b/std", "dep:b"]\n[patch.crates-io]\n[badges]\nmaintenance = { status = "none" }\n`,
    'src/lib.rs': '',
  },
  old: {
    'Cargo.toml': `[package]\nname = "old"\nversion = "1.2.3"\n[lib]\nname = "old"\n[[bin]]\nname = "main"\n[[example]]\nname = "stated"\n[[bench]]\nname = "bench"\n`,
    'src/old.rs': '',
    'src/main.rs': 'fn main() {}',
    'src/bench.rs': '',
    'src/bin/unseen.rs': 'fn main() {}',
    'examples/stated.rs': 'fn main() {}',
    'examples/unseen.rs': 'fn main() {}',
    'build.rs': 'fn main() {}',
  },
  newest: {
    'Cargo.toml': `[package]\nname = "newest"\nversion = "1.2.3"\nedition = "2024"\nrust-version = "1.85"\nbuild = false\nautobins = false\nreadme = false\ndefault-run = "x"\n[[bin]]\nname = "x"\n[lints.clippy]\nall = { level = "warn", priority = -1 }\n`,
    'src/lib.rs': '',
    'src/bin/x.rs': 'fn main() {}',
    'src/bin/y.rs': 'fn main() {}',
    'build.rs': 'fn main() {}',
  },
  readme: {
    'Cargo.toml': `[package]\nname = "readme"\nversion = "1.2.3+meta"\nreadme = "../README.md"\nlicense-file = "../LICENSE"\ninclude = ["src/**", "build.rs"]\n`,
    'src/lib.rs': '',
  },
  macros: {
    'Cargo.toml': `[package]\nname = "macros"\nversion = "1.2.3"\nedition = "2021"\n[lib]\nproc-macro = true\npath = "src/./macros.rs"\n`,
    'src/macros.rs': '',
    'README.txt': '',
  },
}

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'assay-manifest-')))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const made = new Map<string, ManifestCheckInput>()
function packageMember(name: string, version: string): void {
  const home = path.join(folder, 'home')
  const args = ['package', '--no-verify', '--offline', '--allow-dirty', '--exclude-lockfile']
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', CARGO_HOME: home }
  const at = ['--manifest-path', path.join(folder, name, 'Cargo.toml'), '--target-dir', path.join(folder, 'target')]
  execFileSync('cargo', [...args, ...at], {
    cwd: os.tmpdir(),
    env: { ...env, RUSTUP_AUTO_INSTALL: '0' },
    stdio: 'pipe',
  })
  const archive = fs.readFileSync(path.join(folder, 'target', 'package', `${name}-${version}.crate`))
  const files = untar(gunzipSync(archive), `${name}-${version}/`)
  const file = (path: string) => files.get(path) ?? new Uint8Array()
  made.set(name, {
    ...{ generated: file('Cargo.toml'), original: file('Cargo.toml.orig'), inRepository: file('Cargo.toml.orig') },
    ...{ workspaceRoot: text(WORKSPACE), index: null, archivePaths: [...files.keys()], crate: name, version },
    cargoRange: { from: null, to: null },
  })
}

/** Enough of tar for what the real cargo writes with short names. */
function untar(tar: Uint8Array, prefix: string): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const field = (at: number, length: number) =>
    new TextDecoder().decode(tar.subarray(at, at + length)).replace(/\0.*$/s, '')
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const size = parseInt(field(at + 124, 12), 8)
    files.set(field(at, 100).slice(prefix.length), tar.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

beforeAll(() => {
  if (missingTools !== null) return
  const write = (name: string, content: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), content)
  }
  write('Cargo.toml', WORKSPACE)
  write('README.md', 'readme')
  write('LICENSE', 'licence')
  for (const [member, files] of Object.entries(MEMBERS))
    for (const [name, content] of Object.entries(files)) write(`${member}/${name}`, content)
  for (const member of Object.keys(MEMBERS))
    packageMember(member, member === 'deps' ? '1.0.0' : member === 'readme' ? '1.2.3+meta' : '1.2.3')
}, 120_000)

describe.skipIf(missingTools !== null)('a manifest as the real cargo writes it (needs cargo)', () => {
  it.each(Object.keys(MEMBERS))('of the package %s is explained', name => {
    const check = checkManifest(made.get(name)!)
    expect(check.differences).toEqual([])
    expect(check.uncheckable).toEqual([])
    expect(check.state).toBe('explained')
  })
  it('is only in part checkable without the workspace it inherits from', () => {
    const check = checkManifest({ ...made.get('inherits')!, workspaceRoot: null })
    expect(check.differences).toEqual([])
    expect(check.state).toBe('unchecked')
    expect(check.uncheckable.join('\n')).toContain('`serde` comes from a workspace manifest')
  })
  it('names the files that are compiled or run', () => {
    expect(checkManifest(made.get('targets')!).codePaths).toEqual([
      ...['build/main.rs', 'examples/kept/main.rs', 'src/bin/second/main.rs', 'src/bin/third.rs', 'src/lib.rs'],
      ...['src/main.rs', 'tests/fast.rs', 'tests/slow.rs', 'tools/tool.rs'],
    ])
  })
})

describe.skipIf(missingTools !== null)('a manifest changed after cargo wrote it (needs cargo)', () => {
  const mutate = (name: string, edit: (generated: string) => string) => {
    const base = made.get(name)!
    const before = new TextDecoder().decode(base.generated)
    const after = edit(before)
    expect(after).not.toBe(before)
    return checkManifest({ ...base, generated: text(after), archivePaths: [...base.archivePaths, 'other/evil.rs'] })
  }
  const swap = (from: string | RegExp, to: string) => (generated: string) => generated.replace(from, to)
  const add = (more: string) => (generated: string) => `${generated}\n${more}\n`
  it.each([
    ['another build script', 'targets', swap('build = "build/main.rs"', 'build = "other/evil.rs"'), 'build script'],
    ['a build script added', 'deps', swap('build = false', 'build = "other/evil.rs"'), 'build script'],
    ['a build script taken away', 'old', swap('build = "build.rs"', 'build = false'), 'build script'],
    ['another library file', 'deps', swap('path = "src/lib.rs"', 'path = "other/evil.rs"'), 'lib deps'],
    ['another program file', 'targets', swap('path = "tools/tool.rs"', 'path = "other/evil.rs"'), 'bin tool'],
    ['a program added', 'deps', add('[[bin]]\nname = "x"\npath = "other/evil.rs"'), 'bin x'],
    ['a library made a macro', 'deps', swap('[lib]', '[lib]\nproc-macro = true'), 'proc-macro'],
    ['a macro made a library', 'macros', swap('proc-macro = true', ''), 'proc-macro'],
    ['links', 'targets', swap('links = "z"', 'links = "y"'), '`links`'],
    ['links added', 'deps', swap('build = false', 'build = false\nlinks = "z"'), '`links`'],
    ['a dependency added', 'deps', add('[dependencies.evil]\nversion = "1"'), '`evil`'],
    [
      'a dependency of one target added',
      'deps',
      add('[target."cfg(unix)".dependencies.evil]\nversion = "1"'),
      '`evil`',
    ],
    ['a build dependency added', 'deps', add('[build-dependencies.evil]\nversion = "1"'), '`evil`'],
    ['another package under a name', 'deps', swap('package = "real-c"', 'package = "evil"'), 'package evil'],
    ['an inherited dependency renamed', 'inherits', swap('package = "real-name"', 'package = "evil"'), 'package evil'],
    ['another version of a dependency', 'deps', swap('version = "=1.2.3"', 'version = "=1.2.4"'), '=1.2.4'],
    [
      'another registry',
      'deps',
      swap('version = "=1.2.3"', 'version = "=1.2.3"\nregistry-index = "https://e.example"'),
      'registry',
    ],
    ['a feature of a dependency', 'deps', swap(/"a",\s*"z",?|"z",\s*"a",?/, '"a", "z", "evil"'), 'evil'],
    ['an optional dependency made firm', 'deps', swap('optional = true', 'optional = false'), 'not optional'],
    ['default features', 'deps', swap('default-features = false', 'default-features = true'), 'default features'],
    ['a default feature', 'deps', swap('default = []', 'default = ["full"]'), 'feature `default`'],
    ['a feature added', 'deps', swap('default = []', 'default = []\nevil = []'), 'feature `evil`'],
    ['the edition', 'newest', swap('edition = "2024"', 'edition = "2021"'), 'edition'],
    ['the version', 'deps', swap('version = "1.0.0"', 'version = "1.0.1"'), 'version `1.0.1`'],
    ['the name', 'macros', swap('name = "macros"', 'name = "macro"'), '`macro`'],
    ['discovery switched on', 'newest', swap('autobins = false', 'autobins = true'), 'bin y'],
    ['discovery of the library off', 'deps', swap(/\[lib\]\nname = "deps"\npath = "src\/lib.rs"/, ''), 'lib deps'],
    ['required features', 'targets', swap('required-features = ["cli"]', ''), 'bin tool'],
    ['a linting rule', 'newest', swap('level = "warn"', 'level = "allow"'), 'table `lints`'],
    ['the licence', 'inherits', swap('license = "MIT"', 'license = "GPL-3.0"'), 'license'],
    ['metadata', 'deps', swap('all-features = true', 'all-features = false'), 'metadata'],
  ] as const)('is found: %s', (_what, name, edit, words) => {
    const check = mutate(name, edit)
    expect(check.state).toBe('unexplained')
    expect(check.differences.join('\n')).toContain(words)
  })
  it('tells what decides about code from mere text', () => {
    expect(mutate('deps', add('[dependencies.evil]\nversion = "1"')).codeSurfaceDiffers).toBe(true)
    expect(mutate('inherits', swap('license = "MIT"', 'license = "X"')).codeSurfaceDiffers).toBe(false)
  })
})

const PLAIN = '[package]\nname = "one"\nversion = "1.0.0"\n'

describe('checkManifest', () => {
  it.each([
    ['a readme that cargo found itself', `${PLAIN}readme = "README.md"`, PLAIN],
    ['a resolver taken from the workspace', `${PLAIN}resolver = "2"`, PLAIN],
    ['a key that cargo does not know', PLAIN, `${PLAIN}licence = "MIT"`],
    ['spelling with underscores', `${PLAIN}license-file = "L"`, `${PLAIN}license_file = "../L"`],
    ['`project` for `package`', PLAIN, PLAIN.replace('package', 'project')],
    ['debug levels as numbers', `${PLAIN}[profile.dev]\ndebug = 2`, `${PLAIN}[profile.dev]\ndebug = true`],
    [
      'a target that was not packed',
      PLAIN,
      `${PLAIN}[[bench]]\nname = "gone"\npath = "gone/b.rs"\n[[bench]]\nname = "bench"`,
    ],
    ['an empty edition', PLAIN, `${PLAIN}edition = "2015"`],
  ])('takes as innocent: %s', (_what, generated, stated) => {
    expect(checkManifest(input(generated, stated))).toMatchObject({ state: 'explained', differences: [] })
  })
  it('takes a key as lost only when the cargo may be older than it', () => {
    const stated = `${PLAIN}rust-version = "1.40"`
    const range = (from: string) => ({ cargoRange: { from, to: null } })
    expect(checkManifest(input(PLAIN, stated, range('1.50'))).state).toBe('explained')
    expect(checkManifest(input(PLAIN, stated, range('1.63'))).state).toBe('unexplained')
  })
  it('finds what stands in the generated manifest only, without any workspace', () => {
    const evil = checkManifest(input(`${PLAIN}build = "benches/bench.rs"`, PLAIN))
    expect(evil.differences).toEqual([
      "The build script is `benches/bench.rs`; the repository's manifest leads to `build.rs`.",
    ])
    expect(evil.codePaths).toContain('benches/bench.rs')
  })
  it.each([
    ['git in place of the registry', 'a = { version = "1", git = "https://e.example/a" }', 'a = "1"', 'git'],
    ['another folder', 'a = { version = "1", path = "../evil" }', 'a = { version = "1", path = "../a" }', '../evil'],
    ['git where a folder was', 'a = { version = "1", git = "x" }', 'a = { version = "1", path = "../a" }', 'git'],
  ])('finds a dependency that is taken from %s', (_what, published, stated, words) => {
    const check = checkManifest(input(`${PLAIN}[dependencies]\n${published}`, `${PLAIN}[dependencies]\n${stated}`))
    expect(check).toMatchObject({ state: 'unexplained', codeSurfaceDiffers: true })
    expect(check.differences.join()).toContain(words)
  })
  it('takes a manifest that was never rewritten as it is', () => {
    const raw = `${PLAIN}[dependencies]\na = { version = "1", path = "../a" }\n[patch.crates-io]\nb = { path = "b" }`
    expect(checkManifest(input(raw, raw)).state).toBe('explained')
  })
  it('finds a second dependency behind another spelling of the same target', () => {
    const one = (target: string, name: string) =>
      `[target.'${target}'.dependencies]\na = { package = "${name}", version = "1" }\n`
    const stated = PLAIN + one('cfg(unix)', 'a')
    const evil = PLAIN + one('cfg( unix )', 'evil') + one('cfg(unix)', 'a')
    expect(checkManifest(input(evil, stated)).differences.join()).toContain('evil')
    expect(checkManifest(input(stated, evil)).state).toBe('unexplained')
    expect(checkManifest(input(evil, evil)).state).toBe('explained')
    const line = { name: 'one', vers: '1.0.0', cksum: CKSUM, features: {}, yanked: false }
    const dep = {
      name: 'a',
      req: '^1',
      features: [],
      optional: false,
      default_features: true,
      target: 'cfg(unix)',
      kind: 'normal',
    }
    const index = readIndexFacts(
      JSON.stringify({ ...line, deps: [dep, { ...dep, target: 'cfg( unix )', package: 'evil' }] }),
    )
    expect(checkManifest(input(stated, stated, { index })).index).toBe('differs')
  })
  it.each(['patch.crates-io', 'replace', 'workspace'])('finds a table [%s], which cargo leaves out', name => {
    const evil = `${PLAIN}[${name}]\na = { git = "https://e.example/a" }`
    expect(checkManifest(input(evil, PLAIN))).toMatchObject({ state: 'unexplained', codeSurfaceDiffers: true })
    expect(checkManifest(input(PLAIN, evil)).state).toBe('explained')
  })
  it.each([
    ['a build script', 'build = "../other-1.0.0/build.rs"', 'build = false'],
    ['a program', '[[bin]]\nname = "x"\npath = "../other-1.0.0/src/main.rs"', ''],
  ])('finds %s outside of the archive', (_what, published, stated) => {
    const check = checkManifest(input(`${PLAIN}${published}`, `${PLAIN}${stated}`))
    expect(check).toMatchObject({ state: 'unexplained', codeSurfaceDiffers: true })
    expect(check.differences.join()).toContain('../other-1.0.0/')
  })
  it('holds the manifest against the repository before the copy in the archive', () => {
    const generated = `${PLAIN}[dependencies]\nevil = "1"`
    const check = checkManifest(input(generated, generated, { inRepository: text(PLAIN) }))
    expect(check.state).toBe('unexplained')
  })
  it('says that it checked nothing when there is nothing to compare with', () => {
    expect(checkManifest(input(PLAIN, null))).toMatchObject({ state: 'unchecked', index: 'unchecked' })
    expect(checkManifest(input(PLAIN, '= nonsense'))).toMatchObject({ state: 'unchecked' })
  })
  it('never takes text that is no manifest for one', () => {
    expect(checkManifest(input('= nonsense', PLAIN))).toMatchObject({ state: 'unexplained', codeSurfaceDiffers: true })
    expect(checkManifest({ ...input('', PLAIN), generated: new Uint8Array([0xff, 0xfe]) }).state).toBe('unexplained')
    expect(checkManifest(input('[package]\nname = 3', PLAIN)).state).toBe('unexplained')
  })
  it('shows hostile names on one line', () => {
    const check = checkManifest(input(`${PLAIN}[dependencies]\n"e\\u202e\\nvil" = "1"`, PLAIN))
    expect(check.differences.join('')).not.toMatch(/[\n\u202e]/)
  })
  it('knows keys named like built-in ones', () => {
    const odd = `${PLAIN}[dependencies]\n__proto__ = "1"\nconstructor = "1"\n[features]\ntoString = []`
    expect(checkManifest(input(odd, PLAIN)).differences).toHaveLength(3)
    expect(checkManifest(input(odd, odd)).state).toBe('explained')
  })
})

describe('the index line', () => {
  const DEP = {
    name: 'a',
    req: '^1.0',
    features: [''],
    optional: false,
    default_features: true,
    target: null,
    kind: null,
  }
  const facts = (more: object = {}) =>
    readIndexFacts(JSON.stringify({ name: 'one', vers: '1.0.0', cksum: CKSUM, deps: [DEP], features: {}, ...more }))
  const against = (generated: string, more?: object) => checkManifest(input(generated, null, { index: facts(more) }))
  const WITH = `${PLAIN}[dependencies]\na = "1.0"\n`
  it('equals the manifest up to spelling', () => {
    expect(against(WITH).index).toBe('equal')
    const target = { ...DEP, target: 'cfg(any(unix, windows))', req: '0.2.*', kind: 'dev' }
    const generated = `${PLAIN}[target.'cfg( any(unix,windows) )'.dev-dependencies]\na = "^0.2.*"`
    expect(against(generated, { deps: [target] })).toMatchObject({ index: 'equal', indexDifferences: [] })
  })
  it.each([
    ['a dependency of the manifest only', `${WITH}evil = "1"`, {}, '`evil` is not in the index'],
    ['one of the index only', PLAIN, {}, 'is in the index only'],
    ['another version', WITH.replace('1.0"', '1.1"'), {}, 'version ^1.1 instead of ^1.0'],
    ['a feature', `${WITH}[features]\nx = []`, {}, 'The feature `x`'],
    ['features of the newer list', WITH, { features2: { y: ['dep:a'] } }, 'The feature `y`'],
    ['links', WITH, { links: 'z' }, '`links`'],
    ['a registry', WITH, { deps: [{ ...DEP, registry: 'https://e.example' }] }, 'registry'],
  ])('differs by %s', (_what, generated, more, words) => {
    const check = against(generated, more)
    expect(check.index).toBe('differs')
    expect(check.indexDifferences.join()).toContain(words)
  })
  it('of 2014 tells no kinds and is not held against it', () => {
    expect(against(PLAIN, { pubtime: '2014-11-22T22:46:37Z' }).index).toBe('unchecked')
  })
})
