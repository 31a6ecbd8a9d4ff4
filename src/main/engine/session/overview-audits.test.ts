// Audits on their way to others, with the real git: what is in the commits, and that nothing else was touched.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { digestOf } from '../../shells/cli/testing.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { parseAuditsFile, parseStore } from '../store/parse-store.ts'
import { branchOfAudits, patchesOfAudits, planAudits, publication } from './overview-audits.ts'
import { auditSteps } from '../export/audit-steps.ts'
import { renderStore } from '../store/write-store.ts'
import type { LoadedWorkspace } from './flow.ts'

let box: Sandbox
beforeEach(() => {
  box = createSandbox({ GIT_CONFIG_NOSYSTEM: '1' }, () => Date.parse('2026-11-20T12:00:00Z'))
  box.write({ 'home/.gitconfig': '[user]\n\tname = Ann\n\temail = ann@team.invalid\n' })
})
afterEach(() => box.dispose())

const git = (args: readonly string[], folder = 'repo') =>
  execFileSync('git', args, {
    cwd: box.at(folder),
    env: { PATH: process.env['PATH'], HOME: box.at('home'), GIT_CONFIG_NOSYSTEM: '1' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })

const entry = (table: string, crate: string, ...lines: readonly string[]) =>
  `\n[[${table}.${crate}]]\n${lines.join('\n')}\n`
const full = (crate: string, version: string, criteria = 'safe-to-deploy', ...more: readonly string[]) =>
  entry(
    'audits',
    crate,
    'who = "Ann <ann@team.invalid>"',
    `criteria = "${criteria}"`,
    `version = "${version}"`,
    ...more,
  )
const exempt = (crate: string, version: string) =>
  entry('exemptions', crate, `version = "${version}"`, 'criteria = "safe-to-deploy"')
const CONFIG = '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n'
const AUDITS = '\n# cargo-vet audits file\n'
const IMPORTS = '\n# cargo-vet imports lock\n'
const CRYPTO = '\n[criteria.crypto]\ndescription = "Read by a cryptographer"\nimplies = "safe-to-run"\n'
const BASE = {
  config: CONFIG + exempt('a', '1.0.0') + exempt('b', '1.0.0') + exempt('c', '1.0.0'),
  audits: AUDITS + full('z', '0.1.0'),
  imports: IMPORTS,
}
/** Two audits of `a`, one of `d` for a new criterion; the exemption of `a` is replaced, that of `c` simply gone. */
const NOW = {
  config: CONFIG + exempt('b', '1.0.0'),
  audits:
    AUDITS +
    CRYPTO +
    full('a', '0.9.0', 'safe-to-deploy', 'notes = """\n=first read\nFrom <x>"""') +
    entry(
      'audits',
      'a',
      'who = ["Ann <ann@team.invalid>", "Bo <bo@team.invalid>"]',
      'criteria = "safe-to-deploy"',
      'delta = "0.9.0 -> 1.0.0"',
    ) +
    full('d', '1.0.0', 'crypto') +
    full('z', '0.1.0'),
  imports: IMPORTS,
}
function writeStore(texts: typeof BASE): LoadedWorkspace {
  box.write({
    'repo/sub/supply-chain/config.toml': texts.config,
    'repo/sub/supply-chain/audits.toml': texts.audits,
    'repo/sub/supply-chain/imports.lock': texts.imports,
  })
  const store = parseStore(texts, { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' })
  if (!store.ok) throw new Error(JSON.stringify(store.error))
  expect(renderStore(store.value), 'the test’s own store is canonical').toEqual(texts)
  return {
    loaded: { storeDir: box.at('repo', 'sub', 'supply-chain'), store: store.value },
  } as unknown as LoadedWorkspace
}
/** A repository with the base committed, other work staged and half done, and the new store on disk. */
function start(now = NOW): LoadedWorkspace {
  box.write({ 'repo/README': 'one\n', 'repo/.gitattributes': '* text=auto eol=crlf\n' })
  git(['init', '--quiet', '--initial-branch=main'])
  writeStore(BASE)
  git(['add', '.'])
  git(['commit', '--quiet', '-m', 'Base'])
  box.write({ 'repo/README': 'two\n', 'repo/staged': 'staged\n' })
  git(['add', 'staged'])
  return writeStore(now)
}
const value = <T>(result: { readonly ok: boolean; readonly value?: T; readonly error?: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value as T
}
const at = (commit: string, file: string) => git(['show', `${commit}:sub/supply-chain/${file}`])
/** Everything the user could notice, but refs and objects. */
const untouched = () => ({
  status: git(['--no-optional-locks', 'status', '--porcelain=v2', '--branch']),
  index: readFileSync(box.at('repo', '.git', 'index')),
  indexTime: statSync(box.at('repo', '.git', 'index')).mtimeMs,
  head: readFileSync(box.at('repo', '.git', 'HEAD'), 'utf8'),
  files: ['README', 'staged', 'sub'].map(name =>
    name === 'sub' ? digestOf(box.at('repo', 'sub')) : readFileSync(box.at('repo', name)),
  ),
})

describe('a plan', () => {
  it('lists each new entry, and names what belongs to none', async () => {
    const plan = value(await planAudits(box.caps, start(), null, quietRun()))
    expect(plan.base).toEqual({ name: 'HEAD', commit: git(['rev-parse', 'HEAD']).trim() })
    expect(plan.branch).toBe('audits-2026-11-20')
    expect(plan.entries.map(e => `${e.kind} ${e.crate} ${e.what} ${e.criteria.join()}`)).toEqual([
      'audit a 0.9.0 safe-to-deploy',
      'audit a 0.9.0 -> 1.0.0 safe-to-deploy',
      'audit d 1.0.0 crypto',
    ])
    expect(plan.leftOut).toEqual(['config.toml: exemptions of c'])
  })

  it('starts where the branch left the remote’s, so that audits of others are not taken for removed ones', async () => {
    start()
    git(['stash', '--quiet'])
    git(['clone', '--quiet', '--bare', box.at('repo'), box.at('remote')], '.')
    git(['remote', 'add', 'origin', box.at('remote')])
    git(['clone', '--quiet', box.at('remote'), box.at('other')], '.')
    box.write({ 'other/sub/supply-chain/audits.toml': AUDITS + full('theirs', '1.0.0') + full('z', '0.1.0') })
    git(['commit', '--quiet', '-am', 'Theirs'], 'other')
    git(['push', '--quiet'], 'other')
    git(['fetch', '--quiet', 'origin'])
    const base = git(['rev-parse', 'HEAD']).trim()
    const now = { ...NOW, config: BASE.config, audits: AUDITS + full('mine', '1.0.0') + full('z', '0.1.0') }
    const workspace = writeStore(now)
    git(['commit', '--quiet', '-am', 'Mine'])
    const plan = value(await planAudits(box.caps, workspace, null, quietRun()))
    expect(plan).toMatchObject({ base: { name: 'origin/main', commit: base }, leftOut: [] })
    expect(plan.entries.map(e => e.crate)).toEqual(['mine'])
  })

  it.each([
    { case: 'an unknown base', base: 'nowhere', error: 'refused' },
    { case: 'a base that looks like an option', base: '--all', error: 'refused' },
  ])('refuses $case', async ({ base, error }) => {
    expect(await planAudits(box.caps, start(), base, quietRun())).toMatchObject({ ok: false, error: { code: error } })
  })
})

describe('a branch', () => {
  it('has one commit for each audit, a whole canonical store in each, and touches nothing else', async () => {
    const workspace = start()
    const before = untouched()
    const refs = git(['for-each-ref'])
    const made = value(await branchOfAudits(box.caps, workspace, { branch: 'audits/new', base: null }, quietRun()))
    expect(untouched()).toEqual(before)
    expect(git(['for-each-ref'])).toBe(`${git(['for-each-ref', 'refs/heads/audits/new'])}${refs}`)
    expect(made.pushCommand).toBe('git push origin audits/new')
    expect(git(['log', '--reverse', '--format=%s', 'main..audits/new']).trim().split('\n')).toEqual([
      'Certify a 0.9.0 for safe-to-deploy',
      'Certify a 0.9.0 -> 1.0.0 for safe-to-deploy',
      'Certify d 1.0.0 for crypto',
    ])
    expect(made.commits.map(c => c.commit)).toEqual(
      git(['rev-list', '--reverse', 'main..audits/new']).trim().split('\n'),
    )
    const [first = '', second = '', third = ''] = made.commits.map(c => c.commit)
    expect(git(['log', '-1', '--format=%an <%ae>%n%b', first])).toBe(
      'Ann <ann@team.invalid>\n=first read\nFrom <x>\n\nAudited-by: Ann <ann@team.invalid>\n\n',
    )
    expect(git(['log', '-1', '--format=%(trailers:key=Audited-by,valueonly)', second]).trim().split('\n')).toEqual([
      'Ann <ann@team.invalid>',
      'Bo <bo@team.invalid>',
    ])
    // The exemption goes with the audit that makes it unnecessary, the criterion comes with the first that names it.
    expect(at(first, 'config.toml')).toBe(BASE.config)
    expect(at(second, 'config.toml')).toBe(CONFIG + exempt('b', '1.0.0') + exempt('c', '1.0.0'))
    expect(at(second, 'audits.toml')).not.toContain('crypto')
    expect(at(third, 'audits.toml')).toBe(NOW.audits)
    for (const commit of [first, second, third]) {
      const texts = {
        config: at(commit, 'config.toml'),
        audits: at(commit, 'audits.toml'),
        imports: at(commit, 'imports.lock'),
      }
      const parsed = parseStore(texts, { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' })
      expect(renderStore(value(parsed))).toEqual(texts)
      expect(
        git(['diff', '--name-only', `${commit}~1`, commit])
          .trim()
          .split('\n')
          .every(f => f.startsWith('sub/supply-chain/')),
      ).toBe(true)
    }
  })

  it('is exactly the store on disk when nothing else changed', async () => {
    const workspace = start({ ...NOW, config: CONFIG + exempt('b', '1.0.0') + exempt('c', '1.0.0') })
    const made = value(await branchOfAudits(box.caps, workspace, { branch: 'all', base: null }, quietRun()))
    expect(value(await planAudits(box.caps, workspace, 'all', quietRun()))).toMatchObject({ entries: [], leftOut: [] })
    expect(git(['diff', '--stat', made.commits.at(-1)?.commit ?? '', '--', 'sub'])).toBe('')
  })

  it('brings the evidence that lies beside an audit, but never what a link points to', async () => {
    const workspace = start()
    box.write({ 'repo/sub/supply-chain/evidence/a-0.9.0_1.0.0.json': '{"a":1}\n', secret: 'secret' })
    execFileSync('ln', ['-s', box.at('secret'), box.at('repo', 'sub', 'supply-chain', 'evidence', 'd-full_1.0.0.json')])
    const made = value(await branchOfAudits(box.caps, workspace, { branch: 'x', base: null }, quietRun()))
    expect(git(['diff', '--name-only', 'main', 'x']).trim().split('\n')).toEqual([
      'sub/supply-chain/audits.toml',
      'sub/supply-chain/config.toml',
      'sub/supply-chain/evidence/a-0.9.0_1.0.0.json',
    ])
    expect(at(made.commits[1]?.commit ?? '', 'evidence/a-0.9.0_1.0.0.json')).toBe('{"a":1}\n')
  })

  it.each(['main', 'a..b', '-x', '', 'with space', 'HEAD~1', 'refs/heads/'])('refuses the name %j', async branch => {
    const workspace = start()
    const before = git(['for-each-ref'])
    const made = await branchOfAudits(box.caps, workspace, { branch, base: null }, quietRun())
    expect(made).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(git(['for-each-ref'])).toBe(before)
  })

  it('runs no hook and no filter', async () => {
    const workspace = start()
    const marker = box.at('ran')
    const evil = box.at('evil')
    writeFileSync(evil, `#!/bin/sh\necho "$0" >> ${marker}\nexec cat\n`)
    chmodSync(evil, 0o755)
    for (const hook of ['reference-transaction', 'post-index-change', 'pre-commit', 'commit-msg', 'post-commit']) {
      writeFileSync(box.at('repo', '.git', 'hooks', hook), `#!/bin/sh\necho ${hook} >> ${marker}\n`)
      chmodSync(box.at('repo', '.git', 'hooks', hook), 0o755)
    }
    git(['config', 'filter.evil.clean', evil])
    git(['config', 'diff.external', evil])
    git(['config', 'core.fsmonitor', evil])
    rmSync(marker, { force: true })
    box.write({ 'repo/.git/info/attributes': '* filter=evil diff=evil\n', 'out/x': '' })
    value(await branchOfAudits(box.caps, workspace, { branch: 'x', base: null }, quietRun()))
    value(await patchesOfAudits(box.caps, workspace, { folder: box.at('out'), base: null }, quietRun()))
    expect(existsSync(marker)).toBe(false)
  })
})

describe('patches', () => {
  it('apply to the base and give the branch’s trees; the repository is as before, objects included', async () => {
    const workspace = start()
    const before = { ...untouched(), all: digestOf(box.at('repo', '.git')) }
    git(['config', 'diff.noprefix', 'true'])
    git(['config', 'format.noprefix', 'true'])
    git(['config', 'format.attach', 'true'])
    before.all = digestOf(box.at('repo', '.git'))
    box.write({ 'out/keep': '' })
    const files = value(await patchesOfAudits(box.caps, workspace, { folder: box.at('out'), base: null }, quietRun()))
    expect({ ...untouched(), all: digestOf(box.at('repo', '.git')) }).toEqual(before)
    expect(files).toEqual([
      '0001-Certify-a-0.9.0-for-safe-to-deploy.patch',
      '0002-Certify-a-0.9.0-1.0.0-for-safe-to-deploy.patch',
      '0003-Certify-d-1.0.0-for-crypto.patch',
    ])
    expect(readdirSync(box.at('out')).sort()).toEqual([...files, 'keep'].sort())
    git(['clone', '--quiet', box.at('repo'), box.at('applied')], '.')
    git(['am', '--quiet', ...files.map(file => box.at('out', file))], 'applied')
    value(await branchOfAudits(box.caps, workspace, { branch: 'x', base: null }, quietRun()))
    const trees = (folder: string, range: string) => git(['log', '--reverse', '--format=%T %s', range], folder)
    expect(trees('applied', 'origin/main..main')).toBe(trees('repo', 'main..x'))
  })
})

it('says so when nothing is new, and outside of a repository', async () => {
  const workspace = start(BASE)
  expect(await branchOfAudits(box.caps, workspace, { branch: 'x', base: null }, quietRun())).toMatchObject({
    error: { code: 'refused', message: 'audits.toml has no entry that HEAD lacks' },
  })
  rmSync(box.at('repo', '.git'), { recursive: true })
  expect(await planAudits(box.caps, workspace, null, quietRun())).toMatchObject({
    error: { code: 'refused', message: 'the store does not lie in a git repository' },
  })
})

describe('steps', () => {
  it('replace what was collapsed, and take equal entries as often as they stand there', () => {
    const parse = (audits: string) =>
      value(
        parseStore(
          { config: CONFIG, audits: AUDITS + audits, imports: IMPORTS },
          { config: 'c', audits: 'a', imports: 'i' },
        ),
      )
    const before = parse(full('a', '1.0.0'))
    const now = parse(full('a', '2.0.0') + full('a', '2.0.0') + full('b', '1.0.0'))
    const { steps, leftOut } = auditSteps(before, now)
    expect(steps.map(step => step.entry.what)).toEqual(['2.0.0', '2.0.0', '1.0.0'])
    expect(steps.map(step => step.store.audits.audits.get('a' as never)?.length)).toEqual([2, 2, 2])
    expect(leftOut).toEqual([])
    expect(renderStore(steps.at(-1)?.store ?? before)).toEqual(renderStore(now))
    const twice = parse(full('a', '1.0.0') + full('a', '1.0.0'))
    expect(auditSteps(before, twice).steps).toHaveLength(1)
    const removed = auditSteps(now, parse(full('b', '1.0.0')))
    expect(removed).toMatchObject({ steps: [], leftOut: ['audits.toml: entries that were taken out of a'] })
  })
})

describe('a publication', () => {
  it('is read by others entry for entry, without what is not for them', () => {
    const texts = {
      ...NOW,
      audits: NOW.audits + full('zz', '1.0.0', 'safe-to-run', 'importable = false'),
    }
    const made = value(publication({ store: value(parseStore(texts, { config: 'c', audits: 'a', imports: 'i' })) }))
    expect(made.files.map(file => file.name)).toEqual(['audits.toml', 'sources.list', 'README.md'])
    expect(made.leftOut).toEqual(['1 audits that are marked `importable = false`'])
    const read = value(parseAuditsFile(made.files[0]?.text ?? '', 'audits.toml', 'peer'))
    expect(read).toMatchObject({ ignoredCriteria: [], ignoredAudits: [] })
    expect([...read.audits.audits.keys()]).toEqual(['a', 'd', 'z'])
  })
  it('is refused while a criterion has no description', () => {
    const texts = { ...NOW, audits: NOW.audits.replace('description = "Read by a cryptographer"\n', '') }
    const parsed = parseStore(texts, { config: 'c', audits: 'a', imports: 'i' })
    if (!parsed.ok) return
    expect(publication({ store: parsed.value })).toMatchObject({ error: { code: 'refused' } })
  })
})
