import { createHash } from 'node:crypto'
import fs from 'node:fs'
import type http from 'node:http'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCache, type Cache } from '../cache.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { listen, type Loopback } from '../testing/loopback.ts'
import { FETCH_POLICY, retryAfterMs } from './fetcher.ts'
import { chooseSource } from './registry-config.ts'
import { openRegistry, type RegistryOptions } from './registry.ts'

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function crateBytes(name: string, files: Record<string, string>): Promise<Buffer> {
  const tar = pack()
  for (const [file, content] of Object.entries(files)) tar.entry({ name: `${name}/${file}` }, content)
  tar.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of tar) chunks.push(chunk as Uint8Array)
  return gzipSync(Buffer.concat(chunks))
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse, nth: number) => void

let box: Sandbox
let cache: Cache
let server: Loopback
let base: string
let now: number
/** Answers by path; a path without one is a 404. `hits` counts requests. */
let routes: Record<string, Handler>
let hits: Record<string, number>

beforeEach(async () => {
  now = Date.parse('2026-01-01T00:00:00Z')
  box = createSandbox({}, () => now)
  cache = openCache(box.caps)
  routes = {}
  hits = {}
  server = await listen((request, response) => {
    const path = request.url ?? ''
    hits[path] = (hits[path] ?? 0) + 1
    const handler = routes[path]
    if (handler === undefined) response.writeHead(404).end()
    else handler(request, response, hits[path])
  })
  base = server.origin
})
afterEach(async () => {
  cache.close()
  await server.close()
  box.dispose()
})

const send =
  (body: string | Uint8Array, headers: http.OutgoingHttpHeaders = {}): Handler =>
  (_request, response) =>
    response.writeHead(200, { 'content-length': Buffer.byteLength(body), ...headers }).end(body)

const line = (version: string, checksum: string, more = ''): string =>
  `{"name":"leaf","vers":"${version}","deps":[],"cksum":"${checksum}","features":{},"yanked":false${more}}\n`

function open(options: Partial<RegistryOptions> = {}) {
  const config = {
    source: { kind: 'sparse', indexUrl: `${base}/` } as const,
    replacedBy: [],
    decidedBy: null,
    cargoHome: box.at('cargo-home'),
  }
  const fetchPolicy = { ...FETCH_POLICY, basePauseMs: 5, maxPauseMs: 50, timeoutMs: 2_000 }
  return openRegistry(box.caps, cache, config, { offline: false, lockChecksums: new Map(), fetchPolicy, ...options })
}

/** A registry with one version of `leaf`. */
async function serveLeaf(
  dl = `${base}/dl/{lowerprefix}/{crate}/{version}/{sha256-checksum}`,
): Promise<{ bytes: Buffer; at: string }> {
  const bytes = await crateBytes('leaf-1.0.0', {
    'Cargo.toml': '[package]\n',
    'src/lib.rs': '// leaf\n'.repeat(4_000) + Math.PI,
  })
  routes['/config.json'] = send(JSON.stringify({ dl, api: null }))
  routes['/le/af/leaf'] = send(line('1.0.0', sha(bytes)))
  const at = `/dl/le/af/leaf/1.0.0/${sha(bytes)}`
  routes[at] = send(bytes)
  return { bytes, at }
}

describe('versions', () => {
  it('come in the index’s order, yanked ones included, newer formats left out', async () => {
    const sum = 'a'.repeat(64)
    const yanked = line('1.1.0', sum).replace('"yanked":false', '"yanked":true')
    routes['/le/af/leaf'] = send(
      line('1.0.0', sum, ',"pubtime":"2020-01-01T00:00:00Z"') + yanked + line('2.0.0', sum, ',"v":3'),
    )
    expect(await open().versions('leaf', quietRun())).toEqual({
      ok: true,
      value: [
        { version: '1.0.0', checksum: sum, yanked: false, publishedAt: '2020-01-01T00:00:00Z' },
        { version: '1.1.0', checksum: sum, yanked: true, publishedAt: null },
      ],
    })
  })
  it('are asked for once, confirmed with the ETag later, and read from the store offline', async () => {
    routes['/le/af/leaf'] = (request, response) => {
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end()
      else response.writeHead(200, { etag: '"v1"' }).end(line('1.0.0', 'a'.repeat(64)))
    }
    const registry = open()
    await Promise.all([registry.versions('leaf', quietRun()), registry.versions('leaf', quietRun())])
    await registry.versions('leaf', quietRun())
    expect(hits).toEqual({ '/le/af/leaf': 1 })
    expect(await open().versions('leaf', quietRun())).toMatchObject({ ok: true, value: [{ version: '1.0.0' }] })
    expect(hits).toEqual({ '/le/af/leaf': 2 })
    expect(await open({ offline: true }).versions('leaf', quietRun())).toMatchObject({
      ok: true,
      value: [{ version: '1.0.0' }],
    })
    expect(hits).toEqual({ '/le/af/leaf': 2 })
  })
  it('are told from what is stored, and a whole line as the registry wrote it, asking only when it is missing', async () => {
    const [first, second] = [line('1.0.0', 'a'.repeat(64)), line('1.0.0-1', 'b'.repeat(64), ',"note":"1.0.0"')]
    routes['/le/af/leaf'] = send(second + first)
    const registry = open()
    expect(registry.known('leaf', '1.0.0')).toBeNull()
    expect(await registry.indexLine('leaf', '1.0.0', quietRun())).toEqual({ ok: true, value: first.trim() })
    expect(registry.known('leaf', '1.0.0')).toMatchObject({ checksum: 'a'.repeat(64) })
    expect(await open({ offline: true }).indexLine('leaf', '1.0.0-1', quietRun())).toMatchObject({ ok: true })
    expect(hits).toEqual({ '/le/af/leaf': 1 })
    expect(await open({ offline: true }).indexLine('leaf', '2.0.0', quietRun())).toMatchObject({
      error: { code: 'offline' },
    })
    expect(await registry.indexLine('../leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'crate-not-in-registry' },
    })
  })
  it('are those that came with a line, when that is newer than what was confirmed', async () => {
    const first = line('1.0.0', 'a'.repeat(64))
    routes['/le/af/leaf'] = send(first)
    const registry = open()
    const names = async () => {
      const all = await registry.versions('leaf', quietRun())
      return all.ok ? all.value.map(one => one.version) : all.error
    }
    expect(await names()).toEqual(['1.0.0'])
    routes['/le/af/leaf'] = send(first + line('1.0.1', 'b'.repeat(64)))
    expect(await registry.indexLine('leaf', '1.0.1', quietRun())).toMatchObject({ ok: true })
    expect(await names()).toEqual(['1.0.0', '1.0.1'])
    expect(hits).toEqual({ '/le/af/leaf': 2 })
  })
  it('are told anew where another program stored a newer entry since', async () => {
    const first = line('1.0.0', 'a'.repeat(64))
    routes['/le/af/leaf'] = send(first)
    const registry = open()
    await registry.indexLine('leaf', '1.0.0', quietRun())
    const offline = open({ offline: true })
    expect(await offline.indexLine('leaf', '1.0.0', quietRun())).toMatchObject({ ok: true })
    routes['/le/af/leaf'] = send(first + line('1.0.1', 'b'.repeat(64)))
    expect(await registry.indexLine('leaf', '1.0.1', quietRun())).toMatchObject({ ok: true })
    expect(await offline.indexLine('leaf', '1.0.1', quietRun())).toMatchObject({ ok: true })
    expect(hits).toEqual({ '/le/af/leaf': 2 })
  })
  it('are the confirmed ones where another program stored a newer list since', async () => {
    let [etag, body] = ['"one"', line('1.0.0', 'a'.repeat(64))]
    routes['/le/af/leaf'] = (request, response) => {
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else response.writeHead(200, { etag }).end(body)
    }
    await open().versions('leaf', quietRun())
    const [online, offline] = [open(), open({ offline: true })]
    for (const registry of [online, offline]) expect(registry.known('leaf', '1.0.0')).not.toBeNull()
    etag = '"two"'
    body += line('1.0.1', 'b'.repeat(64))
    await open().versions('leaf', quietRun())
    for (const registry of [online, offline])
      expect(await registry.versions('leaf', quietRun())).toMatchObject({
        value: [{ version: '1.0.0' }, { version: '1.0.1' }],
      })
  })
  it('are confirmed with Last-Modified where there is no ETag', async () => {
    const stamp = 'Thu, 01 Jan 2026 00:00:00 GMT'
    routes['/le/af/leaf'] = (request, response) => {
      if (request.headers['if-modified-since'] === stamp) response.writeHead(304).end()
      else response.writeHead(200, { 'last-modified': stamp }).end(line('1.0.0', 'a'.repeat(64)))
    }
    await open().versions('leaf', quietRun())
    expect(await open().versions('leaf', quietRun())).toMatchObject({ ok: true })
  })
  it('are confirmed only with what the registry said about the list that is stored', async () => {
    const first = line('1.0.0', 'a'.repeat(64))
    const yanked = first.replace('"yanked":false', '"yanked":true')
    const answers = [
      { etag: '"one"', body: first },
      { etag: null, body: yanked }, // a server between us and the registry may drop it
      { etag: '"one"', body: first },
    ]
    routes['/le/af/leaf'] = (request, response, nth) => {
      const { etag, body } = answers[nth - 1]!
      if (etag !== null && request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else response.writeHead(200, etag === null ? {} : { etag }).end(body)
    }
    const isYanked = async () => {
      const answer = await open().versions('leaf', quietRun())
      return answer.ok ? answer.value[0]?.yanked : answer.error
    }
    expect([await isYanked(), await isYanked(), await isYanked()]).toEqual([false, true, false])
  })
  it('are not asked for again while the registry says they stay fresh', async () => {
    routes['/le/af/leaf'] = send(line('1.0.0', 'a'.repeat(64)), { 'cache-control': 'public, max-age=600' })
    await open().versions('leaf', quietRun())
    now += 599_000
    await open().versions('leaf', quietRun())
    expect(hits['/le/af/leaf']).toBe(1)
    now += 2_000
    await open().versions('leaf', quietRun())
    expect(hits['/le/af/leaf']).toBe(2)
  })
  it.each([
    ['unknown crate', '', { code: 'crate-not-in-registry', crate: 'leaf' }],
    ['not JSON', 'oops\n', { code: 'download-failed', reason: 'line 1 of the index entry is not understood' }],
    ['about another crate', line('1.0.0', 'a'.repeat(64)).replace('leaf', 'other'), { code: 'download-failed' }],
    ['a sum that is none', line('1.0.0', 'xyz'), { code: 'download-failed' }],
  ])('fail clearly: %s', async (_what, body, error) => {
    if (body !== '') routes['/le/af/leaf'] = send(body)
    expect(await open().versions('leaf', quietRun())).toMatchObject({ ok: false, error })
  })
  it('offline without a stored answer say what is missing', async () => {
    expect(await open({ offline: true }).versions('leaf', quietRun())).toMatchObject({
      error: { code: 'offline', needed: 'the index entry of leaf' },
    })
  })
  it('are never asked for by a name that is no crate name', async () => {
    expect(await open().versions('../../etc', quietRun())).toMatchObject({ error: { code: 'crate-not-in-registry' } })
    expect(hits).toEqual({})
  })
})

describe('archives', () => {
  it('are downloaded, verified, kept, and unpacked without execute bits', async () => {
    const { bytes, at } = await serveLeaf()
    const registry = open({ lockChecksums: new Map([['leaf@1.0.0', sha(bytes)]]) })
    const unpacked = await registry.unpacked('leaf', '1.0.0', quietRun())
    expect(unpacked).toMatchObject({ ok: true, value: { checksum: sha(bytes), verifiedBy: 'index', executables: [] } })
    const folder = unpacked.ok ? unpacked.value.folder : ''
    expect(fs.readdirSync(folder).sort()).toEqual(['Cargo.toml', 'src'])
    expect(fs.statSync(`${folder}/src/lib.rs`).mode & 0o111).toBe(0)
    expect(await open({ offline: true }).unpacked('leaf', '1.0.0', quietRun())).toMatchObject({
      ok: true,
      value: { folder },
    })
    expect(hits[at]).toBe(1)
  })
  it('whose unpacked files were touched are written anew', async () => {
    await serveLeaf()
    const registry = open()
    const first = await registry.unpacked('leaf', '1.0.0', quietRun())
    const folder = first.ok ? first.value.folder : ''
    fs.appendFileSync(`${folder}/src/lib.rs`, 'evil()')
    fs.writeFileSync(`${folder}/added.rs`, 'evil()')
    await registry.unpacked('leaf', '1.0.0', quietRun())
    expect(fs.readFileSync(`${folder}/src/lib.rs`, 'utf8')).not.toContain('evil')
    expect(fs.existsSync(`${folder}/added.rs`)).toBe(false)
  })
  it('that are damaged in the cache are fetched again', async () => {
    const { bytes, at } = await serveLeaf()
    await open().archive('leaf', '1.0.0', quietRun())
    fs.writeFileSync(cache.archiveFile(sha(bytes)), 'damaged')
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({ ok: true })
    expect(hits[at]).toBe(2)
  })
  it('that cargo has already downloaded are used, if the sum fits', async () => {
    const { bytes, at } = await serveLeaf()
    box.write({ 'cargo-home/registry/cache/some-registry-1234/leaf-1.0.0.crate': 'something else' })
    box.write({ 'cargo-home/registry/cache/the-registry-5678/leaf-1.0.0.crate': bytes })
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({
      ok: true,
      value: { checksum: sha(bytes) },
    })
    expect(hits[at]).toBeUndefined()
  })
  it('with another sum than the index states are refused and not kept', async () => {
    const { bytes, at } = await serveLeaf()
    const other = await crateBytes('leaf-1.0.0', { 'src/lib.rs': 'evil' })
    routes[at] = send(other)
    const read = await open().archive('leaf', '1.0.0', quietRun())
    expect(read).toMatchObject({
      error: { code: 'checksum-mismatch', crate: 'leaf 1.0.0', expectedSha256: sha(bytes), actualSha256: sha(other) },
    })
    expect(fs.existsSync(cache.archiveFile(sha(bytes)))).toBe(false)
    expect(fs.existsSync(cache.archiveFile(sha(other)))).toBe(false)
  })
  it('whose sum in Cargo.lock differs from the index are refused without a download', async () => {
    const { at } = await serveLeaf()
    const registry = open({ lockChecksums: new Map([['leaf@1.0.0', 'b'.repeat(64)]]) })
    expect(await registry.archive('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'checksum-mismatch', expectedSha256: 'b'.repeat(64) },
    })
    expect(hits[at]).toBeUndefined()
  })
  it('are verified by Cargo.lock alone when there is no index, and say so', async () => {
    const bytes = await crateBytes('leaf-1.0.0', { 'src/lib.rs': '' })
    box.write({ 'cargo-home/registry/cache/r/leaf-1.0.0.crate': bytes })
    const registry = open({ offline: true, lockChecksums: new Map([['leaf@1.0.0', sha(bytes)]]) })
    expect(await registry.archive('leaf', '1.0.0', quietRun())).toMatchObject({
      ok: true,
      value: { verifiedBy: 'lockfile' },
    })
  })
  it('offline say what is missing', async () => {
    await serveLeaf()
    await open().versions('leaf', quietRun())
    expect(await open({ offline: true }).archive('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'offline', needed: 'the archive of leaf 1.0.0' },
    })
  })
  it('of a version that was never published are not there', async () => {
    await serveLeaf()
    expect(await open().archive('leaf', '9.9.9', quietRun())).toMatchObject({
      error: { code: 'crate-not-in-registry', crate: 'leaf', version: '9.9.9' },
    })
  })
  it('of git versions are not supported yet', async () => {
    expect(await open().archive('leaf', `1.0.0@git:${'a'.repeat(40)}`, quietRun())).toMatchObject({
      error: { code: 'git-source-unsupported' },
    })
  })
  it('that are hostile leave nothing behind', async () => {
    const evil = await crateBytes('leaf-1.0.0', { '../../../evil.rs': 'x' })
    routes['/config.json'] = send(JSON.stringify({ dl: `${base}/dl` }))
    routes['/le/af/leaf'] = send(line('1.0.0', sha(evil)))
    routes['/dl/leaf/1.0.0/download'] = send(evil)
    expect(await open().unpacked('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'archive-hostile', crate: 'leaf 1.0.0' },
    })
    expect(fs.existsSync(box.at('cache/sources'))).toBe(false)
    expect(fs.readdirSync(box.folder).sort()).toEqual(['cache', 'home'])
  })
})

describe('the network', () => {
  it('is asked again after a 503, as the server wishes, and after a broken connection', async () => {
    const { bytes, at } = await serveLeaf()
    routes[at] = (_request, response, nth) => {
      if (nth === 1) response.writeHead(503, { 'retry-after': '0' }).end()
      else if (nth === 2) response.socket?.destroy()
      else send(bytes)(_request, response, nth)
    }
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({ ok: true })
    expect(hits[at]).toBe(3)
  })
  it('is given up after four tries, with the last reason', async () => {
    const { at } = await serveLeaf()
    routes[at] = (_request, response) => response.writeHead(503).end()
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'download-failed', httpStatus: 503 },
    })
    expect(hits[at]).toBe(4)
  })
  it('is not asked again after a refusal', async () => {
    const { at } = await serveLeaf()
    routes[at] = (_request, response) => response.writeHead(401).end()
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'download-failed', httpStatus: 401, retryable: false },
    })
    expect(hits[at]).toBe(1)
  })
  it('says when a proxy asks for a login', async () => {
    const { at } = await serveLeaf()
    routes[at] = (_request, response) => response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end()
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'download-failed', reason: 'the proxy asks for a login', retryable: false },
    })
  })
  it('continues a broken download where it stopped', async () => {
    const { bytes, at } = await serveLeaf()
    const ranges: (string | undefined)[] = []
    routes[at] = (request, response) => {
      ranges.push(request.headers.range)
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      if (from === 0) {
        response.writeHead(200, { 'content-length': bytes.length })
        response.write(bytes.subarray(0, 100), () => setTimeout(() => response.socket?.destroy(), 20))
      } else
        response
          .writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
          .end(bytes.subarray(from))
    }
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({
      ok: true,
      value: { checksum: sha(bytes) },
    })
    expect(ranges).toEqual([undefined, 'bytes=100-'])
  })
  it('continues in the next run what this one could not finish', async () => {
    const { bytes, at } = await serveLeaf()
    routes[at] = (request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      response.writeHead(from === 0 ? 200 : 503, { 'content-length': bytes.length })
      response.write(bytes.subarray(0, 50), () => setTimeout(() => response.socket?.destroy(), 20))
    }
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({ error: { code: 'download-failed' } })
    expect(fs.readFileSync(`${cache.archiveFile(sha(bytes))}.part`)).toEqual(bytes.subarray(0, 50))
    const ranges: (string | undefined)[] = []
    routes[at] = (request, response) => {
      ranges.push(request.headers.range)
      response
        .writeHead(206, { 'content-range': `bytes 50-${bytes.length - 1}/${bytes.length}` })
        .end(bytes.subarray(50))
    }
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({ ok: true })
    expect(ranges).toEqual(['bytes=50-'])
    expect(fs.existsSync(`${cache.archiveFile(sha(bytes))}.part`)).toBe(false)
  })
  it('starts again when a kept part turns out wrong', async () => {
    const { bytes, at } = await serveLeaf()
    box.write({ [`cache/archives/${sha(bytes).slice(0, 2)}/${sha(bytes)}.crate.part`]: 'wrong bytes' })
    routes[at] = (request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      if (from === 0) response.writeHead(200).end(bytes)
      else
        response
          .writeHead(206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
          .end(bytes.subarray(from))
    }
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({ ok: true })
  })
  it('follows redirects, but not for ever', async () => {
    const { bytes, at } = await serveLeaf()
    routes[at] = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()
    routes['/elsewhere'] = send(bytes)
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({ ok: true })
    fs.rmSync(cache.archiveFile(sha(bytes)))
    routes['/elsewhere'] = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'download-failed', reason: 'more than 5 redirects', retryable: false },
    })
  })
  it('never follows to a file or another scheme', async () => {
    const { at } = await serveLeaf()
    routes[at] = (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    expect(await open().archive('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'download-failed', reason: 'file: is not supported' },
    })
  })
  it('is left at once on cancel', { timeout: 1_500 }, async () => {
    const { at } = await serveLeaf()
    const abort = new AbortController()
    routes[at] = (_request, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 }).write('slow')
      setTimeout(() => abort.abort(), 20)
    }
    await expect(open().archive('leaf', '1.0.0', quietRun(abort.signal))).rejects.toMatchObject({ name: 'Cancelled' })
  })
  it('gives up on a server that falls silent', async () => {
    const { at } = await serveLeaf()
    routes[at] = () => undefined
    const fetchPolicy = { ...FETCH_POLICY, attempts: 1, timeoutMs: 100 }
    expect(await open({ fetchPolicy }).archive('leaf', '1.0.0', quietRun())).toMatchObject({
      error: { code: 'download-failed', reason: 'no answer within 0.1 s', retryable: true },
    })
  })
  it('refuses an answer past the limit, stated or not', async () => {
    const request = { url: `${base}/big`, maxBytes: 1_000, timeoutMs: 2_000, signal: new AbortController().signal }
    routes['/big'] = send('x'.repeat(1_001))
    await expect(box.caps.net.request(request)).rejects.toMatchObject({ kind: 'too-large' })
    routes['/big'] = (_request, response) => {
      response.write('x'.repeat(900))
      response.end('x'.repeat(101))
    }
    await expect(box.caps.net.request(request)).rejects.toMatchObject({ kind: 'too-large' })
  })
  it('with a password in its address is a clear failure without the password', async () => {
    const config = {
      source: { kind: 'sparse', indexUrl: 'http://user:secret@127.0.0.1:9/' } as const,
      replacedBy: [],
      decidedBy: null,
      cargoHome: box.at('cargo-home'),
    }
    const registry = openRegistry(box.caps, cache, config, {
      offline: false,
      lockChecksums: new Map(),
      fetchPolicy: { ...FETCH_POLICY, attempts: 1 },
    })
    const asked = await registry.versions('leaf', quietRun())
    expect(asked).toMatchObject({ error: { code: 'download-failed' } })
    expect(JSON.stringify(asked)).not.toContain('secret')
  })
})

it.each([
  ['7', 7_000],
  ['Thu, 01 Jan 2026 00:00:10 GMT', 10_000],
  ['Thu, 01 Jan 2020 00:00:00 GMT', 0],
  ['soon', null],
  [undefined, null],
])('Retry-After %s is %s ms', (stated, wanted) => {
  expect(retryAfterMs(stated, Date.parse('2026-01-01T00:00:00Z'))).toBe(wanted)
})

describe('source replacement', () => {
  const home = '/home/.cargo' as never
  const tables = (sources: Record<string, object>, registries: Record<string, string> = {}) => ({
    sources: new Map(Object.entries(sources).map(([name, s]) => [name, { file: 'config.toml', ...s }])),
    registries: new Map(Object.entries(registries).map(([name, index]) => [name, { index, file: 'config.toml' }])),
  })
  it.each([
    [
      'a chain',
      tables({
        'crates-io': { replaceWith: 'a' },
        a: { replaceWith: 'b' },
        b: { registry: 'sparse+https://b.example/i' },
      }),
      { source: { kind: 'sparse', indexUrl: 'https://b.example/i/' }, replacedBy: ['a', 'b'] },
    ],
    [
      'a name of [registries]',
      tables({ 'crates-io': { replaceWith: 'corp' } }, { corp: 'sparse+https://corp.example/' }),
      { source: { kind: 'sparse', indexUrl: 'https://corp.example/' } },
    ],
    [
      'a local registry',
      tables({ 'crates-io': { replaceWith: 'l' }, l: { localRegistry: '/l' } }),
      { source: { kind: 'local-registry', folder: '/l' } },
    ],
    [
      'vendored sources',
      tables({ 'crates-io': { replaceWith: 'v' }, v: { directory: '/v' } }),
      { source: { kind: 'directory', folder: '/v' } },
    ],
  ])('follows %s', (_what, given, value) => {
    expect(chooseSource(given, home)).toMatchObject({ ok: true, value })
  })
  it.each([
    [
      'a circle',
      tables({ 'crates-io': { replaceWith: 'a' }, a: { replaceWith: 'b' }, b: { replaceWith: 'a' } }),
      'registry-config',
    ],
    ['a name that means nothing', tables({ 'crates-io': { replaceWith: 'a' } }), 'registry-config'],
    [
      'a git index',
      tables({ 'crates-io': { replaceWith: 'a' }, a: { registry: 'https://git.example/index' } }),
      'unsupported',
    ],
    ['no address', tables({ 'crates-io': { replaceWith: 'a' }, a: { registry: 'sparse+nowhere' } }), 'registry-config'],
  ])('refuses %s', (_what, given, code) => {
    expect(chooseSource(given, home)).toMatchObject({ ok: false, error: { code } })
  })
})
