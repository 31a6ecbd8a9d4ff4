// `assay certify` and unlocked `check` end to end in this process, on a made-up graph.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { assay, digestOf, envIn, metadataJson, printingProgram, scratch, writeTree } from './testing.ts'

const CONFIG = `
# cargo-vet config file

[cargo-vet]
version = "0.10"

[[exemptions.leaf]]
version = "1.0.1"
criteria = "safe-to-deploy"
`
const AUDITS = `
# cargo-vet audits file

[[audits.leaf]]
who = "Tester <tester@sample.invalid>"
criteria = "safe-to-deploy"
version = "1.0.0"
`
let place: ReturnType<typeof scratch>
let root: string
let env: ReturnType<typeof envIn>
beforeEach(() => {
  place = scratch()
  root = path.join(place.folder, 'workspace')
  writeTree(root, {
    'Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    'supply-chain/config.toml': CONFIG,
    'supply-chain/audits.toml': AUDITS,
    'supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
  })
  const metadata = path.join(place.folder, 'metadata.json')
  writeFileSync(
    metadata,
    metadataJson(root, [
      { name: 'app', version: '0.1.0', isLocal: true, deps: ['leaf'] },
      { name: 'leaf', version: '1.0.1' },
    ]),
  )
  env = envIn(place.folder, { CARGO: printingProgram(place.folder, metadata) })
})
afterEach(() => place.dispose())

const store = (name: string) => readFileSync(path.join(root, 'supply-chain', name), 'utf8')
const CERTIFY = ['certify', 'leaf', '1.0.0', '1.0.1', '--who', 'Rae Reviewer <rae@sample.invalid>']

it('guesses the criteria, shows effects and changes, writes canonical bytes and removes the exemption', async () => {
  const answer = await assay([...CERTIFY, '--accept-all', '--notes', 'Only docs changed.'], { cwd: root, env })
  expect(answer.err).toBe('')
  expect(answer.code).toBe(0)
  expect(answer.out).toMatch(/criteria: safe-to-deploy/)
  expect(answer.out).toMatch(/Exemption removed: leaf 1\.0\.1/)
  expect(answer.out).toMatch(/^\+ delta = "1\.0\.0 -> 1\.0\.1"$/m)
  expect(store('audits.toml')).toBe(`${AUDITS}
[[audits.leaf]]
who = "Rae Reviewer <rae@sample.invalid>"
criteria = "safe-to-deploy"
delta = "1.0.0 -> 1.0.1"
notes = "Only docs changed."
`)
  expect(store('config.toml')).toBe('\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n')
  const check = await assay(['check', '--locked', '--output-format', 'json'], { cwd: root, env })
  expect(JSON.parse(check.out)).toEqual({
    conclusion: 'success',
    vetted_fully: [{ name: 'leaf', version: '1.0.1' }],
    vetted_partially: [],
    vetted_with_exemptions: [],
  })
})

it('on a terminal: picks criteria by number, states what is certified, and writes on yes', async () => {
  const answer = await assay(CERTIFY, { cwd: root, env, answers: ['2', '1', '', 'y'] })
  expect(answer.err).toMatch(
    /I, Rae Reviewer <rae@sample\.invalid>, certify that I have audited the changes between versions 1\.0\.0 and 1\.0\.1 of leaf/,
  )
  expect(answer.code).toBe(0)
  expect(store('audits.toml')).toMatch(/criteria = "safe-to-run"\ndelta = /)
})

it.each([
  { case: 'no', answers: ['', 'n'] },
  { case: 'nothing', answers: ['', ''] },
  { case: 'end of input', answers: [''] },
])('on a terminal: $case writes nothing', async ({ answers }) => {
  const before = digestOf(root)
  const answer = await assay(CERTIFY, { cwd: root, env, answers })
  expect(answer.code).not.toBe(0)
  expect(digestOf(root)).toBe(before)
})

it('check on success writes nothing, not even the same bytes', async () => {
  const before = digestOf(root)
  const answer = await assay(['check'], { cwd: root, env })
  expect(answer).toEqual({ code: 0, out: 'Vetting Succeeded (1 exempted)\n', err: '' })
  expect(digestOf(root)).toBe(before)
})

it('check without --locked fails when a peer cannot be reached, writes nothing, and passes with --locked', async () => {
  writeTree(root, {
    'supply-chain/config.toml': CONFIG.replace(
      '\n[[',
      '\n[imports.peer]\nurl = "https://peer.invalid/audits.toml"\n\n[[',
    ),
    'supply-chain/imports.lock': '\n# cargo-vet imports lock\n\n[audits.peer.audits]\n',
  })
  const before = digestOf(root)
  const answer = await assay(['check'], { cwd: root, env })
  expect(answer.err).toContain('could not download https://peer.invalid/audits.toml')
  expect(answer.code).toBe(255)
  expect(digestOf(root)).toBe(before)
  const locked = await assay(['check', '--locked'], { cwd: root, env })
  expect(locked).toEqual({ code: 0, out: 'Vetting Succeeded (1 exempted)\n', err: '' })
})

it('--output-file takes the report, --filter-graph narrows the graph', async () => {
  const argv = [
    'check',
    '--locked',
    '--output-format',
    'json',
    '--output-file',
    'report.json',
    '--filter-graph',
    'exclude(name(leaf))',
  ]
  const answer = await assay(argv, { cwd: root, env })
  expect(answer).toEqual({ code: 0, out: '', err: '' })
  expect(JSON.parse(readFileSync(path.join(root, 'report.json'), 'utf8'))).toMatchObject({ vetted_with_exemptions: [] })
})
