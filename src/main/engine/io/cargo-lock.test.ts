import { describe, expect, it } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { createSandbox } from '../test-sandbox.ts'
import { lockChecksums, metadataFromLock, parseCargoLock, readCargoLock } from './cargo-lock.ts'

const file = '/ws/Cargo.lock' as AbsolutePath
const source = 'registry+https://github.com/rust-lang/crates.io-index'
const sum = 'c'.repeat(64)

const v1 = `[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "leaf 1.0.0 (${source})",
]

[[package]]
name = "leaf"
version = "1.0.0"
source = "${source}"

[metadata]
"checksum leaf 1.0.0 (${source})" = "${sum}"
`
const v2 = `[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "leaf",
]

[[package]]
name = "leaf"
version = "1.0.0"
source = "${source}"
checksum = "${sum}"
`
const several = `version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["leaf 1.0.0", "leaf 2.0.0 (git+https://git.example/leaf?rev=abc)"]

[[package]]
name = "leaf"
version = "1.0.0"
source = "${source}"
checksum = "${sum}"

[[package]]
name = "leaf"
version = "2.0.0"
source = "git+https://git.example/leaf?rev=abc#${'a'.repeat(40)}"

[[package]]
name = "leaf"
version = "2.0.0"
source = "${source}"
checksum = "${'d'.repeat(64)}"
`

describe('parseCargoLock reads', () => {
  it.each([
    ['version 1, checksums apart', v1, 1],
    ['version 2', v2, 2],
    ['version 3', `version = 3\n\n${v2}`, 3],
    ['version 4', `version = 4\n\n${v2}`, 4],
    ['line ends of Windows', `version = 4\n\n${v2}`.replaceAll('\n', '\r\n'), 4],
  ])('%s', async (_what, text, version) => {
    expect(await parseCargoLock(text, file)).toEqual({
      ok: true,
      value: {
        file,
        version,
        packages: [
          { name: 'app', version: '0.1.0', source: null, checksum: null, dependencies: [1] },
          { name: 'leaf', version: '1.0.0', source, checksum: sum, dependencies: [] },
        ],
      },
    })
  })
  it('dependencies that need version or source to be told apart', async () => {
    const lock = await parseCargoLock(several, file)
    expect(lock.ok && lock.value.packages[0]?.dependencies).toEqual([1, 2])
    expect(lock.ok && [...lockChecksums(lock.value)]).toEqual([
      ['leaf@1.0.0', sum],
      ['leaf@2.0.0', 'd'.repeat(64)],
    ])
  })
})

describe('parseCargoLock refuses', () => {
  it.each([
    ['a merge conflict', `version = 4\n<<<<<<< HEAD\n${v2}`, 'line 2: an unresolved merge conflict'],
    ['text that is no TOML', '[[package]\n', /^line 1, column \d+: /],
    ['a newer version', `version = 5\n${v2}`, 'version 5 is newer than 4, the newest known'],
    ['a package without a name', '[[package]]\nversion = "1.0.0"\n', 'package 1 has no name or version'],
    [
      'a dependency that is not there',
      v2.replace('"leaf",', '"twig",'),
      "app 0.1.0 depends on 'twig', which the file does not list",
    ],
    ['a checksum that is none', v2.replace(sum, 'abc'), "leaf 1.0.0 has a checksum that is not a sha256: 'abc'"],
  ])('%s', async (_what, text, reason) => {
    const read = await parseCargoLock(text, file)
    expect(read).toEqual({ ok: false, error: typeof reason === 'string' ? reason : expect.stringMatching(reason) })
  })
  it('files that are not there or not readable', async () => {
    const box = createSandbox()
    box.write({ 'ws/Cargo.lock': '[[[' })
    expect(await readCargoLock(box.caps, box.at('Cargo.lock'))).toMatchObject({
      error: { code: 'lockfile-missing', path: box.at('Cargo.lock') },
    })
    expect(await readCargoLock(box.caps, box.at('ws/Cargo.lock'))).toMatchObject({
      error: { code: 'lockfile-unreadable' },
    })
    expect(await readCargoLock(box.caps, box.at('ws'))).toMatchObject({ error: { code: 'lockfile-unreadable' } })
    box.dispose()
  })
})

it('metadataFromLock says that it comes from the lock file, and keeps cargo’s source ids', async () => {
  const lock = await parseCargoLock(several, file)
  const metadata = lock.ok ? metadataFromLock(lock.value, '/ws' as AbsolutePath) : null
  expect(metadata?.origin).toBe('lockfile')
  expect(metadata?.workspaceMembers).toEqual(['path+file://#app@0.1.0'])
  expect(metadata?.resolveRoot).toBe('path+file://#app@0.1.0')
  expect(metadata?.resolveNodes[0]?.deps.map(d => [d.pkg, d.kinds])).toEqual([
    [`${source}#leaf@1.0.0`, ['normal']],
    [`git+https://git.example/leaf?rev=abc#${'a'.repeat(40)}#leaf@2.0.0`, ['normal']],
  ])
})
