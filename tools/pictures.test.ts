/** The page about the pictures names every picture, and only pictures that are there. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const FOLDER = path.resolve(import.meta.dirname, '..', 'docs', 'screenshots')
/** All pictures together; a clone of the repository brings them along. */
const MOST_BYTES = 12 << 20

test('every picture has its place on the page, and every place its picture', () => {
  const page = readFileSync(path.join(FOLDER, 'README.md'), 'utf8')
  const named = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target ?? '').sort()
  const there = readdirSync(FOLDER).filter(name => name !== 'README.md')
  expect(named).toEqual(there.sort())
})

test('the pictures stay small together', () => {
  const sizes = readdirSync(FOLDER).map(name => readFileSync(path.join(FOLDER, name)).length)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES)
})
