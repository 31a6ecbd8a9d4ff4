/**
 * Which built page files a door may serve, and the headers they carry. The same for `app://` and for the loopback server,
 * so that a page never behaves differently: one content policy, no sniffing, no framing, no referrer.
 */
import path from 'node:path'

/**
 * No origin but our own; styles inline because Monaco writes them; workers from blob: because Monaco wraps its own.
 * `connect-src 'self'` is what the page of the browser door needs; under `app://` nothing answers there.
 */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

/** Sent with every answer. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), payment=()',
  'cache-control': 'no-store',
}

/** Only what a build produces; anything else is not served at all. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
}

export interface PageFile {
  /** Absolute path inside the root. */
  readonly file: string
  readonly type: string
}

/**
 * The file for the path of a request, null when there is none to serve. `pathname` is still percent-encoded and starts
 * with `/`; `/` is index.html. Names may hold letters, digits, `.`, `_`, `-`: no escape, no `..`, no hidden file, no
 * drive or stream, so that joining cannot leave `root` on any system.
 */
export function resolvePageFile(root: string, pathname: string): PageFile | null {
  const relative = pathname === '/' ? 'index.html' : pathname.slice(1)
  const parts = relative.split('/')
  if (!pathname.startsWith('/') || !parts.every(part => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part))) return null
  const type = TYPES[path.posix.extname(relative)]
  if (type === undefined) return null
  const file = path.resolve(root, ...parts)
  return file.startsWith(path.resolve(root) + path.sep) ? { file, type } : null
}
