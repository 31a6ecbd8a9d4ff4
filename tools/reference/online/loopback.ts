/**
 * The network of one online case, on 127.0.0.1 only: peers' files over http, and a proxy that answers every https host
 * itself with a certificate made for this run, so that the real cargo-vet meets our registry instead of the world's.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import os from 'node:os'
import path from 'node:path'
import type { Socket } from 'node:net'
import { ORIGIN, type OnlineCase } from './case.ts'

/** The default registry's own name, from the id that Cargo.lock gives its packages. */
const SOURCE_ID = 'registry+https://github.com/rust-lang/crates.io-index'
const REGISTRY_NAME = SOURCE_ID.slice(SOURCE_ID.lastIndexOf('/') + 1, -'-index'.length)

export interface Certificates {
  readonly key: string
  readonly cert: string
  /** A file that CARGO_HTTP_CAINFO may name. */
  readonly authorityFile: string
  dispose(): void
}

/** A throw-away authority and one certificate for the hosts cargo-vet asks. Null where there is no openssl. */
export function makeCertificates(): Certificates | null {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-authority-'))
  const at = (name: string) => path.join(folder, name)
  const hosts = ['', 'index.', 'static.'].map(prefix => prefix + REGISTRY_NAME)
  const names = [...hosts, 'raw.githubusercontent.com'].map(host => `DNS:${host}`).join(',')
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    openssl(...request, '-x509', '-days', '2', '-subj', '/CN=assay test', '-keyout', at('ca.key'), '-out', at('ca.pem'))
    openssl(...request, '-subj', '/CN=leaf', '-keyout', at('leaf.key'), '-out', at('leaf.csr'))
    fs.writeFileSync(at('leaf.ext'), `subjectAltName=${names}\nbasicConstraints=CA:FALSE\n`)
    const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2']
    openssl('x509', '-req', '-in', at('leaf.csr'), ...signed, '-extfile', at('leaf.ext'), '-out', at('leaf.pem'))
  } catch {
    fs.rmSync(folder, { recursive: true, force: true })
    return null
  }
  return {
    key: fs.readFileSync(at('leaf.key'), 'utf8'),
    cert: fs.readFileSync(at('leaf.pem'), 'utf8'),
    authorityFile: at('ca.pem'),
    dispose: () => fs.rmSync(folder, { recursive: true, force: true }),
  }
}

export interface Loopback {
  /** `http://127.0.0.1:PORT`, also the proxy. */
  readonly origin: string
  close(): Promise<void>
}

/** Serves one case until closed. */
export async function serveCase(subject: OnlineCase, certificates: Certificates): Promise<Loopback> {
  let origin = ''
  const answer = (request: http.IncomingMessage, response: http.ServerResponse) => {
    const { status, headers, body } = route(subject, request.headers.host ?? '', request.url ?? '/')
    const bytes = Buffer.from(body.replaceAll(ORIGIN, origin))
    const isGitiles = headers['x-gitiles-object-type'] !== undefined
    response.writeHead(status, headers).end(isGitiles ? bytes.toString('base64') : bytes)
  }
  const inner = https.createServer({ key: certificates.key, cert: certificates.cert }, answer)
  const outer = http.createServer(answer)
  const sockets = new Set<Socket>()
  outer.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  outer.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy())
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    inner.emit('connection', socket)
  })
  inner.on('tlsClientError', () => undefined)
  await new Promise<void>(done => outer.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(outer.address() as { port: number }).port}`
  return {
    origin,
    close: () =>
      new Promise(done => {
        for (const socket of sockets) socket.destroy()
        inner.closeAllConnections()
        outer.close(() => done())
      }),
  }
}

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
const NOT_FOUND: Reply = { status: 404, headers: {}, body: 'not here' }
const json = (value: unknown): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

function route(subject: OnlineCase, host: string, target: string): Reply {
  const at = new URL(target, 'http://x').pathname
  if (host.startsWith('raw.')) return subject.served['/known-peers.toml'] ?? NOT_FOUND
  if (host.startsWith('index.')) return indexReply(subject, at)
  if (at.startsWith('/index/')) return indexReply(subject, at.slice('/index'.length))
  const api = /^\/api\/v1\/crates\/([^/]+)$/.exec(at)
  if (api !== null) return apiReply(subject, decodeURIComponent(api[1] ?? ''))
  return subject.served[at] ?? NOT_FOUND
}

function indexReply(subject: OnlineCase, at: string): Reply {
  if (at === '/config.json') return json({ dl: `${ORIGIN}/dl`, api: ORIGIN })
  const wanted = at.slice(at.lastIndexOf('/') + 1)
  const crate = Object.keys(subject.releases).find(name => name.toLowerCase() === wanted)
  if (crate === undefined) return NOT_FOUND
  const lines = (subject.releases[crate] ?? []).map(({ version }) =>
    JSON.stringify({ name: crate, vers: version, deps: [], cksum: '0'.repeat(64), features: {}, yanked: false }),
  )
  return { status: 200, headers: {}, body: lines.join('\n') + '\n' }
}

function apiReply(subject: OnlineCase, crate: string): Reply {
  const releases = subject.releases[crate]
  if (releases === undefined) return NOT_FOUND
  return json({
    crate: subject.described?.[crate] ?? { description: null, repository: null },
    versions: releases.map(({ version, when, by }) => ({
      num: version,
      created_at: `${when}T10:20:30.123456Z`,
      published_by: by?.kind === 'user' ? { id: by.id, login: by.login, name: by.name } : null,
      trustpub_data: by?.kind === 'trusted-publisher' ? { provider: 'github', repository: by.repository } : null,
    })),
  })
}
