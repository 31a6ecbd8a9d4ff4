/**
 * The page's way to the engine. The desktop door exposes a raw pipe as `window.assay`; the browser door is the same pipe
 * over POST /call and server-sent events at /events. Everything above this file sees one typed client.
 */
import { createContext, useContext } from 'react'
import { connectClient } from '../shared/client.ts'
import type { EngineClient, RawTransport } from '../shared/contract.ts'

declare global {
  interface Window {
    readonly assay?: RawTransport
  }
}

/** How long a lost event stream waits before it is opened anew. */
const RECONNECT_MS = 1_000
/** Characters; browsers refuse more than 64 KiB. */
const MAX_KEPT_ALIVE = 20_000

/** The pipe of the browser door. The one-time token was traded for a same-site cookie when the page was loaded. */
function httpTransport(): RawTransport {
  const listeners = new Set<(name: string, payload: unknown) => void>()
  let source: EventSource | null = null
  const open = () => {
    source = new EventSource('/events', { withCredentials: true })
    source.onmessage = message => {
      const event = parseEvent(String(message.data))
      if (event !== null) for (const listener of listeners) listener(event.name, event.payload)
    }
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) return // the browser tries again by itself
      source = null
      setTimeout(() => {
        if (listeners.size > 0 && source === null) open()
      }, RECONNECT_MS)
    }
  }
  return {
    door: 'browser',
    async invoke(name, args) {
      const body = JSON.stringify({ name, args })
      const response = await fetch('/call', {
        method: 'POST',
        // What is saved while the page goes away still arrives.
        keepalive: document.visibilityState === 'hidden' && body.length < MAX_KEPT_ALIVE,
        credentials: 'same-origin',
        headers: { 'content-type': 'application/json' },
        body,
      })
      if (!response.ok) throw new Error(`the server of this page answered ${response.status}`)
      return (await response.json()) as unknown
    },
    subscribe(listener) {
      listeners.add(listener)
      if (source === null) open()
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

function parseEvent(data: string): { readonly name: string; readonly payload: unknown } | null {
  try {
    const event: unknown = JSON.parse(data)
    if (typeof event !== 'object' || event === null || !('name' in event) || typeof event.name !== 'string') return null
    return { name: event.name, payload: 'payload' in event ? event.payload : null }
  } catch {
    return null
  }
}

export interface Connection {
  readonly client: EngineClient
  readonly door: RawTransport['door']
}

/** Connects through the door this page was opened by. */
export function connect(): Connection {
  const transport = window.assay ?? httpTransport()
  return { client: connectClient(transport), door: transport.door }
}

export const ConnectionContext = createContext<Connection | null>(null)

/** The typed client of this page. */
export function useClient(): EngineClient {
  return useConnection().client
}

/** The client and the door; the door decides about window controls and the folder dialog. */
export function useConnection(): Connection {
  const connection = useContext(ConnectionContext)
  if (connection === null) throw new Error('no connection around this component')
  return connection
}
