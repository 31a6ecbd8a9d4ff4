import { expect, it } from 'vitest'
import { parsedManifest } from './manifest-parsed.ts'
import { readManifest } from './manifest-text.ts'
import { parseManifest } from './manifest-toml.ts'

const TEXT = '[package]\nname = "a"\n'

it('gives one table for equal bytes, and another for any other', () => {
  const table = parsedManifest(Buffer.from(TEXT))
  expect(table).toEqual(parseManifest(Buffer.from(TEXT)))
  expect(parsedManifest(Buffer.from(TEXT))).toBe(table)
  for (const other of [TEXT.replace('a', 'b'), `${TEXT}# more\n`, `\ufeff${TEXT}`, `${TEXT}b = ${'['.repeat(300)}`])
    expect(parsedManifest(Buffer.from(other))).toEqual(parseManifest(Buffer.from(other)))
  // The same characters in an encoding that is none.
  expect(parsedManifest(Buffer.from(`${TEXT}# \u00e9`))).not.toBeNull()
  expect(parsedManifest(Buffer.from(`${TEXT}# \u00e9`, 'latin1'))).toBeNull()
})

it('leaves the reader that only wants a few keys as lenient as it was', () => {
  expect(readManifest(Buffer.from(`${TEXT}# \u00e9`, 'latin1'))?.pkg['name']).toBe('a')
  expect(readManifest(Buffer.from(`\ufeff${TEXT}`))?.pkg['name']).toBe('a')
  expect(readManifest(Buffer.from('[package'))).toBeNull()
})
