// Decides whether the desktop window can be opened here, and gets Electron's binary once. Each "no" is one line of text,
// because the browser door will say it.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT, say, toolEnv } from './setup.mjs'

const ELECTRON = path.join(ROOT, 'node_modules', 'electron')
const FAILURE = path.join(ROOT, 'node_modules', '.assay-electron-failed.json')
/** Long enough for 120 MB on a slow line, short enough that a first start stays under five minutes. */
const DOWNLOAD_TIMEOUT_MS = 150_000
const RETRY_AFTER_MS = 24 * 60 * 60 * 1000
/** A window that ends with an error this early never came up. */
const EARLY_END_MS = 10_000

/** Null where a window can be shown, else why not. */
export function whyNoDisplay() {
  if (process.platform === 'darwin' || process.platform === 'win32') return null
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display here'
  if (process.getuid?.() === 0) return 'Electron does not run as root with its sandbox on'
  return null
}

/** Path of the pinned Electron's binary, null until it was downloaded. */
export function electronBinary() {
  const { version } = JSON.parse(readFileSync(path.join(ELECTRON, 'package.json'), 'utf8'))
  const pathFile = path.join(ELECTRON, 'path.txt')
  const versionFile = path.join(ELECTRON, 'dist', 'version')
  if (!existsSync(pathFile) || !existsSync(versionFile)) return null
  if (readFileSync(versionFile, 'utf8').replace(/^v/, '') !== version) return null
  const binary = path.join(ELECTRON, 'dist', readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? binary : null
}

function rememberedFailure() {
  if (!existsSync(FAILURE)) return null
  const { at, reason } = JSON.parse(readFileSync(FAILURE, 'utf8'))
  return Date.now() - at < RETRY_AFTER_MS ? reason : null
}

/** Downloads Electron with its own installer, at most once a day when it fails. Answers null or why there is none. */
export async function whyNoElectron(shouldRetry) {
  if (electronBinary() !== null) return null
  const remembered = shouldRetry ? null : rememberedFailure()
  if (remembered !== null) return `${remembered} (to try again: npm start -- --retry-electron)`
  say('Downloading Electron, once …')
  const reason = await runInstaller()
  if (reason === null) {
    rmSync(FAILURE, { force: true })
    return electronBinary() === null ? 'Electron was downloaded but is not complete' : null
  }
  writeFileSync(FAILURE, JSON.stringify({ at: Date.now(), reason }))
  return reason
}

function runInstaller() {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [path.join(ELECTRON, 'install.js')], {
      stdio: ['ignore', 2, 'pipe'],
      env: toolEnv(),
    })
    let tail = ''
    child.stderr.on('data', chunk => {
      if (process.stderr.isTTY) process.stderr.write(chunk)
      tail = (tail + String(chunk)).slice(-4_000)
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), DOWNLOAD_TIMEOUT_MS)
    child.on('error', error => resolve(`Electron’s installer did not start: ${error.message}`))
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(null)
      else if (signal !== null) resolve(`Electron could not be downloaded in ${DOWNLOAD_TIMEOUT_MS / 1000} s`)
      else resolve(`Electron could not be downloaded: ${errorLine(tail)}`)
    })
  })
}

/** The line of a stack that says what went wrong. */
const errorLine = text =>
  text
    .split('\n')
    .find(line => /error|ENOTFOUND|ECONN|ETIMEDOUT|status|code/i.test(line))
    ?.trim()
    .slice(0, 200) ?? 'no reason given'

/**
 * Opens the window and waits until it is closed. Answers its exit code, or why it never came up (then the caller can
 * still serve the browser door).
 */
export function openWindow(workspace) {
  return new Promise(resolve => {
    const env = { ...process.env }
    delete env.ELECTRON_RUN_AS_NODE
    delete env.NODE_OPTIONS
    const args = [ROOT, workspace === null ? '--sample' : `--workspace=${workspace}`]
    const startedAt = Date.now()
    const child = spawn(electronBinary(), args, { stdio: 'inherit', env, cwd: ROOT })
    const ignore = () => undefined
    const pass = signal => child.kill(signal)
    process.on('SIGINT', ignore)
    process.on('SIGTERM', pass)
    child.on('error', error => resolve({ reason: `Electron did not start: ${error.message}` }))
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', pass)
      const isEarly = Date.now() - startedAt < EARLY_END_MS && code !== 0 && signal !== 'SIGINT' && signal !== 'SIGTERM'
      if (isEarly) resolve({ reason: `Electron ended at once (${signal ?? `code ${code}`}, see above)` })
      else resolve({ code: code ?? 0 })
    })
  })
}
