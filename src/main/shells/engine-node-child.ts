/**
 * The engine as a Node child process, talking over Node's own IPC channel: for the browser door, and for an Electron
 * without utility processes (the tests' old one). The child ends by itself when its parent is gone.
 */
import { spawn } from 'node:child_process'
import type { EngineProcess } from './engine-supervisor.ts'

export interface NodeChildOptions {
  /** Binary of a Node that has node:sqlite. */
  readonly node: string
  readonly script: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Starts `node script`; its output goes to our stderr. */
export function spawnNodeEngine(options: NodeChildOptions, restartedBecause: string | null): EngineProcess {
  const child = spawn(options.node, ['--no-warnings', options.script], {
    env: { ...options.env, ASSAY_ENGINE_RESTARTED: restartedBecause ?? '' },
    stdio: ['ignore', 2, 2, 'ipc'],
    windowsHide: true,
  })
  let hasEnded = false
  return {
    send(message) {
      if (child.connected) child.send(message, () => undefined)
    },
    onMessage(listener) {
      child.on('message', listener)
    },
    onExit(listener) {
      const once = (how: string): void => {
        if (hasEnded) return
        hasEnded = true
        listener(how)
      }
      child.on('exit', (code, signal) => once(signal === null ? `ended with code ${code}` : `was ended by ${signal}`))
      child.on('error', error => once(`could not be started: ${error.message}`))
    },
    kill() {
      child.kill('SIGKILL')
    },
  }
}
