/**
 * The team's state at its largest: folding 100,000 events, reading them as lines, and a sync that finds nothing new
 * against a repository on this machine. The fold runs in one thread, so it is judged by processor time, which other
 * programs do not lengthen; the collector's threads count in it.
 */
import { spawnSync } from 'node:child_process'
import { RUN, createWorld, join } from '../tools/team-fixture.ts'
import { createRandom } from '../tools/team-random.ts'
import { nextClock, writeEvent, type TeamBody, type TeamClock } from '../src/main/engine/team/event-line.ts'
import { authorFile, readAuthorFile } from '../src/main/engine/team/author-file.ts'
import { foldTeam } from '../src/main/engine/team/fold.ts'
import { itemViews } from '../src/main/engine/team/view.ts'
import type { PackageKey } from '../src/shared/domain.ts'
import type { TeamAction, TeamEvent } from '../src/shared/team.ts'
import { begin, judge, ms, repeat, skip } from './harness.ts'

const EVENTS = 100_000
const ITEMS = 10_000
const PEOPLE = Array.from({ length: 20 }, (_, i) => `Person ${i} <person${i}@example.com>`)
const FOLD_LIMIT_MS = 500
const SYNC_LIMIT_MS = 300
const SYNCS = 15

begin('team: fold and sync')
const random = createRandom(1)
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
const lines: { readonly by: string; readonly line: string }[] = []
const events: TeamEvent[] = []
const ids: string[] = []
let clock: TeamClock | null = null
for (let i = 0; i < EVENTS; i++) {
  clock = nextClock(clock, 1_760_000_000_000 + i * 500 + (random() - 0.5) * 86_400_000)
  const by = pick(PEOPLE)
  const made = writeEvent({ clock, by, at: new Date(clock[0]).toISOString(), device: '00000000' }, bodyOf(i))
  if (!made.ok) throw new Error(made.error)
  events.push(made.value.event)
  lines.push({ by, line: made.value.line })
  ids.push(made.value.event.id)
}
for (let i = events.length - 1; i > 0; i--) {
  const j = Math.floor(random() * (i + 1))
  ;[events[i], events[j]] = [events[j] as TeamEvent, events[i] as TeamEvent]
}

let team = foldTeam([])
const spent: number[] = []
const fold = repeat(7, 2, () => {
  const before = process.cpuUsage()
  team = foldTeam(events)
  const { user, system } = process.cpuUsage(before)
  spent.push((user + system) / 1_000)
})
const processorMs = spent.slice(2).sort((a, b) => a - b)[3] ?? NaN
console.log(`  fold   ${ms(fold)}: ${EVENTS} events in random order, ${team.items.size} items`)
const facts = { nowMs: Date.now(), me: PEOPLE[0] ?? null, signature: () => 'unsigned' as const }
console.log(`  view   ${ms(repeat(5, 1, () => void itemViews(team, new Set(), facts)))}: all items as pages see them`)
const file = authorFile(PEOPLE[0] ?? '')
const text = lines.filter(({ by }) => by === PEOPLE[0]).map(({ line }) => `${line}\n`)
const read = repeat(5, 1, () => void readAuthorFile(file, text.join('')))
console.log(`  read   ${ms(read)}: the ${text.length} lines of one author`)
judge('fold of 100,000 events, processor time', processorMs, FOLD_LIMIT_MS, ' ms')

if (spawnSync('git', ['--version']).status !== 0) skip('git is not installed')
const world = createWorld('assay-bench-team-')
try {
  const open = await world.machine('ada').open()
  await join(open)
  const actions = Array.from({ length: 200 }, (_, i): TeamAction => ({
    ...{ kind: 'assign', items: [`crate-${i}@1.0.0` as PackageKey], to: PEOPLE[0] ?? null },
  }))
  await open.act(actions)
  const times: number[] = []
  for (let i = -2; i < SYNCS; i++) {
    const startedAt = performance.now()
    const done = await open.sync({ isAsked: true, isOffline: false }, RUN)
    if (!done.ok) throw new Error(JSON.stringify(done.error))
    if (i >= 0) times.push(performance.now() - startedAt)
  }
  times.sort((a, b) => a - b)
  const median = times[times.length >> 1] ?? NaN
  console.log(
    `  sync   ${median.toFixed(1)} ms (${times[0]?.toFixed(1)}–${times.at(-1)?.toFixed(1)}, ${SYNCS} runs): nothing new`,
  )
  judge('sync with nothing new', median, SYNC_LIMIT_MS, ' ms')
  await open.close()
} finally {
  world.dispose()
}

function bodyOf(i: number): TeamBody {
  const at = Math.floor(random() * ITEMS)
  const items = [`crate-${at}@1.0.0` as PackageKey]
  const crate = `crate-${at}`
  const delta = { from: null, to: '1.0.0' }
  const earlier = ids[Math.floor(random() * ids.length)] ?? 'f'.repeat(32)
  switch (i % 10) {
    case 0:
      return { kind: 'claim', items, until: '2027-01-01T00:00:00.000Z', takeOver: random() < 0.5 }
    case 1:
      return { kind: 'state', items, state: 'second-sign-off', reason: '' }
    case 2:
      return {
        kind: 'note',
        crate,
        version: '1.0.0',
        text: `note ${i}`,
        severity: 'remark',
        target: { kind: 'crate' },
        quote: '',
      }
    case 3:
      return { kind: 'reply', note: earlier, text: `reply ${i}` }
    case 4:
      return { kind: 'signOff', crate, delta, criteria: ['safe-to-deploy'], notes: '', evidence: null }
    case 5:
      return { kind: 'coverage', crate, delta, files: 1, filesTotal: 2, lines: 10, linesTotal: 20 }
    case 6:
      return { kind: 'undo', events: [earlier] }
    case 7:
      return { kind: 'due', items, date: '2027-01-01' }
    default:
      return { kind: 'assign', items, to: pick(PEOPLE) }
  }
}
