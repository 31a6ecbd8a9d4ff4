/**
 * For tests only: many published crates in a few repositories, quickly. One crate is packaged by the real cargo; the
 * others are that archive with another name of the same length in every header and file, and each repository's commit.
 */
import { rawName, tamper } from './tamper.ts'
import { runTool } from './tools.ts'
import { manifest, PUBLISHED_AT, type World } from './world.ts'

export interface Many {
  /** In the order of their names; all of version 1.0.0. */
  readonly crates: readonly string[]
  /** A `NAME VERSION` per line. */
  readonly list: string
}

const nameOf = (i: number) => `many-${String(i).padStart(4, '0')}`

/** `spoil` changes the archive of some crates; it gets what every other one would be. */
export async function makeMany(
  world: World,
  { crates, repositories }: { readonly crates: number; readonly repositories: number },
  spoil: (i: number, archive: Uint8Array) => Uint8Array = (_, archive) => archive,
): Promise<Many> {
  const names = Array.from({ length: crates }, (_, i) => nameOf(i))
  // As in a lock file, crates of one project have neighbouring names.
  const homeOf = (i: number) => Math.floor((i * repositories) / crates)
  const commits: string[] = []
  let template: Uint8Array | null = null
  for (let r = 0; r < repositories; r++) {
    const own = names.filter((_, i) => homeOf(i) === r)
    const repository = await world.repository(repositoryOf(r))
    const files = own.flatMap(name => Object.entries(filesOf(name, repository.url)))
    const commit = await repository.commit(Object.fromEntries(files))
    const tags = own.map(name => `create refs/tags/${name}-v1.0.0 ${commit}\n`).join('')
    await runTool('git', ['update-ref', '--stdin'], { cwd: repository.folder, env: world.env, input: tags })
    commits.push(commit)
    template ??= await repository.package({ folder: nameOf(0) })
  }
  for (let i = 0; template !== null && i < crates; i++) {
    const swap: readonly (readonly [string, string])[] = [
      [nameOf(0), nameOf(i)],
      // The library's name in the manifest that cargo generates.
      [nameOf(0).replace('-', '_'), nameOf(i).replace('-', '_')],
      [repositoryOf(0), repositoryOf(homeOf(i))],
      [commits[0]!, commits[homeOf(i)]!],
    ]
    await world.publish(spoil(i, renamed(template, swap)), PUBLISHED_AT)
  }
  return { crates: names, list: names.map(name => `${name} 1.0.0\n`).join('') }
}

const repositoryOf = (r: number) => `many-repository-${String(r).padStart(3, '0')}`

function filesOf(name: string, url: string): Record<string, string> {
  return {
    [`${name}/Cargo.toml`]: manifest(name, '1.0.0', url, '[dependencies]\n'),
    [`${name}/src/lib.rs`]: `//! ${name}\npub fn name() -> &'static str {\n    "${name}"\n}\n`,
    [`${name}/README.md`]: `# ${name}\n`,
  }
}

/** Every name and content with the texts swapped, which have equal lengths. */
function renamed(archive: Uint8Array, swap: readonly (readonly [string, string])[]): Uint8Array {
  const all = (text: string) => swap.reduce((done, [from, to]) => done.replaceAll(from, to), text)
  return tamper(archive, crate => {
    for (const entry of crate.entries) {
      const name = all(rawName(entry))
      entry.header.write(name, 0, 'utf8')
      entry.data = Buffer.from(all(entry.data.toString('latin1')), 'latin1')
    }
    crate.restamp({})
  })
}
