/**
 * The real Processes: a child in its own process group, with exactly the environment it is given, killed as a
 * group on cancel, time-out or too much output. Never a shell, never inherits stdin.
 */
import type { ChildProcess, spawn as Spawn } from 'node:child_process'
import type { ProcessOutcome, ProcessRequest, Processes } from './capabilities.ts'
import { Cancelled } from '../../shared/result.ts'

type KillReason = 'timeout' | 'too-much-output' | 'cancelled'

/** `platform` decides how a group is killed. */
export function createNodeProcesses(platform: string): Processes {
  return { run: request => runChild(platform, request) }
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
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOEXEC' || code === 'ENOTDIR')
        resolve({ kind: 'not-found' })
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
