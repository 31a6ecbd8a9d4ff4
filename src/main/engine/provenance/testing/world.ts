/**
 * For tests only: a folder with real git repositories, real `cargo package` archives and a registry, in which a test
 * plays author, publisher and attacker. Repositories are named https://git.example.org/NAME and served by redirect rules
 * from the folder; nothing leaves the machine. Names, dates and contents are fixed, so ids are the same in every run.
 */
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { indexLine, type SyntheticLine } from './index-line.ts'
import { runTool, toolEnv, toolchainProgram } from './tools.ts'

export { missingTools } from './tools.ts'
export { tamper, TamperedCrate } from './tamper.ts'
export { indexLine, type SyntheticLine } from './index-line.ts'

/** After every commit of a world and fitting the containers of cargo 1.93 and later. */
export const PUBLISHED_AT = '2026-05-01T12:00:00Z'
/** Of the first commit of a world; each further one is an hour later. */
const FIRST_COMMIT_S = Date.UTC(2026, 3, 20) / 1000

/** Text or bytes; a symbolic link; null: remove. */
export type Content = string | Uint8Array | { readonly link: string } | null
export type Contents = Readonly<Record<string, Content>>

export interface PackageOptions {
  /** Package folder in the repository; default its root. */
  readonly folder?: string
  readonly args?: readonly string[]
  /** Package a copy that lies outside of any repository: no VCS info. */
  readonly outsideGit?: boolean
  readonly env?: Readonly<Record<string, string>>
}

export interface World {
  readonly folder: string
  /** For `openMirrors` and for ASSAY_GIT_INSTEAD_OF. */
  readonly redirects: readonly { readonly from: string; readonly to: string }[]
  readonly insteadOf: string
  /** Environment of the world's own git and cargo. */
  readonly env: Readonly<Record<string, string>>
  /** The real toolchain's cargo and rustc. */
  readonly cargo: string
  readonly rustc: string
  /** What `publish` wrote. */
  readonly lines: readonly SyntheticLine[]
  at(...parts: string[]): string
  url(repository: string): string
  repository(name: string, files?: Contents): Promise<TestRepository>
  /** Takes an archive into the registry that `package` resolves dependencies from. */
  publish(archive: Uint8Array, publishedAt?: string): Promise<SyntheticLine>
  dispose(): Promise<void>
}

/** A manifest with what most tests need; `more` is appended as it is. */
export function manifest(name: string, version: string, repository: string, more = ''): string {
  const head = `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\nlicense = "MIT"`
  return `${head}\ndescription = "Part of a test"\nrepository = "${repository}"\n${more}`
}

export async function makeWorld(name: string): Promise<World> {
  const folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), `assay-world-${name}-`)))
  const at = (...parts: string[]) => path.join(folder, ...parts)
  await Promise.all(
    ['home', 'cargo-home', 'repositories', 'registry/index'].map(d => fs.mkdir(at(d), { recursive: true })),
  )
  const sources = `[source.crates-io]\nreplace-with = "world"\n[source.world]\nlocal-registry = "${at('registry')}"\n`
  await fs.writeFile(at('cargo-home', 'config.toml'), sources)
  const env = toolEnv(at('home'), at('cargo-home'), at('target'))
  const lines: SyntheticLine[] = []
  const from = 'https://git.example.org/'
  const to = `file://${at('repositories')}/`
  let commits = 0
  const nextDate = () => `${FIRST_COMMIT_S + 3600 * commits++} +0000`
  return {
    folder,
    redirects: [{ from, to }],
    insteadOf: `${from}=${to}`,
    env,
    cargo: toolchainProgram('cargo'),
    rustc: toolchainProgram('rustc'),
    lines,
    at,
    url: repository => from + repository,
    async repository(repository, files) {
      const made = new TestRepository(from + repository, at('repositories', repository), env, at('packages'), nextDate)
      await made.init()
      if (files !== undefined) await made.commit(files)
      return made
    },
    async publish(archive, publishedAt = PUBLISHED_AT) {
      const line = indexLine(archive, publishedAt)
      lines.push(line)
      const file = at('registry', 'index', indexFolder(line.crate), line.crate)
      await fs.mkdir(path.dirname(file), { recursive: true })
      await fs.appendFile(file, `${line.text}\n`)
      await fs.writeFile(at('registry', `${line.crate}-${line.version}.crate`), archive)
      return line
    },
    dispose: () => fs.rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/** A repository with a work tree, and what its owner and others do to it. */
export class TestRepository {
  /** As manifests name it. */
  readonly url: string
  /** The work tree. */
  readonly folder: string
  readonly #env: Readonly<Record<string, string>>
  readonly #packages: string
  readonly #nextDate: () => string

  constructor(
    url: string,
    folder: string,
    env: Readonly<Record<string, string>>,
    packages: string,
    nextDate: () => string,
  ) {
    this.url = url
    this.folder = folder
    this.#env = env
    this.#packages = packages
    this.#nextDate = nextDate
  }

  /** What a forge allows to a client: partial clones, any commit by its id. */
  async init(): Promise<void> {
    await fs.mkdir(this.folder, { recursive: true })
    await this.git('init', '-q', '-b', 'main')
    const config = '[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n[gc]\n\tauto = 0\n'
    await fs.appendFile(path.join(this.folder, '.git', 'config'), config)
  }

  /** Runs git in the work tree; gives trimmed output. */
  async git(...args: string[]): Promise<string> {
    const date = args[0] === 'commit' || args[0] === 'tag' ? this.#nextDate() : undefined
    const dates = date === undefined ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
    const out = await runTool('git', args, { cwd: this.folder, env: { ...this.#env, ...dates } })
    return out.toString().trim()
  }

  /** Changes the work tree only. */
  async write(files: Contents): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name)
      await fs.rm(file, { force: true, recursive: content === null })
      if (content === null) continue
      await fs.mkdir(path.dirname(file), { recursive: true })
      if (typeof content === 'string' || content instanceof Uint8Array) await fs.writeFile(file, content)
      else await fs.symlink(content.link, file)
    }
  }

  /** Writes and commits everything on the current branch; gives the commit's id. */
  async commit(files: Contents = {}, message = 'Change'): Promise<string> {
    await this.write(files)
    await this.git('add', '-A')
    await this.git('commit', '-q', '--allow-empty', '-m', message)
    return this.head()
  }

  head(): Promise<string> {
    return this.git('rev-parse', 'HEAD')
  }

  /** A light tag, or an annotated one with a message; `force` moves it. */
  async tag(name: string, options: { at?: string; message?: string; force?: boolean } = {}): Promise<void> {
    const how = options.message === undefined ? [] : ['-a', '-m', options.message]
    await this.git('tag', ...how, ...(options.force ? ['-f'] : []), name, options.at ?? 'HEAD')
  }

  /** Makes the branch when it is not there (at `at` or here) and goes there. */
  async branch(name: string, at?: string): Promise<void> {
    await this.git('checkout', '-q', ...(at === undefined ? [name] : ['-b', name, at]))
  }

  /** A commit by a stranger that no branch or tag has: `refs/pull/NUMBER/head`. Gives its id; the work tree is as before. */
  async pullRequest(number: number, files: Contents, message = 'Proposal'): Promise<string> {
    const back = await this.git('rev-parse', '--abbrev-ref', 'HEAD')
    await this.git('checkout', '-q', '--detach')
    const commit = await this.commit(files, message)
    await this.git('update-ref', `refs/pull/${number}/head`, commit)
    await this.git('checkout', '-q', back)
    return commit
  }

  /** Drops the last commit of the current branch for good, as if it never had been pushed. */
  async forgetHead(): Promise<void> {
    await this.git('reset', '-q', '--hard', 'HEAD~1')
    await this.git('reflog', 'expire', '--expire=now', '--all')
    await this.git('gc', '-q', '--prune=now')
  }

  /**
   * A submodule at `folder` as its files would lie after a checkout, and its entry in the tree. `stated` is the address
   * in .gitmodules; default the other repository's. Commit afterwards.
   */
  async submodule(
    folder: string,
    other: TestRepository,
    options: { commit?: string; stated?: string } = {},
  ): Promise<void> {
    const commit = options.commit ?? (await other.head())
    const at = path.join(this.folder, folder)
    await fs.rm(at, { recursive: true, force: true })
    await runTool('git', ['clone', '-q', other.folder, at], { cwd: this.folder, env: this.#env })
    await runTool('git', ['checkout', '-q', commit], { cwd: at, env: this.#env })
    const section = `[submodule "${folder}"]\n\tpath = ${folder}\n\turl = ${options.stated ?? other.url}\n`
    await fs.appendFile(path.join(this.folder, '.gitmodules'), section)
  }

  /** `cargo package` in the work tree as it lies there; gives the archive. */
  async package(options: PackageOptions = {}): Promise<Uint8Array> {
    await fs.mkdir(this.#packages, { recursive: true })
    const target = await fs.mkdtemp(path.join(this.#packages, 'p-'))
    try {
      let root = this.folder
      if (options.outsideGit === true) {
        root = path.join(target, 'copy')
        const filter = (file: string) => path.basename(file) !== '.git'
        await fs.cp(this.folder, root, { recursive: true, filter, verbatimSymlinks: true })
      }
      const toml = path.join(root, options.folder ?? '', 'Cargo.toml')
      const args = ['package', '--no-verify', '--offline', '--allow-dirty', '--quiet', '--manifest-path', toml]
      const env = { ...this.#env, CARGO_TARGET_DIR: target, ...options.env }
      await runTool(toolchainProgram('cargo'), [...args, ...(options.args ?? [])], { cwd: path.dirname(toml), env })
      const made = (await fs.readdir(path.join(target, 'package'))).filter(name => name.endsWith('.crate'))
      if (made.length !== 1) throw new Error(`cargo made ${made.join(' and ')}`)
      return await fs.readFile(path.join(target, 'package', made[0]!))
    } finally {
      await fs.rm(target, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}

function indexFolder(crate: string): string {
  if (crate.length <= 2) return String(crate.length)
  return crate.length === 3 ? `3/${crate[0]}` : `${crate.slice(0, 2)}/${crate.slice(2, 4)}`
}
