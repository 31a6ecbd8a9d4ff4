/**
 * The engine's process: an Electron utility process or a Node child, whichever started it. Builds the real engine on
 * this machine's capabilities, serves the door that started us, and ends when that door is gone.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNodeCapabilities } from '../engine/node-capabilities.ts'
import { createEngine } from '../engine/session/create-engine.ts'
import { serveEngine } from './engine-host.ts'
import type { FromEngine, MessagePort } from './engine-protocol.ts'

declare const ASSAY_VERSION: string

interface UtilityPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
}

/** The pipe to our parent; null when a person started this file. */
function parentPipe(): MessagePort<FromEngine> | null {
  const utility = (process as { readonly parentPort?: UtilityPort }).parentPort
  if (utility !== undefined) {
    return {
      send: message => utility.postMessage(message),
      onMessage: listener => void utility.on('message', event => listener(event.data)),
    }
  }
  if (process.send === undefined) return null
  process.on('disconnect', () => process.exit(0))
  return {
    send: message => void process.send?.(message, () => undefined),
    onMessage: listener => void process.on('message', listener),
  }
}

function main(): void {
  const pipe = parentPipe()
  if (pipe === null) {
    process.stderr.write('This is the engine of Assay; it is started by the program itself. Try: npm start\n')
    process.exit(2)
  }
  const log = (text: string): void => void process.stderr.write(`engine: ${text}\n`)
  // NOTE: a bug in one call must not take the others down; Node would end the process (Electron only warns).
  process.on('unhandledRejection', reason =>
    log(`unhandled: ${reason instanceof Error ? reason.stack : String(reason)}`),
  )
  // The terminal's Ctrl-C reaches us too; the door decides when we end.
  process.on('SIGINT', () => undefined)
  const here = path.dirname(fileURLToPath(import.meta.url))
  const caps = createNodeCapabilities({
    version: ASSAY_VERSION,
    sampleDir: process.env.ASSAY_SAMPLE_DIR ?? path.resolve(here, '..', 'sample'),
  })
  const restartedBecause = process.env.ASSAY_ENGINE_RESTARTED || null
  serveEngine(pipe, emit => createEngine(caps, emit, { restartedBecause }), {
    log,
    onShutdown: () => process.exit(0),
  })
}

main()
