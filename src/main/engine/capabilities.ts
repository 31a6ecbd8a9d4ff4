/**
 * What the engine may do to the outside world, as interfaces. Functions with effects take the ones they need;
 * node-capabilities.ts holds the real ones, tests pass fakes made from maps. Nothing else in the engine
 * imports node:fs, node:net, node:child_process or reads a clock (kept by lint).
 */
import type { AbsolutePath } from '../../shared/domain.ts'

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  nowMs(): number
}

export interface HttpRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** The answer is refused past this size. */
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}
export interface HttpAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Set when the connection broke before `content-length` was reached: what arrived is in `body`. */
  readonly isPartial: boolean
}
/** One attempt, no retries (those live in io/fetcher). Rejects with NetError only. */
export interface Net {
  request(request: HttpRequest): Promise<HttpAnswer>
}
export class NetError extends Error {
  override readonly name = 'NetError'
  /** True when trying again may help: no route, reset, time-out. */
  readonly isRetryable: boolean
  /** `unreachable`: refused, no such host or no route, known at once and alike for every address of that host. */
  readonly kind: 'aborted' | 'too-large' | 'unreachable' | 'connect' | 'timeout' | 'protocol'
  constructor(message: string, isRetryable: boolean, kind: NetError['kind']) {
    super(message)
    this.isRetryable = isRetryable
    this.kind = kind
  }
}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly sizeBytes: number
  readonly mtimeMs: number
}
/** File access. Every method rejects with FileError; `code` is the OS's, for example ENOENT. */
export interface Files {
  readBytes(path: AbsolutePath, maxBytes?: number): Promise<Uint8Array>
  readText(path: AbsolutePath, maxBytes?: number): Promise<string>
  /** Writes beside the target and renames over it: readers see the old or the new bytes. Creates folders. */
  writeAtomic(path: AbsolutePath, bytes: Uint8Array | string): Promise<void>
  /** Truncates and writes the file itself, keeping its inode (for files that others lock). `isExecutable` counts for a new file. */
  writeInPlace(path: AbsolutePath, bytes: Uint8Array | string, isExecutable?: boolean): Promise<void>
  /** Makes a symbolic link with this text; EEXIST when something is there. */
  makeLink(path: AbsolutePath, target: string): Promise<void>
  /** Null when there is nothing; does not follow a link at the end of the path. */
  stat(path: AbsolutePath): Promise<FileStat | null>
  /** Names in byte order. */
  list(path: AbsolutePath): Promise<readonly { readonly name: string; readonly kind: FileStat['kind'] }[]>
  makeFolder(path: AbsolutePath): Promise<void>
  rename(from: AbsolutePath, to: AbsolutePath): Promise<void>
  /** Recursive; nothing happens when it is not there. */
  remove(path: AbsolutePath): Promise<void>
  /**
   * Takes cargo-vet's exclusive flock on a file (created if absent), waiting at most `waitMs`.
   * `locked: false` with a reason where the machine has no flock; then the caller goes on and says so.
   * Null when another program still held it after `waitMs`.
   */
  lock(
    path: AbsolutePath,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly locked: boolean; readonly reason: string | null; release(): Promise<void> } | null>
  /** Calls back (coalesced to one call per 100 ms) when something in the folder changes. Returns stop. */
  watch(folder: AbsolutePath, onChange: () => void): () => void
}
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly code: string
  readonly path: string
  constructor(message: string, code: string, path: string) {
    super(message)
    this.code = code
    this.path = path
  }
}

export interface ProcessRequest {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: AbsolutePath
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly input?: Uint8Array
  readonly maxOutputBytes: number
  readonly timeoutMs: number
  /** Kills the process group. */
  readonly signal: AbortSignal
}
export type ProcessOutcome =
  | { readonly kind: 'exited'; readonly code: number; readonly stdout: Uint8Array; readonly stderr: Uint8Array }
  | { readonly kind: 'killed'; readonly why: 'timeout' | 'too-much-output' | 'signal'; readonly stderr: Uint8Array }
  | { readonly kind: 'not-found' }
/** A child that is asked again and again over its pipes. */
export interface LiveProcessRequest {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: AbsolutePath
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  /** Each piece as it comes; the listener bounds what it keeps. */
  readonly onOutput: (chunk: Uint8Array) => void
  /** Called once, after the last piece. `stderr` holds at most its last 8 KiB. */
  readonly onEnd: (end: { readonly kind: 'ended' | 'not-found'; readonly stderr: string }) => void
}
export interface LiveProcess {
  /** Queues bytes for the child's input; nothing happens once it has ended. */
  write(text: string): void
  /** While an answer is awaited the child keeps our process running; an idle one does not. Idle at the start. */
  setBusy(isBusy: boolean): void
  /** Kills the process group; `onEnd` follows. */
  kill(): void
}

/** Rejects only with Cancelled. Never a shell. */
export interface Processes {
  run(request: ProcessRequest): Promise<ProcessOutcome>
  /** Starts a child that stays; it ends by `kill`, by itself, or when our process does (its input closes). */
  open(request: LiveProcessRequest): Promise<LiveProcess>
}

export interface Temp {
  /** A fresh private folder; `dispose` removes it. */
  folder(prefix: string): Promise<{ readonly path: AbsolutePath; dispose(): Promise<void> }>
}

/** Fixed facts about where we run. */
export interface Host {
  /** The user's environment as it was at start; read only through here. */
  readonly env: Readonly<Record<string, string>>
  readonly platform: string
  readonly homeDir: AbsolutePath
  /** Assay's own cache folder (may be deleted at any time) and data folder (read marks, drafts, recent list). */
  readonly cacheDir: AbsolutePath
  readonly dataDir: AbsolutePath
  /** Folder of the shipped sample workspace. */
  readonly sampleDir: AbsolutePath
  readonly version: string
}

export interface Capabilities {
  readonly clock: Clock
  readonly net: Net
  readonly files: Files
  readonly processes: Processes
  readonly temp: Temp
  readonly host: Host
}

/** What a long step gets beside its input. */
export interface Run {
  readonly signal: AbortSignal
  /** Monotone; `total` null until known. */
  readonly onProgress: (progress: {
    readonly done: number
    readonly total: number | null
    readonly step: string | null
    readonly host?: string
  }) => void
}
