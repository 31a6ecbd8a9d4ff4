// A rule that asks for two sign-offs, from a refused `certify` to a `check --team` that passes, in this process.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { assay, digestOf, envIn, metadataJson, printingProgram, scratch, writeTree } from './testing.ts'

const RULES = `[team.rules.criteria.safe-to-deploy]
sign-offs = 2
certifiers = ["ann@sample.invalid", "ben@sample.invalid", "cara@sample.invalid"]
`
let place: ReturnType<typeof scratch>
let root: string
let env: ReturnType<typeof envIn>
beforeEach(() => {
  place = scratch()
  root = path.join(place.folder, 'workspace')
  writeTree(root, {
    'Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    'supply-chain/config.toml': '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n',
    'supply-chain/audits.toml': '\n# cargo-vet audits file\n\n[audits]\n',
    'supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
    'supply-chain/assay.toml': RULES,
  })
  const metadata = path.join(place.folder, 'metadata.json')
  const packages = [
    { name: 'app', version: '0.1.0', isLocal: true, deps: ['leaf'] },
    { name: 'leaf', version: '1.0.1' },
  ]
  writeFileSync(metadata, metadataJson(root, packages))
  env = envIn(place.folder, { CARGO: printingProgram(place.folder, metadata) })
  git('init', '-q')
  git('config', 'commit.gpgsign', 'false')
  as('ann')
  git('add', '-A')
  git('commit', '-q', '-m', 'start')
})
afterEach(() => place.dispose())

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, env: { ...process.env, ...env } }).toString()
function as(name: string): void {
  git('config', 'user.name', name)
  git('config', 'user.email', `${name}@sample.invalid`)
}
const run = (...argv: string[]) => assay(argv, { cwd: root, env })
const CERTIFY = ['certify', 'leaf', '1.0.1', '--criteria', 'safe-to-deploy', '--accept-all']
const SIGN = ['team', 'sign-off', 'leaf', '1.0.1', '--criteria', 'safe-to-deploy']
const audits = () => readFileSync(path.join(root, 'supply-chain/audits.toml'), 'utf8')

it('stops certify, naming who is missing, until the second person signed; then both stand in the audit', async () => {
  const before = digestOf(path.join(root, 'supply-chain'))
  const refused = await run(...CERTIFY)
  expect(refused.code).toBe(255)
  expect(refused.err).toContain(
    'safe-to-deploy needs 2 sign-offs and has 1 (ann <ann@sample.invalid>): missing is one more of ben@sample.invalid or cara@sample.invalid.',
  )
  expect(digestOf(path.join(root, 'supply-chain'))).toBe(before)

  as('ben')
  expect(await run(...SIGN)).toMatchObject({ code: 0, err: '' })
  as('ann')
  expect(await run(...CERTIFY)).toMatchObject({ code: 0, err: '' })
  expect(audits()).toContain(`[[audits.leaf]]
who = ["ben <ben@sample.invalid>", "ann <ann@sample.invalid>"]
criteria = "safe-to-deploy"
version = "1.0.1"
`)
  const check = await run('check', '--locked', '--team')
  expect(check).toMatchObject({ code: 0, out: 'Vetting Succeeded (1 fully audited)\n\nTeam rules met (1 audit)\n' })
})

it('does not take a name for a signature', async () => {
  const refused = await run(...CERTIFY, '--who', 'ann <ann@sample.invalid>', '--who', 'cara <cara@sample.invalid>')
  expect(refused.code).toBe(255)
  expect(refused.err).toContain(
    'cara <cara@sample.invalid> has not signed this change for safe-to-deploy and cannot be named; ask for a sign-off.',
  )
})

it('fails the check of an audit that came by another way, and leaves out what the base has', async () => {
  const audit = (version: string) =>
    `\n[[audits.leaf]]\nwho = "dan <dan@sample.invalid>"\ncriteria = "safe-to-deploy"\nversion = "${version}"\n`
  const write = (text: string) => writeTree(root, { 'supply-chain/audits.toml': `\n# cargo-vet audits file\n${text}` })
  write(audit('1.0.1'))
  const check = await run('check', '--locked', '--team')
  expect(check.code).toBe(255)
  expect(check.out).toBe(`Vetting Succeeded (1 fully audited)

Team rules not met by 1 of 1 audit:
  leaf 1.0.1 for safe-to-deploy, by dan <dan@sample.invalid>
    dan <dan@sample.invalid> may not certify safe-to-deploy: that is for ann@sample.invalid, ben@sample.invalid or cara@sample.invalid.
    safe-to-deploy needs 2 sign-offs and has none: missing are 2 more of ann@sample.invalid, ben@sample.invalid or cara@sample.invalid.
`)
  expect(check.err).toContain('has not joined the team')
  const json = JSON.parse((await run('check', '--locked', '--team', '--output-format', 'json')).out) as object
  expect(json).toMatchObject({ conclusion: 'success', team: { checked: 1, skipped: 0, unmet: [{ crate: 'leaf' }] } })

  git('commit', '-q', '-a', '-m', 'old')
  expect(await run('check', '--locked', '--team', '--team-base', 'HEAD')).toMatchObject({ code: 0 })
  write(audit('1.0.1') + audit('1.0.2'))
  const added = await run('check', '--locked', '--team', '--team-base', 'HEAD')
  expect(added.code).toBe(255)
  expect(added.out).toContain('not met by 1 of 1 audit, 1 of the base not looked at:\n  leaf 1.0.2 ')
})

it.each([
  ['', 'assay.toml has no rules for a team'],
  ['[team.rules]\nsignoffs = 2\n', 'assay.toml line 2: there is no rule `signoffs`'],
  ['[team.rules.criteria.safe-to-deplyo]\n', 'there is a rule for `safe-to-deplyo`, which is no criterion here'],
])('refuses to pass without rules it can read: %j', async (text, message) => {
  writeTree(root, { 'supply-chain/assay.toml': text })
  const check = await run('check', '--locked', '--team')
  expect(check.code).toBe(255)
  expect(check.err).toContain(message)
})

it.each([
  [['check', '--locked', '--team-base', 'HEAD'], 2, '--team-base needs --team'],
  [['check', '--locked', '--team', '--team-base', 'no-such-branch'], 255, 'is no commit of the repository'],
])('%j', async (argv, code, message) => {
  const answer = await run(...argv)
  expect(answer.code).toBe(code)
  expect(answer.err).toContain(message)
})
