/**
 * Opening an address in the system's browser: checked against the hosts we know, and only after the user has seen the
 * whole address. The default button is the harmless one.
 */
import { dialog, shell, type BrowserWindow } from 'electron'
import type { PlainAnswer } from '../engine-protocol.ts'
import { checkExternalUrl } from '../external-links.ts'

/** Asks, then opens. A refusal by the user is no failure. @failure request-invalid for an address that is not allowed */
export async function openExternalLink(window: BrowserWindow, text: string): Promise<PlainAnswer> {
  const url = checkExternalUrl(text)
  if (url === null)
    return {
      ok: false,
      error: {
        code: 'request-invalid',
        call: 'shell.openExternal',
        reason: 'only https links to known hosts are opened',
      },
    }
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: 'Open this address in your browser?',
    detail: url,
    buttons: ['Cancel', 'Open'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  if (response === 1) await shell.openExternal(url)
  return { ok: true, value: null }
}
