/**
 * Every command of cargo-vet 0.10.3 (and Assay's own `provenance` and `open`) with its flags and arguments, as a table: how each is read
 * and what it becomes. What cargo-vet refuses while reading the command line (exit code 2) is refused here: a version,
 * a requirement, a date or a mode that is none, and flags that need or exclude each other. Pure.
 */
import type { IsoDate, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import {
  isIsoDate,
  readRequirement,
  readVersion,
  type FetchMode,
  type GraphDepth,
} from '../../engine/session/command-words.ts'
import { readTeam, TEAM_FLAGS, type TeamWish } from './team-args.ts'
import type { TeamCheckArgs } from './team-check.ts'
import { EXPORT_FLAGS, readExport, readReport, REPORT_FLAGS, type ExportArgs, type ReportArgs } from './report-args.ts'
import { readWhatIf, WHAT_IF_FLAGS, type WhatIfArgs } from './what-if-args.ts'

export interface CertifyArgs {
  /** Null: the one last inspected or diffed. */
  readonly crate: string | null
  readonly version1: VetVersion | null
  readonly version2: VetVersion | null
  /** The user or trusted publisher whose releases are certified; then there are no versions. */
  readonly wildcard: string | null
  readonly startDate: IsoDate | null
  readonly endDate: IsoDate | null
  readonly criteria: readonly string[]
  readonly who: readonly string[]
  readonly notes: string | null
  readonly acceptAll: boolean
  readonly force: boolean
  readonly noCollapse: boolean
}

export interface TrustArgs {
  readonly crate: string | null
  readonly publisher: string | null
  readonly criteria: readonly string[]
  readonly startDate: IsoDate | null
  readonly endDate: IsoDate | null
  readonly notes: string | null
  /** With this publisher, every crate of his; then there is no crate. */
  readonly all: string | null
  readonly allowMultiplePublishers: boolean
}

export interface AddExemptionArgs {
  readonly crate: string
  readonly version: VetVersion
  readonly criteria: readonly string[]
  readonly notes: string | null
  readonly noSuggest: boolean
  readonly force: boolean
}

export interface RecordViolationArgs {
  readonly crate: string
  /** A requirement as cargo-vet writes it. */
  readonly range: string
  readonly criteria: readonly string[]
  readonly who: readonly string[]
  readonly notes: string | null
  readonly force: boolean
}

export interface RiskArgs {
  /** Null: every item of the queue. */
  readonly crate: string | null
  /** A folder with the advisory database; null: the fetched one. */
  readonly db: string | null
}

export interface AdvisoriesArgs {
  /** A folder with the database; null: the fetched one. */
  readonly db: string | null
  /** Null: the workspace's Cargo.lock. */
  readonly file: string | null
  readonly noFetch: boolean
  readonly refresh: boolean
  /** Whether to ask which packages were yanked. */
  readonly yanked: boolean
}

export interface ProvenanceArgs {
  /** Null with `crate` null: the workspace. */
  readonly crate: string | null
  readonly version: string | null
  readonly from: string | null
  readonly level: 'compare' | 'rebuild'
  readonly again: boolean
  readonly refresh: boolean
  readonly offline: boolean
  readonly jobs: number | null
  /** A folder to write a static site into. */
  readonly site: string | null
}

export type Regenerated = 'exemptions' | 'imports' | 'audit-as-crates-io' | 'unpublished'

export type Command =
  | { readonly name: 'check' | 'suggest' | 'init' | 'fmt' }
  | { readonly name: 'check-team'; readonly args: TeamCheckArgs }
  | { readonly name: 'version' }
  | { readonly name: 'inspect'; readonly crate: string; readonly version: VetVersion; readonly mode: FetchMode | null }
  | {
      readonly name: 'diff'
      readonly crate: string
      readonly version1: VetVersion
      readonly version2: VetVersion
      readonly mode: FetchMode | null
    }
  | { readonly name: 'certify'; readonly args: CertifyArgs }
  | { readonly name: 'import'; readonly importName: string; readonly urls: readonly string[] }
  | { readonly name: 'trust'; readonly args: TrustArgs }
  | { readonly name: 'regenerate'; readonly what: Regenerated }
  | { readonly name: 'add-exemption'; readonly args: AddExemptionArgs }
  | { readonly name: 'record-violation'; readonly args: RecordViolationArgs }
  | {
      readonly name: 'prune'
      readonly noImports: boolean
      readonly noExemptions: boolean
      readonly noAudits: boolean
    }
  | { readonly name: 'aggregate'; readonly sources: string }
  | {
      readonly name: 'explain-audit'
      readonly crate: string
      readonly version: VetVersion | null
      readonly criterion: string
    }
  | { readonly name: 'dump-graph'; readonly depth: GraphDepth }
  | { readonly name: 'gc'; readonly maxPackageAgeDays: number; readonly clean: boolean }
  | { readonly name: 'renew'; readonly crate: string | null; readonly includeInactive: boolean }
  | { readonly name: 'provenance'; readonly args: ProvenanceArgs }
  | { readonly name: 'advisories'; readonly args: AdvisoriesArgs }
  | { readonly name: 'risk'; readonly args: RiskArgs }
  | { readonly name: 'what-if'; readonly args: WhatIfArgs }
  | { readonly name: 'queue' }
  | { readonly name: 'report'; readonly args: ReportArgs }
  | { readonly name: 'export'; readonly args: ExportArgs }
  | { readonly name: 'team'; readonly wish: TeamWish }
  | { readonly name: 'open'; readonly folder: string | null }
  | { readonly name: 'help'; readonly topic: string | null }

/** How a flag is read: without a value, with exactly one, or with one each time it is given. */
export type Arity = 'switch' | 'one' | 'many'

/** Flags as given; a switch has the single value ''. */
export type Flags = ReadonlyMap<string, readonly string[]>

interface CommandSpec {
  /** In the order of the help. */
  readonly flags: Readonly<Record<string, Arity>>
  /** The arguments, for messages: `PACKAGE [VERSION]`. */
  readonly shape: string
  readonly least: number
  readonly most: number
  read(words: readonly string[], flags: Flags): Result<Command, Failure>
}

const DEPTHS: readonly GraphDepth[] = ['roots', 'workspace', 'first-party', 'first-party-and-directs', 'full']
const REGENERATED: readonly Regenerated[] = ['imports', 'exemptions', 'audit-as-crates-io', 'unpublished']
const DEFAULT_PACKAGE_AGE_DAYS = 30

const plain = (name: 'check' | 'suggest' | 'init' | 'fmt' | 'version'): CommandSpec => ({
  flags: {},
  shape: '',
  least: 0,
  most: 0,
  read: () => ok({ name }),
})

export const COMMANDS: ReadonlyMap<string, CommandSpec> = new Map<string, CommandSpec>([
  [
    'check',
    {
      flags: { team: 'switch', 'team-base': 'one' },
      shape: '',
      least: 0,
      most: 0,
      read: (_, flags) => readCheck(flags),
    },
  ],
  ['suggest', plain('suggest')],
  ['init', plain('init')],
  ['inspect', { flags: { mode: 'one' }, shape: 'PACKAGE VERSION', least: 2, most: 2, read: readInspect }],
  ['diff', { flags: { mode: 'one' }, shape: 'PACKAGE VERSION1 VERSION2', least: 3, most: 3, read: readDiff }],
  [
    'certify',
    {
      flags: {
        wildcard: 'one',
        criteria: 'many',
        who: 'many',
        notes: 'one',
        'start-date': 'one',
        'end-date': 'one',
        'accept-all': 'switch',
        force: 'switch',
        'no-collapse': 'switch',
      },
      shape: '[PACKAGE [VERSION1 [VERSION2]]]',
      least: 0,
      most: 3,
      read: readCertify,
    },
  ],
  [
    'import',
    {
      flags: {},
      shape: 'NAME [URL…]',
      least: 1,
      most: Infinity,
      read: ([importName = '', ...urls]) => ok({ name: 'import', importName, urls }),
    },
  ],
  [
    'trust',
    {
      flags: {
        criteria: 'many',
        'start-date': 'one',
        'end-date': 'one',
        notes: 'one',
        all: 'one',
        'allow-multiple-publishers': 'switch',
      },
      shape: '[PACKAGE [PUBLISHER]]',
      least: 0,
      most: 2,
      read: readTrust,
    },
  ],
  ['regenerate', { flags: {}, shape: REGENERATED.join('|'), least: 1, most: 1, read: readRegenerate }],
  [
    'add-exemption',
    {
      flags: { criteria: 'many', notes: 'one', 'no-suggest': 'switch', force: 'switch' },
      shape: 'PACKAGE VERSION',
      least: 2,
      most: 2,
      read: readAddExemption,
    },
  ],
  [
    'record-violation',
    {
      flags: { criteria: 'many', who: 'many', notes: 'one', force: 'switch' },
      shape: 'PACKAGE VERSIONS',
      least: 2,
      most: 2,
      read: readRecordViolation,
    },
  ],
  ['fmt', plain('fmt')],
  [
    'prune',
    {
      flags: { 'no-imports': 'switch', 'no-exemptions': 'switch', 'no-audits': 'switch' },
      shape: '',
      least: 0,
      most: 0,
      read: (_, flags) =>
        ok({
          name: 'prune',
          noImports: flags.has('no-imports'),
          noExemptions: flags.has('no-exemptions'),
          noAudits: flags.has('no-audits'),
        }),
    },
  ],
  [
    'aggregate',
    {
      flags: {},
      shape: 'FILE',
      least: 1,
      most: 1,
      read: ([sources = '']) => ok({ name: 'aggregate', sources }),
    },
  ],
  ['explain-audit', { flags: {}, shape: 'PACKAGE [VERSION [CRITERIA]]', least: 1, most: 3, read: readExplain }],
  ['dump-graph', { flags: { depth: 'one' }, shape: '', least: 0, most: 0, read: readDumpGraph }],
  ['gc', { flags: { 'max-package-age-days': 'one', clean: 'switch' }, shape: '', least: 0, most: 0, read: readGc }],
  [
    'renew',
    {
      flags: { expiring: 'switch', 'include-inactive': 'switch' },
      shape: 'PACKAGE',
      least: 0,
      most: 1,
      read: readRenew,
    },
  ],
  [
    'provenance',
    {
      flags: {
        all: 'switch',
        from: 'one',
        level: 'one',
        again: 'switch',
        refresh: 'switch',
        offline: 'switch',
        jobs: 'one',
        site: 'one',
      },
      shape: '[--all | NAME [VERSION] | --from FILE]',
      least: 0,
      most: 2,
      read: readProvenance,
    },
  ],
  [
    'risk',
    {
      flags: { db: 'one' },
      shape: '[PACKAGE]',
      least: 0,
      most: 1,
      read: ([crate = null], flags) => ok({ name: 'risk', args: { crate, db: one(flags, 'db') } }),
    },
  ],
  [
    'advisories',
    {
      flags: { db: 'one', file: 'one', 'no-fetch': 'switch', refresh: 'switch', 'no-yanked': 'switch' },
      shape: '',
      least: 0,
      most: 0,
      read: readAdvisories,
    },
  ],
  [
    'what-if',
    {
      flags: WHAT_IF_FLAGS,
      shape: '',
      least: 0,
      most: 0,
      read: (_, flags) => {
        const args = readWhatIf(flags)
        return args.ok ? ok({ name: 'what-if', args: args.value }) : args
      },
    },
  ],
  ['queue', { flags: {}, shape: '', least: 0, most: 0, read: () => ok({ name: 'queue' }) }],
  [
    'report',
    {
      flags: REPORT_FLAGS,
      shape: '',
      least: 0,
      most: 0,
      read: (_, flags) => {
        const args = readReport(flags)
        return args.ok ? ok({ name: 'report', args: args.value }) : args
      },
    },
  ],
  [
    'export',
    {
      flags: EXPORT_FLAGS,
      shape: 'branch|patches|aggregate',
      least: 1,
      most: 1,
      read: (words, flags) => {
        const args = readExport(words, flags)
        return args.ok ? ok({ name: 'export', args: args.value }) : args
      },
    },
  ],
  [
    'team',
    {
      flags: TEAM_FLAGS,
      shape: '[WORD …]',
      least: 0,
      most: Infinity,
      read: (words, flags) => {
        const wish = readTeam(words, flags)
        return wish.ok ? ok({ name: 'team', wish: wish.value }) : wish
      },
    },
  ],
  [
    'open',
    {
      flags: {},
      shape: '[FOLDER]',
      least: 0,
      most: 1,
      read: words => ok({ name: 'open', folder: words[0] ?? null }),
    },
  ],
  [
    'help',
    {
      flags: {},
      shape: '[COMMAND]',
      least: 0,
      most: Infinity,
      read: words => ok({ name: 'help', topic: words[0] ?? null }),
    },
  ],
  ['version', plain('version')],
])

/** The flags of all commands, by name; of one that is read in two ways, cargo-vet's. */
export const COMMAND_FLAGS: ReadonlyMap<string, Arity> = new Map(
  [...COMMANDS.values()].reverse().flatMap(spec => Object.entries(spec.flags)),
)

export function usage(message: string): Result<never, Failure> {
  return fail({ code: 'usage', message })
}

const one = (flags: Flags, name: string): string | null => flags.get(name)?.[0] ?? null
const many = (flags: Flags, name: string): readonly string[] => flags.get(name) ?? []

function readCheck(flags: Flags): Result<Command, Failure> {
  const base = one(flags, 'team-base')
  if (flags.has('team')) return ok({ name: 'check-team', args: { base } })
  return base === null ? ok({ name: 'check' }) : fail({ code: 'usage', message: '--team-base needs --team' })
}

function readInspect([crate = '', text = '']: readonly string[], flags: Flags): Result<Command, Failure> {
  const version = versionOf(text)
  if (!version.ok) return version
  const mode = modeOf(one(flags, 'mode'), ['local', 'diff.rs', 'crates.io'])
  return mode.ok ? ok({ name: 'inspect', crate, version: version.value, mode: mode.value }) : mode
}

function readDiff([crate = '', first = '', second = '']: readonly string[], flags: Flags): Result<Command, Failure> {
  const version1 = versionOf(first)
  if (!version1.ok) return version1
  const version2 = versionOf(second)
  if (!version2.ok) return version2
  // PARITY cargo-vet 0.10.3 cli.rs: the registry's own site shows no differences, so its mode is none of `diff`.
  const mode = modeOf(one(flags, 'mode'), ['local', 'diff.rs'])
  if (!mode.ok) return mode
  return ok({ name: 'diff', crate, version1: version1.value, version2: version2.value, mode: mode.value })
}

function readCertify(words: readonly string[], flags: Flags): Result<Command, Failure> {
  const [first, second] = words.slice(1)
  const crate = words[0] ?? null
  const version1 = first === undefined ? ok(null) : versionOf(first)
  if (!version1.ok) return version1
  const version2 = second === undefined ? ok(null) : versionOf(second)
  if (!version2.ok) return version2
  const wildcard = one(flags, 'wildcard')
  if (wildcard !== null && crate === null) return usage('--wildcard needs a package')
  if (wildcard !== null && version1.value !== null) return usage('--wildcard cannot be used with a version')
  const dates = datesOf(flags)
  if (!dates.ok) return dates
  const { startDate, endDate } = dates.value
  if (wildcard === null && (startDate !== null || endDate !== null))
    return usage(`--${startDate === null ? 'end' : 'start'}-date needs --wildcard`)
  if (flags.has('no-collapse') && version2.value === null) return usage('--no-collapse needs two versions')
  return ok({
    name: 'certify',
    args: {
      crate,
      version1: version1.value,
      version2: version2.value,
      wildcard,
      startDate,
      endDate,
      criteria: many(flags, 'criteria'),
      who: many(flags, 'who'),
      notes: one(flags, 'notes'),
      acceptAll: flags.has('accept-all'),
      force: flags.has('force'),
      noCollapse: flags.has('no-collapse'),
    },
  })
}

function readTrust(words: readonly string[], flags: Flags): Result<Command, Failure> {
  const crate = words[0] ?? null
  const publisher = words[1] ?? null
  const all = one(flags, 'all')
  if (crate === null && all === null) return usage("'assay trust' needs a package, or --all with a publisher")
  if (crate !== null && all !== null) return usage('--all cannot be used with a package')
  if (all === null && flags.has('allow-multiple-publishers')) return usage('--allow-multiple-publishers needs --all')
  const dates = datesOf(flags)
  if (!dates.ok) return dates
  return ok({
    name: 'trust',
    args: {
      crate,
      publisher,
      criteria: many(flags, 'criteria'),
      ...dates.value,
      notes: one(flags, 'notes'),
      all,
      allowMultiplePublishers: flags.has('allow-multiple-publishers'),
    },
  })
}

function readRegenerate([word = '']: readonly string[]): Result<Command, Failure> {
  const what = REGENERATED.find(known => known === word)
  if (what === undefined) return usage(`'assay regenerate' is followed by one of ${REGENERATED.join(', ')}`)
  return ok({ name: 'regenerate', what })
}

function readAddExemption([crate = '', text = '']: readonly string[], flags: Flags): Result<Command, Failure> {
  const version = versionOf(text)
  if (!version.ok) return version
  return ok({
    name: 'add-exemption',
    args: {
      crate,
      version: version.value,
      criteria: many(flags, 'criteria'),
      notes: one(flags, 'notes'),
      noSuggest: flags.has('no-suggest'),
      force: flags.has('force'),
    },
  })
}

function readRecordViolation([crate = '', text = '']: readonly string[], flags: Flags): Result<Command, Failure> {
  const range = readRequirement(text)
  if (!range.ok) return usage(`'${text}' is not a requirement on versions such as '<1.2' or '=1.0.3': ${range.error}`)
  return ok({
    name: 'record-violation',
    args: {
      crate,
      range: range.value,
      criteria: many(flags, 'criteria'),
      who: many(flags, 'who'),
      notes: one(flags, 'notes'),
      force: flags.has('force'),
    },
  })
}

function readExplain([crate = '', text, criterion]: readonly string[]): Result<Command, Failure> {
  const version = text === undefined ? ok(null) : versionOf(text)
  if (!version.ok) return version
  return ok({ name: 'explain-audit', crate, version: version.value, criterion: criterion ?? 'safe-to-deploy' })
}

function readDumpGraph(_: readonly string[], flags: Flags): Result<Command, Failure> {
  const given = one(flags, 'depth') ?? 'first-party'
  const depth = DEPTHS.find(known => known === given)
  return depth === undefined
    ? usage(`--depth is one of ${DEPTHS.join(', ')}, not '${given}'`)
    : ok({ name: 'dump-graph', depth })
}

function readGc(_: readonly string[], flags: Flags): Result<Command, Failure> {
  const given = one(flags, 'max-package-age-days')
  const isNumber = given === null || /^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?|nan)$/i.test(given)
  if (!isNumber) return usage(`--max-package-age-days is a number of days, not '${given}'`)
  const days = given === null ? DEFAULT_PACKAGE_AGE_DAYS : Number(given.replace(/inf(inity)?$/i, 'Infinity'))
  return ok({ name: 'gc', maxPackageAgeDays: days, clean: flags.has('clean') })
}

function readRenew(words: readonly string[], flags: Flags): Result<Command, Failure> {
  const crate = words[0] ?? null
  const isExpiring = flags.has('expiring')
  if (crate === null && !isExpiring) return usage("'assay renew' needs a package or --expiring")
  if (crate !== null && isExpiring) return usage('--expiring cannot be used with a package')
  if (flags.has('include-inactive') && !isExpiring) return usage('--include-inactive needs --expiring')
  return ok({ name: 'renew', crate, includeInactive: flags.has('include-inactive') })
}

function readProvenance(words: readonly string[], flags: Flags): Result<Command, Failure> {
  const crate = words[0] ?? null
  const from = one(flags, 'from')
  if ([crate !== null, from !== null, flags.has('all')].filter(given => given).length > 1)
    return usage("'assay provenance' is followed by one of --all, a package, or --from with a file")
  const version = words[1] === undefined ? ok(null) : versionOf(words[1])
  if (!version.ok) return version
  const level = one(flags, 'level') ?? 'compare'
  if (level !== 'compare' && level !== 'rebuild') return usage(`--level is 'compare' or 'rebuild', not '${level}'`)
  const jobs = one(flags, 'jobs')
  if (jobs !== null && !/^([1-9]|[1-5]\d|6[0-4])$/.test(jobs)) return usage(`--jobs is from 1 to 64, not '${jobs}'`)
  if (flags.has('offline') && flags.has('refresh')) return usage('--refresh needs the network, --offline forbids it')
  return ok({
    name: 'provenance',
    args: {
      crate,
      version: version.value,
      from,
      level,
      again: flags.has('again'),
      refresh: flags.has('refresh'),
      offline: flags.has('offline'),
      jobs: jobs === null ? null : Number(jobs),
      site: one(flags, 'site'),
    },
  })
}

function readAdvisories(_: readonly string[], flags: Flags): Result<Command, Failure> {
  const [db, noFetch, refresh] = [one(flags, 'db'), flags.has('no-fetch'), flags.has('refresh')]
  if (refresh && (noFetch || db !== null))
    return usage('--refresh fetches the database, --no-fetch and --db do without')
  const args = { db, file: one(flags, 'file'), noFetch, refresh, yanked: !flags.has('no-yanked') }
  return ok({ name: 'advisories', args })
}

function versionOf(text: string): Result<VetVersion, Failure> {
  const parsed = readVersion(text)
  return parsed.ok ? parsed : usage(`'${text}' is not a version: ${parsed.error}`)
}

function modeOf(
  text: string | null,
  known: readonly ('local' | 'diff.rs' | 'crates.io')[],
): Result<FetchMode | null, Failure> {
  if (text === null) return ok(null)
  if (text.startsWith('custom_url=')) return ok({ kind: 'custom', template: text.slice('custom_url='.length) })
  const kind = known.find(name => name === text)
  return kind === undefined
    ? usage(`--mode is one of ${[...known, 'custom_url=TEMPLATE'].join(', ')}, not '${text}'`)
    : ok({ kind })
}

function datesOf(
  flags: Flags,
): Result<{ readonly startDate: IsoDate | null; readonly endDate: IsoDate | null }, Failure> {
  const dates: (IsoDate | null)[] = []
  for (const name of ['start-date', 'end-date']) {
    const text = one(flags, name)
    if (text !== null && !isIsoDate(text)) return usage(`--${name} is a date such as 2026-01-31, not '${text}'`)
    dates.push(text)
  }
  return ok({ startDate: dates[0] ?? null, endDate: dates[1] ?? null })
}
