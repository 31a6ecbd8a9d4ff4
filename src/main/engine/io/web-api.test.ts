import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fail, ok } from '../../../shared/result.ts'
import { openCache, type Cache } from '../cache.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { listen, type Loopback } from '../testing/loopback.ts'
import { FETCH_POLICY } from './fetcher.ts'
import { webApiUrl } from './registry-config.ts'
import { openWebApi, type WebApiOptions } from './web-api.ts'
import { readApiCrate, readPublisherCache, renderPublisherCache } from './web-api-json.ts'

let box: Sandbox
let cache: Cache
let server: Loopback
let base: string
/** What the index lists, by crate. */
let index: Record<string, string[]>
/** The body of the API's answer, by crate. */
let bodies: Record<string, string>
let hits: { crate: string; agent: string | undefined; atMs: number }[]
let failuresFirst: number
/** How long the first answer takes. */
let slowFirstMs: number

beforeEach(async () => {
  box = createSandbox()
  cache = openCache(box.caps)
  index = { leaf: ['1.0.0', '1.1.0'] }
  bodies = {
    leaf: answer([
      ['1.0.0', user(1)],
      ['1.1.0', user(2)],
    ]),
  }
  hits = []
  failuresFirst = 0
  slowFirstMs = 0
  server = await listen((request, response) => {
    const crate = request.url?.replace('/api/v1/crates/', '') ?? ''
    hits.push({ crate, agent: request.headers['user-agent'], atMs: performance.now() })
    const body = bodies[crate]
    if (failuresFirst-- > 0) response.writeHead(503).end()
    else if (body !== undefined && slowFirstMs > 0) {
      setTimeout(() => response.writeHead(200).end(body), slowFirstMs)
      slowFirstMs = 0
    } else if (body === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  base = `${server.origin}/api/v1`
})
afterEach(async () => {
  cache.close()
  await server.close()
  box.dispose()
})

const user = (id: number | string, login = `u${id}`) => `"published_by":{"id":${id},"login":"${login}","name":null}`

function answer(versions: [string, string][], description = 'A leaf'): string {
  const rows = versions.map(([num, by]) => `{"num":"${num}","created_at":"2024-05-05T23:30:00+00:00",${by},"dl":"x"}`)
  return `{"crate":{"id":"leaf","description":"${description}","repository":null},"versions":[${rows.join(',')}],"keywords":[]}`
}

function open(options: Partial<WebApiOptions> = {}, caps = box.caps) {
  const fetchPolicy = { ...FETCH_POLICY, basePauseMs: 5, maxPauseMs: 20, timeoutMs: 2_000 }
  const registry = {
    versions: (crate: string) => {
      const listed = index[crate]
      const rows = listed?.map(version => ({ version, checksum: '', yanked: false, publishedAt: null }))
      return Promise.resolve(
        rows === undefined ? fail({ code: 'crate-not-in-registry', crate, version: null } as const) : ok(rows),
      )
    },
  }
  return openWebApi(caps, cache, {
    baseUrl: base,
    registry,
    vetCacheDir: null,
    offline: false,
    pauseMs: 0,
    fetchPolicy,
    ...options,
  })
}

const loginsOf = async (api: ReturnType<typeof open>, crate = 'leaf') => {
  const releases = await api.releases(crate, quietRun())
  if (!releases.ok) return releases.error.code
  return releases.value.map(r => (r.source?.kind === 'user' ? r.source.login : (r.source?.signature ?? null)))
}

describe('releases', () => {
  it('names who published what, with the day in UTC, and itself in User-Agent', async () => {
    bodies['leaf'] = answer([
      ['1.1.0', '"published_by":null,"trustpub_data":{"provider":"github","repository":"o/r","sha":"x"}'],
      ['1.0.0', user('18446744073709551615', 'big')],
    ])
    const releases = await open().releases('leaf', quietRun())
    expect(releases).toEqual({
      ok: true,
      value: [
        {
          version: '1.0.0',
          createdAt: '2024-05-05',
          source: { kind: 'user', userId: 18446744073709551615n, login: 'big', name: null },
        },
        { version: '1.1.0', createdAt: '2024-05-05', source: { kind: 'trusted-publisher', signature: 'github:o/r' } },
      ],
    })
    expect(hits[0]?.agent).toMatch(/^assay\//)
  })
  it('asks once, and in later runs only when the index lists other versions', async () => {
    const api = open()
    await Promise.all([loginsOf(api), loginsOf(api), api.metadata('leaf', quietRun())])
    expect(await loginsOf(open())).toEqual(['u1', 'u2'])
    expect(hits).toHaveLength(1)
    index['leaf'] = ['1.0.0', '1.1.0', '1.2.0']
    bodies['leaf'] = answer([
      ['1.0.0', user(1, 'renamed')],
      ['1.1.0', user(2)],
      ['1.2.0', '"published_by":null'],
    ])
    expect(await loginsOf(open())).toEqual(['renamed', 'u2', null])
    expect(hits).toHaveLength(2)
  })
  it('leaves out versions that the index does not list, and refuses when one of the index is missing', async () => {
    index['leaf'] = ['1.0.0']
    expect(await loginsOf(open())).toEqual(['u1'])
    index['leaf'] = ['1.0.0', '9.0.0']
    const refused = await open().releases('leaf', quietRun())
    expect(refused).toMatchObject({ ok: false, error: { code: 'download-failed', retryable: true } })
    expect(!refused.ok && refused.error.code === 'download-failed' && refused.error.reason).toContain('9.0.0')
  })
  it('answers from what is stored when offline, and says what is missing', async () => {
    await loginsOf(open())
    expect(await loginsOf(open({ offline: true }))).toEqual(['u1', 'u2'])
    expect(await loginsOf(open({ offline: true }), 'tree')).toBe('offline')
    expect(await loginsOf(open(), 'tree')).toBe('crate-not-in-registry')
    expect(hits).toHaveLength(1)
  })
  it('remembers without asking, and for hints asks only so many times', async () => {
    index['tree'] = ['1.0.0', '1.1.0']
    bodies['tree'] = bodies['leaf'] ?? ''
    const crates = ['leaf', 'tree'].map(name => name as never)
    expect([...(await open().releasesWithin(crates, 1, quietRun())).keys()]).toEqual(['leaf'])
    expect((await open().remembered('leaf'))?.map(r => r.version)).toEqual(['1.0.0', '1.1.0'])
    expect(await open().remembered('tree')).toBeNull()
    expect(hits).toHaveLength(1)
    expect((await open().releasesWithin(crates, 1, quietRun())).size).toBe(2)
  })
  it('asks for who may although a hint that wanted the same may not', async () => {
    const api = open()
    const hints = api.releasesWithin(['leaf' as never], 0, quietRun())
    expect(await loginsOf(api)).toEqual(['u1', 'u2'])
    expect((await hints).size).toBe(0)
    expect(hits).toHaveLength(1)
  })
  it('tries again after 503, and gives up naming the address', async () => {
    failuresFirst = 2
    expect(await loginsOf(open())).toEqual(['u1', 'u2'])
    failuresFirst = 99
    index['other'] = ['1.0.0']
    expect(await open().releases('other', quietRun())).toMatchObject({
      ok: false,
      error: { code: 'download-failed', httpStatus: 503, url: `${base}/crates/other` },
    })
  })
  describe('one after the other', () => {
    const crates = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(name => name as never)
    beforeEach(() => {
      for (const name of crates) {
        index[name] = ['1.0.0', '1.1.0']
        bodies[name] = bodies['leaf'] ?? ''
      }
    })
    it('starts requests no closer than the pause', async () => {
      const started = performance.now()
      expect(await open({ pauseMs: 150 }).releasesOf(crates.slice(0, 3), quietRun())).toMatchObject({ ok: true })
      expect(hits).toHaveLength(3)
      // The third may not start before two pauses have passed; timers may fire a millisecond early.
      expect(performance.now() - started).toBeGreaterThan(295)
    })
    it('keeps the pause after an answer that took longer than it', async () => {
      slowFirstMs = 500
      await open({ pauseMs: 200 }).releasesOf(crates.slice(0, 3), quietRun())
      expect(hits).toHaveLength(3)
      expect(hits[2]!.atMs - hits[1]!.atMs).toBeGreaterThan(150)
    })
    it('lets nobody wait for the turns of those who gave up', async () => {
      const api = open({ pauseMs: 400 })
      const controller = new AbortController()
      const given = api.releasesOf(crates, quietRun(controller.signal))
      setTimeout(() => controller.abort(), 100)
      await expect(given).rejects.toThrow()
      const started = performance.now()
      expect(await loginsOf(api)).toEqual(['u1', 'u2'])
      expect(performance.now() - started).toBeLessThan(2_500)
    })
  })
})

describe('hostile answers', () => {
  const deep = '['.repeat(50_000)
  it.each([
    ['not JSON', '<html>'],
    ['nested without end', deep],
    ['nested beyond the stack', `{"id":12345678901234567,"a":${deep}${']'.repeat(50_000)}}`],
    ['a list', '[]'],
    ['versions of another type', '{"crate":{},"versions":{}}'],
    ['a version that is none', '{"crate":{},"versions":[{"num":"1.0","created_at":"2024-01-01T00:00:00Z"}]}'],
    [
      'a git version',
      `{"crate":{},"versions":[{"num":"1.0.0@git:${'a'.repeat(40)}","created_at":"2024-01-01T00:00:00Z"}]}`,
    ],
    ['a time that is none', '{"crate":{},"versions":[{"num":"1.0.0","created_at":"yesterday"}]}'],
    ['a negative id', answer([['1.0.0', user(-1)]])],
    ['an id past 64 bits', answer([['1.0.0', user('18446744073709551616')]])],
    ['an id with a fraction', answer([['1.0.0', user('1.5')]])],
    [
      'no login',
      '{"crate":{},"versions":[{"num":"1.0.0","created_at":"2024-01-01T00:00:00Z","published_by":{"id":1}}]}',
    ],
  ])('%s is refused', async (_, body) => {
    index['leaf'] = ['1.0.0']
    bodies['leaf'] = body
    const refused = await open().releases('leaf', quietRun())
    expect(refused).toMatchObject({ ok: false, error: { code: 'download-failed' } })
    expect(JSON.stringify(refused)).not.toContain('does not know yet')
  })
  it('keeps keys like __proto__ as plain data', () => {
    const read = readApiCrate('{"crate":{"__proto__":{"description":"x"}},"versions":[],"__proto__":{"a":1}}')
    expect(read).toMatchObject({ ok: true, value: { metadata: { description: null, repository: null } } })
  })
})

describe("cargo-vet's own cache file", () => {
  const file = () => box.at('vet', 'crates-io-cache.json')
  it('is written in its form and read instead of asking', async () => {
    const api = open({ vetCacheDir: box.at('vet') })
    await loginsOf(api)
    expect(await api.flush(new AbortController().signal)).toEqual({ ok: true, value: null })
    expect(fs.readFileSync(file(), 'utf8')).toBe(
      '{"version":"2","users":{"1":{"login":"u1","name":null},"2":{"login":"u2","name":null}},"crates":{"leaf":{"versions":' +
        '{"1.0.0":{"created_at":"2024-05-05T23:30:00Z","source":{"user-id":1}},"1.1.0":{"created_at":"2024-05-05T23:30:00Z","source":{"user-id":2}}},' +
        '"metadata":{"description":"A leaf","repository":null}}}}',
    )
    cache.close()
    fs.rmSync(box.at('cache'), { recursive: true, force: true })
    cache = openCache(box.caps)
    expect(await loginsOf(open({ vetCacheDir: box.at('vet') }))).toEqual(['u1', 'u2'])
    expect(hits).toHaveLength(1)
  })
  it('keeps what others wrote, and counts as empty when it is not understood', async () => {
    const other =
      '{"version":"2","users":{},"crates":{"z":{"versions":{},"metadata":{"description":null,"repository":null}}}}'
    box.write({ 'vet/crates-io-cache.json': other })
    const api = open({ vetCacheDir: box.at('vet') })
    await loginsOf(api)
    await api.flush(new AbortController().signal)
    expect([...readPublisherCache(fs.readFileSync(file(), 'utf8')).crates.keys()]).toEqual(['leaf', 'z'])
    for (const bad of [
      '',
      '{}',
      '{"version":"1","users":{},"crates":{}}',
      '{"version":"2","users":{"x":{}},"crates":{}}',
    ]) {
      expect(readPublisherCache(bad).crates.size).toBe(0)
    }
  })
  it('gets in the next flush what was fetched during one', async () => {
    const during: (() => Promise<unknown>)[] = []
    const files = {
      ...box.caps.files,
      writeAtomic: async (...args: Parameters<typeof box.caps.files.writeAtomic>) => {
        await during.pop()?.()
        return box.caps.files.writeAtomic(...args)
      },
    }
    const api = open({ vetCacheDir: box.at('vet') }, { ...box.caps, files })
    index['late'] = index['leaf']!
    bodies['late'] = bodies['leaf']!
    await loginsOf(api)
    during.push(() => loginsOf(api, 'late'))
    await api.flush(new AbortController().signal)
    expect([...readPublisherCache(fs.readFileSync(file(), 'utf8')).crates.keys()]).toEqual(['leaf'])
    await api.flush(new AbortController().signal)
    expect([...readPublisherCache(fs.readFileSync(file(), 'utf8')).crates.keys()]).toEqual(['late', 'leaf'])
  })
  it('is the same after reading and writing', () => {
    const text =
      '{"version":"2","users":{"3":{"login":"a","name":"Ä \\"b\\""},"20":{"login":"b","name":null}},"crates":{"x":{"versions":' +
      '{"1.0.0":{"created_at":"2024-01-01T00:00:00.123456Z","source":null},"1.0.0+b":{"created_at":"2024-01-01T00:00:00Z",' +
      '"source":{"trusted-publisher":"github:o/r"}}},"metadata":{"description":"d","repository":"r"}}}}'
    expect(renderPublisherCache(readPublisherCache(text))).toBe(text)
  })
})

describe('webApiUrl', () => {
  it('is the default registry’s own unless stated', () => {
    expect(webApiUrl({})).toMatchObject({ ok: true, value: expect.stringMatching(/^https:\/\/[a-z.]+\/api\/v1$/) })
    expect(webApiUrl({ ASSAY_WEB_API: 'http://127.0.0.1:1/x/' })).toEqual({ ok: true, value: 'http://127.0.0.1:1/x' })
    expect(webApiUrl({ ASSAY_WEB_API: 'file:///etc' })).toMatchObject({ ok: false })
    expect(webApiUrl({ ASSAY_WEB_API: 'https://me@x' })).toMatchObject({ ok: false })
  })
})
