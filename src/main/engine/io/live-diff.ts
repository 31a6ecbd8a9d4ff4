/**
 * Two `git diff-tree --stdin` that stay, in a throw-away repository that grows by a pack for each question: one counts
 * lines, one shows them. Starting a process takes longer than most comparisons. Whatever goes wrong here is answered
 * with null, and the caller asks a git of its own.
 */
import { randomUUID } from 'node:crypto'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Capabilities, type LiveProcess } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import { makeRepository, packInto, type TreePair } from './git-objects.ts'
import { buildPack } from './git-pack.ts'

/** A new repository is begun past one of these. */
const MAX_PACKS = 200
const MAX_PACKED_BYTES = 256 << 20
const TIMEOUT_MS = 10_000

export interface LiveAnswer {
  /** What git was asked, for readers of its answers. */
  readonly line: string
  readonly counts: Uint8Array
  readonly patches: Promise<Uint8Array | null>
}

export interface LiveDiff {
  /** Starts the processes, so that the first question need not wait for them. */
  start(): void
  /** Null: not to be had from here, or busy with another one. Never rejects. */
  ask(pair: TreePair, maxBytes: { readonly counts: number; readonly patches: number }): Promise<LiveAnswer | null>
  close(): Promise<void>
}

interface Repository {
  readonly folder: AbsolutePath
  readonly counting: Asker
  readonly showing: Asker
  packs: number
  bytes: number
  dispose(): Promise<void>
}

/** `countArgs` and `showArgs` go after `diff-tree --stdin`. */
export function createLiveDiff(
  caps: Capabilities,
  args: { readonly counting: readonly string[]; readonly showing: readonly string[] },
): LiveDiff {
  let current: Promise<Repository | null> | null = null
  const make = async (): Promise<Repository | null> => {
    const temp = await caps.temp.folder('objects')
    try {
      await makeRepository(caps, temp.path)
      const open = (options: readonly string[]) => openAsker(caps, temp.path, options)
      const [counting, showing] = await Promise.all([open(args.counting), open(args.showing)])
      const dispose = () => {
        counting.kill()
        showing.kill()
        return temp.dispose()
      }
      return { folder: temp.path, counting, showing, packs: 0, bytes: 0, dispose }
    } catch {
      await temp.dispose().catch(() => undefined)
      return null
    }
  }
  const close = async () => {
    const repository = await current
    current = null
    await repository?.dispose().catch(() => undefined)
  }
  return {
    start() {
      current ??= make().catch(() => null)
    },
    async ask(pair, maxBytes) {
      current ??= make().catch(() => null)
      const repository = await current
      if (repository === null) return null
      const { counting, showing } = repository
      if (counting.hasEnded || showing.hasEnded || isFull(repository)) {
        await close()
        return null
      }
      if (counting.isBusy || showing.isBusy) return null
      const built = buildPack([pair.old, pair.new])
      const line = `${built.trees[0]!} ${built.trees[1]!}`
      try {
        repository.packs += 1
        repository.bytes += built.pack.reduce((sum, part) => sum + part.length, 0)
        const asked = packInto(caps, repository.folder, built, `${repository.packs}`)
        // Taken before the wait, so that nobody else asks in between.
        const counts = counting.ask(
          asked.then(() => line),
          maxBytes.counts,
        )
        const patches = showing.ask(
          asked.then(() => line),
          maxBytes.patches,
        )
        const counted = await counts
        return counted === null ? null : { line, counts: counted, patches }
      } catch (error) {
        if (error instanceof FileError) return null
        throw error
      }
    },
    close,
  }
}

const isFull = ({ packs, bytes }: Repository): boolean => packs >= MAX_PACKS || bytes >= MAX_PACKED_BYTES

interface Asker {
  readonly isBusy: boolean
  readonly hasEnded: boolean
  /** What git answers to the line, null when it does not in time or says too much; then the process is gone. */
  ask(line: Promise<string>, maxBytes: number): Promise<Uint8Array | null>
  kill(): void
}

async function openAsker(caps: Capabilities, gitDir: AbsolutePath, options: readonly string[]): Promise<Asker> {
  let hasEnded = false
  let pending: {
    readonly mark: Buffer
    readonly maxBytes: number
    readonly done: (all: Buffer | null) => void
  } | null = null
  let chunks: Uint8Array[] = []
  let bytes = 0
  let tail: Buffer = Buffer.alloc(0)
  const finish = (answer: Buffer | null) => {
    const { done } = pending ?? {}
    ;[pending, chunks, bytes, tail] = [null, [], 0, Buffer.alloc(0)]
    process.setBusy(false)
    done?.(answer)
  }
  const fail = () => {
    hasEnded = true
    process.kill()
    finish(null)
  }
  const process: LiveProcess = await caps.processes.open({
    command: 'git',
    args: [...GIT_SAFE_ARGS, 'diff-tree', '--stdin', ...options],
    cwd: gitDir,
    env: { ...gitEnv(caps.host.env), GIT_DIR: gitDir },
    onOutput(chunk) {
      if (pending === null) return
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > pending.maxBytes) return fail()
      tail = Buffer.concat([tail, chunk]).subarray(-pending.mark.length)
      if (tail.equals(pending.mark)) finish(Buffer.concat(chunks).subarray(0, bytes - pending.mark.length))
    },
    onEnd() {
      hasEnded = true
      if (pending !== null) finish(null)
    },
  })
  return {
    get isBusy() {
      return pending !== null
    },
    get hasEnded() {
      return hasEnded
    },
    ask: (line, maxBytes) =>
      new Promise(resolve => {
        // NOTE: a line that is no object id is printed as it is, and what was printed is then sent.
        const mark = `end-${randomUUID()}\n`
        const timer = setTimeout(fail, TIMEOUT_MS)
        const done = (answer: Buffer | null) => {
          clearTimeout(timer)
          resolve(answer)
        }
        pending = { mark: Buffer.from(mark), maxBytes, done }
        process.setBusy(true)
        line.then(text => process.write(`${text}\n${mark}`), fail)
      }),
    kill() {
      hasEnded = true
      process.kill()
    },
  }
}
