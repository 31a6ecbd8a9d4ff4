import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { durableFile } from './durable.ts'

let box: Sandbox
beforeEach(() => {
  box = createSandbox()
})
afterEach(() => box.dispose())

const SCHEMA = 'CREATE TABLE IF NOT EXISTS one (id TEXT PRIMARY KEY);'

/** The file, and how often it was opened; the first `failing` times it cannot be. */
function counted(failing = 0) {
  const count = { opened: 0 }
  const files = {
    ...box.caps.files,
    async makeFolder(...args: Parameters<typeof box.caps.files.makeFolder>) {
      count.opened++
      if (count.opened <= failing) throw new Error('the disk is full')
      return box.caps.files.makeFolder(...args)
    },
  }
  return { count, file: durableFile({ ...box.caps, files }, 'test.sqlite', SCHEMA) }
}

it('is opened once for all who ask at the same time', async () => {
  const { count, file } = counted()
  await Promise.all([file.ready(), file.ready(), file.ready()])
  await file.ready()
  expect(count.opened).toBe(1)
  file.open().exec("INSERT INTO one VALUES ('a')")
  await file.close()
})

it('is closed also while it is being opened', async () => {
  const { count, file } = counted()
  const opening = file.ready()
  await file.close()
  await opening
  expect(() => file.open()).toThrow('used before it was opened')
  await file.ready()
  expect(file.open().isOpen).toBe(true)
  expect(count.opened).toBe(2)
  await file.close()
})

it('is tried again by the next one when it could not be opened', async () => {
  const { file } = counted(1)
  await expect(file.ready()).rejects.toThrow('the disk is full')
  await file.ready()
  expect(file.open().isOpen).toBe(true)
  await file.close()
})
