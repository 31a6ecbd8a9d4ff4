/**
 * The desktop shell: one window on our own pages, one engine process, nothing in between but the contract. Sets every
 * protection before anything is shown, then wires window, engine, menu and start requests together.
 */
import './compat.ts'
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { app, crashReporter, session } from 'electron'
import { contract } from '../../../shared/contract.ts'
import { LINK_SCHEME, parseDeepLink, type LaunchRequest } from '../../../shared/launch.ts'
import { superviseEngine, type Supervisor } from '../engine-supervisor.ts'
import { registerAppScheme, serveAppScheme } from './app-scheme.ts'
import { startEngine } from './engine-utility-process.ts'
import { hardenCommandLine, hardenContents, hardenSession } from './hardening.ts'
import { EVENT_CHANNEL, answerCalls } from './ipc.ts'
import { createMainWindow, type MainWindow } from './main-window.ts'
import { installMenu } from './menu.ts'
import { readStartArguments } from './start-arguments.ts'

const DIST = path.resolve(__dirname, '..')
const areToolsAllowed = !app.isPackaged
let main: MainWindow | null = null
let engine: Supervisor | null = null
let launch: LaunchRequest = { kind: 'last' }

const log = (text: string): void => void process.stderr.write(`assay: ${text}\n`)

/** The engine's environment: ours, where the shipped sample is, and cargo's own folder for starts without a shell. */
function engineEnv(): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value
  env.ASSAY_SAMPLE_DIR ??= app.isPackaged
    ? path.join(process.resourcesPath, 'sample')
    : path.resolve(DIST, '..', 'sample')
  const known = env.PATH === undefined ? [] : env.PATH.split(path.delimiter)
  const usual = [path.join(os.homedir(), '.cargo', 'bin'), '/opt/homebrew/bin', '/usr/local/bin']
  const more = usual.filter(folder => !known.includes(folder) && existsSync(folder))
  env.PATH = [...known, ...more].join(path.delimiter)
  return env
}

function sendToPage(name: string, payload: unknown): void {
  const window = main?.window
  if (window !== undefined && !window.isDestroyed()) window.webContents.send(EVENT_CHANNEL, name, payload)
}

/** Shows what a later start or a link asks for in the window that is there. */
function showLaunch(request: LaunchRequest | null): void {
  const window = main?.window
  if (window === undefined || window.isDestroyed()) {
    if (request !== null) launch = request
    return
  }
  if (window.isMinimized()) window.restore()
  window.focus()
  if (request !== null) sendToPage('shell.launch', request)
}

function noteTheme(name: string, payload: unknown): void {
  if (name !== 'app.changed') return
  const parsed = contract['app.changed'].payload.safeParse(payload)
  if (parsed.success) main?.setTheme(parsed.data.settings.theme)
}

function start(): void {
  // NOTE: ASSAY_PAGES lets the tests of an old Electron use pages built for it; a packaged application ignores it.
  serveAppScheme((areToolsAllowed && process.env.ASSAY_PAGES) || path.join(DIST, 'renderer'))
  hardenSession(session.defaultSession, areToolsAllowed)
  const supervisor = superviseEngine({
    spawn: because => startEngine({ script: path.join(DIST, 'engine.mjs'), env: engineEnv() }, because),
    onEvent: (name, payload) => {
      noteTheme(name, payload)
      sendToPage(name, payload)
    },
    log,
  })
  engine = supervisor
  answerCalls(() => main?.window ?? null, supervisor.call, log)
  installMenu(areToolsAllowed, id => sendToPage('shell.command', { id }))
  openWindow()
}

function openWindow(): void {
  main = createMainWindow(path.join(app.getPath('userData'), 'window.json'), launch, areToolsAllowed, log)
  main.window.on('closed', () => {
    main = null
  })
}

function quitInOrder(): void {
  let isEngineStopped = false
  app.on('before-quit', event => {
    if (isEngineStopped || engine === null) return
    event.preventDefault()
    void engine.stop().then(() => {
      isEngineStopped = true
      app.quit()
    })
  })
  app.on('window-all-closed', () => app.quit())
}

function run(): void {
  app.setName('Assay')
  if (process.env.ASSAY_DATA_DIR) app.setPath('userData', path.resolve(process.env.ASSAY_DATA_DIR, 'desktop'))
  const args = process.argv.slice(1)
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  launch = readStartArguments(args, process.cwd(), app.isPackaged) ?? launch
  crashReporter.start({ uploadToServer: false, submitURL: '', productName: 'Assay' } as never)
  // NOTE: root can run Chromium only with its sandbox off, which nobody but a test asks for; both at once start no page.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  hardenCommandLine()
  registerAppScheme()
  hardenContents()
  quitInOrder()
  app.on('second-instance', (_event, argv, cwd) => showLaunch(readStartArguments(argv.slice(1), cwd, app.isPackaged)))
  app.on('open-url', (event, url) => {
    event.preventDefault()
    showLaunch(parseDeepLink(url))
  })
  app.on('activate', () => {
    if (main === null && engine !== null) openWindow()
  })
  app.on('child-process-gone', (_event, details) => log(`${details.type} process ended: ${details.reason}`))
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
  void app.whenReady().then(start)
}

run()
