/**
 * Carries one command line to the engine and its answer to the streams: report on standard output (or --output-file),
 * warnings and human errors on standard error (or --log-file), cargo-vet's exit codes. Decides nothing about vetting.
 * Everything past the parsing of arguments is imported when its command runs.
 */
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { AbsolutePath, IsoDate } from '../../../shared/domain.ts'
import { failureText, type Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../../engine/capabilities.ts'
import type { CommandOptions } from '../../engine/session/commands.ts'
import { parseCommandLine, type CommandLine, type GlobalOptions } from './args.ts'
import type { Command } from './command-table.ts'
import { productRoot } from './product-root.ts'
import type { Terminal } from './terminal.ts'

/** Put in by the build. */
declare const ASSAY_VERSION: string

export const EXIT = { success: 0, usage: 2, failed: 255, interrupted: 130 } as const

/** What a command gets: the engine's needs, and where its words go. */
export interface CliContext {
  readonly caps: Capabilities
  readonly options: CommandOptions
  readonly global: GlobalOptions
  readonly terminal: Terminal
  readonly run: Run
  /** The command's answer: standard output, or the file of --output-file. @failure store-io */
  report(text: string): Result<null, Failure>
  warn(sentence: string): void
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Runs `assay` with the arguments after its name; resolves to the exit code and never rejects. */
export async function runCli(
  argv: readonly string[],
  terminal: Terminal,
  env: Environment,
  signal: AbortSignal,
): Promise<number> {
  const parsed = parseCommandLine(argv)
  if (!parsed.ok) {
    // PARITY cargo-vet 0.10.3: a command line that is not understood is told in plain text even with --output-format json.
    terminal.err(`error: ${failureText(parsed.error)}\n\nFor more information, try 'assay help'.\n`)
    return EXIT.usage
  }
  const unwritable = startLog(parsed.value.global, terminal)
  if (unwritable !== null) return reportFailure(unwritable, { ...parsed.value.global, logFile: null }, terminal)
  try {
    const done = await dispatch(parsed.value, terminal, env, signal)
    if (done.ok) return done.value
    return reportFailure(done.error, parsed.value.global, terminal)
  } catch (error) {
    if (signal.aborted || error instanceof Cancelled) return EXIT.interrupted
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return reportFailure({ code: 'internal', message }, parsed.value.global, terminal)
  }
}

async function dispatch(
  line: CommandLine,
  terminal: Terminal,
  env: Environment,
  signal: AbortSignal,
): Promise<Result<number, Failure>> {
  const { command, global } = line
  if (command.name === 'help') {
    const { helpText } = await import('./help.ts')
    terminal.out(helpText(command.topic))
    return ok(EXIT.success)
  }
  if (command.name === 'open') {
    const { openWindow } = await import('./open-window.ts')
    return openWindow(command.folder, terminal)
  }
  const { createNodeCapabilities } = await import('../../engine/node-capabilities.ts')
  const fixedMs = global.currentTimeMs
  const caps = createNodeCapabilities({
    version: typeof ASSAY_VERSION === 'undefined' ? 'development' : ASSAY_VERSION,
    sampleDir: path.join(productRoot(), 'sample'),
    env,
    ...(fixedMs === null ? {} : { nowMs: () => fixedMs }),
  })
  if (command.name === 'version') {
    terminal.out(`assay ${caps.host.version} (cargo-vet store 0.10)\n`)
    return ok(EXIT.success)
  }
  return runCommand(command, contextFor(caps, global, terminal, signal))
}

type EngineCommand = Exclude<Command, { name: 'help' | 'open' | 'version' }>

/** Each command's module is imported when it runs. */
async function runCommand(command: EngineCommand, context: CliContext): Promise<Result<number, Failure>> {
  switch (command.name) {
    case 'check':
    case 'suggest':
      return runReport(command.name, context)
    case 'fmt': {
      const { formatStore } = await import('../../engine/session/commands.ts')
      const written = await formatStore(context.caps, context.options, context.run)
      return written.ok ? ok(EXIT.success) : written
    }
    case 'certify':
      if (command.args.wildcard !== null)
        return (await import('./publisher-commands.ts')).certifyWildcardInTerminal(command.args, context)
      return (await import('./certify.ts')).certifyInTerminal(command.args, context)
    case 'init':
      return (await import('./store-commands.ts')).initInTerminal(context)
    case 'regenerate':
      if (command.what === 'unpublished')
        return (await import('./publisher-commands.ts')).regenerateUnpublishedInTerminal(context)
      if (command.what === 'audit-as-crates-io')
        return (await import('./publisher-commands.ts')).regenerateAuditAsInTerminal(context)
      if (command.what === 'imports') return (await import('./import-commands.ts')).regenerateImportsInTerminal(context)
      return (await import('./store-commands.ts')).regenerateExemptionsInTerminal(context)
    case 'add-exemption':
      return (await import('./store-commands.ts')).addExemptionInTerminal(command, context)
    case 'record-violation':
      return (await import('./store-commands.ts')).recordViolationInTerminal(command, context)
    case 'prune':
      return (await import('./store-commands.ts')).pruneInTerminal(command, context)
    case 'aggregate':
      return (await import('./store-commands.ts')).aggregateInTerminal(command, context)
    case 'explain-audit':
      return (await import('./store-commands.ts')).explainInTerminal(command, context)
    case 'dump-graph':
      return (await import('./store-commands.ts')).dumpGraphInTerminal(command, context)
    case 'import':
      return (await import('./import-commands.ts')).importInTerminal(command, context)
    case 'trust':
      return (await import('./publisher-commands.ts')).trustInTerminal(command.args, context)
    case 'renew':
      return (await import('./store-commands.ts')).renewInTerminal(command, context)
    case 'inspect':
      return (await import('./fetch-commands.ts')).inspectInTerminal(command, context)
    case 'diff':
      return (await import('./fetch-commands.ts')).diffInTerminal(command, context)
    case 'provenance':
      return (await import('./provenance.ts')).provenanceInTerminal(command.args, context)
    case 'risk':
      return (await import('./risk.ts')).riskInTerminal(command.args, context)
    case 'advisories':
      return (await import('./advisories.ts')).advisoriesInTerminal(command.args, context)
    case 'check-team':
      return (await import('./team-check.ts')).checkTeamInTerminal(command.args, context)
    case 'team':
      return (await import('./team.ts')).teamInTerminal(command.wish, context)
    case 'report':
      return (await import('./report.ts')).reportInTerminal(command.args, context)
    case 'queue':
      return (await import('./report.ts')).queueInTerminal(context)
    case 'export':
      return (await import('./export.ts')).exportInTerminal(command.args, context)
    case 'what-if':
      return (await import('./what-if.ts')).whatIfInTerminal(command.args, context)
    case 'gc':
      return (await import('./fetch-commands.ts')).gcInTerminal(command, context)
  }
}

async function runReport(name: 'check' | 'suggest', context: CliContext): Promise<Result<number, Failure>> {
  const commands = await import('../../engine/session/commands.ts')
  const run = name === 'check' ? commands.checkWorkspace : commands.suggestWorkspace
  const outcome = await run(context.caps, context.options, context.run)
  if (!outcome.ok) return outcome
  for (const warning of outcome.value.warnings) context.warn(warning)
  const written = context.report(outcome.value.text(context.global.outputFormat))
  if (!written.ok) return written
  return ok(name === 'suggest' || outcome.value.conclusion === 'success' ? EXIT.success : EXIT.failed)
}

function contextFor(caps: Capabilities, global: GlobalOptions, terminal: Terminal, signal: AbortSignal): CliContext {
  const absolute = (given: string) => path.resolve(terminal.cwd, given) as AbsolutePath
  const options: CommandOptions = {
    path: absolute(global.manifestPath ?? '.'),
    storePath: global.storePath === null ? null : absolute(global.storePath),
    locked: global.locked,
    frozen: global.frozen,
    allFeatures: global.allFeatures,
    noDefaultFeatures: global.noDefaultFeatures,
    features: global.features,
    cargoArgs: global.cargoArgs,
    filterGraph: global.filterGraph,
    cacheDir: global.cacheDir === null ? null : absolute(global.cacheDir),
    today: new Date(caps.clock.nowMs()).toISOString().slice(0, 10) as IsoDate,
    allowLockfileOnly: false,
    currentDir: absolute('.'),
    hints: hintsWanted(global),
  }
  const shows = (level: 'warn' | 'error') =>
    global.verbose !== 'off' && (level === 'error' || global.verbose !== 'error')
  let hasReported = false
  return {
    caps,
    options,
    global,
    terminal,
    run: { signal, onProgress: () => undefined },
    report(text) {
      const written = writeReport(text, global, terminal, hasReported)
      hasReported = true
      return written
    },
    warn: sentence => {
      if (shows('warn')) log(`WARNING: ${sentence}\n`, global, terminal)
    },
  }
}

/** JSON has no place for hints, and without the network there are only those that were fetched earlier. */
function hintsWanted({
  outputFormat,
  registrySuggestions,
  frozen,
}: GlobalOptions): NonNullable<CommandOptions['hints']> {
  if (outputFormat === 'json') return 'none'
  return registrySuggestions && !frozen ? 'publishers-and-peers' : 'publishers'
}

function writeReport(text: string, global: GlobalOptions, terminal: Terminal, isMore = false): Result<null, Failure> {
  if (global.outputFile === null) {
    terminal.out(text)
    return ok(null)
  }
  const file = path.resolve(terminal.cwd, global.outputFile)
  try {
    if (isMore) appendFileSync(file, text)
    else writeFileSync(file, text)
    return ok(null)
  } catch (error) {
    return fail({ code: 'store-io', path: file, reason: error instanceof Error ? error.message : String(error) })
  }
}

/** Empties the log file, as cargo-vet does, so that a bad path is told before any work. */
function startLog(global: GlobalOptions, terminal: Terminal): Failure | null {
  if (global.logFile === null) return null
  const file = path.resolve(terminal.cwd, global.logFile)
  try {
    writeFileSync(file, '')
    return null
  } catch (error) {
    return { code: 'store-io', path: file, reason: error instanceof Error ? error.message : String(error) }
  }
}

function log(text: string, global: GlobalOptions, terminal: Terminal): void {
  if (global.logFile === null) terminal.err(text)
  else appendFileSync(path.resolve(terminal.cwd, global.logFile), text)
}

async function reportFailure(failure: Failure, global: GlobalOptions, terminal: Terminal): Promise<number> {
  if (failure.code === 'cancelled') return EXIT.interrupted
  if (failure.code === 'usage' || failure.code === 'unsupported') {
    terminal.err(`error: ${failureText(failure)}\n`)
    return EXIT.usage
  }
  if (global.outputFormat === 'json') {
    const { errorJson } = await import('./error-json.ts')
    const written = writeReport(errorJson(failure), global, terminal)
    if (written.ok) return EXIT.failed
  }
  log(`error: ${failureText(failure)}\n`, global, terminal)
  return EXIT.failed
}
