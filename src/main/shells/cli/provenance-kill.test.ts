/**
 * A run over 200 crates, killed with SIGKILL in its middle and started again: what was done is not done again, and the
 * answer is that of a run that nobody disturbed. The command line runs in a process of its own, as users start it.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createNodeCapabilities } from '../../engine/node-capabilities.ts'
import { openProvenanceResults } from '../../engine/session/provenance-results.ts'
import { makeMany } from '../../engine/provenance/testing/many.ts'
import { makeWorld, missingTools, tamper, type World } from '../../engine/provenance/testing/world.ts'
import { envIn, scratch } from './testing.ts'

const CRATES = 200
const JOBS = 4
/** Of these the archive differs, so that the answers are not all alike. */
const isSpoilt = (i: number) => i % 17 === 5

let world: World
let box: ReturnType<typeof scratch>
beforeAll(async () => {
  if (missingTools !== null) return
  world = await makeWorld('kill')
  box = scratch()
  const spoil = (i: number, archive: Uint8Array) =>
    isSpoilt(i) ? tamper(archive, crate => crate.set('README.md', old => `${old}more\n`)) : archive
  const many = await makeMany(world, { crates: CRATES, repositories: 8 }, spoil)
  writeFileSync(path.join(box.folder, 'list'), many.list)
}, 60_000)
afterAll(async () => {
  await world?.dispose()
  box?.dispose()
})

interface Row {
  readonly crate: string
  readonly outcome: string
  readonly checkedAt: number
}

/** Lines as they come; the process is killed as soon as there are `killAt`. */
function run(
  home: string,
  killAt = Infinity,
): Promise<{ readonly rows: readonly Row[]; readonly signal: string | null }> {
  const main = path.join(import.meta.dirname, 'main.ts')
  const argv = [
    'provenance',
    '--from',
    path.join(box.folder, 'list'),
    '--output-format',
    'ndjson',
    '--jobs',
    String(JOBS),
  ]
  const env = envIn(path.join(box.folder, home), {
    ...{ CARGO_HOME: world.at('cargo-home'), ASSAY_GIT_INSTEAD_OF: world.insteadOf },
  })
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...argv], {
      cwd: box.folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (out.split('\n').length > killAt) child.kill('SIGKILL')
    })
    child.once('error', reject)
    child.once('close', (_, signal) => {
      const whole = out.split('\n').slice(0, -1)
      resolve({ rows: whole.map(line => JSON.parse(line) as Row), signal })
    })
  })
}

/** When each record that is on disk now was made. */
function keptIn(home: string): ReadonlyMap<string, number> {
  const env = envIn(path.join(box.folder, home))
  const results = openProvenanceResults(createNodeCapabilities({ version: 'test', sampleDir: box.folder, env }))
  const made = new Map(results.all().map(summary => [summary.crate, summary.checkedAt]))
  results.close()
  return made
}

const CLOCK = ['checkedAt', 'tookMs', 'fetchedAt']
const comparable = (rows: readonly Row[]): string =>
  rows
    .map(row => JSON.stringify(row, (key, value: unknown) => (CLOCK.includes(key) ? 0 : value)))
    .sort()
    .join('\n')

it.skipIf(missingTools !== null)(
  `goes on where it was killed (needs ${missingTools ?? 'nothing more'})`,
  async () => {
    const undisturbed = await run('undisturbed')
    expect(undisturbed.rows).toHaveLength(CRATES)
    expect(undisturbed.rows.filter(row => row.outcome === 'mismatch')).toHaveLength(12)

    const killed = await run('killed', 70)
    expect(killed.signal).toBe('SIGKILL')
    const kept = keptIn('killed')
    expect(kept.size).toBeGreaterThanOrEqual(70)
    expect(kept.size).toBeLessThan(CRATES)
    // A line is printed once its record is kept.
    expect(killed.rows.filter(row => kept.get(row.crate) !== row.checkedAt)).toEqual([])

    const second = await run('killed')
    expect(second.rows.filter(row => row.checkedAt === kept.get(row.crate))).toHaveLength(kept.size)
    // As one text: a difference of 200 records is not for printing.
    expect(comparable(second.rows) === comparable(undisturbed.rows)).toBe(true)

    const third = await run('killed')
    expect(third.rows.map(row => row.checkedAt).sort()).toEqual(second.rows.map(row => row.checkedAt).sort())
  },
  90_000,
)
