/**
 * For tests only: git's own smart HTTP server (`git http-backend`) on the loopback, with ways to misbehave. Serves the
 * work trees below a folder, `/NAME` being `NAME/.git`.
 */
import { spawn } from 'node:child_process'
import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface GitServer {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string
  /** Method and address of each request, in order. */
  readonly requests: readonly string[]
  /** Answers instead of git for a request; false: git answers. */
  misbehave: ((request: http.IncomingMessage, answer: http.ServerResponse) => boolean) | null
  /** Cuts the connection after so many bytes of a pack; null: never. */
  cutAfterBytes: number | null
  /** A pause after each piece of a pack. */
  delayMsPerChunk: number
  /** What is refused by the repositories' configuration, for example `uploadpack.allowFilter=false`. */
  config: readonly string[]
  /** False: speaks protocol 0 only, as servers before 2018 do. */
  speaksV2: boolean
  close(): Promise<void>
}

export async function serveGit(folder: string, env: Readonly<Record<string, string>>): Promise<GitServer> {
  const requests: string[] = []
  const server = http.createServer((request, answer) => {
    requests.push(`${request.method} ${request.url}`)
    if (made.misbehave?.(request, answer) === true) return
    const { pathname, search } = new URL(request.url ?? '/', made.url)
    const [, name, ...rest] = pathname.split('/')
    const child = spawn('git', ['http-backend'], {
      env: {
        ...env,
        ...configEnv(made.config),
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: `/${name}/.git/${rest.join('/')}`,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        REMOTE_ADDR: '127.0.0.1',
        ...(made.speaksV2 ? { GIT_PROTOCOL: String(request.headers['git-protocol'] ?? '') } : {}),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    child.stdin.on('error', () => undefined)
    request.pipe(child.stdin)
    forward(child.stdout, answer, request.method === 'POST' ? made : null)
    answer.on('close', () => child.kill())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const made: GitServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    misbehave: null,
    cutAfterBytes: null,
    delayMsPerChunk: 0,
    config: ['uploadpack.allowFilter=true', 'uploadpack.allowAnySHA1InWant=true'],
    speaksV2: true,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return made
}

/** A CGI answer: headers, an empty line, the body. */
function forward(from: NodeJS.ReadableStream, answer: http.ServerResponse, how: GitServer | null): void {
  const cutAfterBytes = how?.cutAfterBytes ?? null
  let head: Buffer | null = Buffer.alloc(0)
  let sent = 0
  const send = (body: Buffer) => {
    sent += body.length
    if (how !== null && how.delayMsPerChunk > 0) {
      from.pause()
      setTimeout(() => from.resume(), how.delayMsPerChunk)
    }
    if (cutAfterBytes === null || sent <= cutAfterBytes) return void answer.write(body)
    answer.write(body.subarray(0, Math.max(0, body.length - (sent - cutAfterBytes))), () => answer.destroy())
  }
  from.on('data', (chunk: Buffer) => {
    if (head === null) return send(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    const fields = head.subarray(0, end).toString('latin1').split('\r\n')
    const headers = fields.map(field => /^([^:]+): (.*)$/.exec(field)).filter(match => match !== null)
    const status = headers.find(match => match[1] === 'Status')?.[2] ?? '200'
    answer.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.map(match => [match[1]!, match[2]!])))
    const body = head.subarray(end + 4)
    head = null
    if (body.length > 0) send(body)
  })
  from.on('end', () => answer.end())
}

function configEnv(config: readonly string[]): Record<string, string> {
  const entries = config.flatMap((one, i) => {
    const [key, value] = one.split('=') as [string, string]
    return [
      [`GIT_CONFIG_KEY_${i}`, key],
      [`GIT_CONFIG_VALUE_${i}`, value],
    ]
  })
  return { ...Object.fromEntries(entries), GIT_CONFIG_COUNT: String(config.length) }
}
