/** A package of the same name elsewhere in the commit: when it is an alarm, when a question, and when nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { makeChecker, type Checker } from './testing/checker.ts'
import { makeWorld, manifest, missingTools, type Contents, type World } from './testing/world.ts'

describe.skipIf(missingTools !== null)(`a second package (needs ${missingTools ?? 'git and cargo'})`, () => {
  let world: World
  let box: Sandbox
  let checker: Checker
  beforeAll(async () => {
    world = await makeWorld('second')
    box = createSandbox({ HOME: process.env['HOME'] ?? '' })
    checker = makeChecker(world, box.caps, quietRun())
  })
  afterAll(async () => {
    await checker.mirrors.close()
    box.dispose()
    await world.dispose()
  })

  /** What is said about the crate `NAME` packed in the first of the folders, when all of them hold such a package. */
  const said = async (name: string, folders: readonly string[], more: Contents = {}) => {
    const url = world.url(`p/${name}`)
    const files = folders.map(folder => ({
      [`${folder}/Cargo.toml`]: `${manifest(name, '1.0.0', url)}[workspace]\n`,
      [`${folder}/src/lib.rs`]: `// ${folder}\n`,
    }))
    const repository = await world.repository(`p/${name}`, Object.assign({}, ...files, more) as Contents)
    const record = await checker.check(await repository.package({ folder: folders[0]! }))
    expect(record).toMatchObject({ outcome: 'match', path: folders[0] })
    return record.reasons
      .filter(({ code }) => code.startsWith('second-package'))
      .map(({ code, weight, about }) => [code, weight, about[1]])
  }

  it.each<[string, string[], (string | undefined)[][]]>([
    ['rooted', ['assets/rooted', 'rooted'], [['second-package', 'alarm', 'rooted']]],
    // No usual place, so that only the whole tree tells.
    ['hidden', ['assets/some', 'libs/rust/hidden'], [['second-package', 'alarm', 'libs/rust/hidden']]],
    ['spelled-so', ['assets/some', 'libs/rust/spelled_so'], [['second-package', 'alarm', 'libs/rust/spelled_so']]],
    ['fixed', ['tests/fixtures/fixed', 'impl/other'], [['second-package', 'alarm', 'impl/other']]],
    ['equal', ['libs/equal', 'packages/equal'], [['second-package', 'warning', 'packages/equal']]],
    ['honest', ['libs/honest', 'tests/data/honest', 'vendor/honest'], []],
    ['usual', ['crates/usual', 'elsewhere/usual'], []],
    ['alone', ['libs/alone'], []],
  ])('%s in %j', async (name, folders, expected) => {
    expect(await said(name, folders)).toEqual(expected)
  })

  it('is looked for among other packages, and only those of its name count', async () => {
    const others = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        `libs/n${i}/Cargo.toml`,
        `# says between\n${manifest(`n${i}`, '1.0.0', 'https://git.example.org/p/n')}`,
      ]),
    )
    expect(await said('between', ['libs/between'], others)).toEqual([])
  })

  it('is not said to be absent when the tree goes on deeper than is looked', async () => {
    const deep = { 'a/b/c/d/e/f/g/h/i/j/deep/Cargo.toml': manifest('deep', '1.0.0', world.url('p/deep')) }
    expect(await said('deep', ['libs/deep'], deep)).toEqual([['second-package-unchecked', 'info', undefined]])
  })
})
