import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseRepository } from './repository-address.ts'

const repository = 'https://github.com/owner/name'
const same: readonly string[] = [
  'https://github.com/owner/name',
  'https://github.com/owner/name/',
  'https://github.com/owner/name//',
  'https://github.com/owner/name.git',
  'https://github.com/owner/name.git/',
  'https://github.com//owner//name',
  'http://github.com/owner/name',
  'http://github.com:80/owner/name',
  'https://github.com:443/owner/name',
  'https://www.github.com/owner/name',
  'https://GitHub.com/owner/name',
  'HTTPS://GITHUB.COM/owner/name',
  'https://github.com./owner/name',
  ' https://github.com/owner/name\n',
  'https://github.com/owner/name#readme',
  'https://github.com/owner/name?tab=readme-ov-file',
  'https://github.com/owner/name.git#main',
  'https://user:password@github.com/owner/name',
  'https://token@github.com/owner/name.git',
  'git://github.com/owner/name.git',
  'git://github.com:9418/owner/name.git',
  'git+https://github.com/owner/name.git',
  'git+ssh://git@github.com/owner/name.git',
  'ssh://git@github.com/owner/name.git',
  'ssh://git@github.com:22/owner/name.git',
  'ssh://git@github.com:owner/name.git',
  'ssh://github.com/owner/name',
  'git@github.com:owner/name.git',
  'git@github.com:owner/name',
  'git@github.com:/owner/name.git',
  'git@github.com/owner/name',
  'github.com:owner/name',
  'github.com/owner/name',
  'www.github.com/owner/name',
  '//github.com/owner/name',
  'scm:git:https://github.com/owner/name.git',
  'https://github.com/owner/name/tree/main',
  'https://github.com/owner/name/tree/main/',
  'https://github.com/owner/name/issues',
  'https://github.com/owner/name/releases/tag/v1.0.0',
  'https://github.com/owner/name/wiki',
  'https://github.com/owner/name/commit/0123456789abcdef',
  'https://github.com/owner/name/blob/main/README.md',
]
const hinted: readonly [text: string, url: string, hintPath: string | null][] = [
  ['https://github.com/owner/name/tree/main/crates/one', repository, 'crates/one'],
  ['https://github.com/owner/name/tree/main/crates/one/', repository, 'crates/one'],
  ['https://github.com/owner/name.git/tree/main/crates/one', repository, 'crates/one'],
  ['https://github.com/owner/name/blob/main/crates/one/Cargo.toml', repository, 'crates/one'],
  ['https://github.com/owner/name/tree/main/with%20space', repository, 'with space'],
  ['https://github.com/owner/name/tree/main/one?x=1#y', repository, 'one'],
  ['https://gitlab.com/group/name', 'https://gitlab.com/group/name', null],
  ['https://gitlab.com/group/sub/deep/name.git', 'https://gitlab.com/group/sub/deep/name', null],
  ['https://gitlab.com/group/sub/name/-/tree/main/crates/one', 'https://gitlab.com/group/sub/name', 'crates/one'],
  ['https://gitlab.com/group/name/-/blob/main/one/Cargo.toml', 'https://gitlab.com/group/name', 'one'],
  ['https://gitlab.com/group/name/tree/main/one', 'https://gitlab.com/group/name', 'one'],
  ['git@gitlab.com:group/sub/name.git', 'https://gitlab.com/group/sub/name', null],
  ['https://gitlab.redox-os.org/redox-os/name.git', 'https://gitlab.redox-os.org/redox-os/name', null],
  ['https://bitbucket.org/owner/name/src/master/one', 'https://bitbucket.org/owner/name', 'one'],
  ['https://codeberg.org/owner/name/src/branch/main/one', 'https://codeberg.org/owner/name', 'one'],
  ['https://codeberg.org/owner/name.git', 'https://codeberg.org/owner/name', null],
  ['https://git.sr.ht/~owner/name', 'https://git.sr.ht/~owner/name', null],
  ['https://git.sr.ht/~owner/name/tree/master/item/one', 'https://git.sr.ht/~owner/name', 'item/one'],
  ['https://sr.ht/~owner/name/', 'https://git.sr.ht/~owner/name', null],
  ['https://fuchsia.googlesource.com/fuchsia', 'https://fuchsia.googlesource.com/fuchsia', null],
  ['https://chromium.googlesource.com/a/b/+/refs/heads/main/one', 'https://chromium.googlesource.com/a/b', 'one'],
  ['https://gitlab.freedesktop.org/a/b/c', 'https://gitlab.freedesktop.org/a/b/c', null],
  ['https://git.zx2c4.com/wireguard-rs', 'https://git.zx2c4.com/wireguard-rs', null],
  ['https://git.kernel.org/pub/scm/a/b.git', 'https://git.kernel.org/pub/scm/a/b', null],
  ['https://gist.github.com/0123456789abcdef.git', 'https://gist.github.com/0123456789abcdef', null],
  ['https://git.company.org:8443/a/b', 'https://git.company.org:8443/a/b', null],
  ['ssh://git@git.company.org:2222/a/b.git', 'https://git.company.org/a/b', null],
  ['https://github.com/owner/name.rs', 'https://github.com/owner/name.rs', null],
  ['https://github.com/Owner/Name', 'https://github.com/Owner/Name', null],
]
const nothing: readonly string[] = [
  '',
  ' ',
  'none',
  'TODO',
  'https://',
  'https://github.com',
  'https://github.com/',
  'https://github.com/owner',
  'https://github.com/owner/',
  'https://github.com/owner/.git',
  'https://github.com/--upload-pack=x/name',
  'https://github.com/owner/--name',
  '--upload-pack=touch',
  '-oProxyCommand=x',
  'ext::sh -c touch% /tmp/x',
  'ext::sh',
  'file:///etc/passwd',
  'file://host/share',
  '/home/someone/project',
  '../other',
  'C:\\project',
  '\\\\server\\share',
  'javascript:alert(1)',
  'data:text/plain,x',
  'ftp://a.org/b/c',
  'fd::7',
  'https://localhost/a/b',
  'https://localhost:8000/a/b',
  'https://intranet/a/b',
  'https://git.corp.internal/a/b',
  'https://printer.local/a/b',
  'https://127.0.0.1/a/b',
  'https://0x7f000001/a/b',
  'https://2130706433/a/b',
  'https://[::1]/a/b',
  'https://169.254.169.254/latest/meta-data',
  'ssh://127.0.0.1/a/b',
  'git@10.0.0.1:a/b',
  'https://github.com/owner/na me',
  'https://github.com/owner/na\nme',
  'https://github.com/owner/na\u0000me',
  'https://github.com\\@evil.org/owner/name',
  'https://github.com/owner/%2e%2e',
  'https://gitlab.com/...git',
  'https://gitlab.com../owner/name',
  'https://gitlab.com/group/..git',
  'https://github.com/owner/%2e%2e.git',
  'https://github.com/owner/na%2fme',
  'https://github.com/owner/na%0ame',
  'https://github.com/owner/%zz',
  `https://github.com/owner/${'n'.repeat(3_000)}`,
]

describe('normaliseRepository', () => {
  it.each(same)('%j', text => {
    expect(normaliseRepository(text)).toEqual({ url: repository, hintPath: null })
  })
  it.each(hinted)('%s', (text, url, hintPath) => {
    expect(normaliseRepository(text)).toEqual({ url, hintPath })
  })
  it.each(nothing)('refuses %j', text => {
    expect(normaliseRepository(text)).toBeNull()
  })
  it('gives an https address without tricks for any text, and gives it again', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        'https://',
        'git@',
        'ssh://',
        'github.com',
        'gitlab.com',
        '/',
        ':',
        '-',
        '..',
        '%2f',
        '.git',
        'tree',
      ),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), parts => {
        const found = normaliseRepository(parts.join(''))
        if (found === null) return
        expect(found.url).toMatch(/^https:\/\/[a-z0-9._-]+(:\d+)?(\/[^/\u0000-\u0020\\?#]+)+$/)
        expect(found.url).not.toMatch(/\/(-|\.\.?(\/|$))|@.*:\/\//)
        expect(found.hintPath?.split('/') ?? []).not.toContain('..')
        expect(normaliseRepository(found.url)?.url).toBe(found.url)
      }),
      { numRuns: 3_000 },
    )
  })
})
