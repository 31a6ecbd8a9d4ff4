/**
 * The calls of group `shell` in the browser door: a page has no system dialogs and no window of its own, so each says
 * what to do instead. Links are checked and confirmed by the page, which opens them itself.
 */
import { contract } from '../../../shared/contract.ts'
import type { PlainAnswer } from '../engine-protocol.ts'
import { checkExternalUrl } from '../external-links.ts'

const unsupported = (what: string, instead: string | null): PlainAnswer => ({
  ok: false,
  error: { code: 'unsupported', what, instead },
})

/** The answer to a `shell.` call; null for every other name. @failure unsupported, request-invalid */
export function answerShellCall(name: string, args: unknown): Promise<PlainAnswer> | null {
  if (name === 'shell.pickFolder')
    return Promise.resolve(unsupported('the folder dialog in a browser', 'Use the list of folders of this page.'))
  if (name === 'shell.window')
    return Promise.resolve(unsupported('moving the window from a page', 'Use the browser’s own controls.'))
  if (name !== 'shell.openExternal') return null
  const parsed = contract[name].args.safeParse(args)
  const url = parsed.success ? checkExternalUrl(parsed.data.url) : null
  if (url === null)
    return Promise.resolve({
      ok: false,
      error: { code: 'request-invalid', call: name, reason: 'only https links to known hosts are opened' },
    })
  return Promise.resolve(unsupported('opening links from the server', `Open it yourself: ${url}`))
}
