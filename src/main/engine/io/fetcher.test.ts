import { expect, it } from 'vitest'
import { NetError, type Capabilities, type HttpAnswer } from '../capabilities.ts'
import { quietRun } from '../test-sandbox.ts'
import { createFetcher, FETCH_POLICY } from './fetcher.ts'

const answer: HttpAnswer = { status: 200, headers: {}, body: new Uint8Array(), isPartial: false }
const refusal = () => new NetError('connect ECONNREFUSED 192.0.2.1:443', true, 'unreachable')

function fetcherOver(reply: (url: string, nth: number) => HttpAnswer | NetError) {
  const asked: string[] = []
  const caps = {
    clock: { nowMs: () => 0 },
    net: {
      request: ({ url }: { url: string }) => {
        asked.push(url)
        const replied = reply(url, asked.length)
        return replied instanceof NetError ? Promise.reject(replied) : Promise.resolve(replied)
      },
    },
  } as unknown as Capabilities
  const fetcher = createFetcher(caps, { ...FETCH_POLICY, basePauseMs: 1 })
  const run = quietRun()
  const get = (url: string, inRun = run) => fetcher.fetch({ url, maxBytes: 10 }, inRun)
  return { get, asked, run }
}

it('does not ask a host again in the same run after two refusals', async () => {
  const { get, asked } = fetcherOver(refusal)
  const first = await get('https://down.example/a')
  expect(first).toMatchObject({ ok: false, error: { failure: { code: 'download-failed', retryable: true } } })
  expect(asked).toHaveLength(2)
  const many = await Promise.all(['b', 'c', 'd', 'e'].map(name => get(`https://down.example/${name}`)))
  expect(many.every(result => !result.ok)).toBe(true)
  expect(asked).toHaveLength(2)
})

it('asks other hosts, and the same host in a later run', async () => {
  const { get, asked } = fetcherOver(url => (url.startsWith('https://down.example/') ? refusal() : answer))
  await get('https://down.example/a')
  expect((await get('https://up.example/a')).ok).toBe(true)
  await get('https://down.example/a', quietRun())
  expect(asked.filter(url => url.startsWith('https://down.example/'))).toHaveLength(4)
})

it('lets a host that answers in between be asked on', async () => {
  const { get, asked } = fetcherOver((_url, nth) => (nth % 2 === 1 ? refusal() : answer))
  for (const name of ['a', 'b', 'c']) expect((await get(`https://shaky.example/${name}`)).ok).toBe(true)
  expect(asked).toHaveLength(6)
})

it('keeps retrying a connection that breaks for other reasons', async () => {
  const { get, asked } = fetcherOver(() => new NetError('reset', true, 'connect'))
  expect((await get('https://reset.example/a')).ok).toBe(false)
  expect(asked).toHaveLength(FETCH_POLICY.attempts)
})
