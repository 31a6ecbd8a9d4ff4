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
