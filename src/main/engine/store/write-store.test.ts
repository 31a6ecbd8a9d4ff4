/**
 * The canonical bytes, rule by rule, so that the writer is held without cargo-vet at hand. Every expected text was
 * taken from `cargo vet fmt`; store-reference.test.ts repeats that for random stores.
 */
import { describe, expect, it } from 'vitest'
import { parseStore } from './parse-store.ts'
import { renderDocument, renderKey, renderString } from './toml-write.ts'
import { renderStore, type StoreTexts } from './write-store.ts'

const WHERE = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' }
function rewrite(texts: Partial<StoreTexts>): StoreTexts {
  const parsed = parseStore({ config: '', audits: '[audits]\n', imports: '', ...texts }, WHERE)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return renderStore(parsed.value)
}

it('writes the frame of an empty store', () => {
  expect(rewrite({})).toEqual({
    config: '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n',
    audits: '\n# cargo-vet audits file\n\n[audits]\n',
    imports: '\n# cargo-vet imports lock\n',
  })
})

it('writes root keys before tables, and tables in the order of the format', () => {
  const { config } = rewrite({
    config: `[[exemptions.z]]\nversion = "1.0.0"\n[policy."foo:2.0.0"]\n[policy."foo:10.0.0"]\nnotes = "x"\n
[imports.a]\nurl = ["https://x"]\n[imports.a.criteria-map]\nx = "y"\n[cargo-vet]\nversion = "0.9"\nother = 1\n`.replace(
      '[[exemptions.z]]',
      'default-criteria = "safe-to-run"\n[[exemptions.z]]',
    ),
  })
  expect(config).toBe(`
# cargo-vet config file

default-criteria = "safe-to-run"

[cargo-vet]
version = "0.10"

[imports.a]
url = "https://x"

[imports.a.criteria-map]
x = "y"

[policy."foo:10.0.0"]
notes = "x"

[policy."foo:2.0.0"]

[[exemptions.z]]
version = "1.0.0"
criteria = []
`)
})

it('sorts the audits of a crate by kind, version, criteria, who, notes', () => {
  const entries = [
    'criteria = "b"\nversion = "1.0.0"',
    'criteria = "a"\nviolation = "*"',
    'criteria = "a"\ndelta = "1.0.0 -> 10.0.0"',
    'criteria = "a"\ndelta = "1.0.0 -> 2.0.0"',
    'who = "B"\ncriteria = "a"\nversion = "1.0.0"',
    'criteria = "a"\nversion = "1.0.0"\nnotes = "n"',
    'criteria = "a"\nversion = "1.0.0"',
  ]
  const { audits } = rewrite({ audits: entries.map(entry => `[[audits.c]]\n${entry}\n`).join('\n') })
  const order = [6, 5, 4, 0, 3, 2, 1].map(i => `\n[[audits.c]]\n${entries[i]}\n`).join('')
  expect(audits).toBe(`\n# cargo-vet audits file\n${order}`)
})

it('names users in comments, from the first publisher row', () => {
  const trusted = (crate: string, id: number) =>
    `[[trusted.${crate}]]\ncriteria = "x"\nuser-id = ${id}\nstart = "2020-01-01"\nend = "2021-01-01"\n`
  const row = (crate: string, id: number, rest: string) =>
    `[[publisher.${crate}]]\nversion = "1.0.0"\nwhen = "2020-01-01"\nuser-id = ${id}\n${rest}\n`
  const { audits, imports } = rewrite({
    audits: `[audits]\n${trusted('a', 1)}${trusted('b', 2)}${trusted('c', 3)}`,
    imports: `${row('z', 1, 'user-login = "later"')}${row('y', 1, 'user-login = "al"\nuser-name = "Al"')}${row('x', 2, 'user-login = "bo"')}`,
  })
  expect(audits.match(/^user-id.*$/gm)).toEqual(['user-id = 1 # Al (al)', 'user-id = 2 # bo', 'user-id = 3'])
  expect(imports.match(/^user-id.*$/gm)).toEqual(['user-id = 2', 'user-id = 1', 'user-id = 1'])
})

it('keeps a name with line ends inside its comment', () => {
  const { audits } = rewrite({
    audits: '[audits]\n[[trusted.a]]\ncriteria = "x"\nuser-id = 1\nstart = "2020-01-01"\nend = "2021-01-01"\n',
    imports: '[[publisher.a]]\nversion = "1.0.0"\nwhen = "2020-01-01"\nuser-id = 1\nuser-login = "a\\n[b]"\n',
  })
  expect(audits).toContain('user-id = 1 # a [b]\n')
})

describe('long values', () => {
  const list = (last: string) => renderDocument([['who', { list: ['x'.repeat(58), last] }]], null)
  it('wraps a list at 80 characters, counted as code points', () => {
    expect(list('y'.repeat(8))).toBe(`who = ["${'x'.repeat(58)}", "${'y'.repeat(8)}"]\n`)
    expect(list('𝒳'.repeat(8))).toBe(`who = ["${'x'.repeat(58)}", "${'𝒳'.repeat(8)}"]\n`)
    expect(list('y'.repeat(9))).toBe(`who = [\n    "${'x'.repeat(58)}",\n    "${'y'.repeat(9)}",\n]\n`)
  })

  it('makes dependency-criteria a table of its own past 120 characters', () => {
    const policy = (name: string) =>
      rewrite({ config: `[policy.p]\nnotes = "n"\ndependency-criteria = { a = ["x", "y"], ${name} = "z" }\n` }).config
    expect(policy('b')).toContain('\n[policy.p]\ndependency-criteria = { a = ["x", "y"], b = "z" }\nnotes = "n"\n')
    const long = 'b'.repeat(90)
    expect(policy(long)).toContain(
      `\n[policy.p]\nnotes = "n"\n\n[policy.p.dependency-criteria]\na = ["x", "y"]\n${long} = "z"\n`,
    )
  })
})

it.each([
  ['plain', '"plain"'],
  ['tab\there', '"tab\\there"'],
  ['say "hi"', '\'say "hi"\''],
  ['back\\slash', "'back\\slash'"],
  ['both \' and "', '"""both \' and \""""'],
  ["a\\'b", "'''a\\'b'''"],
  ['two\nlines', '"""\ntwo\nlines"""'],
  ['end\n', '"""\nend\n"""'],
  ['a\n"""', "'''\na\n\"\"\"'''"],
  ['a\n\\', "'''\na\n\\'''"],
  ['a\n\\\'\'\'""""', '"""\na\n\\\\\'\'\'""\\"""""'],
  ['cr\r', '"cr\\r"'],
  ['\u0000\u001f\u007f\b\f', '"\\u0000\\u001F\\u007F\\b\\f"'],
  ['esc\u001b\n"""', '"""\nesc\\u001B\n""\\""""'],
  ['', '""'],
])('writes the string %j', (text, want) => {
  expect(renderString(text)).toBe(want)
})

it.each([
  ['a-B_9', 'a-B_9'],
  ['', '""'],
  ['a:b', '"a:b"'],
  ['a"b', "'a\"b'"],
  ['a\\b', "'a\\b'"],
  ['a\'b"', '"a\'b\\""'],
  ['a\nb', '"a\\nb"'],
  ['é', '"é"'],
])('writes the key %j', (key, want) => {
  expect(renderKey(key)).toBe(want)
})
