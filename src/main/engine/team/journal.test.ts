import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { compareEvents, type TeamBody } from './event-line.ts'
import { JOURNAL_SCHEMA, openJournal, type Journal } from './journal.ts'
import { ADA, item, START_MS } from './testing/events.ts'

let folder: string
let journals: Journal[] = []
const open = (): Journal => {
  const db = new DatabaseSync(path.join(folder, 'team.sqlite'))
  db.exec(`PRAGMA journal_mode = WAL; ${JOURNAL_SCHEMA}`)
  const journal = openJournal(db, () => '0123abcd')
  journals.push(journal)
  return journal
}
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-journal-'))
})
afterEach(() => {
  for (const journal of journals) journal.close()
  journals = []
  rmSync(folder, { recursive: true, force: true })
})

const release = (name: string): TeamBody => ({ kind: 'release', items: [item(name)] })
const write = (journal: Journal, place: string, wallMs: number, ...names: string[]) => {
  const written = journal.append({ by: ADA, wallMs, place }, names.map(release), null)
  if (!written.ok) throw new Error(written.error)
  return written.value.map(({ event }) => event)
}

it('orders events of all processes as they were written, though the clock stands still or goes back', () => {
  const [one, other] = [open(), open()]
  const events = [0, 1, 2, 3].flatMap(i =>
    write(i % 2 === 0 ? one : other, 'p', START_MS - i * 60_000, `a${i}`, `b${i}`),
  )
  expect(events.toSorted(compareEvents)).toEqual(events)
  expect(one.own('p').map(({ event }) => event.id)).toEqual(events.map(({ id }) => id))
  expect(new Set(events.map(({ device }) => device)).size).toBe(1)
})

it('comes after what was seen of others', () => {
  const written = open().append({ by: ADA, wallMs: START_MS, place: '' }, [release('a')], [START_MS + 5, 7])
  expect(written).toMatchObject({ ok: true, value: [{ event: { clock: [START_MS + 5, 8] } }] })
})

it('writes all or nothing', () => {
  const journal = open()
  const bad: TeamBody = { kind: 'due', items: [item('a')], date: 'tomorrow' }
  expect(journal.append({ by: ADA, wallMs: START_MS, place: '' }, [release('a'), bad], null).ok).toBe(false)
  expect(journal.own('')).toEqual([])
  write(journal, '', START_MS, 'a')
  expect(journal.own('')).toHaveLength(1)
})

it('tells apart what was written for which place', () => {
  const journal = open()
  const [early] = write(journal, '', START_MS, 'early')
  const [here] = write(journal, 'here', START_MS, 'here')
  const [there] = write(journal, 'there', START_MS, 'there')
  const ids = (place: string) => journal.own(place).map(({ event }) => event.id)
  expect(ids('here')).toEqual([early?.id, here?.id])
  expect(journal.elsewhere('here')).toEqual([there?.id])
  journal.settle('here')
  expect([ids('here'), ids('there')]).toEqual([[early?.id, here?.id], [there?.id]])
})

it('numbers events as they arrive, once, and keeps what is known of their signatures', () => {
  const [one, other] = [open(), open()]
  expect(one.arrive(['a', 'b'])).toEqual([
    ['a', 1],
    ['b', 2],
  ])
  expect(other.hasChanged()).toBe(true)
  expect(other.hasChanged()).toBe(false)
  expect(other.arrive(['b', 'c'])).toEqual([['c', 3]])
  other.sign([['b', 'verified']])
  expect([...one.seen()].map(([id, { seq, signature }]) => [id, seq, signature])).toEqual([
    ['a', 1, null],
    ['b', 2, 'verified'],
    ['c', 3, null],
  ])
})
