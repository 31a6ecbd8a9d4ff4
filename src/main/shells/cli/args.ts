/**
 * The command line as a value: which command, with which of cargo-vet's flags. Global flags may stand before or after
 * the subcommand, a leading `vet` is skipped, `--flag value` and `--flag=value` are the same. Pure; reads nothing.
 * What cannot be understood is a `usage` failure; a command of cargo-vet that Assay lacks is `unsupported`. Both exit with 2.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'

export type OutputFormat = 'human' | 'json'
export type Verbosity = 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace'

export interface GlobalOptions {
  readonly manifestPath: string | null
  readonly storePath: string | null
  readonly cacheDir: string | null
  readonly locked: boolean
  readonly frozen: boolean
  readonly allFeatures: boolean
  readonly noDefaultFeatures: boolean
  readonly features: readonly string[]
  readonly cargoArgs: readonly string[]
  readonly filterGraph: readonly string[]
  /** Milliseconds since the epoch, UTC; null means now. */
  readonly currentTimeMs: number | null
  readonly outputFormat: OutputFormat
  readonly outputFile: string | null
  readonly logFile: string | null
  readonly verbose: Verbosity
}

export interface CertifyArgs {
  readonly crate: string
  readonly version1: string | null
  readonly version2: string | null
  readonly criteria: readonly string[]
  readonly who: readonly string[]
  readonly notes: string | null
  readonly acceptAll: boolean
  readonly force: boolean
}

export type Command =
  | { readonly name: 'check' }
  | { readonly name: 'suggest' }
  | { readonly name: 'fmt' }
  | { readonly name: 'certify'; readonly args: CertifyArgs }
  | { readonly name: 'open'; readonly folder: string | null }
  | { readonly name: 'help'; readonly topic: string | null }
  | { readonly name: 'version' }

export interface CommandLine {
  readonly command: Command
  readonly global: GlobalOptions
}

/** Commands of cargo-vet 0.10.3 that Assay refuses, in the order of its help. */
export const UNSUPPORTED_COMMANDS: readonly string[] = [
  'init',
  'inspect',
  'diff',
  'import',
  'trust',
  'regenerate',
  'add-exemption',
  'record-violation',
  'prune',
  'aggregate',
  'explain-audit',
  'dump-graph',
  'gc',
  'renew',
]
const COMMANDS: readonly string[] = ['check', 'suggest', 'fmt', 'certify', 'open', 'help', 'version']
const VERBOSITIES: readonly Verbosity[] = ['off', 'error', 'warn', 'info', 'debug', 'trace']

/** How a flag is read: without a value, with exactly one, or with one each time it is given. */
type Arity = 'switch' | 'one' | 'many'
const GLOBAL_FLAGS: ReadonlyMap<string, Arity> = new Map([
  ['manifest-path', 'one'],
  ['store-path', 'one'],
  ['cache-dir', 'one'],
  ['locked', 'switch'],
  ['frozen', 'switch'],
  ['no-all-features', 'switch'],
  ['no-default-features', 'switch'],
  ['features', 'many'],
  ['cargo-arg', 'many'],
  ['filter-graph', 'many'],
  ['current-time', 'one'],
  ['output-format', 'one'],
  ['output-file', 'one'],
  ['log-file', 'one'],
  ['verbose', 'one'],
  // Accepted so that cargo-vet's command lines work; nothing here fetches imports or the registry list.
  ['no-registry-suggestions', 'switch'],
  ['no-minimize-exemptions', 'switch'],
  ['use-git-credentials', 'switch'],
  ['help', 'switch'],
  ['version', 'switch'],
])
const CERTIFY_FLAGS: ReadonlyMap<string, Arity> = new Map([
  ['criteria', 'many'],
  ['who', 'many'],
  ['notes', 'one'],
  ['accept-all', 'switch'],
  ['force', 'switch'],
])
/** Flags of `certify` that belong to what is not built. */
const UNSUPPORTED_CERTIFY_FLAGS: readonly string[] = ['wildcard', 'start-date', 'end-date', 'no-collapse']

interface Split {
  /** Values as given; a switch has the single value ''. */
  readonly flags: ReadonlyMap<string, readonly string[]>
  readonly words: readonly string[]
}

/** Parses the arguments after the program's name. @failure usage, unsupported */
export function parseCommandLine(argv: readonly string[]): Result<CommandLine, Failure> {
  const split = splitArguments(argv)
  if (!split.ok) return split
  const { flags, words: allWords } = split.value
  const words = allWords[0] === 'vet' ? allWords.slice(1) : allWords
  const global = globalOptions(flags)
  if (!global.ok) return global
  if (flags.has('version')) return ok({ command: { name: 'version' }, global: global.value })
  if (flags.has('help')) return ok({ command: { name: 'help', topic: words[0] ?? null }, global: global.value })
  const command = parseCommand(words, flags)
  if (!command.ok) return command
  const needsLocked = command.value.name !== 'help' && command.value.name !== 'version'
  if (needsLocked && global.value.frozen && !global.value.locked) return usage('--frozen needs --locked')
  return ok({ command: command.value, global: global.value })
}

function parseCommand(words: readonly string[], flags: Split['flags']): Result<Command, Failure> {
  const [name = 'check', ...rest] = words
  if (UNSUPPORTED_COMMANDS.includes(name)) return unsupported(name)
  if (!COMMANDS.includes(name)) return usage(`'${name}' is not a command of assay`)
  if (name !== 'certify') {
    const stray = [...CERTIFY_FLAGS.keys()].find(flag => flags.has(flag))
    if (stray !== undefined) return usage(`--${stray} belongs to 'assay certify', not to 'assay ${name}'`)
  }
  const most = name === 'certify' ? 3 : name === 'open' || name === 'help' ? 1 : 0
  const extra = rest[most]
  if (extra !== undefined) return usage(`'${extra}' is one argument too many for 'assay ${name}'`)
  switch (name) {
    case 'certify':
      return certifyCommand(rest, flags)
    case 'open':
      return ok({ name: 'open', folder: rest[0] ?? null })
    case 'help':
      return ok({ name: 'help', topic: rest[0] ?? null })
    default:
      return ok({ name: name as 'check' | 'suggest' | 'fmt' | 'version' })
  }
}

function certifyCommand(words: readonly string[], flags: Split['flags']): Result<Command, Failure> {
  const [crate, version1 = null, version2 = null] = words
  if (crate === undefined) return usage("'assay certify' needs the name of a package, then one version or two")
  return ok({
    name: 'certify',
    args: {
      crate,
      version1,
      version2,
      criteria: flags.get('criteria') ?? [],
      who: flags.get('who') ?? [],
      notes: flags.get('notes')?.[0] ?? null,
      acceptAll: flags.has('accept-all'),
      force: flags.has('force'),
    },
  })
}

function splitArguments(argv: readonly string[]): Result<Split, Failure> {
  const flags = new Map<string, string[]>()
  const words: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] ?? ''
    if (arg === '--') {
      words.push(...argv.slice(i + 1))
      break
    }
    const long = arg === '-h' ? '--help' : arg === '-V' ? '--version' : arg
    if (!long.startsWith('-') || long === '-') {
      words.push(long)
      continue
    }
    const equals = long.indexOf('=')
    const name = long.slice(2, equals === -1 ? undefined : equals)
    const arity = long.startsWith('--') ? (GLOBAL_FLAGS.get(name) ?? CERTIFY_FLAGS.get(name)) : undefined
    if (arity === undefined) return unknownFlag(arg, name)
    const inline = equals === -1 ? null : long.slice(equals + 1)
    if (arity === 'switch' && inline !== null) return usage(`--${name} takes no value`)
    const next = argv[i + 1]
    const value = arity === 'switch' ? '' : (inline ?? (next === undefined || next.startsWith('-') ? null : next))
    if (value === null) return usage(`--${name} needs a value`)
    if (arity !== 'switch' && inline === null) i++
    const given = flags.get(name)
    if (given !== undefined && arity !== 'many') return usage(`--${name} is given more than once`)
    flags.set(name, [...(given ?? []), value])
  }
  return ok({ flags, words })
}

function unknownFlag(arg: string, name: string): Result<never, Failure> {
  if (UNSUPPORTED_CERTIFY_FLAGS.includes(name)) {
    return fail({ code: 'unsupported', what: `--${name}`, instead: 'Use `cargo vet certify` for it.' })
  }
  return usage(`'${arg}' is not an option of assay`)
}

function globalOptions(flags: Split['flags']): Result<GlobalOptions, Failure> {
  const one = (name: string) => flags.get(name)?.[0] ?? null
  const outputFormat = one('output-format') ?? 'human'
  if (outputFormat !== 'human' && outputFormat !== 'json') {
    return usage(`--output-format is 'human' or 'json', not '${outputFormat}'`)
  }
  const verbose = (one('verbose') ?? 'warn') as Verbosity
  if (!VERBOSITIES.includes(verbose)) return usage(`--verbose is one of ${VERBOSITIES.join(', ')}, not '${verbose}'`)
  const currentTime = one('current-time')
  const currentTimeMs = currentTime === null ? null : parseTime(currentTime)
  if (Number.isNaN(currentTimeMs))
    return usage(`--current-time '${currentTime}' is not a time such as 2026-01-31T12:00:00Z`)
  return ok({
    manifestPath: one('manifest-path'),
    storePath: one('store-path'),
    cacheDir: one('cache-dir'),
    locked: flags.has('locked'),
    frozen: flags.has('frozen'),
    allFeatures: !flags.has('no-all-features'),
    noDefaultFeatures: flags.has('no-default-features'),
    features: flags.get('features') ?? [],
    cargoArgs: flags.get('cargo-arg') ?? [],
    filterGraph: flags.get('filter-graph') ?? [],
    currentTimeMs,
    outputFormat,
    outputFile: one('output-file'),
    logFile: one('log-file'),
    verbose,
  })
}

/** cargo-vet's form: date, `T` or a blank, time, and a zone. NaN when it is none. */
function parseTime(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?) ?(Z|[+-]\d\d:\d\d)$/.exec(text)
  return match === null ? NaN : Date.parse(`${match[1]}T${match[2]}${match[3]}`)
}

function unsupported(name: string): Result<never, Failure> {
  return fail({ code: 'unsupported', what: `'assay ${name}'`, instead: `Use \`cargo vet ${name}\`.` })
}

function usage(message: string): Result<never, Failure> {
  return fail({ code: 'usage', message })
}
