/**
 * What no page may do, whatever it contains: reach the network, leave its address, open windows, embed others, use a
 * device, download. Electron's security checklist, items 5 and 11 to 14, and more. Installed before any window exists.
 */
import { app, type Session, type WebContents } from 'electron'
import { denyDevices, denyWindows, trackMainFrame } from './compat.ts'
import { isAllowedPermission, isOwnRequest } from './page-rules.ts'

/** Before `ready`: no name is ever resolved for a page, so that prefetches and WebRTC have nowhere to go. */
export function hardenCommandLine(): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
  app.commandLine.appendSwitch('force-webrtc-ip-handling-policy', 'disable_non_proxied_udp')
  app.commandLine.appendSwitch('disable-features', 'MediaRouter,DialMediaRouteProvider,AutofillServerCommunication')
}

/** Denies permissions, devices, downloads and every request that is not for our own pages. */
export function hardenSession(session: Session, areToolsAllowed: boolean): void {
  session.setPermissionRequestHandler((_contents, permission, done, details) =>
    done(isAllowedPermission(permission, details.requestingUrl) && details.isMainFrame),
  )
  session.setPermissionCheckHandler((_contents, permission, origin) => isAllowedPermission(permission, origin))
  denyDevices(session)
  session.webRequest.onBeforeRequest((details, done) => done({ cancel: !isOwnRequest(details.url, areToolsAllowed) }))
  session.on('will-download', event => event.preventDefault())
}

/** Pins every contents that is ever created to where it is. */
export function hardenContents(): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    const prevent = (event: { preventDefault(): void }): void => event.preventDefault()
    contents.on('will-navigate', prevent)
    contents.on('will-redirect', prevent)
    contents.on('will-frame-navigate', prevent)
    contents.on('will-attach-webview', prevent)
    contents.on('select-bluetooth-device', (event, _devices, choose) => {
      event.preventDefault()
      choose('')
    })
    denyWindows(contents)
    trackMainFrame(contents)
  })
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, done) => {
    event.preventDefault()
    done(false)
  })
  app.on('login', event => event.preventDefault())
  app.on('select-client-certificate', (event, _contents, _url, _list, choose) => {
    event.preventDefault()
    ;(choose as () => void)()
  })
}
