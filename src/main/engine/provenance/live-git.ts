/**
 * One `git cat-file --batch` that stays: objects by id, requests sent ahead of the answers, answers in order. It reads
 * one object store, fetches nothing and writes nothing. What is larger than asked for is read past, not kept.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { Cancelled } from '../../../shared/result.ts'
import type { Capabilities, LiveProcess } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import { isGitOid, type GitOid } from './git-repository.ts'

/** An answer line has 40 digits, a word and a number. */
const MAX_HEADER_BYTES = 512

export type GitObject =
  | { readonly kind: 'commit' | 'tree' | 'blob' | 'tag'; readonly bytes: Buffer }
  /** Larger than `maxBytes`. */
  | { readonly kind: 'too-large'; readonly sizeBytes: number }
  | { readonly kind: 'missing' }

/** git ended in the middle: the store cannot be read, or it is not there. */
export class GitReadError extends Error {
  override readonly name = 'GitReadError'
  readonly isGitMissing: boolean
  constructor(message: string, isGitMissing: boolean) {
    super(message)
    this.isGitMissing = isGitMissing
  }
}

export interface LiveGit {
  /** Requests under way. */
  readonly pendingCount: number
  /** One object. Rejects with GitReadError and Cancelled; a cancelled request does not disturb the others. */
  read(oid: GitOid, maxBytes: number, signal: AbortSignal): Promise<GitObject>
  /** Ends the process; requests under way fail. The next `read` starts it anew. */
  close(): void
}

interface Waiting {
  readonly maxBytes: number
  readonly resolve: (object: GitObject) => void
  readonly reject: (error: Error) => void
}

/** Nothing is started before the first `read`. `stores`: more folders of objects to read from. */
export function createLiveGit(caps: Capabilities, gitDir: AbsolutePath, stores: readonly AbsolutePath[] = []): LiveGit {
  let channel: Channel | null = null
  return {
    get pendingCount() {
      return channel?.pendingCount ?? 0
    },
    read(oid, maxBytes, signal) {
      if (signal.aborted) return Promise.reject(new Cancelled())
      if (!isGitOid(oid)) return Promise.resolve({ kind: 'missing' })
      if (channel === null || channel.hasEnded) channel = openChannel(caps, gitDir, stores)
      return untilCancelled(channel.ask(oid, maxBytes), signal)
    },
    close() {
      channel?.close()
      channel = null
    },
  }
}

/** Who waits under which signal: one listener for all of them, because thousands on one signal are slow. */
const waitingBySignal = new WeakMap<AbortSignal, Set<() => void>>()

function untilCancelled<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  let waiting = waitingBySignal.get(signal)
  if (waiting === undefined) {
    const all = new Set<() => void>()
    signal.addEventListener('abort', () => all.forEach(cancel => cancel()), { once: true })
    waitingBySignal.set(signal, all)
    waiting = all
  }
  const mine = waiting
  return new Promise((resolve, reject) => {
    const cancel = () => (mine.delete(cancel), reject(new Cancelled()))
    mine.add(cancel)
    answer.then(
      value => (mine.delete(cancel), resolve(value)),
      (error: unknown) => (mine.delete(cancel), reject(error as Error)),
    )
  })
}

interface Channel {
  readonly hasEnded: boolean
  readonly pendingCount: number
  ask(oid: GitOid, maxBytes: number): Promise<GitObject>
  close(): void
}

function openChannel(caps: Capabilities, gitDir: AbsolutePath, stores: readonly AbsolutePath[]): Channel {
  const waiting: Waiting[] = []
  let asked = ''
  let live: LiveProcess | null = null
  let hasEnded = false
  let isClosed = false
  const fail = (message: string, isGitMissing: boolean) => {
    hasEnded = true
    for (const one of waiting.splice(0)) one.reject(new GitReadError(message, isGitMissing))
  }
  const parser = createAnswerParser(
    () => waiting[0]?.maxBytes ?? 0,
    object => {
      waiting.shift()?.resolve(object)
      if (waiting.length === 0) live?.setBusy(false)
    },
    line => {
      fail(`git cat-file said “${line}”`, false)
      live?.kill()
    },
  )
  const send = () => {
    if (live === null || asked === '') return
    live.write(asked)
    asked = ''
  }
  const started = caps.processes.open({
    command: 'git',
    args: [...GIT_SAFE_ARGS, `--git-dir=${gitDir}`, 'cat-file', '--batch'],
    cwd: gitDir,
    env: { ...gitEnv(caps.host.env), ...(stores.length > 0 && { GIT_ALTERNATE_OBJECT_DIRECTORIES: listOf(stores) }) },
    onOutput: chunk => parser.push(chunk),
    onEnd: end => fail(end.stderr.trim() || 'git ended', end.kind === 'not-found'),
  })
  started.then(
    process => {
      live = process
      if (isClosed) return process.kill()
      process.setBusy(waiting.length > 0)
      send()
    },
    (error: unknown) => fail(String(error), false),
  )
  return {
    get hasEnded() {
      return hasEnded
    },
    get pendingCount() {
      return waiting.length
    },
    ask(oid, maxBytes) {
      return new Promise((resolve, reject) => {
        waiting.push({ maxBytes, resolve, reject })
        if (waiting.length === 1) live?.setBusy(true)
        // Requests of one turn go in one write.
        if (asked === '' && live !== null) queueMicrotask(send)
        asked += `${oid}\n`
      })
    },
    close() {
      isClosed = true
      fail('closed', false)
      live?.kill()
    },
  }
}

/** Each in quotes, as git takes them, because a path may hold what separates two. */
function listOf(stores: readonly AbsolutePath[]): string {
  return stores.map(store => `"${store.replace(/["\\]/g, '\\$&')}"`).join(path.delimiter)
}

/**
 * Takes the output in pieces: `OID TYPE SIZE LF`, SIZE bytes, LF; or `OID missing LF`. `maxBytes` is asked for as each
 * body begins.
 */
export function createAnswerParser(
  maxBytes: () => number,
  onObject: (object: GitObject) => void,
  onUnknown: (line: string) => void,
): { push(chunk: Uint8Array): void } {
  let header = ''
  let kind: 'commit' | 'tree' | 'blob' | 'tag' = 'blob'
  let body: Buffer | null = null
  let size = -1 // of the body being read, -1 while reading a header
  let got = 0
  const startBody = (line: string): boolean => {
    const match = /^[0-9a-f]{40} (?:(commit|tree|blob|tag) (\d{1,15})|missing)$/.exec(line)
    if (match === null) return false
    if (match[1] === undefined) onObject({ kind: 'missing' })
    else {
      kind = match[1] as typeof kind
      size = Number(match[2])
      body = size <= maxBytes() ? Buffer.allocUnsafeSlow(size) : null
      got = 0
    }
    return true
  }
  const endBody = () => {
    const object: GitObject = body === null ? { kind: 'too-large', sizeBytes: size } : { kind, bytes: body }
    size = -1
    body = null
    onObject(object)
  }
  return {
    push(bytes) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let at = 0
      while (at < chunk.length) {
        if (size < 0) {
          const lineEnd = chunk.indexOf(10, at)
          header += chunk.toString('latin1', at, lineEnd < 0 ? chunk.length : lineEnd)
          if (lineEnd < 0 && header.length <= MAX_HEADER_BYTES) return
          const line = header
          header = ''
          if (lineEnd < 0 || !startBody(line)) return onUnknown(line.slice(0, 200))
          at = lineEnd + 1
        } else if (got < size) {
          const take = Math.min(size - got, chunk.length - at)
          body?.set(chunk.subarray(at, at + take), got)
          got += take
          at += take
        } else {
          at++ // the line feed after the body
          endBody()
        }
      }
    },
  }
}
