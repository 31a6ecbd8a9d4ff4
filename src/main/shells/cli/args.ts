/**
 * The command line as a value: which command, with which of cargo-vet's flags. Global flags may stand before or after
 * the subcommand, a leading `vet` is skipped, `--flag value` and `--flag=value` are the same. Pure; reads nothing.
 * What cannot be understood is a `usage` failure, which exits with 2. The commands themselves are in command-table.ts.
 */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { COMMAND_FLAGS, COMMANDS, usage, type Arity, type Command, type Flags } from './command-table.ts'

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
  /** `--output-format ndjson`, which only some commands have: one JSON value a line, as they come. Else false. */
  readonly asLines: boolean
  /** `--output-format csv`, which only `queue` has. Else false. */
  readonly asCsv: boolean
  readonly outputFile: string | null
  readonly logFile: string | null
  readonly verbose: Verbosity
  /** False with --no-registry-suggestions. */
  readonly registrySuggestions: boolean
  readonly useGitCredentials: boolean
}

export interface CommandLine {
  readonly command: Command
  readonly global: GlobalOptions
}

const VERBOSITIES: readonly Verbosity[] = ['off', 'error', 'warn', 'info', 'debug', 'trace']

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
  ['no-registry-suggestions', 'switch'],
  // PARITY cargo-vet 0.10.3: accepted, without effect there as well.
  ['no-minimize-exemptions', 'switch'],
  ['use-git-credentials', 'switch'],
  ['help', 'switch'],
  ['version', 'switch'],
])

interface Split {
  readonly flags: Flags
  readonly words: readonly string[]
}

/** Parses the arguments after the program's name. @failure usage */
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
  if (global.value.asLines && command.value.name !== 'provenance') return usage(NOT_A_FORMAT('ndjson'))
  if (global.value.asCsv && command.value.name !== 'queue') return usage(NOT_A_FORMAT('csv'))
  const needsLocked = command.value.name !== 'help' && command.value.name !== 'version'
  if (needsLocked && global.value.frozen && !global.value.locked) return usage('--frozen needs --locked')
  return ok({ command: command.value, global: global.value })
}

function parseCommand(words: readonly string[], flags: Flags): Result<Command, Failure> {
  const [name = 'check', ...rest] = words
  const spec = COMMANDS.get(name)
  if (spec === undefined) return usage(`'${name}' is not a command of assay`)
  const stray = [...flags.keys()].find(flag => !GLOBAL_FLAGS.has(flag) && spec.flags[flag] === undefined)
  if (stray !== undefined) return usage(`--${stray} is not an option of 'assay ${name}'`)
  const extra = rest[spec.most]
  if (extra !== undefined) return usage(`'${extra}' is one argument too many for 'assay ${name}'`)
  if (rest.length < spec.least) return usage(`something is missing: assay ${name} ${spec.shape}`)
  return spec.read(rest, flags)
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
    // A flag that two commands read differently belongs to the command before it.
    const own = COMMANDS.get((words[0] === 'vet' ? words[1] : words[0]) ?? '')?.flags[name]
    const arity = long.startsWith('--') ? (GLOBAL_FLAGS.get(name) ?? own ?? COMMAND_FLAGS.get(name)) : undefined
    if (arity === undefined) return usage(`'${arg}' is not an option of assay`)
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

const NOT_A_FORMAT = (text: string) => `--output-format is 'human' or 'json', not '${text}'`

function globalOptions(flags: Flags): Result<GlobalOptions, Failure> {
  const one = (name: string) => flags.get(name)?.[0] ?? null
  const outputFormat = one('output-format') ?? 'human'
  const asLines = outputFormat === 'ndjson'
  const asCsv = outputFormat === 'csv'
  if (outputFormat !== 'human' && outputFormat !== 'json' && !asLines && !asCsv)
    return usage(NOT_A_FORMAT(outputFormat))
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
    outputFormat: asLines ? 'json' : asCsv ? 'human' : outputFormat,
    asLines,
    asCsv,
    outputFile: one('output-file'),
    logFile: one('log-file'),
    verbose,
    registrySuggestions: !flags.has('no-registry-suggestions'),
    useGitCredentials: flags.has('use-git-credentials'),
  })
}

/** cargo-vet's form: date, `T` or a blank, time, and a zone. NaN when it is none. */
function parseTime(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?) ?(Z|[+-]\d\d:\d\d)$/.exec(text)
  return match === null ? NaN : Date.parse(`${match[1]}T${match[2]}${match[3]}`)
}
