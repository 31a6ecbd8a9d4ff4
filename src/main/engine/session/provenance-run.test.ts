import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { Cancelled, fail, ok } from '../../../shared/result.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { parseList } from './provenance-list.ts'
import { openAccepted } from './provenance-accepted.ts'
import { keptSummary, openProvenanceResults, type ProvenanceResults } from './provenance-results.ts'
import { checkMany, type Checked, type CheckOne, type RunOptions, type RunSpeed } from './provenance-run.ts'
import { testRecord } from './provenance-testing.ts'

let box: Sandbox
let results: ProvenanceResults
let now: number
beforeEach(() => {
  now = Date.parse('2026-06-01T00:00:00Z')
  box = createSandbox({}, () => now)
  results = openProvenanceResults(box.caps)
})
afterEach(() => {
  results.close()
  box.dispose()
})

const wanted = ['a', 'b', 'c', 'b', 'd'].map(crate => ({ crate, version: '1.0.0' }))
const OPTIONS: RunOptions = { level: 'compare', again: false, parallel: 2, offline: false }

/** Checks that give `make(crate)`; `asked` lists them. */
function checksOf(make: (crate: string) => Partial<ProvenanceRecord> | Error, asked: string[] = []): CheckOne {
  return {
    checksum: async () => 'a'.repeat(64),
    async check({ crate, version }, level) {
      asked.push(crate)
      const made = make(crate)
      if (made instanceof Error) throw made
      return ok(testRecord(crate, version, { level, checkedAt: now, ...made }))
    },
  }
}

async function run(one: CheckOne, options: Partial<RunOptions> = {}, signal = new AbortController().signal) {
  const ended: (Checked | undefined)[] = wanted.map(() => undefined)
  const speeds: RunSpeed[] = []
  await checkMany(
    box.caps,
    one,
    results,
    { wanted, options: { ...OPTIONS, ...options } },
    { done: (at, checked) => void (ended[at] = checked), speed: speed => void speeds.push(speed) },
    quietRun(signal),
  )
  return { ended, speeds }
}
const newness = (ended: readonly (Checked | undefined)[]) => ended.map(one => (one?.ok ? one.isNew : null))

describe('a run', () => {
  it('answers every position, checks each version once, and skips it the next time', async () => {
    const asked: string[] = []
    const first = await run(checksOf(() => ({}), asked))
    expect(asked.sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(newness(first.ended)).toEqual([true, true, true, true, true])
    expect(first.speeds.at(-1)).toMatchObject({ done: 5, total: 5, secondsLeft: 0 })
    const second = await run(checksOf(() => ({}), asked))
    expect(asked).toHaveLength(4)
    expect(newness(second.ended)).toEqual([false, false, false, false, false])
    await run(
      checksOf(() => ({}), asked),
      { again: true },
    )
    expect(asked).toHaveLength(8)
  })
  it('checks again what was another archive, or a lower level', async () => {
    const asked: string[] = []
    const one = checksOf(() => ({}), asked)
    await run(one)
    await run({ ...one, checksum: async ({ crate }) => (crate === 'b' ? 'b' : 'a').repeat(64) })
    expect(asked.slice(4)).toEqual(['b'])
    await run(one, { level: 'rebuild' })
    expect(asked.slice(5).sort()).toEqual(['a', 'b', 'c', 'd'])
    await run(one)
    expect(asked).toHaveLength(9)
  })
  it('asks again for what was missing: after an hour, or when the network is back', async () => {
    const asked: string[] = []
    const offline = [{ code: 'offline', text: 'no network', weight: 'info' as const, about: [] }]
    const one = checksOf(crate => {
      if (crate === 'a') return { outcome: 'repository-unavailable' }
      if (crate === 'b') return { outcome: 'repository-unavailable', reasons: offline }
      return crate === 'c' ? { indexLineSha256: null } : {}
    }, asked)
    await run(one, { offline: true })
    await run(one, { offline: true })
    expect(asked).toHaveLength(4)
    await run(one)
    expect(asked.slice(4)).toEqual(['b'])
    now += 3_600_001
    await run(one)
    expect(asked.slice(5).sort()).toEqual(['a', 'b', 'c'])
  })
  it('is at one crate a lane, and helps where most is left when every crate is taken', async () => {
    const list = ['a 1', 'a 2', 'a 3', 'a 4', 'a 5', 'b 1', 'c 1'].map(text => {
      const [crate = '', version = ''] = text.split(' ')
      return { crate, version: `${version}.0.0` }
    })
    const under: string[] = []
    const rounds: string[] = []
    let left = list.length
    let end = Promise.withResolvers<void>()
    const one: CheckOne = {
      ...checksOf(() => ({})),
      async check({ crate, version }, level) {
        under.push(`${crate}${version[0]}`)
        // Both lanes are at something, or nothing is left for the other one.
        if (--left === 0 || under.length === 2) {
          rounds.push(under.splice(0).sort().join(''))
          end.resolve()
          end = Promise.withResolvers()
        } else await end.promise
        return ok(testRecord(crate, version, { level, checkedAt: now }))
      },
    }
    const input = { wanted: list, options: OPTIONS }
    await checkMany(box.caps, one, results, input, { done: () => undefined }, quietRun())
    expect(rounds).toEqual(['a1b1', 'a2c1', 'a3a5', 'a4'])
  })
  it('checks the versions of a crate one after the other, and answers each at its place', async () => {
    const list = ['a 1.0.0', 'b 1.0.0', 'a 2.0.0', 'b 2.0.0', 'c 1.0.0'].map(text => {
      const [crate = '', version = ''] = text.split(' ')
      return { crate, version }
    })
    const [asked, ended]: [string[], string[]] = [[], []]
    const one = checksOf(() => ({}), asked)
    const done = (at: number, checked: Checked) =>
      void (ended[at] = checked.ok ? `${checked.value.crate} ${checked.value.version}` : 'failed')
    const input = { wanted: list, options: { ...OPTIONS, parallel: 1 } }
    await checkMany(box.caps, one, results, input, { done }, quietRun())
    expect(asked).toEqual(['a', 'a', 'b', 'b', 'c'])
    expect(ended).toEqual(list.map(({ crate, version }) => `${crate} ${version}`))
  })
  it('has a failed row for a failure and for a bug, and goes on', async () => {
    const one = checksOf(crate => (crate === 'b' ? new Error('boom') : {}))
    const check: CheckOne['check'] = async (w, level, r) =>
      w.crate === 'c' ? fail({ code: 'crate-not-in-registry', crate: 'c', version: null }) : one.check(w, level, r)
    const { ended } = await run({ ...one, check })
    expect(ended.map(e => (e?.ok ? 'record' : e?.error.code))).toEqual([
      ...['record', 'internal', 'crate-not-in-registry', 'internal', 'record'],
    ])
  })
  it('stops when it is cancelled, and keeps what was done', async () => {
    const abort = new AbortController()
    const asked: string[] = []
    const one = checksOf(crate => {
      if (crate === 'c') abort.abort()
      return {}
    }, asked)
    await expect(run(one, { parallel: 1 }, abort.signal)).rejects.toBeInstanceOf(Cancelled)
    expect(asked).toEqual(['a', 'b', 'c'])
    await run(one)
    expect(asked).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('kept records', () => {
  it('survive as they were, newest first, and are told apart by their archive', () => {
    const record = testRecord('a', '1.0.0', { sentence: 'ünusual \u202e text' })
    results.put(record)
    results.close()
    expect(results.record('a', '1.0.0')).toEqual(record)
    const other = testRecord('a', '1.0.0', { archiveSha256: 'f'.repeat(64), checkedAt: record.checkedAt + 1 })
    results.put(other)
    expect(results.record('a', '1.0.0')).toEqual(other)
    expect(results.summary('a', '1.0.0', 'a'.repeat(64))).toEqual(keptSummary(record))
    expect(results.summary('a', '1.0.0', '0'.repeat(64))).toBeNull()
    expect(results.all()).toEqual([keptSummary(other)])
  })
  it('live in memory where none can be written', () => {
    box.write({ cache: 'a file where the folder should be' })
    results.put(testRecord('a', '1.0.0'))
    expect(results.record('a', '1.0.0')?.crate).toBe('a')
    expect(results.all()).toHaveLength(1)
  })
})

describe('what was accepted', () => {
  it('counts for that archive and verdict until its day, and can be taken back', async () => {
    const list = await openAccepted(box.caps)
    const record = keptSummary(testRecord('a', '1.0.0', { outcome: 'mismatch' }))
    await list.set(record, { who: 'Ada', reason: 'a known readme', until: '2026-06-01', at: 1 })
    expect((await openAccepted(box.caps)).of(record)).toEqual({
      ...{ who: 'Ada', reason: 'a known readme', until: '2026-06-01', at: 1 },
    })
    expect(list.of({ ...record, archiveSha256: 'b'.repeat(64) })).toBeNull()
    expect(list.of({ ...record, outcome: 'archive-anomaly' })).toBeNull()
    now += 86_400_000
    expect(list.of(record)).toBeNull()
    await list.set(record, null)
    now -= 86_400_000
    expect((await openAccepted(box.caps)).of(record)).toBeNull()
  })
})

describe('a list of versions', () => {
  it('is a NAME VERSION per line', () => {
    const text = 'serde 1.0.0\r\n\n# those below later\nzstd-sys 1.6.1+zstd.1.5.0  # with metadata\nitoa@1.0.1'
    expect(parseList(text)).toEqual(
      ok([
        { crate: 'serde', version: '1.0.0' },
        { crate: 'zstd-sys', version: '1.6.1+zstd.1.5.0' },
        { crate: 'itoa', version: '1.0.1' },
      ]),
    )
  })
  it.each(['serde', 'serde 1.0.0 2.0.0', '../x 1.0.0', 'serde ../1', 'serde -1'])('refuses %j', line => {
    expect(parseList(`itoa 1.0.0\n${line}`)).toMatchObject({ ok: false, error: expect.stringContaining('line 2') })
  })
})
