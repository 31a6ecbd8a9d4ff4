import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { runClones } from './team-clones.ts'

/** `TEAM_CLONES=full` runs the size of the issue, which takes minutes; see also the program itself. */
const isFull = process.env['TEAM_CLONES'] === 'full'
const sizes = isFull
  ? [
      { clones: 2, events: 1_000, kills: 8 },
      { clones: 5, events: 1_000, kills: 8 },
    ]
  : [
      { clones: 2, events: 60, kills: 2 },
      { clones: 3, events: 30, kills: 1 },
    ]

const hasGit = (() => {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

it.skipIf(!hasGit).each(sizes)(
  '$clones clones that write $events events each, are killed and have wrong clocks, come to one state',
  async size => {
    const report = await runClones({ ...size, seed: 7, log: () => undefined })
    expect(report.problems).toEqual([])
    expect(report.events).toBeGreaterThanOrEqual(size.clones * size.events)
  },
  isFull ? 1_800_000 : 120_000,
)
