// What each test lane needs from this machine, and how its result is counted. A lane that cannot run has one reason.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { testElectron } from '../test-electron.mjs'
import { ROOT } from './setup.mjs'

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const onPath = name =>
  (process.env.PATH ?? '').split(path.delimiter).some(folder => existsSync(path.join(folder, name)))

/** A Chromium to test with: ASSAY_CHROMIUM, else an installed one; null when there is none. */
export function findChromium() {
  const given = process.env.ASSAY_CHROMIUM
  if (given !== undefined && given !== '') return existsSync(given) ? given : null
  return BROWSERS.find(file => existsSync(file)) ?? null
}

/** Null when the browser lane can run. */
export const whyNoBrowserLane = () =>
  findChromium() === null ? 'no Chromium or Chrome found (install one, or set ASSAY_CHROMIUM)' : null

/** Null when the desktop lane can run. */
export function whyNoDesktopLane() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the test Electron exists for Linux x64 only'
  if (testElectron() === null) return 'the test Electron is not here (get it with: node scripts/test-electron.mjs)'
  if (!onPath('Xvfb')) return 'no Xvfb found (install xvfb)'
  const missing = missingLibrary()
  return missing === null ? null : `the test Electron lacks the system library ${missing}`
}

/** Null when our answers can be compared with those of the real cargo-vet. */
export function whyNoReferenceLane() {
  const binary = process.env.ASSAY_CARGO_VET || path.join(ROOT, '.tools', 'cargo-vet', 'bin', 'cargo-vet')
  return existsSync(binary) ? null : 'no cargo-vet (cargo install cargo-vet --version 0.10.3 --root .tools/cargo-vet)'
}

/** The version that .ci/run installs; another one may word or judge something else. */
const CARGO_AUDIT_VERSION = '0.22.2'

/** Null when our advisories can be compared with those of the real cargo-audit. */
export function whyNoAdvisoryLane() {
  const binary = process.env.ASSAY_CARGO_AUDIT || path.join(ROOT, '.tools', 'cargo-audit', 'bin', 'cargo-audit')
  if (existsSync(binary)) return null
  return `no cargo-audit (cargo install cargo-audit --locked --version ${CARGO_AUDIT_VERSION} --root .tools/cargo-audit)`
}

function missingLibrary() {
  const listed = spawnSync('ldd', [testElectron()], { encoding: 'utf8' })
  return /^\s*(\S+) => not found/m.exec(listed.stdout ?? '')?.[1] ?? null
}

/** True when a folder of end-to-end tests has any. */
export const hasSpecs = lane => readdirSync(path.join(ROOT, 'e2e', lane)).some(name => /\.(spec|test)\.ts$/.test(name))

const readJson = file => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** Counts from vitest's JSON report. A file that did not load is one failure. */
export function countVitest(file, exitCode) {
  const report = readJson(file)
  if (report === null) return { passed: 0, failed: 1, skipped: 0 }
  const broken = report.testResults.filter(
    suite => suite.status === 'failed' && suite.assertionResults.length === 0,
  ).length
  const failed = report.numFailedTests + broken
  const skipped = report.numPendingTests + report.numTodoTests
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped }
}

/** Counts from Playwright's JSON report. A test that passed only when tried again counts as passed and is named. */
export function countPlaywright(file, exitCode) {
  const report = readJson(file)
  if (report === null) return { passed: 0, failed: 1, skipped: 0 }
  const { expected, unexpected, flaky, skipped } = report.stats
  const failed = unexpected === 0 && exitCode !== 0 ? Math.max(1, report.errors.length) : unexpected
  return { passed: expected + flaky, failed, skipped }
}
