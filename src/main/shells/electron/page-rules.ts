/**
 * Who the page is and what it may ask for, as plain decisions: the address of our own page, which requests are its own,
 * which messages are answered, the one permission it has. No Electron here, so that each rule has a table of tests.
 */
export const APP_SCHEME = 'app'
const APP_ORIGIN = 'app://assay'
export const APP_PAGE = `${APP_ORIGIN}/index.html`

/** Who sent a message: whether its window's top frame, and the address that the sending frame shows. */
export interface MessageOrigin {
  readonly isMainFrame: boolean
  readonly url: string
}

const isOwnPage = (url: string): boolean => url.startsWith(`${APP_ORIGIN}/`)

/**
 * Why a message is refused, null when it may be answered. `isOurWindow`: it came from the window that we made; `origin`
 * is null when the sending frame is gone.
 */
export function whyRefused(isOurWindow: boolean, origin: MessageOrigin | null): string | null {
  if (!isOurWindow) return 'not from our window'
  if (origin === null) return 'its frame is gone'
  if (!origin.isMainFrame) return 'not from the main frame'
  return isOwnPage(origin.url) ? null : 'not from our page'
}

/** Addresses a page may load: our own files and what it makes itself. Developer tools load their own pages. */
export function isOwnRequest(url: string, areToolsAllowed: boolean): boolean {
  if (isOwnPage(url) || url.startsWith(`blob:${APP_ORIGIN}/`) || url.startsWith('data:')) return true
  return areToolsAllowed && url.startsWith('devtools://')
}

/** Writing text to the clipboard after a key press is the one permission, and only for our own page. */
export function isAllowedPermission(permission: string, origin: string): boolean {
  return permission === 'clipboard-sanitized-write' && (origin === APP_ORIGIN || isOwnPage(origin))
}

/** The path of an address of ours as it was written, before any `..` could be folded away; null for any other. */
export function pagePathOf(url: string): string | null {
  const match = /^app:\/\/assay(\/[^?#]*)?(?:[?#].*)?$/.exec(url)
  return match === null ? null : (match[1] ?? '/')
}
