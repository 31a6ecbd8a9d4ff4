/**
 * A server and the clones of a team on this machine, for tests and for tools/team-clones.ts: bare repository, workspaces
 * with something staged, changed and untracked, and a git that knows no settings but those written here.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Run } from '../src/main/engine/capabilities.ts'
import type { Team } from '../src/main/engine/session/team.ts'
import type { AbsolutePath } from '../src/shared/domain.ts'
import { nodeCapabilitiesFor, openTeamAt } from './team-open.ts'

export const RUN: Run = { signal: new AbortController().signal, onProgress: () => undefined }

export interface Machine {
  readonly name: string
  /** `Name <email>`. */
  readonly who: string
  readonly root: AbsolutePath
  readonly env: Readonly<Record<string, string>>
  git(...args: readonly string[]): string
  /** @param skewMs by how much this machine's clock is off */
  open(options?: { readonly skewMs?: number; readonly env?: Readonly<Record<string, string>> }): Promise<Team>
}

export interface World {
  readonly folder: string
  readonly server: string
  readonly env: Readonly<Record<string, string>>
  git(cwd: string, ...args: readonly string[]): string
  /** A clone of the server with its own data folder. */
  machine(name: string, email?: string): Machine
  dispose(): void
}

export function createWorld(prefix = 'assay-team-'): World {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), prefix)))
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: path.join(folder, 'gitconfig'),
    LC_ALL: 'C',
  }
  writeFileSync(path.join(folder, 'gitconfig'), '[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n')
  const git = (cwd: string, ...args: readonly string[]) =>
    execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 })
  const server = path.join(folder, 'server.git')
  git(folder, 'init', '-q', '--bare', server)
  seed(folder, server, git)
  return {
    folder,
    server,
    env,
    git,
    machine: (name, email = `${name}@example.com`) => machineOf({ folder, server, env, git }, name, email),
    dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  }
}

type Git = World['git']

function seed(folder: string, server: string, git: Git): void {
  const first = path.join(folder, 'first')
  git(folder, 'init', '-q', first)
  writeFileSync(path.join(first, 'Cargo.toml'), '[package]\nname = "app"\nversion = "1.0.0"\nedition = "2021"\n')
  mkdirSync(path.join(first, 'src'))
  writeFileSync(path.join(first, 'src/main.rs'), 'fn main() {}\n')
  git(first, 'add', '.')
  git(first, '-c', 'user.name=Seed', '-c', 'user.email=seed@example.com', 'commit', '-q', '-m', 'Start')
  git(first, 'push', '-q', server, 'HEAD:refs/heads/main')
}

function machineOf(
  { folder, server, env, git }: Pick<World, 'folder' | 'server' | 'env' | 'git'>,
  name: string,
  email: string,
): Machine {
  const root = path.join(folder, name)
  git(folder, 'clone', '-q', '--branch', 'main', server, root)
  git(root, 'config', 'user.name', name)
  git(root, 'config', 'user.email', email)
  writeFileSync(path.join(root, 'src/main.rs'), `fn main() { /* ${name} */ }\n`)
  writeFileSync(path.join(root, 'staged.txt'), 'staged\n')
  git(root, 'add', 'staged.txt')
  writeFileSync(path.join(root, 'untracked.txt'), 'untracked\n')
  const own = { ...env, ASSAY_DATA_DIR: path.join(folder, `data-${name}`), ASSAY_CACHE_DIR: path.join(folder, 'cache') }
  return {
    name,
    who: `${name} <${email}>`,
    root: root as AbsolutePath,
    env: own,
    git: (...args) => git(root, ...args),
    open: ({ skewMs = 0, env: more = {} } = {}) => openTeamAt(nodeCapabilitiesFor({ ...own, ...more }, skewMs), root),
  }
}

/** Joins the place that the workspace names. */
export async function join(team: Team): Promise<void> {
  const where = await team.where()
  const joined = where.ok ? await team.setup(where.value.address) : where
  if (!joined.ok) throw new Error(JSON.stringify(joined.error))
}

/** Every path below a folder with what it holds, `.git` included: equal only when nothing at all was touched. */
export function fingerprint(folder: string): string {
  const hash = createHash('sha256')
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map(entry => ({ entry, at: path.join(entry.parentPath, entry.name) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
  for (const { entry, at } of entries) {
    hash.update(`${path.relative(folder, at)}\0`)
    if (entry.isFile()) hash.update(readFileSync(at))
    else if (entry.isSymbolicLink()) hash.update(readlinkSync(at))
  }
  return hash.digest('hex')
}
