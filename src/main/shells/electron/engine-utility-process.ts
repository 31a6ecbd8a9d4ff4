/**
 * The engine as one of Electron's utility processes: its own process with Node, ended together with the application.
 * An Electron without them gets a Node child, whose binary the tests name in ASSAY_NODE.
 */
import { utilityProcess } from 'electron'
import { spawnNodeEngine } from '../engine-node-child.ts'
import type { EngineProcess } from '../engine-supervisor.ts'

export interface EngineStart {
  readonly script: string
  readonly env: Readonly<Record<string, string>>
}

/** Starts the engine. Throws when this Electron has no way to. */
export function startEngine(start: EngineStart, restartedBecause: string | null): EngineProcess {
  if (typeof utilityProcess?.fork === 'function') return forkUtility(start, restartedBecause)
  const node = start.env.ASSAY_NODE
  if (node === undefined) throw new Error('this Electron has no utility process and ASSAY_NODE names no Node')
  // NOTE: a plain Node cannot read inside app.asar; packages for such an Electron keep the engine beside it.
  const script = start.script.replace(/app\.asar([/\\])/, 'app.asar.unpacked$1')
  return spawnNodeEngine({ node, script, env: start.env }, restartedBecause)
}

function forkUtility({ script, env }: EngineStart, restartedBecause: string | null): EngineProcess {
  const child = utilityProcess.fork(script, [], {
    serviceName: 'Assay engine',
    stdio: 'inherit',
    env: { ...env, ASSAY_ENGINE_RESTARTED: restartedBecause ?? '' },
  })
  return {
    send: message => child.postMessage(message),
    onMessage: listener => void child.on('message', listener),
    onExit: listener => void child.on('exit', code => listener(`ended with code ${code}`)),
    kill: () => void child.kill(),
  }
}
