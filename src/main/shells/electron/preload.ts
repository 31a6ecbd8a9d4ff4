/**
 * The only bridge between the page and the rest: exactly the raw pipe of the contract as `window.assay`. Sandboxed, so
 * it is one CommonJS file. It passes on known calls and plain data, never an event object or anything of Electron.
 */
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import type { RawTransport } from '../../../shared/contract.ts'

/** Names of the contract, put in by the build. */
declare const ASSAY_CALLS: readonly string[]
declare const ASSAY_EVENTS: readonly string[]

const transport: RawTransport = {
  door: 'desktop',
  invoke(name, args) {
    if (!ASSAY_CALLS.includes(name)) return Promise.reject(new Error('no such call'))
    return ipcRenderer.invoke('assay:call', name, args)
  },
  subscribe(listener) {
    const pass = (_event: IpcRendererEvent, name: unknown, payload: unknown): void => {
      if (typeof name === 'string' && ASSAY_EVENTS.includes(name)) listener(name, payload)
    }
    ipcRenderer.on('assay:event', pass)
    return () => void ipcRenderer.removeListener('assay:event', pass)
  },
  // Missing in the tests' old Electron, whose files carry their path. Tells only of files the user gave to the page.
  ...((webUtils as typeof webUtils | undefined) === undefined
    ? {}
    : { pathForFile: (file: File) => webUtils.getPathForFile(file) }),
}

contextBridge.exposeInMainWorld('assay', Object.freeze(transport))
