import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TeamEvent } from '../../../shared/team.ts'
import { nextClock, writeEvent, type TeamBody, type TeamClock } from './event-line.ts'
import { ADA, at, BOB, createWriter, EVE, HOUR_MS, item, START_MS } from './testing/events.ts'
import { foldTeam, type FoldedTeam } from './fold.ts'
import { itemViews, memberViews, noteViews } from './view.ts'

const facts = (nowMs: number) => ({ nowMs, me: ADA, signature: () => 'unsigned' as const })
/** Everything that a page could be shown, as one text. */
const shown = (team: FoldedTeam): string =>
  JSON.stringify([
    itemViews(team, new Set(), facts(START_MS)),
    [...team.notes.keys()].map(id => noteViews(team, team.notes.get(id)?.event.crate ?? '', facts(START_MS))),
    [...team.exemptions],
    [...team.people].sort(),
    team.events.map(event => event.id),
    [...team.undone].sort(),
    [...team.withoutEffect].sort(),
  ])
const view = (events: readonly TeamEvent[], nowMs = START_MS + 60_000) =>
  itemViews(foldTeam(events), new Set(), facts(nowMs))

describe('what the events come to', () => {
  it('takes the last assignment, due date, priority and state', () => {
    const w = createWriter()
    const events = [
      w.event(ADA, { kind: 'assign', items: [item('a'), item('b')], to: ADA }),
      w.event(BOB, { kind: 'assign', items: [item('a')], to: BOB }),
      w.event(BOB, { kind: 'due', items: [item('a')], date: '2026-02-01' }),
      w.event(ADA, { kind: 'due', items: [item('a')], date: '2026-02-03' }),
      w.event(ADA, { kind: 'priority', items: [item('a')], priority: 'urgent' }),
      w.event(ADA, { kind: 'state', items: [item('b')], state: 'blocked', reason: 'waits for upstream' }),
    ]
    expect(view(events)).toMatchObject([
      { key: 'a@1.0.0', assignee: BOB, due: '2026-02-03', priority: 'urgent', turn: { kind: 'people', people: [BOB] } },
      { key: 'b@1.0.0', assignee: ADA, state: 'blocked', stateReason: 'waits for upstream' },
    ])
  })

  it('leaves a claim with who had it first, until it ends, is released or taken over', () => {
    const w = createWriter()
    const until = at(START_MS + HOUR_MS)
    const claim = (by: string, takeOver = false) =>
      w.event(by, { kind: 'claim', items: [item('a')], until, takeOver } as const)
    const first = claim(ADA)
    const second = claim(BOB)
    const team = foldTeam([second, first])
    expect(team.items.get(item('a'))).toMatchObject({ claim: { by: ADA }, state: 'in-review' })
    expect(team.withoutEffect.get(second.id)).toBe(`held by ${ADA}`)
    expect(view([first, second, claim(BOB, true)])[0]).toMatchObject({ claim: { by: BOB } })
    const released = w.event(EVE, { kind: 'release', items: [item('a')] })
    expect(view([first, released])[0]).toMatchObject({ claim: null, state: 'needs-audit' })
    const late = w.event(
      BOB,
      { kind: 'claim', items: [item('a')], until: at(START_MS + 9 * HOUR_MS), takeOver: false },
      2 * HOUR_MS,
    )
    expect(view([first, late])[0]).toMatchObject({ claim: { by: BOB } })
  })

  it('lets a claim expire by the clock of whoever looks, and the turn with it', () => {
    const w = createWriter()
    const claim = w.event(ADA, { kind: 'claim', items: [item('a')], until: at(START_MS + HOUR_MS), takeOver: false })
    expect(view([claim])[0]).toMatchObject({ claim: { isExpired: false }, turn: { kind: 'people', people: [ADA] } })
    expect(view([claim], START_MS + HOUR_MS)[0]).toMatchObject({ claim: { isExpired: true }, turn: { kind: 'anyone' } })
  })

  it('passes the turn on: assigned, handed over, signed', () => {
    const w = createWriter()
    const delta = { from: null, to: '1.0.0' }
    const sign = (by: string) =>
      w.event(by, { kind: 'signOff', crate: 'a', delta, criteria: ['safe-to-deploy'], notes: '', evidence: null })
    const assigned = w.event(EVE, { kind: 'assign', items: [item('a')], to: ADA })
    const signed = sign(ADA)
    const second = w.event(ADA, { kind: 'state', items: [item('a')], state: 'second-sign-off', reason: '' })
    expect(view([assigned, signed, second])[0]?.turn).toEqual({ kind: 'anyone', but: [ADA] })
    const handed = w.event(ADA, { kind: 'handOver', items: [item('a')], to: BOB, note: 'macros are done' })
    expect(view([assigned, signed, second, handed])[0]).toMatchObject({
      assignee: BOB,
      turn: { kind: 'people', people: [BOB] },
      handOver: { from: ADA, note: 'macros are done' },
    })
    const done = w.event(BOB, { kind: 'state', items: [item('a')], state: 'done', reason: '' })
    expect(view([assigned, signed, second, handed, sign(BOB), done])[0]).toMatchObject({
      turn: { kind: 'nobody' },
      signOffs: [{ by: ADA }, { by: BOB }],
    })
  })

  it('counts one sign-off of a person for one thing, and lets only him withdraw it', () => {
    const w = createWriter()
    const sign = (criteria: string[]) =>
      w.event(ADA, {
        kind: 'signOff',
        crate: 'a',
        delta: { from: null, to: '1.0.0' },
        criteria,
        notes: '',
        evidence: null,
      })
    const [first, again, other] = [sign(['x', 'y']), sign(['y', 'x']), sign(['z'])]
    const foreign = w.event(BOB, { kind: 'withdraw', signOff: other.id, reason: '' })
    const own = w.event(ADA, { kind: 'withdraw', signOff: again.id, reason: 'missed a file' })
    expect(view([first, again, other])[0]?.signOffs.map(({ id }) => id)).toEqual([again.id, other.id])
    const team = foldTeam([first, again, other, foreign, own])
    expect(team.items.get(item('a'))?.signOffs.map(({ id }) => id)).toEqual([other.id])
    expect(team.withoutEffect.get(foreign.id)).toBe(`only ${ADA} can withdraw it`)
  })

  it('keeps notes with replies, and counts those of the crate for each of its versions', () => {
    const w = createWriter()
    const note = (version: string | null, severity: 'remark' | 'blocker') =>
      w.event(ADA, { kind: 'note', crate: 'a', version, text: 'look', severity, target: { kind: 'crate' }, quote: '' })
    const [crate, here] = [note(null, 'blocker'), note('1.0.0', 'remark')]
    const reply = w.event(BOB, { kind: 'reply', note: here.id, text: 'seen' })
    const lost = w.event(BOB, { kind: 'reply', note: '0'.repeat(32), text: 'where' })
    const resolve = w.event(BOB, { kind: 'resolve', note: crate.id, isResolved: true })
    const events = [crate, here, reply, lost, resolve]
    expect(view(events.slice(0, 4))[0]?.notes).toEqual({ open: 2, total: 2, worst: 'blocker' })
    expect(view(events)[0]?.notes).toEqual({ open: 1, total: 2, worst: 'remark' })
    const team = foldTeam(events)
    expect(noteViews(team, 'a', facts(0)).map(n => [n.text, n.isResolved, n.replies.length])).toEqual([
      ['look', true, 0],
      ['look', false, 1],
    ])
    expect(team.withoutEffect.get(lost.id)).toBe('the note is not there')
  })

  it('keeps the last coverage of each person and change, in order of writing', () => {
    const w = createWriter()
    const read = (by: string, from: string | null, lines: number) =>
      w.event(by, {
        ...{
          kind: 'coverage',
          crate: 'a',
          delta: { from, to: '1.0.0' },
          files: 1,
          filesTotal: 2,
          lines,
          linesTotal: 9,
        },
      })
    const events = [read(ADA, null, 1), read(BOB, null, 2), read(ADA, '0.9.0', 3), read(ADA, null, 4)]
    expect(view(events)[0]?.coverage.map(({ by, lines }) => [by, lines])).toEqual([
      [BOB, 2],
      [ADA, 3],
      [ADA, 4],
    ])
  })

  it('keeps exemptions with their terms, and since when', () => {
    const w = createWriter()
    const terms = { owner: ADA, reason: 'no time', reviewBy: '2026-03-01', removal: null }
    const keep = (reviewBy: string | null) =>
      w.event(ADA, {
        kind: 'exemption',
        crate: 'a',
        version: '1.0.0',
        terms: reviewBy === null ? null : { ...terms, reviewBy },
      })
    const [first, second, gone, again] = [keep('2026-03-01'), keep('2026-04-01'), keep(null), keep('2026-05-01')]
    expect(foldTeam([first, second]).exemptions.get(item('a'))).toMatchObject({
      terms: { reviewBy: '2026-04-01' },
      since: first.at,
    })
    expect(foldTeam([first, second, gone]).exemptions.size).toBe(0)
    expect(foldTeam([first, second, gone, again]).exemptions.get(item('a'))?.since).toBe(again.at)
  })

  it('takes one person for one, whatever the name and the letters of the address', () => {
    const w = createWriter()
    const events = [
      w.event('Ada <ADA@example.com>', { kind: 'assign', items: [item('a')], to: BOB }),
      w.event(ADA, { kind: 'release', items: [item('a')] }),
    ]
    expect(memberViews(foldTeam(events), facts(0))).toMatchObject([
      { who: ADA, isMe: true, events: 2 },
      { who: BOB, isMe: false, events: 0 },
    ])
  })
})

describe('undo', () => {
  const w = createWriter()
  const first = w.event(ADA, { kind: 'assign', items: [item('a')], to: ADA })
  const second = w.event(ADA, { kind: 'assign', items: [item('a')], to: BOB })
  const undo = w.event(ADA, { kind: 'undo', events: [second.id] })
  const redo = w.event(ADA, { kind: 'undo', events: [undo.id] })
  const foreign = w.event(EVE, { kind: 'undo', events: [second.id] })
  const assignee = (...events: TeamEvent[]) => view(events)[0]?.assignee

  it('gives back what was before', () => expect(assignee(first, second, undo)).toBe(ADA))
  it('is undone itself by another undo', () => expect(assignee(first, second, undo, redo)).toBe(BOB))
  it('is no matter of others', () => {
    expect(assignee(first, second, foreign)).toBe(BOB)
    expect(foldTeam([first, second, foreign]).withoutEffect.get(foreign.id)).toContain('not of the same person')
  })
  it('waits for what it takes back', () => expect(assignee(undo, first)).toBe(ADA))
  it('takes nothing back that comes after it', () => {
    const at = { by: ADA, at: first.at, device: '00000000' }
    const early = writeEvent({ ...at, clock: [1, 0] }, { kind: 'undo', events: [second.id] })
    expect(early.ok && assignee(first, second, early.value.event)).toBe('Bob <bob@example.com>')
  })
  it('keeps an item that was shown', () => {
    const own = w.event(ADA, { kind: 'undo', events: [first.id] })
    expect(view([first, own])).toMatchObject([{ key: 'a@1.0.0', assignee: null, state: 'needs-audit' }])
  })
})

const PEOPLE = [ADA, BOB, EVE]
const CRATES = ['a', 'b', 'c']
/** What somebody may write, with targets among the events before (by number, so that they can be any). */
const arbBody = fc.record({
  by: fc.integer({ min: 0, max: 2 }),
  kind: fc.integer({ min: 0, max: 14 }),
  crate: fc.integer({ min: 0, max: 2 }),
  other: fc.integer({ min: 0, max: 2 }),
  target: fc.nat(),
  skewHours: fc.integer({ min: -24, max: 24 }),
  flag: fc.boolean(),
})
type Choice = typeof arbBody extends fc.Arbitrary<infer T> ? T : never

function bodyOf(choice: Choice, before: readonly TeamEvent[], nowMs: number): TeamBody {
  const crate = CRATES[choice.crate] ?? 'a'
  const items = choice.flag ? [item(crate), item(CRATES[choice.other] ?? 'a')] : [item(crate)]
  const to = PEOPLE[choice.other] ?? ADA
  const target = before[choice.target % Math.max(1, before.length)]?.id ?? 'f'.repeat(32)
  const delta = { from: choice.flag ? '0.9.0' : null, to: '1.0.0' }
  switch (choice.kind) {
    case 0:
      return { kind: 'assign', items, to: choice.flag ? null : to }
    case 1:
      return { kind: 'claim', items, until: at(nowMs + choice.other * HOUR_MS), takeOver: choice.flag }
    case 2:
      return { kind: 'release', items }
    case 3:
      return { kind: 'handOver', items, to, note: 'n' }
    case 4:
      return { kind: 'state', items, state: choice.flag ? 'done' : 'second-sign-off', reason: '' }
    case 5:
      return { kind: 'due', items, date: choice.flag ? null : `2026-02-0${choice.other + 1}` }
    case 6:
      return { kind: 'priority', items, priority: choice.flag ? null : 'high' }
    case 7:
      return {
        kind: 'note',
        crate,
        version: choice.flag ? null : '1.0.0',
        text: 't',
        severity: 'concern',
        target: { kind: 'crate' },
        quote: '',
      }
    case 8:
      return { kind: 'reply', note: target, text: 'r' }
    case 9:
      return { kind: 'resolve', note: target, isResolved: choice.flag }
    case 10:
      return { kind: 'signOff', crate, delta, criteria: ['safe-to-deploy'], notes: '', evidence: null }
    case 11:
      return { kind: 'withdraw', signOff: target, reason: '' }
    case 12:
      return { kind: 'coverage', crate, delta, files: choice.other, filesTotal: 3, lines: 1, linesTotal: 9 }
    case 13:
      return {
        kind: 'exemption',
        crate,
        version: '1.0.0',
        terms: choice.flag ? null : { owner: to, reason: 'r', reviewBy: '2026-03-01', removal: null },
      }
    default:
      return { kind: 'undo', events: [target] }
  }
}

/** A history in which each writer has seen everything before, with clocks up to a day off. */
function historyOf(choices: readonly Choice[]): TeamEvent[] {
  const events: TeamEvent[] = []
  let clock: TeamClock | null = null
  for (const [i, choice] of choices.entries()) {
    const wallMs = START_MS + i * 60_000 + choice.skewHours * HOUR_MS
    clock = nextClock(clock, wallMs)
    const head = { clock, by: PEOPLE[choice.by] ?? ADA, at: at(wallMs), device: '00000000' }
    const made = writeEvent(head, bodyOf(choice, events, wallMs))
    if (!made.ok) throw new Error(made.error)
    events.push(made.value.event)
  }
  return events
}
const arbHistory = fc.array(arbBody, { maxLength: 60 }).map(historyOf)

describe('laws of the fold', () => {
  it('does not care for order, repetition or the way in which parts come together', () => {
    fc.assert(
      fc.property(
        arbHistory.chain(events =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length })),
        ),
        ([events, shuffled]) => {
          expect(shown(foldTeam(shuffled))).toBe(shown(foldTeam(events)))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('comes to the same when histories that did not know each other are put together in either order', () => {
    fc.assert(
      fc.property(arbHistory, arbHistory, (one, other) => {
        expect(shown(foldTeam([...one, ...other]))).toBe(shown(foldTeam([...other, ...one])))
      }),
      { numRuns: 150 },
    )
  })

  it('shows after an undo what it would without the event, and after its undo what was before', () => {
    const visible = (events: readonly TeamEvent[]) =>
      JSON.stringify(itemViews(foldTeam(events), new Set(), facts(START_MS)).map(view => ({ ...view, last: null })))
    fc.assert(
      fc.property(
        arbHistory.filter(events => events.length > 0),
        fc.nat(),
        (events, pick) => {
          const target = events[pick % events.length] as TeamEvent
          const last = events.at(-1)?.clock ?? [0, 0]
          const make = (clock: TeamClock, id: string) => {
            const made = writeEvent(
              { clock, by: target.by, at: at(START_MS), device: '00000000' },
              { kind: 'undo', events: [id] },
            )
            if (!made.ok) throw new Error(made.error)
            return made.value.event
          }
          const undo = make([last[0], last[1] + 1], target.id)
          const redo = make([last[0], last[1] + 2], undo.id)
          const without = foldTeam([...events, undo])
          expect(without.undone.has(target.id)).toBe(true)
          const left = events.filter(event => event !== target)
          // What an undo had taken back holds again when that undo goes; all else is as if it had never been written.
          const rest = visible(left)
          const listed = new Set(itemViews(foldTeam(left), new Set(), facts(START_MS)).map(({ key }) => key))
          const shownNow = (JSON.parse(visible([...events, undo])) as { key: string }[]).filter(({ key }) =>
            listed.has(key as never),
          )
          expect(JSON.stringify(shownNow)).toBe(rest)
          expect(visible([...events, undo, redo])).toBe(visible(events))
        },
      ),
      { numRuns: 300 },
    )
  })
})
