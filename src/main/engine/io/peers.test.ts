import type http from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openCache, type Cache } from '../cache.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { listen, type Loopback } from '../testing/loopback.ts'
import { FETCH_POLICY } from './fetcher.ts'
import { openPeers, peerRegistryUrl, readPeerRegistry } from './peers.ts'

let box: Sandbox
let cache: Cache
let server: Loopback
let base: string
let now: number
let reply: http.RequestListener
let seen: http.IncomingHttpHeaders[]

beforeEach(async () => {
  now = Date.parse('2026-01-01T00:00:00Z')
  box = createSandbox({}, () => now)
  cache = openCache(box.caps)
  seen = []
  server = await listen((request, response) => {
    seen.push(request.headers)
    reply(request, response)
  })
  base = server.origin
})
afterEach(async () => {
  cache.close()
  await server.close()
  box.dispose()
})

const peers = (offline = false) =>
  openPeers(box.caps, cache, { offline, fetchPolicy: { ...FETCH_POLICY, basePauseMs: 1, attempts: 2 } })
const get = (path = '/a.toml', offline = false) => peers(offline).text(base + path, quietRun())

it('asks once per run for each address, however many want it', async () => {
  reply = (_request, response) => response.end('text')
  const one = peers()
  const answers = await Promise.all([1, 2, 3].map(() => one.text(`${base}/a.toml`, quietRun())))
  expect(answers.every(a => a.ok && a.value.text === 'text')).toBe(true)
  await one.text(`${base}/a.toml`, quietRun())
  expect(seen).toHaveLength(1)
})

it('asks whether it changed, and keeps the copy when it did not', async () => {
  reply = (request, response) => {
    if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end()
    else response.writeHead(200, { etag: '"1"' }).end('text')
  }
  await get()
  now += 60_000
  expect(await get()).toEqual({ ok: true, value: { text: 'text', fetchedAt: now } })
  expect(seen.map(h => h['if-none-match'])).toEqual([undefined, '"1"'])
  expect(peers().remembered(`${base}/a.toml`)).toEqual({ text: 'text', fetchedAt: now })
})

it.each([
  ['a second old', 'Wed, 31 Dec 2025 23:59:59 GMT', undefined],
  ['well past', 'Wed, 31 Dec 2025 23:59:00 GMT', 'Wed, 31 Dec 2025 23:59:00 GMT'],
])('trusts a date only when it is %s or more', async (_what, modified, asked) => {
  reply = (_request, response) =>
    response.writeHead(200, { 'last-modified': modified, date: 'Thu, 01 Jan 2026 00:00:00 GMT' }).end('text')
  await get()
  await get()
  expect(seen[1]?.['if-modified-since']).toBe(asked)
})

it('decodes what gitiles encodes, and refuses what is not base64', async () => {
  reply = (request, response) =>
    response
      .writeHead(200, { 'x-gitiles-object-type': 'blob' })
      .end(request.url === '/good' ? Buffer.from('grüße').toString('base64') : 'not base64!')
  expect(await get('/good')).toMatchObject({ ok: true, value: { text: 'grüße' } })
  expect(await get('/bad')).toMatchObject({ ok: false, error: { code: 'download-failed' } })
})

it.each([
  [404, 'download-failed'],
  [403, 'download-failed'],
  [503, 'download-failed'],
])('an answer %s is a failure and remembers nothing', async (status, code) => {
  reply = (_request, response) => response.writeHead(status).end('[audits]')
  expect(await get()).toMatchObject({ ok: false, error: { code, httpStatus: status } })
  expect(peers().remembered(`${base}/a.toml`)).toBeNull()
})

it('refuses what is not UTF-8', async () => {
  reply = (_request, response) => response.end(Buffer.from([0x66, 0xff]))
  expect(await get()).toMatchObject({ ok: false, error: { code: 'store-toml', file: `${base}/a.toml` } })
})

it('starts a broken download again instead of joining two states of a file', async () => {
  reply = (request, response) => {
    if (request.headers.range !== undefined) response.writeHead(206, { 'content-range': 'bytes 4-7/8' }).end('NEW!')
    else if (seen.length === 1) {
      response.writeHead(200, { 'content-length': 8 })
      response.write('half')
      setTimeout(() => response.destroy(), 20)
    } else response.end('whole')
  }
  expect(await get()).toMatchObject({ ok: true, value: { text: 'whole' } })
})

it('offline asks nobody, and still remembers', async () => {
  reply = (_request, response) => response.end('text')
  await get()
  expect(await get('/a.toml', true)).toMatchObject({ ok: false, error: { code: 'offline' } })
  expect(peers(true).remembered(`${base}/a.toml`)?.text).toBe('text')
  expect(seen).toHaveLength(1)
})

it('a failed answer keeps the earlier copy', async () => {
  reply = (_request, response) => response.end('text')
  await get()
  reply = (_request, response) => response.writeHead(404).end()
  expect((await get()).ok).toBe(false)
  expect(peers().remembered(`${base}/a.toml`)?.text).toBe('text')
})

it.each([
  ['[registry.a]\nurl = "https://a.example/x"\n[registry.b]\nurl = ["https://b/1", "https://b/2"]\n', 2],
  ['', 0],
  ['[registry.a]\nlink = "x"\n', null],
  ['registry = ', null],
])('reads the list of known peers %#', async (text, count) => {
  reply = (_request, response) => response.end(text)
  const known = await readPeerRegistry(peers(), `${base}/peers.toml`, quietRun())
  expect(known.ok ? known.value.size : null).toBe(count)
})

it('the address of the list is a setting', () => {
  expect(peerRegistryUrl(box.caps)).toMatch(/^https:\/\/.*\/registry\.toml$/)
  const set = createSandbox({ ASSAY_PEER_REGISTRY: 'https://peers.example/list.toml' })
  expect(peerRegistryUrl(set.caps)).toBe('https://peers.example/list.toml')
  set.dispose()
})
