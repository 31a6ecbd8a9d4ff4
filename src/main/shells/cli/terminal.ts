/**
 * The program's streams as a value, so that tests drive the command line without a process. Questions are asked only
 * on a terminal; without one `ask` answers null at once and nothing ever waits.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline/promises'

export interface Terminal {
  readonly cwd: string
  /** True when both questions can be shown and answers typed. */
  readonly isInteractive: boolean
  out(text: string): void
  err(text: string): void
  /** The line typed, without its end; null without a terminal, at end of input, or when interrupted. */
  ask(question: string, signal: AbortSignal): Promise<string | null>
  /** Shows a long text through the user's pager; only where standard output is a terminal. */
  page?(text: string): Promise<void>
  /** Resolves when all output has left. */
  drain(): Promise<void>
}

/** On the streams of this process. */
export function realTerminal(): Terminal {
  const isInteractive = process.stdin.isTTY === true && process.stderr.isTTY === true
  const left = (stream: NodeJS.WriteStream) => new Promise<void>(resolve => stream.write('', () => resolve()))
  // NOTE: a reader that went away (`assay suggest | head`) must not become a stack trace.
  process.stdout.on('error', () => process.exit(0))
  return {
    cwd: process.cwd(),
    isInteractive,
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
    async ask(question, signal) {
      if (!isInteractive) return null
      const reader = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return await Promise.race([
          reader.question(question, { signal }),
          new Promise<null>(resolve => reader.once('close', () => resolve(null))),
        ])
      } catch {
        return null
      } finally {
        reader.close()
      }
    },
    ...(process.stdout.isTTY ? { page: pageText } : {}),
    async drain() {
      await Promise.all([left(process.stdout), left(process.stderr)])
    },
  }
}

/** Through git's pager (its configuration, PAGER, else less), as git itself would; printed where there is none. */
function pageText(text: string): Promise<void> {
  const asked = spawnSync('git', ['var', 'GIT_PAGER'], { encoding: 'utf8' })
  const pager = asked.status === 0 ? asked.stdout.trim() : ''
  const print = () => void process.stdout.write(text)
  if (pager === '' || pager === 'cat') return Promise.resolve(print())
  return new Promise(resolve => {
    const env = { LESS: 'FRX', LV: '-c', ...process.env }
    const child = spawn('/bin/sh', ['-c', pager], { env, stdio: ['pipe', 'inherit', 'inherit'] })
    child.once('error', () => resolve(print()))
    child.once('close', () => resolve())
    child.stdin.on('error', () => undefined) // left before the end
    child.stdin.end(text)
  })
}
