/**
 * The real Processes: a child in its own process group, with exactly the environment it is given, killed as a
 * group on cancel, time-out or too much output. Never a shell, never inherits stdin.
 */
import type { ChildProcess, spawn as Spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { LiveProcess, LiveProcessRequest, ProcessOutcome, ProcessRequest, Processes } from './capabilities.ts'
import { Cancelled } from '../../shared/result.ts'

const MAX_LIVE_STDERR_CHARS = 8 << 10

type KillReason = 'timeout' | 'too-much-output' | 'cancelled'

/** `platform` decides how a group is killed. */
export function createNodeProcesses(platform: string): Processes {
  return { run: request => runChild(platform, request), open: request => openChild(platform, request) }
}

async function runChild(platform: string, request: ProcessRequest): Promise<ProcessOutcome> {
  if (request.signal.aborted) throw new Cancelled()
  const { spawn } = await import('node:child_process')
  const isWindows = platform === 'win32'
  return new Promise((resolve, reject) => {
    const child = spawn(request.command, [...request.args], {
      cwd: request.cwd,
      env: request.env,
      detached: !isWindows, // a group of its own, so that grandchildren die with it
      windowsHide: true,
      shell: false,
      stdio: [request.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    const stdout: Uint8Array[] = []
    const stderr: Uint8Array[] = []
    let outputBytes = 0
    let reason: KillReason | null = null
    const kill = (why: KillReason) => {
      if (reason !== null) return
      reason = why
      killGroup(child, isWindows, spawn)
    }
    const onAbort = () => kill('cancelled')
    request.signal.addEventListener('abort', onAbort, { once: true })
    const timer = setTimeout(() => kill('timeout'), request.timeoutMs)
    const collect = (into: Uint8Array[]) => (chunk: Uint8Array) => {
      outputBytes += chunk.length
      if (outputBytes > request.maxOutputBytes) kill('too-much-output')
      else into.push(chunk)
    }
    child.stdout?.on('data', collect(stdout))
    child.stderr?.on('data', collect(stderr))
    child.stdin?.on('error', () => undefined) // a child that does not read its input is not our failure
    child.stdin?.end(request.input)
    const finish = () => {
      clearTimeout(timer)
      request.signal.removeEventListener('abort', onAbort)
    }
    child.once('error', error => {
      if (child.pid !== undefined) return // could not be signalled; `close` follows
      finish()
      if (isNotFound(error)) resolve({ kind: 'not-found' })
      else reject(error)
    })
    child.once('close', code => {
      finish()
      if (reason === 'cancelled') return reject(new Cancelled())
      if (reason !== null) return resolve({ kind: 'killed', why: reason, stderr: Buffer.concat(stderr) })
      if (code === null) return resolve({ kind: 'killed', why: 'signal', stderr: Buffer.concat(stderr) })
      resolve({ kind: 'exited', code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) })
    })
  })
}

function isNotFound(error: Error): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENOENT' || code === 'EACCES' || code === 'ENOEXEC' || code === 'ENOTDIR'
}

async function openChild(platform: string, request: LiveProcessRequest): Promise<LiveProcess> {
  const { spawn } = await import('node:child_process')
  const isWindows = platform === 'win32'
  const child = spawn(request.command, [...request.args], {
    cwd: request.cwd,
    env: request.env,
    detached: !isWindows,
    windowsHide: true,
    shell: false,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stderr = ''
  let hasEnded = false
  const end = (kind: 'ended' | 'not-found', text: string) => {
    if (hasEnded) return
    hasEnded = true
    request.onEnd({ kind, stderr: text })
  }
  child.stdout.on('data', request.onOutput)
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-MAX_LIVE_STDERR_CHARS)
  })
  child.stdin.on('error', () => undefined) // it ended before reading everything: `close` tells
  child.once('error', error => {
    if (child.pid === undefined) end(isNotFound(error) ? 'not-found' : 'ended', error.message)
  })
  child.once('close', () => end('ended', stderr))
  // Pipes are sockets; an idle child must not keep a command line from ending.
  const handles = [child, child.stdin as Socket, child.stdout as Socket, child.stderr as Socket]
  const setBusy = (isBusy: boolean) => {
    for (const handle of handles)
      if (isBusy) handle.ref()
      else handle.unref()
  }
  setBusy(false)
  return {
    write(text) {
      if (!hasEnded && child.stdin.writable) child.stdin.write(text, 'latin1')
    },
    setBusy,
    kill: () => killGroup(child, isWindows, spawn),
  }
}

function killGroup(child: ChildProcess, isWindows: boolean, spawn: typeof Spawn): void {
  if (child.pid === undefined) return
  try {
    if (isWindows) spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL') // the group is gone already
  }
  // A grandchild that left the group may still hold the pipes: do not wait for it.
  child.stdout?.destroy()
  child.stderr?.destroy()
}
