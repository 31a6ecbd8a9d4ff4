import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MAX_CLOCK_COUNT, MAX_CLOCK_MS } from '../../../shared/team.ts'
import { compareEvents, MAX_LINE_LENGTH, nextClock, readEventLine, writeEvent } from './event-line.ts'
import { ADA, createWriter, item } from './testing/events.ts'

const signed = (rest: string): string => {
  const id = createHash('sha256').update(rest).digest('hex').slice(0, 32)
  return `{"id":"${id}",${rest.slice(1)}`
}
const good = createWriter().written(ADA, { kind: 'assign', items: [item('a')], to: ADA })

describe('a line', () => {
  it('is read as it was written', () => {
    expect(readEventLine(good.line)).toEqual({ ok: true, value: good.event })
    expect(good.event).toMatchObject({ v: 1, by: ADA, kind: 'assign', items: ['a@1.0.0'], to: ADA })
  })

  it.each([
    { case: 'one letter of it changed', line: good.line.replace('a@1.0.0', 'b@1.0.0'), says: 'altered' },
    { case: 'a key was put in', line: good.line.replace('"v":1', '"v":1,"x":2'), says: 'altered' },
    { case: 'the id does not stand first', line: `{"v":1,"id":"${good.event.id}"}`, says: 'does not start with an id' },
    { case: 'it is cut short', line: good.line.slice(0, -1), says: 'altered' },
    { case: 'it is no JSON', line: signed('{"v":1,'), says: 'not JSON' },
    { case: 'it is empty', line: '{}', says: 'not an event' },
    { case: 'it is very long', line: `{"id":"${' '.repeat(MAX_LINE_LENGTH)}`, says: 'longer than' },
    { case: 'it is of a newer version', line: signed('{"v":2,"kind":"assign"}'), says: 'newer Assay' },
    { case: 'the kind is unknown', line: signed('{"v":1,"kind":"fly"}'), says: '"fly"' },
    { case: 'its author has no address', line: signed(bodyWith({ by: 'Ada' })), says: 'at by' },
    { case: 'its author spans two lines', line: signed(bodyWith({ by: 'A\nB <a@b>' })), says: 'at by' },
    { case: 'its clock is beyond all years', line: signed(bodyWith({ clock: [1e18, 0] })), says: 'at clock' },
    { case: 'its time is none', line: signed(bodyWith({ at: '2026-99-99T99:99:99.999Z' })), says: 'at at' },
    { case: 'its item is a path', line: signed(bodyWith({ items: ['../../x'] })), says: '"assign"' },
    {
      case: 'it has too many items',
      line: signed(bodyWith({ items: Array(1_001).fill('a@1.0.0') })),
      says: '"assign"',
    },
  ])('is refused when $case', ({ line, says }) => {
    const read = readEventLine(line)
    expect(read.ok ? 'read' : read.error).toContain(says)
  })

  it('with keys of others is read without them', () => {
    const read = readEventLine(signed(bodyWith({ extra: 1 })))
    expect(read.ok && Object.keys(read.value)).not.toContain('extra')
  })

  it('that would be too long is not written', () => {
    const head = { clock: nextClock(null, 0), by: ADA, at: good.event.at, device: '00000000' }
    const items = Array.from({ length: 1_000 }, (_, i) => `${'a'.repeat(100)}${i}@${'1'.repeat(250)}` as never)
    expect(writeEvent(head, { kind: 'release', items })).toMatchObject({ ok: false })
  })
})

describe('the clock', () => {
  it('follows the wall, unless what was seen is later', () => {
    expect(nextClock(null, 5.7)).toEqual([5, 0])
    expect(nextClock([4, 9], 5)).toEqual([5, 0])
    expect(nextClock([5, 0], 5)).toEqual([5, 1])
    expect(nextClock([90, 3], 5)).toEqual([90, 4])
  })
  it('carries on where its parts end, and writes even at the end of all clocks', () => {
    expect(nextClock([5, MAX_CLOCK_COUNT], 5)).toEqual([6, 0])
    expect(nextClock([MAX_CLOCK_MS, MAX_CLOCK_COUNT], 5)).toEqual([MAX_CLOCK_MS, MAX_CLOCK_COUNT])
    const head = {
      clock: nextClock([MAX_CLOCK_MS, MAX_CLOCK_COUNT], 5),
      by: ADA,
      at: good.event.at,
      device: '00000000',
    }
    expect(writeEvent(head, { kind: 'release', items: [item('a')] })).toMatchObject({ ok: true })
  })
  it('orders events before their ids do', () => {
    const w = createWriter()
    const [a, b] = [
      w.event(ADA, { kind: 'release', items: [item('a')] }),
      w.event(ADA, { kind: 'release', items: [item('a')] }),
    ]
    expect([b, a].sort(compareEvents)).toEqual([a, b])
    expect(compareEvents(a, { ...a, id: 'f'.repeat(32) })).toBeLessThan(0)
  })
})

function bodyWith(change: Readonly<Record<string, unknown>>): string {
  const { id, ...rest } = good.event
  expect(id).toHaveLength(32)
  return JSON.stringify({ ...rest, ...change })
}
