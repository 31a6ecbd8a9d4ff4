// Where cargo-vet 0.10.3 panics or writes a store that it cannot read again: here a clear error, exit code 255, and no
// file changed. One row per place; where cargo-vet is installed each row also shows that it really does so.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  assay,
  digestOf,
  envIn,
  metadataJson,
  printingProgram,
  realCargoVet,
  scratch,
  writeTree,
  type CliAnswer,
} from './testing.ts'

const CONFIG = '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n'
const HEAD = '\n# cargo-vet audits file\n'
const IMPORTS = '\n# cargo-vet imports lock\n'
const TODAY = '2026-06-01T12:00:00Z'
const AUDIT = `\n[[audits.leaf]]\nwho = "T <t@e>"\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n`
const RELEASE = `\n[[publisher.leaf]]\nversion = "1.0.1"\nwhen = "2026-01-01"\nuser-id = 7\nuser-login = "seven"\n`
const criterion = (name: string, more = 'description = "text"\n') => `\n[criteria.${name}]\n${more}`
const fillers = (count: number) =>
  Array.from({ length: count }, (_, i) => criterion(`c${String(i).padStart(2, '0')}`)).join('')

interface Row {
  readonly case: string
  readonly config?: string
  readonly audits?: string
  readonly imports?: string
  readonly argv: readonly string[]
  readonly says: readonly (string | RegExp)[]
  /** `panic`: exit code 101. `wedge`: it succeeds and then refuses its own store. `silent`: it answers, wrongly. */
  readonly theirs: 'panic' | 'wedge' | 'silent'
  readonly env?: Readonly<Record<string, string | undefined>>
}

const ROWS: readonly Row[] = [
  {
    case: 'a trusted entry for criteria that do not exist',
    audits: `${HEAD}${AUDIT}\n[[trusted.leaf]]\ncriteria = "nice"\nuser-id = 7 # seven\nstart = "2025-01-01"\nend = "2026-12-31"\n`,
    imports: `${IMPORTS}${RELEASE}`,
    argv: ['check', '--locked', '--frozen'],
    says: [/audits\.toml:\d+:\d+: .*'nice'/],
    theirs: 'panic',
  },
  {
    case: 'criteria in imports.lock that do not exist',
    config: `${CONFIG}\n[imports.peer]\nurl = "https://peer.invalid/audits.toml"\n`,
    imports: `${IMPORTS}\n[[audits.peer.audits.leaf]]\ncriteria = "nice"\nversion = "1.0.1"\n`,
    argv: ['check', '--locked', '--frozen'],
    says: ["'nice'"],
    theirs: 'panic',
  },
  {
    case: 'a built-in criterion defined again',
    audits: `${HEAD}${criterion('safe-to-run')}${AUDIT}`,
    argv: ['check', '--locked', '--frozen'],
    says: [/audits\.toml:\d+:\d+: criteria 'safe-to-run' is built in/],
    theirs: 'panic',
  },
  {
    case: 'criteria that imply themselves',
    audits: `${HEAD}${criterion('a', 'description = "x"\nimplies = "b"\n')}${criterion('b', 'description = "x"\nimplies = "a"\n')}${AUDIT}`,
    argv: ['check', '--locked', '--frozen'],
    says: ["'a' implies itself"],
    theirs: 'panic',
  },
  {
    case: 'more than 64 criteria',
    audits: `${HEAD}${fillers(63)}${AUDIT}`,
    argv: ['check', '--locked', '--frozen'],
    says: ['65 criteria are defined, 63 are supported'],
    theirs: 'panic',
  },
  {
    case: 'exactly 64 criteria',
    audits: `${HEAD}${fillers(62)}${AUDIT}`,
    argv: ['check', '--locked', '--frozen'],
    says: ['64 criteria are defined, 63 are supported'],
    theirs: 'silent',
  },
  {
    case: 'unknown criteria to certify',
    argv: [
      'certify',
      'leaf',
      '1.0.1',
      '--criteria',
      'nice',
      '--who',
      'T <t@e>',
      '--accept-all',
      '--locked',
      '--frozen',
    ],
    says: ["'nice'", 'safe-to-deploy'],
    theirs: 'panic',
  },
  {
    case: 'unknown criteria to explain',
    argv: ['explain-audit', 'leaf', '1.0.1', 'nice', '--locked', '--frozen'],
    says: ["'nice'", 'safe-to-deploy'],
    theirs: 'panic',
  },
  {
    case: 'an exemption for unknown criteria',
    argv: ['add-exemption', 'leaf', '1.0.1', '--criteria', 'nice', '--locked', '--frozen'],
    says: ["'nice'", 'safe-to-deploy'],
    theirs: 'wedge',
  },
  {
    case: 'a violation of unknown criteria',
    argv: ['record-violation', 'leaf', '<1', '--criteria', 'nice', '--who', 'T <t@e>', '--locked', '--frozen'],
    says: ["'nice'", 'safe-to-deploy'],
    theirs: 'wedge',
  },
  {
    case: 'an exemption for default criteria that do not exist',
    config: '\n# cargo-vet config file\n\ndefault-criteria = "nice"\n\n[cargo-vet]\nversion = "0.10"\n',
    argv: ['add-exemption', 'leaf', '1.0.1', '--locked', '--frozen'],
    says: ["'nice'", 'default-criteria'],
    theirs: 'wedge',
  },
  {
    case: 'criteria without a description that are to be read',
    audits: `${HEAD}${criterion('mute', 'implies = "safe-to-deploy"\n')}${AUDIT}`,
    config: `${CONFIG}\n[policy.app]\ncriteria = "mute"\n`,
    argv: ['inspect', 'leaf', '1.0.1', '--mode', 'local', '--locked', '--frozen'],
    says: ['(it has no description)', 'leaf is not in the cache'],
    theirs: 'panic',
  },
  {
    case: 'a log file that cannot be made',
    argv: ['check', '--locked', '--frozen', '--log-file', 'no/such/folder/log'],
    says: ['no/such/folder/log'],
    theirs: 'panic',
  },
  {
    case: 'an output file that cannot be made',
    argv: ['check', '--locked', '--frozen', '--output-file', 'no/such/folder/out'],
    says: ['no/such/folder/out'],
    theirs: 'panic',
  },
]

let place: ReturnType<typeof scratch>
let root: string
let env: Record<string, string | undefined>
beforeEach(() => {
  place = scratch()
  root = path.join(place.folder, 'workspace')
  const file = path.join(place.folder, 'metadata.json')
  writeFileSync(
    file,
    metadataJson(root, [
      { name: 'app', version: '0.1.0', isLocal: true, deps: ['leaf'] },
      { name: 'leaf', version: '1.0.1' },
    ]),
  )
  env = { ...envIn(place.folder), CARGO: printingProgram(place.folder, file) }
})
afterEach(() => place.dispose())

function layOut(row: Row): void {
  writeTree(root, {
    'Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    'Cargo.lock': 'version = 4\n',
    'supply-chain/config.toml': row.config ?? CONFIG,
    'supply-chain/audits.toml': row.audits ?? `${HEAD}${AUDIT}`,
    'supply-chain/imports.lock': row.imports ?? IMPORTS,
  })
}

const commonArguments = (): string[] => ['--cache-dir', path.join(place.folder, 'vet-cache'), '--current-time', TODAY]
const ours = (argv: readonly string[]): Promise<CliAnswer> => assay([...argv, ...commonArguments()], { cwd: root, env })

const cargoVet = realCargoVet()

function theirs(argv: readonly string[]): { readonly code: number | null; readonly text: string } {
  const run = spawnSync(cargoVet ?? '', ['vet', ...argv, ...commonArguments()], {
    cwd: root,
    env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', NO_COLOR: '1' } as NodeJS.ProcessEnv,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { code: run.status, text: run.stdout + run.stderr }
}

describe.each(ROWS)('$case', row => {
  it('is a clear error', async () => {
    layOut(row)
    const before = digestOf(root)
    const answer = await ours(row.argv)
    expect(answer.code, answer.err).toBe(255)
    for (const words of row.says) expect(answer.err + answer.out).toMatch(words)
    expect(answer.err).not.toContain('Assay has a bug')
    expect(digestOf(root)).toBe(before)
  })

  it.skipIf(cargoVet === null)('is none in cargo-vet (needs cargo-vet)', () => {
    layOut(row)
    const answer = theirs(row.argv)
    expect({ code: answer.code, text: answer.text }).toMatchObject({
      code: row.theirs === 'panic' ? 101 : expect.anything(),
    })
    if (row.theirs === 'panic') return
    expect([0, row.theirs === 'silent' ? 255 : 0], answer.text).toContain(answer.code)
    if (row.theirs === 'wedge') expect(theirs(['check', '--locked', '--frozen']).text).toContain("'nice'")
  })
})

it('without CARGO our own search finds cargo, or says that there is none', async () => {
  layOut({ case: '', argv: [], says: [], theirs: 'panic' })
  env = { ...env, CARGO: undefined, PATH: path.join(place.folder, 'empty') }
  const answer = await ours(['check', '--locked', '--frozen'])
  expect(answer.code).toBe(255)
  expect(answer.err).toContain('cargo')
  if (cargoVet !== null) expect(theirs(['check', '--locked', '--frozen']).code).toBe(101)
})

it('an infinite age for gc keeps every archive', async () => {
  const cache = path.join(place.folder, 'vet-cache')
  writeTree(cache, { 'cache/leaf-1.0.0.crate': '' })
  const before = digestOf(path.join(cache, 'cache'))
  const answer = await ours(['gc', '--max-package-age-days', 'inf'])
  expect(answer.code, answer.err).toBe(0)
  expect(digestOf(path.join(cache, 'cache'))).toBe(before)
  if (cargoVet !== null) expect(theirs(['gc', '--max-package-age-days', 'inf']).code).not.toBe(0)
})
