/**
 * The one message channel from the page. A call is answered only when it comes from the main frame of our own window and
 * that frame shows our own page; calls of group `shell` are answered here, all others by the engine.
 */
import { dialog, ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import { contract, isCallName } from '../../../shared/contract.ts'
import type { PlainAnswer } from '../engine-protocol.ts'
import { originOf } from './compat.ts'
import { openExternalLink } from './links.ts'
import { whyRefused } from './page-rules.ts'

const CALL_CHANNEL = 'assay:call'
export const EVENT_CHANNEL = 'assay:event'

/** Starts answering. `getWindow`: the window as of now. `call`: the engine. */
export function answerCalls(
  getWindow: () => BrowserWindow | null,
  call: (name: string, args: unknown) => Promise<PlainAnswer>,
  log: (text: string) => void,
): void {
  ipcMain.handle(
    CALL_CHANNEL,
    async (event: IpcMainInvokeEvent, name: unknown, args: unknown): Promise<PlainAnswer> => {
      const window = getWindow()
      const reason = whyRefused(window !== null && event.sender === window.webContents, originOf(event))
      if (reason !== null || window === null) {
        log(`refused a message: ${reason}`)
        throw new Error('refused')
      }
      if (typeof name !== 'string' || !isCallName(name))
        return {
          ok: false,
          error: { code: 'request-invalid', call: String(name).slice(0, 100), reason: 'no such call' },
        }
      return answerShell(window, name, args) ?? call(name, args)
    },
  )
}

function answerShell(window: BrowserWindow, name: string, args: unknown): Promise<PlainAnswer> | null {
  if (name === 'shell.pickFolder') return pickFolder(window)
  if (name === 'shell.openExternal') {
    const parsed = contract[name].args.safeParse(args)
    return parsed.success ? openExternalLink(window, parsed.data.url) : invalid(name, parsed.error.message)
  }
  if (name !== 'shell.window') return null
  const parsed = contract[name].args.safeParse(args)
  if (!parsed.success) return invalid(name, parsed.error.message)
  if (parsed.data.action === 'minimise') window.minimize()
  else if (parsed.data.action === 'close') window.close()
  else if (window.isMaximized()) window.unmaximize()
  else window.maximize()
  return Promise.resolve({ ok: true, value: null })
}

const invalid = (call: string, reason: string): Promise<PlainAnswer> =>
  Promise.resolve({ ok: false, error: { code: 'request-invalid', call, reason } })

async function pickFolder(window: BrowserWindow): Promise<PlainAnswer> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Open a Cargo workspace',
    properties: ['openDirectory'],
  })
  return { ok: true, value: canceled ? null : (filePaths[0] ?? null) }
}
