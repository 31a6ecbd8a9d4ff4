/**
 * The real Net: Node's own fetch, with at most five redirects, none from https to http, and a limit on what is read.
 * Where a proxy or a certificate authority is named (HTTPS_PROXY, CARGO_HTTP_CAINFO, cargo's http.cainfo) undici's
 * agent carries it; undici is only loaded then, because loading it costs 0.1 s and most commands need no network.
 */
import fs from 'node:fs'
import path from 'node:path'
import { NetError, type HttpAnswer, type HttpRequest, type Net } from './capabilities.ts'

const MAX_REDIRECTS = 5
/** `timeoutMs` bounds silence; the whole answer may take this many times as long. */
const TOTAL_TIMEOUT_FACTOR = 20

export interface NetOptions {
  readonly env: Readonly<Record<string, string>>
  readonly homeDir: string
  readonly userAgent: string
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

export function createNodeNet(options: NetOptions): Net {
  let fetcher: Promise<Fetch> | null = null
  return {
    request: async request => {
      fetcher ??= chooseFetch(options)
      return requestOnce(await fetcher, options, request)
    },
  }
}

async function chooseFetch({ env, homeDir }: NetOptions): Promise<Fetch> {
  const own = await readOwnHttpSettings(env, homeDir)
  const proxy =
    own.proxy ??
    env['HTTPS_PROXY'] ??
    env['https_proxy'] ??
    env['ALL_PROXY'] ??
    env['all_proxy'] ??
    env['HTTP_PROXY'] ??
    env['http_proxy']
  const caFile =
    env['CARGO_HTTP_CAINFO'] ??
    own.caFile ??
    (env['NODE_EXTRA_CA_CERTS'] === undefined ? env['SSL_CERT_FILE'] : undefined)
  if ((proxy === undefined || proxy === '') && caFile === undefined) return (url, init) => fetch(url, init)
  const { Agent, EnvHttpProxyAgent, fetch: undiciFetch } = await import('undici')
  const tls = caFile === undefined ? {} : { ca: await authorities(caFile) }
  const agent =
    proxy === undefined || proxy === ''
      ? new Agent({ connect: tls })
      : new EnvHttpProxyAgent({
          httpProxy: env['HTTP_PROXY'] ?? env['http_proxy'] ?? proxy,
          httpsProxy: proxy,
          noProxy: env['NO_PROXY'] ?? env['no_proxy'] ?? '',
          connect: tls,
          requestTls: tls,
          proxyTls: tls,
        })
  return (url, init) => undiciFetch(url, { ...init, dispatcher: agent } as never) as unknown as Promise<Response>
}

async function authorities(caFile: string): Promise<string[]> {
  const { getCACertificates } = await import('node:tls')
  try {
    return [...getCACertificates('default'), await fs.promises.readFile(caFile, 'utf8')]
  } catch (error) {
    throw new NetError(`certificate file ${caFile}: ${(error as Error).message}`, false, 'protocol')
  }
}

/** `http.proxy` and `http.cainfo` of the user's own cargo configuration (never a workspace's). */
async function readOwnHttpSettings(
  env: Readonly<Record<string, string>>,
  homeDir: string,
): Promise<{ readonly proxy: string | undefined; readonly caFile: string | undefined }> {
  const cargoHome = env['CARGO_HOME'] ?? path.join(homeDir, '.cargo')
  for (const name of ['config.toml', 'config']) {
    let text: string
    try {
      text = await fs.promises.readFile(path.join(cargoHome, name), 'utf8')
    } catch {
      continue
    }
    if (!/proxy|cainfo/.test(text)) break
    const { parse } = await import('smol-toml')
    try {
      const http = parse(text)['http'] as Record<string, unknown> | undefined
      const stated = (key: string) => (typeof http?.[key] === 'string' ? http[key] : undefined)
      const caFile = stated('cainfo')
      return {
        proxy: env['CARGO_HTTP_PROXY'] ?? stated('proxy'),
        caFile: caFile && path.resolve(cargoHome, '..', caFile),
      }
    } catch {
      break // cargo itself says what is wrong with it
    }
  }
  return { proxy: env['CARGO_HTTP_PROXY'], caFile: undefined }
}

async function requestOnce(fetcher: Fetch, options: NetOptions, request: HttpRequest): Promise<HttpAnswer> {
  const stop = new AbortController()
  const onAbort = () => stop.abort()
  if (request.signal.aborted) throw new NetError('aborted', false, 'aborted')
  request.signal.addEventListener('abort', onAbort, { once: true })
  let timedOut = false
  const expire = () => {
    timedOut = true
    stop.abort()
  }
  const total = setTimeout(expire, request.timeoutMs * TOTAL_TIMEOUT_FACTOR)
  let silence = setTimeout(expire, request.timeoutMs)
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(expire, request.timeoutMs)
  }
  try {
    const response = await followRedirects(fetcher, options, request, stop.signal)
    heard()
    return await readAnswer(response, request.maxBytes, heard, stop)
  } catch (error) {
    if (error instanceof NetError) throw error
    if (request.signal.aborted) throw new NetError('aborted', false, 'aborted')
    if (timedOut) throw new NetError(`no answer within ${request.timeoutMs / 1000} s`, true, 'timeout')
    throw connectError(error)
  } finally {
    clearTimeout(total)
    clearTimeout(silence)
    request.signal.removeEventListener('abort', onAbort)
  }
}

async function followRedirects(
  fetcher: Fetch,
  options: NetOptions,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Response> {
  let url = new URL(request.url)
  for (let hops = 0; ; hops++) {
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw new NetError(`${url.protocol} is not supported`, false, 'protocol')
    if (url.username !== '' || url.password !== '') {
      throw new NetError('an address with a user name or password is not used', false, 'protocol')
    }
    const response = await fetcher(url.href, {
      headers: { 'user-agent': options.userAgent, ...request.headers },
      redirect: 'manual',
      signal,
    })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || response.status === 304 || location === null) return response
    await response.body?.cancel()
    if (hops === MAX_REDIRECTS) throw new NetError(`more than ${MAX_REDIRECTS} redirects`, false, 'protocol')
    const next = new URL(location, url)
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new NetError('redirected from https to an unencrypted address', false, 'protocol')
    }
    url = next
  }
}

/** Reads at most `maxBytes` (after decompression). A connection that breaks gives what arrived, `isPartial`. */
async function readAnswer(
  response: Response,
  maxBytes: number,
  heard: () => void,
  stop: AbortController,
): Promise<HttpAnswer> {
  const headers: Record<string, string> = {}
  response.headers.forEach((value, name) => (headers[name] = value))
  const chunks: Uint8Array[] = []
  let size = 0
  let isPartial = false
  const tooLarge = () => {
    stop.abort()
    return new NetError(`the answer is larger than ${maxBytes} bytes`, false, 'too-large')
  }
  const stated = Number(headers['content-length'] ?? Number.NaN)
  const isEncoded = headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity'
  if (stated > maxBytes) throw tooLarge()
  const reader = response.body?.getReader()
  while (reader !== undefined) {
    let step: Awaited<ReturnType<typeof reader.read>>
    try {
      step = await reader.read()
    } catch (error) {
      if (size === 0 || stop.signal.aborted) throw error
      isPartial = true
      break
    }
    if (step.done) break
    heard()
    size += step.value.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(step.value)
  }
  if (!isEncoded && Number.isFinite(stated) && size < stated && response.status !== 304) isPartial = true
  return { status: response.status, headers, body: Buffer.concat(chunks), isPartial }
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'])

function connectError(error: unknown): NetError {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause
  const code = cause?.code ?? ''
  const message = cause?.message ?? (error instanceof Error ? error.message : String(error))
  const isTls =
    code.startsWith('ERR_TLS') ||
    code.includes('CERT') ||
    code.startsWith('ERR_SSL') ||
    code === 'SELF_SIGNED_CERT_IN_CHAIN'
  if (isTls)
    return new NetError(`${message} (${code}); name your certificate file with CARGO_HTTP_CAINFO`, false, 'protocol')
  // Several addresses that all refused come as one error without words of its own.
  if (UNREACHABLE.has(code)) return new NetError(reasonOf(code, message), true, 'unreachable')
  // fetch turns a 407 into an error without words, and does so with nothing else.
  if (message === '' || /proxy auth/i.test(message))
    return new NetError('the proxy asks for a login', false, 'protocol')
  // Ports of other services (25, 6000 …), which fetch never connects to.
  if (message === 'bad port') return new NetError('fetch refuses to use this port', false, 'protocol')
  return new NetError(reasonOf(code, message), true, 'connect')
}

function reasonOf(code: string, message: string): string {
  if (message === '') return code
  return code === '' || message.includes(code) ? message : `${message} (${code})`
}
