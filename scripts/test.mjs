// `npm test [-- --only=LANE,…]`: installs, builds, then runs every lane that this machine can run and names the others
// with the reason. Ends with `N passed, N failed, N skipped` over all lanes, and with exit code 1 when something failed.
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { buildAll } from './build.mjs'
import {
  countPlaywright,
  countVitest,
  findChromium,
  hasSpecs,
  whyNoAdvisoryLane,
  whyNoBrowserLane,
  whyNoDesktopLane,
  whyNoReferenceLane,
} from './lib/lanes.mjs'
import { ROOT, enterPinnedNode, runThrough, toolEnv } from './lib/setup.mjs'

await enterPinnedNode()
const RESULTS = path.join(ROOT, 'test-results')
const only =
  process.argv
    .find(arg => arg.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',') ?? null
const tool = name => path.join(ROOT, 'node_modules', ...name.split('/'))
const node = (script, args, env = {}) => runThrough(process.execPath, [tool(script), ...args], { env: toolEnv(env) })
const passedIf = isGood => (isGood ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 })

async function build() {
  try {
    await buildAll({ legacy: whyNoDesktopLane() === null })
    return passedIf(true)
  } catch (error) {
    console.log(`build failed: ${error instanceof Error ? error.message : String(error)}`)
    return passedIf(false)
  }
}

async function unit() {
  const report = path.join(RESULTS, 'unit.json')
  const code = await node('vitest/vitest.mjs', [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  return countVitest(report, code)
}

const e2e = lane => async () => {
  const report = path.join(RESULTS, `e2e-${lane}.json`)
  const env = { ASSAY_E2E_JSON: report, ASSAY_CHROMIUM: findChromium() ?? '' }
  return countPlaywright(report, await node('playwright/cli.js', ['test', `--project=${lane}`], env))
}

/** Random cases from a fresh seed, which is printed, for as long as this; about 6 cases a second on two cores. */
const REFERENCE_SECONDS = '60'

async function reference() {
  const program = path.join(ROOT, 'tools', 'reference.ts')
  const args = [program, '--seconds', REFERENCE_SECONDS]
  return passedIf((await runThrough(process.execPath, args, { env: toolEnv() })) === 0)
}

/** Made-up databases for this long; every bound of the real one and the lock files of real projects take 15 s more. */
const ADVISORY_SECONDS = '10'

async function advisories() {
  const program = path.join(ROOT, 'tools', 'advisory-reference.ts')
  const args = [program, '--seconds', ADVISORY_SECONDS]
  return passedIf((await runThrough(process.execPath, args, { env: toolEnv() })) === 0)
}

const LANES = [
  { name: 'build', run: build },
  { name: 'typecheck', run: async () => passedIf((await node('typescript/bin/tsc', ['-p', 'tsconfig.json'])) === 0) },
  { name: 'lint', run: async () => passedIf((await node('eslint/bin/eslint.js', ['.'])) === 0) },
  {
    name: 'format',
    run: async () => passedIf((await node('prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.'])) === 0),
  },
  { name: 'unit', run: unit },
  { name: 'reference', why: whyNoReferenceLane, run: reference },
  { name: 'advisories', why: whyNoAdvisoryLane, run: advisories },
  { name: 'browser', why: whyNoBrowserLane, run: e2e('chromium'), folder: 'chromium' },
  { name: 'desktop', why: whyNoDesktopLane, run: e2e('electron'), folder: 'electron' },
]

rmSync(RESULTS, { recursive: true, force: true })
mkdirSync(RESULTS, { recursive: true })
const total = { passed: 0, failed: 0, skipped: 0 }
const lines = []
for (const lane of LANES) {
  if (only !== null && !only.includes(lane.name)) continue
  const reason = lane.why?.() ?? (lane.folder !== undefined && !hasSpecs(lane.folder) ? 'no tests yet' : null)
  if (reason !== null) {
    lines.push(`${lane.name}: skipped, ${reason}`)
    total.skipped += 1
    continue
  }
  console.log(`\n── ${lane.name}`)
  const startedAt = performance.now()
  const counts = await lane.run()
  for (const key of Object.keys(total)) total[key] += counts[key]
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  lines.push(
    `${lane.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${seconds} s`,
  )
}
console.log(`\n${lines.join('\n')}\n`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 ? 0 : 1)
