/**
 * The few places where Electron differs between the pinned version and the old one that the tests can have anywhere
 * (Electron 9, Node 12: no utility process, no `protocol.handle`, no frame objects on messages). Detected by feature;
 * with the pinned version each function takes the modern way.
 */
import { protocol, type IpcMainInvokeEvent, type Session, type WebContents } from 'electron'
import type { MessageOrigin } from './page-rules.ts'

/** What a scheme handler answers. */
export interface SchemeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

type BufferHandler = (
  request: { readonly url: string; readonly method: string },
  done: (answer: { statusCode: number; headers: Record<string, string>; data: Buffer; mimeType?: string }) => void,
) => void
interface OldProtocol {
  registerBufferProtocol(scheme: string, handler: BufferHandler): unknown
}

/** Serves a scheme registered as privileged before `ready`. */
export function serveScheme(scheme: string, answer: (url: string, method: string) => Promise<SchemeAnswer>): void {
  if (typeof protocol.handle === 'function') {
    protocol.handle(scheme, async request => {
      const { status, headers, body } = await answer(request.url, request.method)
      return new Response(new Uint8Array(body), { status, headers: { ...headers } })
    })
    return
  }
  const old = protocol as unknown as OldProtocol
  old.registerBufferProtocol(scheme, (request, done) => {
    void answer(request.url, request.method).then(({ status, headers, body }) =>
      done({
        statusCode: status,
        headers: { ...headers },
        data: body,
        mimeType: (headers['content-type'] ?? 'text/plain').split(';')[0] ?? 'text/plain',
      }),
    )
  })
}

/** Routing ids of main frames, for an Electron whose messages carry only a number. */
const mainFrameIds = new WeakMap<WebContents, number>()

/** Remembers which frame is the main one. Call for every contents that may send messages. */
export function trackMainFrame(contents: WebContents): void {
  contents.on('did-frame-navigate', (_event, _url, _code, _text, isMainFrame, _processId, routingId) => {
    if (isMainFrame) mainFrameIds.set(contents, routingId)
  })
}

/** Reads a message's origin. Never trusts what the message says about itself. */
export function originOf(event: IpcMainInvokeEvent): MessageOrigin | null {
  if ('senderFrame' in event) {
    const frame = event.senderFrame
    if (frame === null) return null
    return { isMainFrame: frame === event.sender.mainFrame, url: frame.url }
  }
  const old = event as { readonly frameId: number; readonly sender: WebContents }
  return { isMainFrame: mainFrameIds.get(old.sender) === old.frameId, url: old.sender.getURL() }
}

type OldWindowEvents = { on(name: 'new-window', listener: (event: { preventDefault(): void }) => void): void }

/** Refuses every window that a page asks for. */
export function denyWindows(contents: WebContents): void {
  if (typeof contents.setWindowOpenHandler === 'function') contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  else (contents as unknown as OldWindowEvents).on('new-window', event => event.preventDefault())
}

/** Refuses devices and screen capture where this Electron can ask about them. */
export function denyDevices(session: Session): void {
  if (typeof session.setDevicePermissionHandler === 'function') session.setDevicePermissionHandler(() => false)
  if (typeof session.setDisplayMediaRequestHandler === 'function')
    session.setDisplayMediaRequestHandler((_request, done) => done({}))
}

/** Node 12 lacks what ES2022 has; only the pieces that our own code and its libraries use at run time. */
function fillOldNode(): void {
  const object = Object as { hasOwn?: (value: object, key: PropertyKey) => boolean }
  object.hasOwn ??= (value, key) => Object.prototype.hasOwnProperty.call(value, key)
}

fillOldNode()
