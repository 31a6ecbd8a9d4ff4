/**
 * `app://assay/…`: the built pages, read from their folder and nothing else, with the same headers as the browser door.
 * Registered as a standard and secure scheme, so that the page has a real origin.
 */
import { readFile } from 'node:fs'
import { protocol } from 'electron'
import { PAGE_HEADERS, resolvePageFile } from '../page-files.ts'
import { APP_SCHEME, pagePathOf } from './page-rules.ts'
import { serveScheme, type SchemeAnswer } from './compat.ts'

/** Must run before Electron is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } as never,
    },
  ])
}

/** Starts serving; after `ready`. `pages`: folder with index.html. */
export function serveAppScheme(pages: string): void {
  serveScheme(APP_SCHEME, (url, method) => answerPage(pages, url, method))
}

/** One file, or 404 for everything that is not exactly one. */
async function answerPage(pages: string, url: string, method: string): Promise<SchemeAnswer> {
  const pathname = method === 'GET' ? pagePathOf(url) : null
  const page = pathname === null ? null : resolvePageFile(pages, pathname)
  const body = page === null ? null : await readOrNull(page.file)
  if (page === null || body === null)
    return {
      status: 404,
      headers: { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' },
      body: Buffer.from('Not here.\n'),
    }
  return { status: 200, headers: { ...PAGE_HEADERS, 'content-type': page.type }, body }
}

const readOrNull = (file: string): Promise<Buffer | null> =>
  new Promise(resolve => readFile(file, (error, bytes) => resolve(error === null ? bytes : null)))
