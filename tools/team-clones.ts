/**
 * Many clones of one workspace, each a process of its own that writes random events, syncs now and then, has a clock up to
 * a day off, and is killed with SIGKILL at random moments and started again. At the end every clone must fold to the same
 * state, no event that was acknowledged may be lost or doubled, and the workspaces must be as they were to the last byte.
 *
 *   node scripts/run-ts.mjs tools/team-clones.ts [--clones 5] [--events 1000] [--kills 6] [--seed 1]
 *
 * Clones 0 and 1 are two machines of one author where there are more than two.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { Team } from '../src/main/engine/session/team.ts'
import { nodeCapabilitiesFor, openTeamAt } from './team-open.ts'
import { createRandom, randomActions, type Random } from './team-random.ts'
import { createWorld, fingerprint, join, RUN, type Machine, type World } from './team-fixture.ts'

const DAY_MS = 86_400_000
const HERE = fileURLToPath(import.meta.url)

export interface ClonesOptions {
  readonly clones: number
  readonly events: number
  /** Of each clone, about. */
  readonly kills: number
  readonly seed: number
  readonly log: (line: string) => void
}

export interface ClonesReport {
  readonly events: number
  readonly commits: number
  readonly kills: number
  readonly seconds: number
  /** Sentences; empty when all is as it must be. */
  readonly problems: readonly string[]
}

interface WorkerTask {
  readonly root: string
  readonly env: Readonly<Record<string, string>>
  readonly skewMs: number
  readonly seed: number
  readonly events: number
  /** Acknowledged ids, one a line. */
  readonly acks: string
}

/** Runs the whole thing in a temporary folder. */
export async function runClones(options: ClonesOptions): Promise<ClonesReport> {
  const startedAt = performance.now()
  const world = createWorld('assay-clones-')
  try {
    const machines = Array.from({ length: options.clones }, (_, i) =>
      world.machine(`clone${i}`, i === 1 && options.clones > 2 ? 'clone0@example.com' : undefined),
    )
    for (const machine of machines) {
      const team = await machine.open()
      await join(team)
      await team.close()
    }
    const before = machines.map(looks)
    const kills = await Promise.all(machines.map((machine, i) => lifeOf(world, machine, options, i)))
    const problems = await judge(world, machines, options)
    for (const [i, machine] of machines.entries())
      if (looks(machine) !== before[i]) problems.push(`the workspace of ${machine.name} is not as it was`)
    const commits = Number(world.git(world.server, 'rev-list', '--count', 'assay/team').trim())
    return {
      events: machines.reduce((sum, machine) => sum + ownIds(world, machine).length, 0),
      commits,
      kills: kills.reduce((sum, count) => sum + count, 0),
      seconds: (performance.now() - startedAt) / 1_000,
      problems,
    }
  } finally {
    world.dispose()
  }
}

/** Status in words, and every byte of the folder with its index and objects. */
function looks(machine: Machine): string {
  return `${machine.git('--no-optional-locks', 'status', '--porcelain=v2', '--branch')}\n${fingerprint(machine.root)}`
}

/** Starts a clone's process again and again until it has written its events. Answers how often it was killed. */
async function lifeOf(world: World, machine: Machine, options: ClonesOptions, at: number): Promise<number> {
  const random = createRandom(options.seed * 1_000 + at)
  let kills = 0
  for (let life = 0; ; life++) {
    const task: WorkerTask = {
      ...{ root: machine.root, env: machine.env, events: options.events, acks: acksOf(world, machine) },
      ...{ skewMs: Math.round((random() * 2 - 1) * DAY_MS), seed: options.seed * 100_000 + at * 1_000 + life },
    }
    const mayKill = kills < options.kills
    const done = await lived(task, mayKill ? 250 + random() * 2_500 : null, random() < 0.5)
    if (done === 'killed') {
      kills++
      options.log(`${machine.name} killed, ${acked(world, machine).length} of ${options.events} events`)
    } else if (done === 0) return kills
    else throw new Error(`${machine.name} ended with ${done}`)
  }
}

/** The exit code, or that it was killed after that time: it alone, or with the git it was running. */
function lived(task: WorkerTask, killAfterMs: number | null, withGit: boolean): Promise<number | 'killed'> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [HERE, '--worker', JSON.stringify(task)], {
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    let isKilled = false
    const timer =
      killAfterMs === null
        ? null
        : setTimeout(() => {
            isKilled = true
            if (withGit && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
            else child.kill('SIGKILL')
          }, killAfterMs)
    child.once('error', reject)
    child.once('exit', code => {
      if (timer !== null) clearTimeout(timer)
      resolve(isKilled && code === null ? 'killed' : (code ?? -1))
    })
  })
}

const acksOf = (world: World, machine: Machine): string => path.join(world.folder, `acks-${machine.name}`)

/** Complete lines only: the last one may have been cut by a kill. */
function acked(world: World, machine: Machine): string[] {
  const file = acksOf(world, machine)
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(id => id.length === 32)
}

function ownIds(world: World, machine: Machine): string[] {
  const folder = path.join(world.folder, `data-${machine.name}`, 'team')
  return readdirSync(folder).flatMap(name => {
    const db = new DatabaseSync(path.join(folder, name, 'team.sqlite'), { readOnly: true })
    const ids = db
      .prepare('SELECT id FROM written')
      .all()
      .map(row => String(row['id']))
    db.close()
    return ids
  })
}

async function judge(world: World, machines: readonly Machine[], options: ClonesOptions): Promise<string[]> {
  const problems: string[] = []
  const teams: Team[] = []
  for (const machine of machines) teams.push(await machine.open())
  // Twice: what one brings in the first round, the others see in the second.
  for (let round = 0; round < 2; round++)
    for (const [i, team] of teams.entries()) {
      const done = await team.sync({ isAsked: true, isOffline: false }, RUN)
      if (!done.ok) problems.push(`${machines[i]?.name} could not sync: ${JSON.stringify(done.error)}`)
      else if (round === 1 && (done.value.waiting > 0 || done.value.problemsTotal > 0))
        problems.push(`${machines[i]?.name}: ${done.value.waiting} waiting; ${done.value.problems.join('; ')}`)
    }
  const states = await Promise.all(teams.map(stateText))
  for (const [i, state] of states.entries())
    if (state !== states[0]) problems.push(`${machines[i]?.name} folds to another state than ${machines[0]?.name}`)

  const written = new Map<string, string>()
  for (const machine of machines) {
    const own = ownIds(world, machine)
    if (own.length < options.events) problems.push(`${machine.name} wrote ${own.length} events`)
    for (const id of acked(world, machine))
      if (!own.includes(id)) problems.push(`${machine.name} lost ${id} before it was sent`)
    for (const id of own) {
      if (written.has(id)) problems.push(`${id} was written by ${machine.name} and ${written.get(id)}`)
      written.set(id, machine.name)
    }
  }
  const listed = world.git(world.server, 'ls-tree', '-r', '--name-only', 'assay/team', 'events/').trim().split('\n')
  const lines = listed.flatMap(file => world.git(world.server, 'show', `assay/team:${file}`).trimEnd().split('\n'))
  const sent = lines.map(line => line.slice('{"id":"'.length, '{"id":"'.length + 32))
  if (new Set(sent).size !== sent.length) problems.push('a line stands twice on the branch')
  for (const id of written.keys()) if (!sent.includes(id)) problems.push(`${id} is not on the branch`)
  if (sent.length !== written.size) problems.push(`${sent.length} events on the branch, ${written.size} were written`)
  for (const [i, team] of teams.entries()) {
    const ids = await team.eventIds()
    if (ids.length !== written.size) problems.push(`${machines[i]?.name} knows ${ids.length} events of ${written.size}`)
    await team.close()
  }
  return problems
}

/** All that two machines must agree on: everything but who looks, what is unseen, and how far the sync is. */
async function stateText(team: Team): Promise<string> {
  const { items, exemptions, people } = await team.state()
  const threads = await Promise.all([...new Set(items.map(item => item.crate))].map(crate => team.thread(crate)))
  return JSON.stringify([
    items.map(item => ({
      ...item,
      claim: item.claim === null ? null : { ...item.claim, isExpired: null },
      turn: null,
    })),
    exemptions,
    people.map(({ who, events, lastAt }) => [who, events, lastAt]),
    threads.map(({ notes, log }) => [notes, log.map(entry => ({ ...entry, canUndo: null }))]),
    await team.eventIds(),
  ])
}

/** A clone's life: a few events, perhaps a sync, until it has acknowledged enough. */
async function work(task: WorkerTask): Promise<void> {
  const random: Random = createRandom(task.seed)
  const team = await openTeamAt(nodeCapabilitiesFor(task.env, task.skewMs), task.root)
  const count = () =>
    existsSync(task.acks)
      ? readFileSync(task.acks, 'utf8')
          .split('\n')
          .filter(id => id.length === 32).length
      : 0
  if (existsSync(task.acks) && !readFileSync(task.acks, 'utf8').endsWith('\n')) appendFileSync(task.acks, '\n')
  let left = task.events - count()
  while (left > 0) {
    const actions = await randomActions(team, random, Math.min(left, 1 + Math.floor(random() * 12)))
    const done = actions.kind === 'undo' ? await team.undo(actions.events) : await team.act(actions.actions)
    if (done.ok) {
      appendFileSync(task.acks, done.value.map(id => `${id}\n`).join(''))
      left -= done.value.length
    } else if (done.error.code !== 'refused') throw new Error(JSON.stringify(done.error))
    if (random() < 0.2) {
      const synced = await team.sync({ isAsked: random() < 0.5, isOffline: false }, RUN)
      // Others being quicker all the time is no error here; anything else is.
      if (!synced.ok && !(synced.error.code === 'team-remote' && synced.error.kind === 'busy'))
        throw new Error(JSON.stringify(synced.error))
    }
  }
  await team.close()
}

function numberOf(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? otherwise : Number(process.argv[at + 1])
}

if (process.argv[1] === HERE) {
  const worker = process.argv.indexOf('--worker')
  if (worker !== -1) await work(JSON.parse(process.argv[worker + 1] ?? '') as WorkerTask)
  else {
    const report = await runClones({
      clones: numberOf('clones', 5),
      events: numberOf('events', 1_000),
      kills: numberOf('kills', 6),
      seed: numberOf('seed', 1),
      log: line => console.log(`  ${line}`),
    })
    console.log(
      `${report.events} events in ${report.commits} commits, ${report.kills} kills, ${report.seconds.toFixed(0)} s: ${report.problems.length === 0 ? 'all clones agree, nothing lost, nothing doubled, workspaces untouched' : 'NOT as it must be'}`,
    )
    for (const problem of report.problems) console.log(`  ${problem}`)
    if (report.problems.length > 0) process.exitCode = 1
  }
}
