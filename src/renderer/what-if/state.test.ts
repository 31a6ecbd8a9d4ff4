/** What-if over several workspaces: an answer that was asked for in one is never shown in another. */
import { beforeEach, expect, it } from 'vitest'
import type { EngineClient } from '../../shared/contract.ts'
import { fetchMore, findSmallest, openWhatIf, solveDraft, useWhatIf } from './state.ts'

/** Answers when it is told to. */
let answer: (value: unknown) => void
const client = {
  call: () => new Promise(done => (answer = value => done({ ok: true, value }))),
  on: () => () => undefined,
} as unknown as EngineClient

beforeEach(() => {
  openWhatIf('/nowhere')
  openWhatIf('/first')
})

const works = [
  { name: 'rows', run: () => solveDraft(client, 'draft'), value: { rows: [], dropped: [] } },
  { name: 'the smallest set', run: () => findSmallest(client), value: { steps: [] } },
  { name: 'more audits', run: () => fetchMore(client, 'peers'), value: null },
]
it.each(works)('an answer about $name', async ({ run, value }) => {
  const running = run()
  openWhatIf('/second')
  useWhatIf.setState({ isSearching: true, fetching: 'publishers' })
  const before = useWhatIf.getState()
  answer(value)
  await running
  expect(useWhatIf.getState()).toEqual(before)
})

it('is shown where it was asked for', async () => {
  const running = findSmallest(client)
  expect(useWhatIf.getState().isSearching).toBe(true)
  answer({ steps: [] })
  await running
  expect(useWhatIf.getState()).toMatchObject({ root: '/first', smallest: { steps: [] }, isSearching: false })
})

it.each([
  { name: 'stays at its row', rows: ['c', 'b'], selected: 'b', now: 'b' },
  { name: 'goes to the row that took its place', rows: ['a', 'c'], selected: 'b', now: 'c' },
  { name: 'goes to the last one when it was last', rows: ['a', 'b'], selected: 'c', now: 'b' },
  { name: 'has none when no row is left', rows: [], selected: 'a', now: null },
  { name: 'chooses none by itself', rows: ['a'], selected: null, now: null },
])('the selection $name when rows are made anew', async ({ rows, selected, now }) => {
  const listed = (ids: readonly string[]) => ({ rows: ids.map(id => ({ id, group: 'moves' })), dropped: [] })
  useWhatIf.setState({ rows: listed(['a', 'b', 'c']) as never, selectedId: selected })
  const running = solveDraft(client, 'queue')
  answer(listed(rows))
  await running
  expect(useWhatIf.getState().selectedId).toBe(now)
})
