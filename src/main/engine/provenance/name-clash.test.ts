import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities, FileStat } from '../capabilities.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { namedPaths } from './manifest-paths.ts'
import { nameProblem, nameRulesOf, otherSpellings } from './name-clash.ts'
import { makeChecker } from './testing/checker.ts'
import { makeWorld, manifest, missingTools, type Contents, type World } from './testing/world.ts'
import { followPath, type TreeShape } from './tree-paths.ts'

const FOLDING = { isFolding: true, isWindows: false }
const PLAIN = { isFolding: false, isWindows: false }

describe('names that a disk takes for one another', () => {
  it.each<[string, string[], string | null]>([
    ['files by case', ['src/lib.rs', 'src/LIB.rs'], 'two names'],
    ['files by normalisation', ['src/\u00e9.rs', 'src/e\u0301.rs'], 'two names'],
    ['sharp s and its capitals', ['stra\u00dfe', 'STRASSE'], 'two names'],
    ['folders by case', ['Src/a.rs', 'src/b.rs'], 'two names'],
    ['a link and a folder', ['A', 'a/b'], 'two names'],
    ['a manifest by case', ['cargo.toml'], 'takes for Cargo.toml'],
    ['an ignore file by case', ['x/.GitIgnore'], 'takes for .gitignore'],
    ['nothing', ['src/lib.rs', 'src/libs.rs', 'Cargo.toml', 'a/Cargo.toml'], null],
  ])('%s', (_what, paths, problem) => {
    const found = nameProblem(paths, FOLDING)
    if (problem === null) expect(found).toBeNull()
    else expect(found).toContain(problem)
    expect(nameProblem(paths, PLAIN)).toBeNull()
  })
  it.each(['a/con', 'aux.rs', 'a:b', 'a.', 'a ', 'x/NUL.txt', 'a\\b'])('are not allowed everywhere: %j', name => {
    expect(nameProblem([name], { isFolding: false, isWindows: true })).toContain('does not allow')
    expect(nameProblem([name], FOLDING)).toBeNull()
  })
})

describe('links on such a disk', () => {
  const tree = (links: Record<string, string>, files: string[]): TreeShape => ({
    link: path => links[path],
    isFile: path => files.includes(path),
    isFolder: path => path === '' || files.some(file => file.startsWith(`${path}/`)),
    isOtherSpelling: otherSpellings([...Object.keys(links), ...files, 'p', 'p/q', 's']),
  })
  it('lead nowhere that the tree could tell, when they are spelled otherwise', () => {
    // By the tree D is no link, so that the way stays inside; on the disk it is the link d.
    const links = { 'p/q/d': '../../s', 'p/q/x': 'D/../../etc/passwd' }
    expect(followPath(tree(links, ['s/f']), 'p/q/x').kind).toBe('other-spelling')
    expect(followPath(tree({ x: 's/f' }, ['s/f']), 'x').kind).toBe('file')
  })
  it('are refused in manifests too', () => {
    const text = '[package]\nname = "x"\nreadme = "S/f"\n'
    expect(namedPaths(tree({}, ['s/f']), '', text).escape).toContain('S/f')
    expect(namedPaths(tree({}, ['s/f']), '', text.replace('S/f', 's/f')).escape).toBeNull()
  })
})

describe.skipIf(missingTools !== null)(`a rebuild there (needs ${missingTools ?? 'git and cargo'})`, () => {
  let world: World
  let box: Sandbox
  beforeAll(async () => {
    world = await makeWorld('clash')
    box = createSandbox({ HOME: process.env['HOME'] ?? '' })
  })
  afterAll(async () => {
    box.dispose()
    await world.dispose()
  })
  /** The real disk, but that a name is also found in lower case. */
  const folding = (caps: Capabilities): Capabilities => ({
    ...caps,
    files: {
      ...caps.files,
      async stat(path): Promise<FileStat | null> {
        const slash = path.lastIndexOf('/')
        const names = await caps.files.list(path.slice(0, slash) as AbsolutePath).catch(() => [])
        const same = names.find(({ name }) => name.toLowerCase() === path.slice(slash + 1).toLowerCase())
        return same === undefined ? null : caps.files.stat(`${path.slice(0, slash)}/${same.name}` as AbsolutePath)
      },
    },
  })
  const rebuilt = async (name: string, caps: Capabilities, more: Contents) => {
    const repository = await world.repository(`n/${name}`, {
      'Cargo.toml': manifest(name, '1.0.0', world.url(`n/${name}`)),
      'src/lib.rs': '',
      ...more,
    })
    const checker = makeChecker(world, caps, quietRun())
    try {
      return await checker.check(await repository.package(), { level: 'rebuild' })
    } finally {
      await checker.mirrors.close()
    }
  }

  it('is tried where names are told apart, and refused before anything is written where they are not', async () => {
    const clashing = { 'src/a.rs': '//a\n', 'src/A.rs': '//A\n' }
    expect(await nameRulesOf(box.caps, box.folder as AbsolutePath)).toEqual(PLAIN)
    expect((await rebuilt('apart', box.caps, clashing)).rebuild?.result).not.toBe('failed')
    const caps = folding(box.caps)
    expect(await nameRulesOf(caps, box.folder as AbsolutePath)).toEqual(FOLDING)
    expect(await rebuilt('one', caps, clashing)).toMatchObject({
      // About our disk, not about the crate.
      ...{ outcome: 'match', tools: { cargo: null } },
      rebuild: {
        result: 'failed',
        command: [],
        detail: [expect.stringMatching(/^not tried: .*two names that are one/)],
      },
    })
    expect((await rebuilt('fine', caps, {})).rebuild?.result).not.toBe('failed')
  })
})
