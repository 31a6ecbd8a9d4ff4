/**
 * The real Files: node:fs with every error turned into FileError, writes that readers never see half done, and
 * cargo-vet's lock. A lock is a flock(2) on the open file: Node has no call for it, so a helper program takes it on
 * a descriptor that it inherits from us. flock belongs to the open file, not to the process, so it stays ours when
 * the helper has ended, and is gone when we close the file or die.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { AbsolutePath } from '../../shared/domain.ts'
import { Cancelled } from '../../shared/result.ts'
import { FileError, type FileStat, type Files } from './capabilities.ts'

const WATCH_COALESCE_MS = 100
const MAX_READ_AT_ONCE_BYTES = 1 << 20
/** Exit code by which the helper says "held by somebody else"; flock(1) and our perl line both use it. */
const LOCK_BUSY = 75

export function createNodeFiles(platform: string, env: Readonly<Record<string, string>>): Files {
  return {
    readBytes: (file, maxBytes) => readBytes(file, maxBytes),
    readText: async (file, maxBytes) => (await readBytes(file, maxBytes)).toString('utf8'),
    writeAtomic,
    writeInPlace: (file, bytes, isExecutable = false) =>
      wrap(file, () => fs.promises.writeFile(file, bytes, { flag: 'w', mode: isExecutable ? 0o777 : 0o666 })),
    makeLink: (file, target) => wrap(file, () => fs.promises.symlink(target, file)),
    stat: readStat,
    list: readFolder,
    makeFolder: folder => wrap(folder, async () => void (await fs.promises.mkdir(folder, { recursive: true }))),
    rename: (from, to) => wrap(from, () => fs.promises.rename(from, to)),
    remove: target => wrap(target, () => fs.promises.rm(target, { recursive: true, force: true, maxRetries: 3 })),
    lock: (file, waitMs, signal) => lockFile(platform, env, file, waitMs, signal),
    watch: watchFolder,
  }
}

async function wrap<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw fileError(error, file)
  }
}

function fileError(error: unknown, file: string): FileError {
  if (error instanceof FileError) return error
  const { code, message } = error as NodeJS.ErrnoException
  return new FileError(message, code ?? 'EUNKNOWN', file)
}

/** Opening what has become a pipe since it was looked at must not wait. */
const AT_ONCE = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0)

/**
 * A regular file of at most MAX_READ_AT_ONCE_BYTES, read on this thread: the four trips to another one cost several times
 * as much as reading what the system has in memory. Null for everything else that is there.
 */
function readAtOnce(file: AbsolutePath, maxBytes: number | undefined): Buffer | null {
  // Asked before it is opened: who writes to a pipe would take us for its reader.
  if (!fs.statSync(file).isFile()) return null
  const fd = fs.openSync(file, AT_ONCE)
  try {
    const stat = fs.fstatSync(fd)
    if (!stat.isFile() || stat.size > MAX_READ_AT_ONCE_BYTES) return null
    if (maxBytes !== undefined && stat.size > maxBytes) throw tooLarge(file, stat.size, maxBytes)
    // One more, so that the end is seen with the first read.
    const bytes = Buffer.allocUnsafeSlow(stat.size + 1)
    let length = 0
    while (length < bytes.length) {
      const count = fs.readSync(fd, bytes, length, bytes.length - length, null)
      if (count === 0) return bytes.subarray(0, length)
      length += count
    }
    return null // it grew meanwhile
  } finally {
    fs.closeSync(fd)
  }
}

const tooLarge = (file: string, size: number, limit: number): FileError =>
  new FileError(`${file} has ${size} bytes, limit ${limit}`, 'EFBIG', file)

function readBytes(file: AbsolutePath, maxBytes?: number): Promise<Buffer> {
  return wrap(file, async () => {
    const small = readAtOnce(file, maxBytes)
    if (small !== null) return small
    const handle = await fs.promises.open(file, 'r')
    try {
      if (maxBytes !== undefined) {
        const { size } = await handle.stat()
        if (size > maxBytes) throw tooLarge(file, size, maxBytes)
      }
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  })
}

let writeCount = 0

function writeAtomic(file: AbsolutePath, bytes: Uint8Array | string): Promise<void> {
  return wrap(file, async () => {
    const part = `${file}.${process.pid}.${writeCount++}.part`
    const write = async () => {
      const handle = await fs.promises.open(part, 'wx')
      try {
        await handle.writeFile(bytes)
        await handle.datasync()
      } finally {
        await handle.close()
      }
    }
    try {
      await write().catch(async (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        await fs.promises.mkdir(path.dirname(file), { recursive: true })
        await write()
      })
      await fs.promises.rename(part, file)
    } catch (error) {
      await fs.promises.rm(part, { force: true })
      throw error
    }
  })
}

const kindOf = (entry: fs.Stats | fs.Dirent): FileStat['kind'] =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other'

async function readStat(file: AbsolutePath): Promise<FileStat | null> {
  try {
    const stat = await fs.promises.lstat(file)
    return { kind: kindOf(stat), sizeBytes: stat.size, mtimeMs: stat.mtimeMs }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw fileError(error, file)
  }
}

function readFolder(folder: AbsolutePath): ReturnType<Files['list']> {
  return wrap(folder, async () => {
    const entries = await fs.promises.readdir(folder, { withFileTypes: true })
    return entries
      .map(entry => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
  })
}

function watchFolder(folder: AbsolutePath, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | null = null
  const schedule = () => {
    timer ??= setTimeout(() => {
      timer = null
      onChange()
    }, WATCH_COALESCE_MS)
  }
  let watcher: fs.FSWatcher | null = null
  try {
    watcher = fs.watch(folder, { persistent: false }, schedule)
    watcher.on('error', schedule) // the folder went away: the caller looks and sees
  } catch {
    return () => undefined // cannot be watched (absent, or the machine is out of watches)
  }
  return () => {
    watcher?.close()
    if (timer !== null) clearTimeout(timer)
  }
}

// ── the lock ─────────────────────────────────────────────────────────────────────────────────

const PERL_FLOCK = [
  'open(my $f, "+<&=", 3) or exit 2; use Errno;',
  'my $end = time + $ARGV[0];',
  'while (!flock($f, 6)) { exit 2 unless $!{EWOULDBLOCK}; exit 75 if time >= $end; select(undef, undef, undef, 0.05) }',
].join(' ')

async function lockFile(
  platform: string,
  env: Readonly<Record<string, string>>,
  file: AbsolutePath,
  waitMs: number,
  signal: AbortSignal,
): ReturnType<Files['lock']> {
  if (signal.aborted) throw new Cancelled()
  const handle = await wrap(file, () => fs.promises.open(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o666))
  const release = () => handle.close()
  if (platform === 'win32') return { locked: false, reason: 'this system has no flock', release }
  try {
    const seconds = (waitMs / 1000).toFixed(3)
    const helpers: [string, string[]][] = [
      ['flock', ['-x', '-w', seconds, '-E', String(LOCK_BUSY), '3']],
      ['perl', ['-e', PERL_FLOCK, seconds]],
    ]
    let reason = 'neither flock nor perl is installed'
    for (const [command, args] of helpers) {
      const exit = await runLockHelper(command, args, handle.fd, env, signal)
      if (exit.code === 0) return { locked: true, reason: null, release }
      if (exit.code === LOCK_BUSY) {
        await handle.close()
        return null
      }
      if (exit.code !== null) reason = `${command}: ${exit.stderr.trim() || `exit code ${exit.code}`}`
    }
    return { locked: false, reason, release }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** `code` is null when the program is not installed. */
async function runLockHelper(
  command: string,
  args: readonly string[],
  fd: number,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const { spawn } = await import('node:child_process')
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { PATH: env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe', fd],
    })
    let stderr = ''
    child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(0, 2_000)))
    const onAbort = () => child.kill('SIGKILL')
    signal.addEventListener('abort', onAbort, { once: true })
    const finish = () => signal.removeEventListener('abort', onAbort)
    child.once('error', () => {
      finish()
      resolve({ code: null, stderr: '' })
    })
    child.once('close', code => {
      finish()
      if (signal.aborted) reject(new Cancelled())
      else resolve({ code: code ?? 2, stderr })
    })
  })
}
