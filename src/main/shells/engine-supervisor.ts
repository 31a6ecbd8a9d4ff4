/**
 * The door's end of the pipe: keeps one engine process alive and gives every call exactly one answer. A crash answers
 * what was pending with `engine-stopped`, starts the engine anew after a growing pause and opens the same workspace in it.
 * Runs in Node 24, in Electron's main process and in the tests' old Electron: no newer API than Node 12's.
 */
import { parseFromEngine, type MessagePort, type PlainAnswer, type ToEngine } from './engine-protocol.ts'

/** One running engine process. `onExit` fires once; its text says how it ended. */
export interface EngineProcess extends MessagePort<ToEngine> {
  onExit(listener: (how: string) => void): void
  /** Ends this process and nothing else. */
  kill(): void
}

export interface SupervisorOptions {
  /** Starts a process; `restartedBecause` is null for the first. May throw. */
  readonly spawn: (restartedBecause: string | null) => EngineProcess
  readonly onEvent: (name: string, payload: unknown) => void
  readonly log: (text: string) => void
  /** First pause before a restart; doubles up to 40 times this while the engine keeps ending early. Default 250. */
  readonly firstPauseMs?: number
  /** A process that lived this long resets the pause. Default 30 000. */
  readonly steadyMs?: number
}

export interface Supervisor {
  call(name: string, args: unknown): Promise<PlainAnswer>
  /** Asks the engine to end, waits at most 3 s, then kills it. Later calls answer `engine-stopped`. */
  stop(): Promise<void>
}

const GRACE_MS = 3_000
const LONGEST_PAUSE = 40
/** Then the workspace is closed instead, which tells the pages. */
const MAX_ENDS_WHILE_OPENING = 2

/** Starts the engine at once and keeps it running. */
export function superviseEngine(options: SupervisorOptions): Supervisor {
  const firstPauseMs = options.firstPauseMs ?? 250
  const steadyMs = options.steadyMs ?? 30_000
  const pending = new Map<number, (answer: PlainAnswer) => void>()
  let waiting: ToEngine[] = []
  let current: EngineProcess | null = null
  let isReady = false
  /** The call that opens the workspace in a new engine, while it has no answer. */
  let reopening: number | null = null
  /** How often in a row the engine ended while it had none. */
  let endsWhileOpening = 0
  let nextId = 1
  let failedStarts = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  let stopping: Promise<void> | null = null
  let onGone: () => void = () => undefined
  let reopen: { readonly name: string; readonly args: unknown } | null = null

  const answerAll = (reason: string): void => {
    const answers = [...pending.values()]
    pending.clear()
    waiting = []
    for (const answer of answers) answer({ ok: false, error: { code: 'engine-stopped', reason } })
  }

  const ended = (how: string, startedAt: number): void => {
    current = null
    isReady = false
    endsWhileOpening = reopening === null ? 0 : endsWhileOpening + 1
    reopening = null
    answerAll(how)
    onGone()
    if (stopping !== null) return
    failedStarts = Date.now() - startedAt >= steadyMs ? 0 : failedStarts + 1
    const pauseMs = firstPauseMs * Math.min(LONGEST_PAUSE, 2 ** Math.max(0, failedStarts - 1))
    options.log(`engine ${how}; starting it again in ${pauseMs} ms`)
    timer = setTimeout(() => start(how), pauseMs)
  }

  const start = (because: string | null): void => {
    timer = null
    const startedAt = Date.now()
    let child: EngineProcess
    try {
      child = options.spawn(because)
    } catch (error) {
      ended(`could not be started: ${error instanceof Error ? error.message : String(error)}`, startedAt)
      return
    }
    current = child
    child.onExit(how => {
      if (current === child) ended(how, startedAt)
    })
    child.onMessage(raw => {
      const message = parseFromEngine(raw)
      if (message === null || current !== child) return
      if (message.kind === 'event') {
        if (message.name === 'app.changed') reopen = callToReopen(message.payload)
        options.onEvent(message.name, message.payload)
      } else if (message.kind === 'answer') {
        if (message.id === reopening) {
          reopening = null
          passWaiting()
        }
        const answer = pending.get(message.id)
        pending.delete(message.id)
        answer?.(message.answer as PlainAnswer)
      } else {
        isReady = true
        if (because !== null && reopen !== null) {
          // A workspace that ends the engine would end every engine: nobody could go on with another one.
          const isLeft = endsWhileOpening >= MAX_ENDS_WHILE_OPENING
          reopening = nextId++
          child.send({ kind: 'call', id: reopening, ...(isLeft ? { name: 'app.close', args: null } : reopen) })
        }
        passWaiting()
      }
    })
  }

  // NOTE: calls are about the workspace that was open; until it is again only its progress can be asked for.
  const canGo = (call: ToEngine): boolean =>
    reopening === null || (call.kind === 'call' && call.name.startsWith('jobs.'))

  const pass = (call: ToEngine): void => {
    if (isReady && current !== null && canGo(call)) current.send(call)
    else waiting.push(call)
  }

  const passWaiting = (): void => {
    const calls = waiting
    waiting = []
    calls.forEach(pass)
  }

  const stop = (): Promise<void> => {
    stopping ??= new Promise<void>(resolve => {
      if (timer !== null) clearTimeout(timer)
      const child = current
      if (child === null) {
        answerAll('Assay is closing')
        resolve()
        return
      }
      const killer = setTimeout(() => child.kill(), GRACE_MS)
      onGone = () => {
        clearTimeout(killer)
        resolve()
      }
      child.send({ kind: 'shutdown' })
    })
    return stopping
  }

  start(null)
  return {
    call(name, args) {
      if (stopping !== null)
        return Promise.resolve({ ok: false, error: { code: 'engine-stopped', reason: 'Assay is closing' } })
      return new Promise(resolve => {
        const call: ToEngine = { kind: 'call', id: nextId++, name, args }
        pending.set(call.id, resolve)
        pass(call)
      })
    },
    stop,
  }
}

/** The call that brings a fresh engine to the workspace of this `app.changed`, null when none was open. */
function callToReopen(payload: unknown): { readonly name: string; readonly args: unknown } | null {
  const { open } = payload as { readonly open?: { readonly root: string; readonly isSample: boolean } | null }
  if (open === undefined || open === null) return null
  return open.isSample ? { name: 'app.openSample', args: null } : { name: 'app.open', args: { path: open.root } }
}
