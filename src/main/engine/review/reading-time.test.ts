import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { openReadingTime } from './reading-time.ts'
import { folderOf, testCaps } from './testing.ts'

let folder: AbsolutePath
beforeEach(async () => {
  folder = await folderOf({})
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('time adds up per review and survives a restart', async () => {
  const time = openReadingTime(testCaps(folder))
  await time.ready()
  expect(time.of('a 1.0.0')).toBe(0)
  expect(await time.add('a 1.0.0', 15_000)).toBe(15_000)
  expect(await time.add('a 1.0.0', 5_000)).toBe(20_000)
  expect(await time.add('b 1.0.0', 1)).toBe(1)
  await time.close()
  const again = openReadingTime(testCaps(folder))
  await again.ready()
  expect(again.of('a 1.0.0')).toBe(20_000)
  await again.close()
})
