/**
 * The browser door as a program: starts the engine as a Node child, serves the pages on 127.0.0.1, prints the address
 * with its one-time token and opens it where there is a browser. Ctrl-C ends it and the engine.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { failureText } from '../../../shared/failure.ts'
import type { LaunchRequest } from '../../../shared/launch.ts'
import { brand } from '../../../shared/domain.ts'
import { spawnNodeEngine } from '../engine-node-child.ts'
import { superviseEngine } from '../engine-supervisor.ts'
import { answerShellCall } from './shell-calls.ts'
import { startDoorServer } from './door-server.ts'

const USAGE = `usage: npm start -- [WORKSPACE] [--browser] [--port NUMBER] [--no-open]`

interface DoorArguments {
  readonly workspace: string | null
  /** `--sample`, which `npm start` adds: without a workspace, and where none was ever open, the sample is opened. */
  readonly isSampleElse: boolean
  readonly port: number
  readonly shouldOpen: boolean
}

/** Reads the arguments; a text is what is wrong with them. */
export function parseDoorArguments(args: readonly string[]): DoorArguments | string {
  let workspace: string | null = null
  let port = 0
  let shouldOpen = true
  let isSampleElse = false
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (arg === '--no-open') shouldOpen = false
    else if (arg === '--sample') isSampleElse = true
    else if (arg === '--port') {
      port = /^\d{1,5}$/.test(args[i + 1] ?? '') ? Number(args[++i]) : -1
      if (port < 0 || port > 65_535) return '--port needs a number from 0 to 65535'
    } else if (arg.startsWith('-')) return `unknown option ${arg}`
    else if (workspace !== null) return 'name one workspace only'
    else workspace = arg
  }
  return { workspace, isSampleElse, port, shouldOpen }
}

/** What opens an address in the user's browser here; null when there is nothing to open it with or nothing to see. */
function browserOpener(): readonly string[] | null {
  if (process.platform === 'darwin') return ['open']
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  const { DISPLAY, WAYLAND_DISPLAY, PATH = '' } = process.env
  if (!DISPLAY && !WAYLAND_DISPLAY) return null
  const opener = PATH.split(path.delimiter).some(folder => existsSync(path.join(folder, 'xdg-open')))
  return opener ? ['xdg-open'] : null
}

function openInBrowser(address: string): void {
  const [command, ...args] = browserOpener() ?? []
  if (command === undefined) return
  const child = spawn(command, [...args, address], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}

/** Runs until Ctrl-C, then answers the exit code. */
export async function runBrowserDoor(args: readonly string[]): Promise<number> {
  const parsed = parseDoorArguments(args)
  if (typeof parsed === 'string') {
    process.stderr.write(`${failureText({ code: 'usage', message: parsed })}\n${USAGE}\n`)
    return 2
  }
  const here = path.dirname(fileURLToPath(import.meta.url))
  const launch: LaunchRequest =
    parsed.workspace === null
      ? { kind: parsed.isSampleElse ? 'last-or-sample' : 'last' }
      : { kind: 'workspace', path: brand<'AbsolutePath'>(path.resolve(parsed.workspace)) }
  const log = (text: string): void => void process.stderr.write(`${text}\n`)
  const engine = superviseEngine({
    spawn: because =>
      spawnNodeEngine({ node: process.execPath, script: path.join(here, 'engine.mjs'), env: process.env }, because),
    onEvent: (name, payload) => server?.emit(name, payload),
    log,
  })
  const ended = untilStopped()
  let server: Awaited<ReturnType<typeof startDoorServer>> | null = null
  try {
    server = await startDoorServer({
      pages: process.env.ASSAY_PAGES ?? path.join(here, 'renderer'),
      call: (name, callArgs) => answerShellCall(name, callArgs) ?? engine.call(name, callArgs),
      port: parsed.port,
      launch,
    })
  } catch (error) {
    log(`cannot listen on 127.0.0.1:${parsed.port}: ${error instanceof Error ? error.message : String(error)}`)
    await engine.stop()
    return 1
  }
  announce(server.newAddress(), server.port, parsed.shouldOpen)
  offerNewLinks(() => process.stdout.write(`\n  ${server?.newAddress()}\n`))
  await ended
  await Promise.all([server.close(), engine.stop()])
  return 0
}

function announce(address: string, port: number, shouldOpen: boolean): void {
  process.stdout.write(`\nAssay is at (this link works once):\n\n  ${address}\n\n`)
  if (process.env.SSH_CONNECTION)
    process.stdout.write(`Over SSH, forward the same port first: ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE\n`)
  process.stdout.write(`${process.stdin.isTTY ? 'Enter prints a new link, ' : ''}Ctrl-C stops.\n`)
  if (shouldOpen) openInBrowser(address)
}

function offerNewLinks(print: () => void): void {
  if (!process.stdin.isTTY) return
  const lines = readline.createInterface({ input: process.stdin })
  lines.on('line', print)
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
}

function untilStopped(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}

// NOTE: tests import this file; only as dist/browser-server.mjs it runs.
if (process.argv[1] !== undefined && path.basename(process.argv[1]) === 'browser-server.mjs') {
  process.exit(await runBrowserDoor(process.argv.slice(2)))
}
