/** For tests only: the real git and cargo, called so that nothing of the user's settings takes part. */
import { execFile, spawnSync } from 'node:child_process'
import path from 'node:path'

const isPosix = process.platform !== 'win32'

/** Null when the tests can run here, else what is missing, for the title of the skipped test. */
export const missingTools: string | null = findMissing()

/** Folder of the toolchain's own programs: no stand-in of rustup, which a repository's toolchain file could steer. */
let toolchainBin: string | null = null

function findMissing(): string | null {
  if (!isPosix) return 'a POSIX system'
  if (spawnSync('git', ['--version']).status !== 0) return 'git'
  const version = /^cargo 1\.(\d+)\./.exec(spawnSync('cargo', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1]
  // --exclude-lockfile exists since 1.87.
  return version !== undefined && Number(version) >= 87 ? null : 'cargo 1.87 or newer'
}

/** Absolute path of a program of the toolchain: `cargo`, `rustc`. */
export function toolchainProgram(name: string): string {
  if (toolchainBin === null) {
    const asked = spawnSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' })
    toolchainBin = path.join(asked.stdout.trim(), 'bin')
  }
  return path.join(toolchainBin, name)
}

/** The environment of git and cargo in a world: two folders of the world's own as HOME and CARGO_HOME, fixed names. */
export function toolEnv(home: string, cargoHome: string, targetDir: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    CARGO_HOME: cargoHome,
    CARGO_TARGET_DIR: targetDir,
    RUSTC: toolchainProgram('rustc'),
    CARGO_TERM_COLOR: 'never',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'file',
    GIT_AUTHOR_NAME: 'A. Author',
    GIT_AUTHOR_EMAIL: 'author@a.example',
    GIT_COMMITTER_NAME: 'A. Author',
    GIT_COMMITTER_EMAIL: 'author@a.example',
  }
}

/** Runs to the end; gives stdout as bytes. Throws with what the program said when it fails. */
export function runTool(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd: string
    readonly env: Readonly<Record<string, string>>
    readonly input?: string | Uint8Array
  },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settings = { cwd: options.cwd, env: options.env, encoding: 'buffer' as const, maxBuffer: 64 << 20 }
    const child = execFile(command, [...args], settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${path.basename(command)} ${args.join(' ')}\n${stderr.toString()}`))
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input)
  })
}
