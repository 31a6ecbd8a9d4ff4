/**
 * The review page as one feels it, in a real Chromium over the browser door, on real crates whose archives are here
 * already: from a key press to the paint of what it leads to. Opening 40 changes, the next file, moving and marking in a
 * file of 6,500 lines, a tree of 20,000 files; then the index of a crate of 100,000 lines.
 * BENCH_REVIEW names the parts to run (open, next, keys, tree, index); BENCH_REVIEW_ALL prints every opening with its
 * calls; BENCH_REVIEW_FOLDER keeps what is fetched in that folder.
 */
import path from 'node:path'
import { begin, judge, tempFolder } from './harness.ts'
import { openDoor, type Door, type Pressed, type Wanted } from './review-page.ts'
import { DELTAS, makeMany, makeReadings, MANY } from './review-input.ts'

const OPEN_MEDIAN_MS = 150
const OPEN_P95_MS = 400
const NEXT_FILE_MS = 50
const KEY_MS = 16
const TREE_MS = 500
const INDEX_MS = 2_000
const TREE_RUNS = 5
/** How long the queue is looked at before its first row is opened: the program makes its two editors in this time. */
const LOOK_MS = 5_000
/** Until a row counts as rested on. */
const REST_MS = 300

const parts = new Set((process.env['BENCH_REVIEW'] ?? 'open,next,keys,tree,index').split(','))
const showsAll = process.env['BENCH_REVIEW_ALL'] !== undefined
const temp = process.env['BENCH_REVIEW_FOLDER'] ?? tempFolder()

const LARGE = { crate: 'libc', from: '0.2.140', to: '0.2.155', file: 'apple/mod.rs', lines: 6_500 }
/** 103,700 lines of Rust, the smallest of its versions with more than 100,000. */
const INDEXED = { crate: 'libc', version: '0.2.139' }
/** Changes with several files, and how many of each are gone through. */
const WALKED = ['syn', 'tokio', 'serde_json', 'thiserror', 'rustls', 'time', 'hyper', 'memchr']
const WALKED_FILES = 10

/** The value that this share of the measurements does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN
}
const words = (values: readonly number[]): string =>
  `median ${quantile(values, 0.5).toFixed(1)} ms, 95th percentile ${quantile(values, 0.95).toFixed(1)} ms, most ${Math.max(...values).toFixed(1)} ms of ${values.length}`
const say = (what: string, text: string): void => console.log(`  ${what.padEnd(15)} ${text}`)

interface Named {
  readonly name: string
  readonly ms: number
}
/** The slowest ones by name, so that one knows where to look. */
const slowest = (all: readonly Named[], count: number): string =>
  [...all]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count)
    .map(({ name, ms }) => `${name} ${ms.toFixed(0)}`)
    .join(', ')
const callsText = ({ calls }: Pressed): string =>
  calls.map(({ name, from, to }) => `${name} ${from.toFixed(0)}–${to.toFixed(0)}`).join(', ')

async function queueIsReady(door: Door, rows: number): Promise<void> {
  await door.page.waitForFunction(
    count =>
      document.querySelectorAll('[role=grid] [role=row][aria-selected]').length >= Math.min(count, 5) &&
      !/measuring/i.test(document.querySelector('[role=grid]')?.textContent ?? 'measuring'),
    rows,
    { timeout: 60_000 },
  )
  await door.quiet()
}
const selectedCrate = async (door: Door): Promise<string> =>
  (await door.page.locator('[role=grid] [role=row][aria-selected=true] b').innerText()).trim()
async function backToQueue(door: Door): Promise<void> {
  await door.page.keyboard.press('g')
  await door.page.keyboard.press('q')
  await door.quiet()
}
async function selectCrate(door: Door, crate: string): Promise<void> {
  await door.page.keyboard.press('Home')
  for (let i = 0; i < DELTAS.length && (await selectedCrate(door)) !== crate; i++) await door.page.keyboard.press('j')
}

/** Fetches and unpacks both sides of every change in a run of the program of its own, and leaves it offline. */
async function prepare(workspace: ReturnType<typeof makeReadings>): Promise<void> {
  const door = await openDoor(workspace, 'limited')
  await queueIsReady(door, DELTAS.length)
  for (const [crate, from, to] of DELTAS) {
    await door.call('review.open', { crate, delta: { from, to } })
    await door.call('review.notes', { review: `${crate} ${from} -> ${to}` })
  }
  await door.call('review.notes', { review: await openIndexed(door) })
  await door.call('app.settings', { offline: true })
  await door.close()
}

/** Every row is rested on until nothing is under way; `isAhead`: the door has its change compared meanwhile. */
async function measureOpening(door: Door, isAhead: boolean): Promise<void> {
  await door.page.keyboard.press('Home')
  await door.page.waitForTimeout(REST_MS)
  await door.quiet()
  const times: Named[] = []
  for (let i = 0; i < DELTAS.length; i++) {
    const crate = await selectedCrate(door)
    const pressed = await door.press('Enter', { kind: 'file', crate })
    times.push({ name: crate, ms: pressed.ms })
    if (showsAll) say('', `${crate} ${pressed.ms.toFixed(0)} ms: ${callsText(pressed)}`)
    await door.quiet()
    await backToQueue(door)
    await door.page.keyboard.press('j')
    await door.page.waitForTimeout(REST_MS)
    await door.quiet()
  }
  const all = times.map(t => t.ms)
  const what = isAhead ? 'of a row that was rested on' : 'with nothing compared ahead'
  say('opening', `${what}: ${words(all)}; the first ${all[0]?.toFixed(0)} ms`)
  say('', `slowest: ${slowest(times, 8)}`)
  judge(`opening a change ${what}, median`, quantile(all, 0.5), OPEN_MEDIAN_MS, ' ms')
  judge(`opening a change ${what}, 95th percentile`, quantile(all, 0.95), OPEN_P95_MS, ' ms')
}

async function measureNextFile(door: Door): Promise<void> {
  const times: Named[] = []
  for (const crate of WALKED) {
    await selectCrate(door, crate)
    await door.press('Enter', { kind: 'file', crate })
    await door.quiet()
    for (let i = 0; i < WALKED_FILES; i++) {
      const before = await door.shownPath()
      const pressed = await door.press(']', { kind: 'file', ...(before === null ? {} : { not: before }) })
      times.push({ name: `${crate} ${await door.shownPath()}`, ms: pressed.ms })
      await door.quiet()
    }
    await backToQueue(door)
  }
  const all = times.map(t => t.ms)
  say('next file', words(all))
  say('', `slowest: ${slowest(times, 5)}`)
  judge('next file, 95th percentile', quantile(all, 0.95), NEXT_FILE_MS, ' ms')
}

/** Frames come at once here, so that the wait for a screen's next refresh is not part of it: that is the screen's. */
async function measureKeys(workspace: ReturnType<typeof makeReadings>): Promise<void> {
  const door = await openDoor(workspace, 'unlimited')
  try {
    await queueIsReady(door, DELTAS.length)
    await selectCrate(door, LARGE.crate)
    await door.press('Enter', { kind: 'file', crate: LARGE.crate })
    await door.quiet()
    await door.page.keyboard.press('f')
    await door.page.keyboard.type(LARGE.file)
    await door.page.keyboard.press('Enter')
    await door.page.waitForFunction(
      name => document.querySelector('.rv-editor')?.getAttribute('data-shown')?.endsWith(name) === true,
      LARGE.file,
    )
    await door.quiet()
    const file = await door.shownPath()
    const frame: Wanted = { kind: 'frame' }
    const mark = (value: string): Wanted => ({
      ...{ kind: 'attribute', selector: '[role=treeitem][aria-selected=true] [role=img]' },
      ...{ name: 'aria-label', value },
    })
    const series = async (name: string, presses: readonly (readonly [key: string, wanted: Wanted])[]) => {
      const times: number[] = []
      const before = await door.processorMs()
      for (const [key, wanted] of presses) {
        times.push((await door.press(key, wanted)).ms)
        // Reading goes on for a moment; what follows a key must not fall on the next one's account, nor be left out.
        await door.page.waitForTimeout(60)
      }
      const each = ((await door.processorMs()) - before) / presses.length
      say(name, `${words(times)}; ${each.toFixed(1)} ms of the page's processor time each`)
      return times
    }
    const times = (count: number, key: string) => Array.from({ length: count }, () => [key, frame] as const)
    say('file', `${file}, ${LARGE.lines} lines`)
    await series('a key of no use', times(30, 'F9'))
    const all = [
      ...(await series('next hunk', times(30, 'n'))),
      ...(await series('previous hunk', times(20, 'p'))),
      ...(await series('line down', times(80, 'ArrowDown'))),
      ...(await series('line up', times(40, 'ArrowUp'))),
      // Up first: the file ends a few pages below.
      ...(await series('page up', times(10, 'PageUp'))),
      ...(await series('page down', times(10, 'PageDown'))),
      ...(await series(
        'mark and unmark',
        Array.from({ length: 20 }, (_, i) => ['r', mark(i % 2 === 0 ? 'read' : 'unread')] as const),
      )),
    ]
    say('all of them', words(all))
    judge('key press to paint, 95th percentile', quantile(all, 0.95), KEY_MS, ' ms')
  } finally {
    await door.close()
  }
}

/** Each time in a run of the program of its own: nothing of the crate was read in it. */
async function measureTree(kind: 'whole' | 'change', isJudged: boolean): Promise<void> {
  const workspace = makeMany(path.join(temp, kind), kind === 'change')
  const openTree = async (lookMs: number, isAhead: boolean): Promise<number> => {
    const door = await openDoor(workspace, 'limited')
    try {
      await door.prepareAhead(isAhead)
      await queueIsReady(door, 1)
      await door.page.waitForTimeout(lookMs)
      await door.page.keyboard.press('Home')
      const pressed = await door.press('Enter', { kind: 'file', crate: MANY.crate })
      if (showsAll) say('', callsText(pressed))
      return pressed.ms
    } finally {
      await door.close()
    }
  }
  const [ahead, anew]: [number[], number[]] = [[], []]
  for (let i = 0; i < TREE_RUNS; i++) {
    ahead.push(await openTree(LOOK_MS, true))
    anew.push(await openTree(LOOK_MS, false))
  }
  const list = (times: readonly number[]) => `${times.map(ms => ms.toFixed(0)).join(', ')} ms`
  say('tree', `${MANY.files} files, all of them ${kind === 'whole' ? 'new' : 'changed'}`)
  say('', `of a row that was rested on: ${list(ahead)}; with nothing compared ahead: ${list(anew)}`)
  say('', `at once, while the editor is still made: ${list([await openTree(0, false)])}`)
  if (!isJudged) return
  judge('opening a tree of 20,000 files of a row that was rested on', quantile(ahead, 0.5), TREE_MS, ' ms')
  judge('opening a tree of 20,000 files with nothing compared ahead', quantile(anew, 0.5), TREE_MS, ' ms')
}

/** The review of the whole crate that is indexed; its id. */
async function openIndexed(door: Door): Promise<string> {
  const { crate, version } = INDEXED
  const { id } = (await door.call('review.open', { crate, delta: { from: null, to: version } })) as { id: string }
  return id
}

async function measureIndex(door: Door): Promise<void> {
  const review = await openIndexed(door)
  const startedAt = performance.now()
  const answer = (await door.call('review.definitions', { review, name: 'c_int', qualifier: null, path: '' })) as {
    readonly definitions: readonly unknown[]
  }
  const ms = performance.now() - startedAt
  say(
    'index',
    `${INDEXED.crate} ${INDEXED.version}: ${ms.toFixed(0)} ms to ${answer.definitions.length} definitions of c_int`,
  )
  judge('index of 103,700 lines, reading and verifying them included', ms, INDEX_MS, ' ms')
}

begin('the review page, key press to paint')
if (['open', 'next', 'keys', 'index'].some(part => parts.has(part))) {
  const readings = makeReadings(path.join(temp, 'readings'))
  await prepare(readings)
  // Each in a run of the program of its own: what one opened, none finds warm.
  const within = async (part: string, measure: (door: Door) => Promise<void>, isAhead = true) => {
    if (!parts.has(part)) return
    const door = await openDoor(readings, 'limited')
    try {
      // Before the first row can count as rested on.
      await door.prepareAhead(isAhead)
      await queueIsReady(door, DELTAS.length)
      await measure(door)
    } finally {
      await door.close()
    }
  }
  await within('index', measureIndex)
  await within('open', door => measureOpening(door, true))
  await within('open', door => measureOpening(door, false), false)
  await within('next', measureNextFile)
  if (parts.has('keys')) await measureKeys(readings)
}
if (parts.has('tree')) {
  await measureTree('whole', true)
  await measureTree('change', false)
}
