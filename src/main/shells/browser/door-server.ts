/**
 * The browser door's server: the engine's contract and the built pages on a loopback port, and nothing else.
 * Who may talk: a browser that brought the one-time token got a session cookie for it; every request must name our host,
 * must not come from another site, and apart from the token exchange must carry that cookie.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { launchHash, type LaunchRequest } from '../../../shared/launch.ts'
import type { PlainAnswer } from '../engine-protocol.ts'
import { PAGE_HEADERS, resolvePageFile } from '../page-files.ts'

/** No call's arguments come near this; notes are the longest. */
export const MAX_BODY_BYTES = 1_000_000
/** A tab that does not read its events is dropped at this backlog and will connect anew. */
const MAX_EVENT_BACKLOG_BYTES = 64_000_000
const HEARTBEAT_MS = 20_000

export interface DoorServerOptions {
  /** Folder of the built pages. */
  readonly pages: string
  readonly call: (name: string, args: unknown) => Promise<PlainAnswer>
  /** 0 lets the system choose. */
  readonly port: number
  /** What the first page shows. */
  readonly launch: LaunchRequest
}

export interface DoorServer {
  readonly port: number
  /** A fresh address with a token that works once. Any earlier unused one stops working. */
  newAddress(): string
  /** Sends an event to every open tab. */
  emit(name: string, payload: unknown): void
  close(): Promise<void>
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const isSame = (a: string, expected: Buffer): boolean => timingSafeEqual(digest(a), expected)
const secret = (): string => randomBytes(32).toString('base64url')
const callBody = z.object({ name: z.string().max(100), args: z.unknown() })

/** Starts listening on 127.0.0.1. Rejects when the port is taken. */
export async function startDoorServer(options: DoorServerOptions): Promise<DoorServer> {
  const sessions: Buffer[] = []
  const tabs = new Set<http.ServerResponse>()
  let token: Buffer | null = null
  let port = 0

  const host = (): string => `127.0.0.1:${port}`
  const cookieName = (): string => `assay-${port}`
  const hasSession = (request: http.IncomingMessage): boolean => {
    const pairs = (request.headers.cookie ?? '').split(';').map(pair => pair.trim().split('='))
    return pairs.some(([name, value = '']) => name === cookieName() && sessions.some(known => isSame(value, known)))
  }

  const exchangeToken = (given: string, response: http.ServerResponse): void => {
    if (token === null || !isSame(given, token)) {
      refuse(response, 403, 'This link was used already or is not ours. Ask for a new one where Assay was started.')
      return
    }
    token = null
    const session = secret()
    sessions.push(digest(session))
    // NOTE: a page that moves on by itself, not a redirect: the cookie is same-site strict, and a redirect would still
    // count as coming from wherever the link was pressed.
    const target = `/${launchHash(options.launch)}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
    response.writeHead(200, {
      ...PAGE_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'set-cookie': `${cookieName()}=${session}; HttpOnly; SameSite=Strict; Path=/`,
    })
    response.end(`<!doctype html><title>Assay</title><meta http-equiv="refresh" content="0;url=${target}">`)
  }

  const openEvents = (response: http.ServerResponse): void => {
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' })
    response.write('retry: 1000\n\n')
    tabs.add(response)
    response.on('close', () => tabs.delete(response))
  }

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const url = readTarget(request.url)
    const reason = url === null ? 'not a path' : whyForeign(request, host())
    if (url === null || reason !== null) return refuse(response, 403, `Refused: ${reason}.`)
    const isGet = request.method === 'GET'
    const given = url.searchParams.get('token')
    if (isGet && url.pathname === '/' && given !== null) return exchangeToken(given, response)
    if (!hasSession(request)) return refuse(response, 401, 'Open the link that Assay printed where it was started.')
    if (url.pathname === '/call') {
      return request.method === 'POST'
        ? answerCall(request, response, options.call)
        : refuse(response, 405, 'POST only.')
    }
    if (!isGet) return refuse(response, 405, 'GET only.')
    if (url.pathname === '/events') return openEvents(response)
    return servePage(options.pages, url.pathname, response)
  }

  const server = http.createServer({ maxHeaderSize: 16_384, requestTimeout: 60_000 }, (request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'Assay has a bug; see where it was started.')
    })
  })
  server.on('upgrade', (_request, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  port = (server.address() as AddressInfo).port
  const heartbeat = setInterval(() => {
    for (const tab of tabs) tab.write(':\n\n')
  }, HEARTBEAT_MS)

  return {
    port,
    newAddress() {
      const fresh = secret()
      token = digest(fresh)
      return `http://${host()}/?token=${fresh}`
    },
    emit(name, payload) {
      const line = `data: ${JSON.stringify({ name, payload })}\n\n`
      for (const tab of tabs) {
        if (tab.writableLength > MAX_EVENT_BACKLOG_BYTES) tab.destroy()
        else tab.write(line)
      }
    },
    close() {
      clearInterval(heartbeat)
      return new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function refuse(response: http.ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(`${text}\n`)
}

/** The request's path and query; null for the absolute and authority forms, which only proxies need. */
function readTarget(target: string | undefined): URL | null {
  if (target === undefined || !target.startsWith('/') || target.startsWith('//')) return null
  // NOTE: URL would resolve `..` silently; a path that has any is refused as it is.
  const pathname = target.split(/[?#]/, 1)[0] ?? ''
  if (pathname.includes('..') || pathname.includes('\\') || pathname.includes('%')) return null
  try {
    return new URL(target, 'http://door.invalid')
  } catch {
    return null
  }
}

/**
 * Why a request is not our own page's, null when it may be. Host first: a name that was rebound to 127.0.0.1 shows
 * there. Then the site that caused it, where the browser says so; a POST must always say its origin.
 */
function whyForeign(request: http.IncomingMessage, host: string): string | null {
  const { headers } = request
  const hosts = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host')
  if (hosts.length !== 1 || headers.host !== host) return 'wrong host'
  if (headers.origin !== undefined ? headers.origin !== `http://${host}` : request.method !== 'GET')
    return 'wrong origin'
  const site = headers['sec-fetch-site']
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  if (site === undefined || site === 'same-origin') return null
  return isNavigation && request.method === 'GET' ? null : 'another site'
}

async function answerCall(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  call: DoorServerOptions['call'],
): Promise<void> {
  if (!/^application\/json(;|$)/.test(request.headers['content-type'] ?? '')) return refuse(response, 415, 'JSON only.')
  const body = await readBody(request)
  if (body === null) return refuse(response, 413, 'Too large.')
  let parsed: z.infer<typeof callBody>
  try {
    parsed = callBody.parse(JSON.parse(body))
  } catch {
    return refuse(response, 400, 'Not a call.')
  }
  const answer = JSON.stringify(await call(parsed.name, parsed.args ?? null))
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'application/json; charset=utf-8' })
  response.end(answer)
}

/** The whole body as text, null past the limit (then nothing more of it is kept). */
async function readBody(request: http.IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return null
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > MAX_BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function servePage(root: string, pathname: string, response: http.ServerResponse): Promise<void> {
  const page = resolvePageFile(root, pathname)
  const bytes = page === null ? null : await readFile(page.file).catch(() => null)
  if (page === null || bytes === null) return refuse(response, 404, 'Not here.')
  response.writeHead(200, { ...PAGE_HEADERS, 'content-type': page.type })
  response.end(bytes)
}
