/**
 * What a page is asked to show when it is opened or while it runs: from the command line, a second start, or an
 * `assay://` link. Links come from anywhere, so they are parsed strictly and only ever open something.
 */
import { z } from 'zod'
import { absolutePath, crateName, delta } from './wire.ts'

export const launchRequest = z.discriminatedUnion('kind', [
  /** The most recent workspace if it still exists, else the welcome page. */
  z.object({ kind: z.literal('last') }),
  /** The same, but the sample where no workspace was ever open. */
  z.object({ kind: z.literal('last-or-sample') }),
  z.object({ kind: z.literal('workspace'), path: absolutePath }),
  /** The review of one delta in the workspace that is open. */
  z.object({ kind: z.literal('crate'), crate: crateName, delta }),
])
export type LaunchRequest = z.infer<typeof launchRequest>

export const LINK_SCHEME = 'assay'
const LONGEST_LINK = 400
const CRATE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
const VERSION =
  /^[0-9]{1,20}\.[0-9]{1,20}\.[0-9]{1,20}(-[0-9A-Za-z.-]{1,64})?(\+[0-9A-Za-z.-]{1,64})?(@git:[0-9a-f]{40})?$/

/**
 * Reads `assay://crate/NAME/TO` (full audit) or `assay://crate/NAME/FROM..TO` (delta). Null for anything else: other
 * hosts, queries, escapes that hide characters, user parts.
 */
export function parseDeepLink(text: string): LaunchRequest | null {
  if (text.length > LONGEST_LINK) return null
  const match = /^assay:\/\/crate\/([^/?#]+)\/([^/?#]+)\/?$/.exec(text)
  const name = match?.[1]
  const range = match?.[2]
  if (name === undefined || range === undefined || !CRATE.test(name)) return null
  const versions = range.split('..')
  if (versions.length > 2 || !versions.every(version => VERSION.test(version))) return null
  const [first, second] = versions
  const parsed = launchRequest.safeParse({
    kind: 'crate',
    crate: name,
    delta: second === undefined ? { from: null, to: first } : { from: first, to: second },
  })
  return parsed.success ? parsed.data : null
}

/** The request as the fragment of the page's address, `#launch=…`. */
export function launchHash(request: LaunchRequest): string {
  return `#launch=${encodeURIComponent(JSON.stringify(request))}`
}

/** The request in an address's fragment (with its `#`), null when there is none that parses. */
export function launchFromHash(hash: string): LaunchRequest | null {
  if (!hash.startsWith('#launch=')) return null
  try {
    const parsed = launchRequest.safeParse(JSON.parse(decodeURIComponent(hash.slice('#launch='.length))))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
