/**
 * `inspect`, `diff` and `gc` on the terminal. Prompts wait only where somebody can answer; a browser is started beside
 * us, a shell gets the terminal (and no input without one), changes go through git's pager on a terminal.
 */
import { spawn } from 'node:child_process'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { PreparedFetch } from '../../engine/session/fetch-commands.ts'
import type { Command } from './command-table.ts'
import { harmless } from './harmless.ts'
import { EXIT, type CliContext } from './run.ts'

type Of<N extends Command['name']> = Extract<Command, { name: N }>
type Done = Promise<Result<number, Failure>>

const NEXT = '\nUse |assay certify| to record your audit.\n'
/** A browser's starter that fails does so at once. */
const BROWSER_WAIT_MS = 3_000

export async function inspectInTerminal({ crate, version, mode }: Of<'inspect'>, context: CliContext): Done {
  const { prepareFetch } = await import('../../engine/session/fetch-commands.ts')
  const fetch = { kind: 'inspect', crate, version } as const
  const prepared = await prepareFetch(context.caps, context.options, { fetch, mode }, context.run)
  if (!prepared.ok) return prepared
  const shown = await introduce(prepared.value, 'crate', context)
  if (!shown.ok || prepared.value.url !== null) return shown
  const folder = await prepared.value.folder(context.run)
  if (!folder.ok) return folder
  const shell = context.caps.host.env['SHELL'] ?? ''
  if (shell === '' || context.caps.host.platform === 'win32') {
    context.report(`  fetched to "${folder.value}"\n${NEXT}`)
    return ok(EXIT.success)
  }
  context.report(`Opening nested shell in: "${folder.value}"\nUse \`exit\` or Ctrl-D to finish.\n`)
  const code = await nestedShell(shell, folder.value, context)
  context.report(NEXT)
  return ok(code)
}

export async function diffInTerminal({ crate, version1, version2, mode }: Of<'diff'>, context: CliContext): Done {
  const { prepareFetch } = await import('../../engine/session/fetch-commands.ts')
  const fetch = { kind: 'diff', crate, version1, version2 } as const
  const prepared = await prepareFetch(context.caps, context.options, { fetch, mode }, context.run)
  if (!prepared.ok) return prepared
  const shown = await introduce(prepared.value, 'diff', context)
  if (!shown.ok || prepared.value.url !== null) return shown
  const changes = await prepared.value.diff(context.run)
  if (!changes.ok) return changes
  const bytes = Buffer.from(changes.value, 'latin1')
  if (context.global.outputFile === null && context.terminal.page !== undefined) {
    await context.terminal.page(harmless(bytes.toString('utf8')))
  } else {
    const written = context.report(bytes.toString('utf8'))
    if (!written.ok) return written
  }
  context.report(NEXT)
  return ok(EXIT.success)
}

export async function gcInTerminal({ maxPackageAgeDays, clean }: Of<'gc'>, context: CliContext): Done {
  const { collectGarbage } = await import('../../engine/session/gc-command.ts')
  const done = await collectGarbage(context.caps, context.options, { maxPackageAgeDays, clean }, context.run)
  if (!done.ok) return done
  const { folder, removed } = done.value
  const written = context.report(
    clean
      ? `cleaning entire contents of cache directory: ${folder}\n`
      : `removed ${removed} ${removed === 1 ? 'entry' : 'entries'} from ${folder}\n`,
  )
  return written.ok ? ok(EXIT.success) : written
}

/** The criteria, one keypress where somebody is there, and the browser if there is an address. */
async function introduce(prepared: PreparedFetch, what: 'crate' | 'diff', context: CliContext): Done {
  for (const warning of prepared.warnings) context.warn(warning)
  const { url } = prepared
  const where = url === null ? '' : `You can inspect the ${what} here: ${url}\n\n`
  const shown = context.report(prepared.text + where)
  if (!shown.ok) return shown
  const question =
    url === null
      ? '(press ENTER to inspect locally)'
      : '(press ENTER to open in your browser, or re-run with --mode=local)'
  await context.terminal.ask(question, context.run.signal)
  context.run.signal.throwIfAborted()
  if (url === null) return ok(EXIT.success)
  if (!(await openBrowser(url, context)))
    return fail({
      code: 'refused',
      message: `Couldn't open ${url} in your browser, try --mode=local?`,
      help: 'The audit can be certified all the same: what was looked at is remembered.',
    })
  context.report(NEXT)
  return ok(EXIT.success)
}

/** True once the system's opener has taken the address. It lives on without us. */
function openBrowser(url: string, { caps }: CliContext): Promise<boolean> {
  const { env, platform } = caps.host
  const [command, ...args] =
    platform === 'darwin'
      ? (['open', url] as const)
      : platform === 'win32'
        ? (['rundll32', 'url.dll,FileProtocolHandler', url] as const)
        : (['xdg-open', url] as const)
  return new Promise(resolve => {
    const child = spawn(command, args, { env, stdio: 'ignore', detached: true })
    const timer = setTimeout(() => resolve(true), BROWSER_WAIT_MS)
    const settle = (isOpen: boolean) => {
      clearTimeout(timer)
      resolve(isOpen)
    }
    child.once('error', () => settle(false))
    child.once('exit', code => settle(code === 0))
    child.unref()
  })
}

/** The user's own shell in the folder; its exit code is ours, as with cargo-vet. */
function nestedShell(shell: string, folder: string, { caps, terminal }: CliContext): Promise<number> {
  const input = terminal.isInteractive ? 'inherit' : 'ignore'
  return new Promise(resolve => {
    const child = spawn(shell, [], {
      cwd: folder,
      env: { ...caps.host.env, PWD: folder },
      stdio: [input, 'inherit', 'inherit'],
    })
    child.once('error', () => resolve(EXIT.failed))
    child.once('exit', code => resolve(code ?? EXIT.failed))
  })
}
