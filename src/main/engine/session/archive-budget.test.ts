import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { craftTar } from '../provenance/testing/craft-archive.ts'
import type { CrateArchive } from '../provenance/crate-archive.ts'
import { withArchive, withinStated } from './archive-budget.ts'
import { createByteBudget, type ByteBudget } from './byte-budget.ts'

const FILE_BYTES = 3 << 20
const tar = craftTar([{ name: 'big-1.0.0/src/lib.rs', data: Buffer.alloc(FILE_BYTES, 'x') }])
const honest = gzipSync(tar)
const stating = (bytes: number) => {
  const archive = Buffer.from(honest)
  archive.writeUInt32LE(bytes, archive.length - 4)
  return archive
}

/** How much was asked of the budget, and how much of it was really unpacked under that. */
async function open(bytes: Uint8Array) {
  const asked: number[] = []
  const real = createByteBudget(12 << 20)
  const budget: ByteBudget = {
    use(size, signal, task) {
      asked.push(size)
      return real.use(size, signal, task)
    },
  }
  const wish = { crate: 'big', version: '1.0.0', bytes }
  const sizeOf = (opened: CrateArchive) => opened.files.get('src/lib.rs')?.data.length ?? 0
  const { archive, unpacked } = await withArchive(budget, wish, new AbortController().signal, opened =>
    Promise.resolve({ archive: opened, unpacked: sizeOf(opened) }),
  )
  const held = asked.at(-1)!
  return { asked, held, archive, unpacked, left: sizeOf(archive) }
}

it('asks once for what an honest archive states', async () => {
  const { asked, archive, unpacked, left } = await open(honest)
  expect(asked).toEqual([tar.length])
  // Afterwards nothing is held.
  expect([unpacked, left]).toEqual([FILE_BYTES, 0])
  expect(archive).toMatchObject({ isReadable: true, anomalies: [] })
})

it.each([0, 100, 5_000, FILE_BYTES])(
  'never unpacks more than was asked for when an archive states %i',
  async stated => {
    const { asked, held, archive, unpacked } = await open(stating(stated))
    expect(asked[0]).toBe(Math.max(stated, 1024))
    expect(asked).toHaveLength(2)
    expect(held).toBeGreaterThanOrEqual(tar.length)
    // The verdict is that of an archive that was opened without any bound.
    expect(unpacked).toBe(FILE_BYTES)
    expect(archive.anomalies.map(({ code }) => code)).toEqual(['damaged'])
  },
)

it.each([
  [FILE_BYTES, null],
  [tar.length, FILE_BYTES],
])('does not ask again for one that states %i when nothing more is wanted of it', async (stated, unpacked) => {
  const asked: number[] = []
  const budget: ByteBudget = { use: (size, _signal, task) => (asked.push(size), task()) }
  const wish = { crate: 'big', version: '1.0.0', bytes: stating(stated) }
  const size = await withinStated(budget, wish, new AbortController().signal, ({ files }) =>
    Promise.resolve(files.get('src/lib.rs')?.data.length ?? 0),
  )
  expect([asked, size]).toEqual([[stated], unpacked])
})

it('does not wait for more than there is when an archive states too much', async () => {
  const { asked, archive } = await open(stating(0xffff_ffff))
  expect(asked).toEqual([512 << 20])
  expect(archive.anomalies.map(({ code }) => code)).toEqual(['damaged'])
})
