// The advisory database from a repository on this machine: fetched, kept, hostile, gone.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { brand, type AbsolutePath } from '../../../shared/domain.ts'
import type { Run } from '../capabilities.ts'
import { advisoriesOf } from '../core/advisories.ts'
import { createNodeCapabilities } from '../node-capabilities.ts'
import { openAdvisories, openAdvisoryFolder } from './advisories-source.ts'

const DAY = 24 * 3_600_000
const START = Date.UTC(2026, 0, 10)
const run: Run = { signal: new AbortController().signal, onProgress: () => undefined }

let folder: string
let repository: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-advisories-'))
  repository = path.join(folder, 'mirrors', 'RustSec', 'advisory-db')
  mkdirSync(repository, { recursive: true })
  git('init', '--quiet', '--initial-branch=main')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: repository, stdio: 'pipe' })

function write(name: string, text: string | Buffer): void {
  const file = path.join(repository, 'crates', name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const advisory = (id: string, crate: string, patched = '[">=1.2.0"]') =>
  `\`\`\`toml\n[advisory]\nid = "${id}"\npackage = "${crate}"\ndate = "2026-01-01"\n\n[versions]\npatched = ${patched}\n\`\`\`\n\n# It leaks\n\nText.\n`

function commit(): void {
  git('add', '-A')
  git('commit', '--quiet', '-m', 'x', '--date=2026-01-09T00:00:00Z')
}

const capsAt = (nowMs: number, env: Record<string, string> = {}) =>
  createNodeCapabilities({
    version: 'test',
    sampleDir: folder,
    nowMs: () => nowMs,
    env: {
      PATH: process.env['PATH'] ?? '',
      ASSAY_CACHE_DIR: path.join(folder, 'cache'),
      ASSAY_DATA_DIR: path.join(folder, 'data'),
      ASSAY_GIT_INSTEAD_OF: `https://github.com/=file://${folder}/mirrors/`,
      ...env,
    },
  })
const wish = { offline: false, refresh: false, redirects: '' }
const open = async (nowMs = START, change: Partial<typeof wish> = {}, env: Record<string, string> = {}) =>
  openAdvisories(capsAt(nowMs, env), { ...wish, ...change }, run)
const idsOf = (opened: Awaited<ReturnType<typeof open>>, crate = 'leaky') =>
  opened.ok ? advisoriesOf(opened.value.advisories, crate, brand<'VetVersion'>('1.0.0')).map(a => a.id) : opened.error

it('fetches without a checkout, once a day, and says how old the copy is', async () => {
  write('leaky/RUSTSEC-2026-0001.md', advisory('RUSTSEC-2026-0001', 'leaky'))
  commit()
  const first = await open()
  expect(idsOf(first)).toEqual(['RUSTSEC-2026-0001'])
  expect(first.ok && first.value.info).toMatchObject({ state: 'known', advisories: 1, unread: 0, fetchedAt: START })

  write('leaky/RUSTSEC-2026-0002.md', advisory('RUSTSEC-2026-0002', 'leaky'))
  commit()
  expect(idsOf(await open(START + DAY / 2))).toHaveLength(1)
  expect(idsOf(await open(START + DAY / 2, { refresh: true }))).toHaveLength(2)
  git('rm', '--quiet', 'crates/leaky/RUSTSEC-2026-0001.md')
  commit()
  expect(idsOf(await open(START + 3 * DAY))).toEqual(['RUSTSEC-2026-0002'])
})

it('goes on with the copy it has when the server is gone, and says so', async () => {
  write('leaky/RUSTSEC-2026-0001.md', advisory('RUSTSEC-2026-0001', 'leaky'))
  commit()
  await open()
  rmSync(repository, { recursive: true })
  const later = await open(START + 8 * DAY)
  expect(idsOf(later)).toEqual(['RUSTSEC-2026-0001'])
  expect(later.ok && later.value.info).toMatchObject({ state: 'stale', fetchedAt: START })
  expect(later.ok && later.value.info.reason).toMatch(/could not be fetched from .*: .*does not appear to be a git/)
  const offline = await open(START + 2 * DAY, { offline: true })
  expect(offline.ok && offline.value.info).toMatchObject({ state: 'known', reason: null })
})

it.each([
  ['offline and nothing kept', { offline: true }, {}, 'offline'],
  ['switched off', {}, { ASSAY_ADVISORY_DB: '' }, 'refused'],
  ['no such repository', {}, { ASSAY_ADVISORY_DB: 'file:///nowhere/at-all' }, 'advisories-fetch-failed'],
  ['an address that is none', {}, { ASSAY_ADVISORY_DB: '--upload-pack=touch /tmp/x' }, 'request-invalid'],
  ['ext transport', {}, { ASSAY_ADVISORY_DB: 'ext::sh -c true' }, 'request-invalid'],
  ['a redirect that is none', {}, { ASSAY_GIT_INSTEAD_OF: 'nonsense' }, 'request-invalid'],
])('%s: a failure, not an empty database', async (_, change, env, code) => {
  expect(await open(START, change, env)).toMatchObject({ ok: false, error: { code } })
})

it('an empty repository is no database', async () => {
  writeFileSync(path.join(repository, 'README.md'), 'hello')
  commit()
  expect(await open()).toMatchObject({ ok: false, error: { code: 'advisories-unreadable' } })
})

/** What a hostile database may hold: each file costs at most itself. */
function writeHostile(): void {
  write('leaky/RUSTSEC-2026-0001.md', advisory('RUSTSEC-2026-0001', 'leaky'))
  write('leaky/RUSTSEC-2026-0002.md', 'no advisory')
  write('leaky/RUSTSEC-2026-0003.md', advisory('RUSTSEC-2026-0099', 'leaky'))
  write('leaky/RUSTSEC-2026-0004.md', advisory('RUSTSEC-2026-0004', 'other'))
  write('leaky/RUSTSEC-2026-0005.md', advisory('RUSTSEC-2026-0005', 'leaky', '[">=1", ">=2"]'))
  write('leaky/RUSTSEC-2026-0006.md', Buffer.alloc(300 << 10, 'x'))
  write('leaky/RUSTSEC-2026-0007.md', `\`\`\`toml\n${'[['.repeat(500)}\n\`\`\`\n# x\n`)
  write('leaky/deeper/RUSTSEC-2026-0008.md', advisory('RUSTSEC-2026-0008', 'deeper'))
  write('le aky/RUSTSEC-2026-0009.md', advisory('RUSTSEC-2026-0009', 'le aky'))
  write('__proto__/RUSTSEC-2026-0010.md', advisory('RUSTSEC-2026-0010', '__proto__'))
  symlinkSync('/etc/hostname', path.join(repository, 'crates', 'leaky', 'RUSTSEC-2026-0011.md'))
}

it.each(['mirror', 'folder'])('a hostile file costs itself and is told (%s)', async from => {
  writeHostile()
  commit()
  const opened =
    from === 'mirror' ? await open() : await openAdvisoryFolder(capsAt(START), repository as AbsolutePath, run)
  expect(idsOf(opened)).toEqual(['RUSTSEC-2026-0001'])
  expect(idsOf(opened, '__proto__')).toEqual(['RUSTSEC-2026-0010'])
  if (!opened.ok) return
  const { problems } = opened.value.advisories
  expect(problems.map(p => `${p.crate} ${p.path.slice(-7, -3)}`)).toEqual(
    ['0002', '0003', '0004', '0005', '0006', '0007'].map(n => `leaky ${n}`),
  )
  expect(problems.map(p => p.reason).join('\n')).toMatch(
    /begin.*\n.*calls itself.*\n.*about other.*\n.*overlap.*\n.*larger/,
  )
  expect(opened.value.info).toMatchObject({ advisories: 2, unread: 6, commit: expect.stringMatching(/^[0-9a-f]{40}$/) })
})

it('a folder without git has no age, so it is not taken for new', async () => {
  write('leaky/RUSTSEC-2026-0001.md', advisory('RUSTSEC-2026-0001', 'leaky'))
  rmSync(path.join(repository, '.git'), { recursive: true })
  const opened = await openAdvisoryFolder(capsAt(START), repository as AbsolutePath, run)
  expect(idsOf(opened)).toEqual(['RUSTSEC-2026-0001'])
  expect(opened.ok && opened.value.info).toMatchObject({ state: 'stale', fetchedAt: null, commit: null })
})
