/** The browser door against raw HTTP: who is refused, what is served, what a token is worth the second time. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchFromHash } from '../../../shared/launch.ts'
import { MAX_BODY_BYTES, startDoorServer, type DoorServer } from './door-server.ts'
import { answerShellCall } from './shell-calls.ts'

let folder: string
let door: DoorServer
let cookie: string
let calls: unknown[] = []

interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

function ask(
  target: string,
  options: { method?: string; headers?: http.OutgoingHttpHeaders; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host: `127.0.0.1:${door.port}`, ...options.headers }
    const request = http.request(
      { host: '127.0.0.1', port: door.port, method: options.method ?? 'GET', path: target, headers, setHost: false },
      response => {
        let body = ''
        response.on('data', chunk => (body += String(chunk)))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      },
    )
    request.on('error', reject)
    request.end(options.body)
  })
}

const tokenPath = (address: string): string => address.slice(address.indexOf('/', 'http://'.length))
const origin = () => `http://127.0.0.1:${door.port}`
const json = { 'content-type': 'application/json' }
const call = (headers: http.OutgoingHttpHeaders = {}, body = JSON.stringify({ name: 'app.state', args: null })) =>
  ask('/call', { method: 'POST', headers: { ...json, origin: origin(), cookie, ...headers }, body })

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'assay-door-'))
  const pages = path.join(folder, 'pages')
  await mkdir(path.join(pages, 'assets'), { recursive: true })
  await writeFile(path.join(pages, 'index.html'), '<!doctype html>page')
  await writeFile(path.join(pages, 'assets', 'a.js'), 'run()')
  await writeFile(path.join(pages, '.hidden.js'), 'secret')
  await writeFile(path.join(folder, 'secret.js'), 'secret')
  await writeFile(path.join(pages, 'notes.txt'), 'secret')
  door = await startDoorServer({
    pages,
    port: 0,
    launch: { kind: 'last' },
    call: async (name, args) => {
      calls.push({ name, args })
      return answerShellCall(name, args) ?? { ok: true, value: { name } }
    },
  })
  const answer = await ask(tokenPath(door.newAddress()))
  cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
})
beforeEach(() => {
  calls = []
})
afterAll(async () => {
  await door.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the one-time token', () => {
  it('gives a strict cookie and a page that carries on to what is to be shown', async () => {
    const answer = await ask(tokenPath(door.newAddress()))
    expect(answer.status).toBe(200)
    expect(String(answer.headers['set-cookie'])).toMatch(
      new RegExp(`^assay-${door.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    )
    const hash = /url=\/(#[^"]+)"/.exec(answer.body)?.[1] ?? ''
    expect(launchFromHash(hash)).toEqual({ kind: 'last' })
  })
  it('is worth nothing the second time', async () => {
    const target = tokenPath(door.newAddress())
    expect((await ask(target)).status).toBe(200)
    const second = await ask(target)
    expect([second.status, second.headers['set-cookie']]).toEqual([403, undefined])
  })
  it('stops working when a newer one was made', async () => {
    const old = tokenPath(door.newAddress())
    door.newAddress()
    expect((await ask(old)).status).toBe(403)
  })
  it('cannot be guessed, and no token is open after it was used', async () => {
    expect((await ask('/?token=')).status).toBe(403)
    expect((await ask(`/?token=${'A'.repeat(43)}`)).status).toBe(403)
  })
  it('leaves other sessions alone', async () => {
    const answer = await ask(tokenPath(door.newAddress()))
    const second = String(answer.headers['set-cookie']).split(';')[0] ?? ''
    expect([(await call()).status, (await call({ cookie: second })).status]).toEqual([200, 200])
  })
})

describe('who is refused', () => {
  it.each([
    ['no cookie', () => call({ cookie: '' }), 401],
    ['a wrong cookie', () => call({ cookie: `assay-${door.port}=${'x'.repeat(43)}` }), 401],
    ['no cookie, page', () => ask('/'), 401],
    ['no cookie, events', () => ask('/events'), 401],
    ['a rebound host name', () => call({ host: `evil.example:${door.port}` }), 403],
    ['localhost by name', () => call({ host: `localhost:${door.port}` }), 403],
    ['the host without port', () => call({ host: '127.0.0.1' }), 403],
    ['another origin', () => call({ origin: 'https://evil.example' }), 403],
    ['the null origin', () => call({ origin: 'null' }), 403],
    ['another port’s origin', () => call({ origin: `http://127.0.0.1:${door.port + 1}` }), 403],
    [
      'a POST without origin',
      () => ask('/call', { method: 'POST', headers: { ...json, cookie }, body: '{"name":"app.state"}' }),
      403,
    ],
    ['a cross-site fetch', () => call({ 'sec-fetch-site': 'cross-site' }), 403],
    ['a same-site fetch from another port', () => call({ 'sec-fetch-site': 'same-site' }), 403],
    [
      'a page’s image',
      () =>
        ask('/', {
          headers: { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
        }),
      403,
    ],
    [
      'a foreign frame',
      () =>
        ask('/', {
          headers: { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
        }),
      403,
    ],
    ['a form', () => call({ 'content-type': 'text/plain' }), 415],
    ['a GET call', () => ask('/call', { headers: { cookie } }), 405],
    ['a PUT', () => ask('/', { method: 'PUT', headers: { cookie, origin: origin() } }), 405],
    ['a preflight', () => ask('/call', { method: 'OPTIONS', headers: { cookie, origin: origin() } }), 405],
  ])('%s', async (_what, run, status) => {
    const answer = await run()
    expect(answer.status).toBe(status)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect(calls).toEqual([])
  })

  it('two Host headers', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const socket = net.connect(door.port, '127.0.0.1')
      let got = ''
      socket.on('data', chunk => (got += String(chunk)))
      socket.on('close', () => resolve(got))
      socket.on('error', reject)
      socket.end(
        `GET / HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nHost: evil\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
      )
    })
    expect(text).toMatch(/^HTTP\/1\.1 (400|403)/)
  })
})

describe('calls', () => {
  it('reach the engine with name and arguments', async () => {
    const answer = await call()
    expect(JSON.parse(answer.body)).toEqual({ ok: true, value: { name: 'app.state' } })
    expect(calls).toEqual([{ name: 'app.state', args: null }])
  })
  it.each([
    ['not JSON', '{'],
    ['no name', '{"args":null}'],
    ['a name that is no text', '{"name":1}'],
    ['a list', '[]'],
  ])('refuse %s', async (_what, body) => {
    expect((await call({}, body)).status).toBe(400)
    expect(calls).toEqual([])
  })
  it('refuse a body past the limit, stated or not', async () => {
    expect((await call({}, ' '.repeat(MAX_BODY_BYTES + 1))).status).toBe(413)
    const chunked = await call({ 'transfer-encoding': 'chunked' }, ' '.repeat(MAX_BODY_BYTES + 1)).catch(() => null)
    expect(chunked?.status ?? 413).toBe(413)
    expect(calls).toEqual([])
  })
  it('of the window are answered with what to do instead', async () => {
    const answer = await call({}, JSON.stringify({ name: 'shell.pickFolder', args: null }))
    expect(JSON.parse(answer.body)).toMatchObject({ ok: false, error: { code: 'unsupported' } })
  })
})

describe('pages', () => {
  const get = (target: string) => ask(target, { headers: { cookie } })
  it('are served with the content policy and never kept', async () => {
    const page = await get('/')
    expect([page.status, page.body]).toEqual([200, '<!doctype html>page'])
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(page.headers['cache-control']).toBe('no-store')
    expect((await get('/assets/a.js')).headers['content-type']).toBe('text/javascript; charset=utf-8')
  })
  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/assets\\..\\..\\secret.js',
    '//127.0.0.1/index.html',
    'http://evil.example/index.html',
    '/.hidden.js',
    '/notes.txt',
    '/assets',
    '/assets/',
    '/index.html/',
    '/call/',
    '/C:/windows/win.js',
    '/index.html%00.js',
  ])('nothing at %s', async target => {
    const answer = await get(target)
    expect([403, 404]).toContain(answer.status)
    expect(answer.body).not.toContain('secret')
  })
})

it('events reach every tab as server-sent events', async () => {
  const open = () =>
    new Promise<{ request: http.ClientRequest; text: () => string }>(resolve => {
      let got = ''
      const request = http.get(
        { host: '127.0.0.1', port: door.port, path: '/events', headers: { host: `127.0.0.1:${door.port}`, cookie } },
        response => {
          response.on('data', chunk => (got += String(chunk)))
          response.once('data', () => resolve({ request, text: () => got }))
        },
      )
      request.on('error', () => undefined)
    })
  const tabs = [await open(), await open()]
  door.emit('jobs.changed', ['line\nbreak'])
  await expect.poll(() => tabs.every(tab => tab.text().includes('jobs.changed'))).toBe(true)
  for (const tab of tabs) {
    expect(tab.text()).toContain('data: {"name":"jobs.changed","payload":["line\\nbreak"]}\n\n')
    tab.request.destroy()
  }
})
