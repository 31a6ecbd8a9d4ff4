/**
 * Random stores for tests, as plain objects in the shape of the three files, with what makes a writer stumble:
 * control characters, quotes, backslashes, line ends, long lists, keys that need quotes, code points beyond the BMP,
 * crates named like keys the formatter treats specially. Every store is one that cargo-vet accepts.
 */
import fc from 'fast-check'

type Plain = Record<string, unknown>
export interface RandomStore {
  readonly config: Plain
  readonly audits: Plain
  readonly imports: Plain
}

const SNIPPETS = [
  ...['a', 'word ', 'some longer words ', ' ', '"', '""', '"""', "'", "''", "'''", '\\', '\\n', '\n', '\n\n', '\t'],
  ...['\r', '\r\n', '\u0000', '\u0008', '\u000c', '\u001b', '\u007f', 'é', '✨', '𝒳', '\u{fffd}', '\ue000', '\u2028'],
  ...['#', ' # x', '=', '[', ']', '{', '}', ',', '\u0085', '\u00a0', '\ufeff', '-', '0', '1'],
]
/** Text of any kind; `max` snippets. */
export const oddText = (max: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...SNIPPETS), { maxLength: max }).map(parts => parts.join(''))
const person = fc.oneof(
  fc.constantFrom('Alice <alice@example.com>', 'Bob', "O'Neil <o@example.com>", 'Ünï "U" Code <u@example.com>'),
  oddText(6),
)
const note = fc.oneof(
  fc.constantFrom('plain', 'Two\nlines', 'ends\n', 'tab\there', 'say "hi"', 'back\\slash'),
  oddText(12),
)

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('serde', 'Serde', 'serde_json', 'serde-json', 'a', 'b1', '0day', 'zz') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('dependency-criteria', 'user-id', 'user-login', 'criteria', '__proto__', 'constructor'),
  },
  { weight: 1, arbitrary: oddText(3).map(text => text.replaceAll(':', '')) },
)
const numbers = fc.constantFrom('0', '1', '2', '9', '10', '18446744073709551615', '9007199254740993')
const pre = fc.constantFrom('', '', '', '-a', '-a.1', '-1', '-alpha.10', '-alpha.9', '-A')
const build = fc.constantFrom('', '', '', '+0', '+00', '+1', '+a', '+a.b')
const git = fc.constantFrom('', '', '', '@git:' + '0a'.repeat(20), ' @ git:' + 'FF'.repeat(20))
const semver = fc.tuple(numbers, numbers, numbers, pre, build).map(([a, b, c, p, m]) => `${a}.${b}.${c}${p}${m}`)
const version = fc.tuple(semver, git).map(([v, g]) => v + g)
const delta = fc.tuple(version, fc.constantFrom(' -> ', '->', '  ->\t'), version).map(parts => parts.join(''))
const range = fc.constantFrom('*', '1', '^1.2', '>= 1.2.3, <2', '=1.0.0-a+b', '1.*', '~ 0.1', '<9.9.9 ,>0', '1.x.x')
const date = fc.constantFrom('2020-01-01', '2022-12-31', '2024-02-29', '2026-11-01', '2023-1-9', ' 2021-06-15 ')
const userId = fc.constantFrom(0, 1, 2, 55, 9007199254740991, 9223372036854775807n)

/** One string, or a list; the canonical form makes a list of one a string. */
const oneOrMany = (text: fc.Arbitrary<string>, minLength = 0): fc.Arbitrary<unknown> =>
  fc.oneof(text, fc.array(text, { minLength, maxLength: 5 }))
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

/** Leaves out what is undefined and mixes the order of the keys. */
function entry(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Plain> {
  const keys = Object.keys(fields)
  return fc.tuple(fc.record(fields), fc.shuffledSubarray(keys, { minLength: keys.length })).map(([values, order]) => {
    const plain: Plain = {}
    for (const key of order) if (values[key] !== undefined) plain[key] = values[key]
    return plain
  })
}

const byName = <T>(value: fc.Arbitrary<T>, maxKeys: number): fc.Arbitrary<Record<string, T>> =>
  fc.array(fc.tuple(name, value), { maxLength: maxKeys }).map(pairs => {
    const plain: Record<string, T> = {}
    for (const [key, each] of pairs)
      Object.defineProperty(plain, key, { value: each, enumerable: true, configurable: true, writable: true })
    return plain
  })
const lists = (value: fc.Arbitrary<Plain>): fc.Arbitrary<Record<string, Plain[]>> =>
  byName(fc.array(value, { maxLength: 4 }), 4)

const publisher = fc.oneof(
  fc.record({ 'user-id': userId }),
  fc.record({ 'trusted-publisher': fc.constantFrom('github:a/b', 'github:B/"q"', '') }),
)
const withPublisher = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Plain> =>
  fc.tuple(entry(fields), publisher).map(([plain, id]) => ({ ...plain, ...id }))

function auditsFile(custom: readonly string[]): fc.Arbitrary<Plain> {
  const criteria = fc.constantFrom('safe-to-run', 'safe-to-deploy', ...custom)
  const shared = {
    notes: optional(note),
    'aggregated-from': optional(oneOrMany(fc.constantFrom('https://x', 'y "z"'))),
  }
  const kind = fc.oneof(fc.record({ version }), fc.record({ delta }), fc.record({ violation: range }))
  const audit = fc
    .tuple(
      entry({
        who: optional(oneOrMany(person)),
        criteria: optional(oneOrMany(criteria)),
        importable: optional(fc.boolean()),
        ...shared,
      }),
      kind,
    )
    .map(([plain, each]) => ({ ...plain, ...each }))
  const window = { criteria: oneOrMany(criteria), start: date, end: date, ...shared }
  const wildcard = withPublisher({ who: optional(oneOrMany(person)), renew: optional(fc.boolean()), ...window })
  const definition = fc.record({
    description: note,
    'description-url': optional(fc.constant('https://example.com/x')),
    implies: optional(oneOrMany(criteria)),
  })
  const definitions = fc
    .tuple(...custom.map(() => definition))
    .map(entries => Object.fromEntries(custom.map((key, i) => [key, withoutUndefined(entries[i] as Plain)])))
  return fc
    .record({
      criteria: definitions,
      'wildcard-audits': lists(wildcard),
      audits: lists(audit),
      trusted: lists(withPublisher(window)),
    })
    .map(plain => plain as Plain)
}

const withoutUndefined = (plain: Plain): Plain =>
  Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined))

function configFile(custom: readonly string[]): fc.Arbitrary<Plain> {
  const criteria = fc.constantFrom('safe-to-run', 'safe-to-deploy', ...custom)
  const policyKey = fc.oneof(
    fc.constantFrom('first', 'dependency-criteria', 'with space'),
    fc.tuple(fc.constantFrom('versioned', 'v"q'), version).map(([crate, v]) => `${crate}:${v}`),
  )
  const policy = entry({
    'audit-as-crates-io': optional(fc.boolean()),
    criteria: optional(oneOrMany(criteria)),
    'dev-criteria': optional(oneOrMany(criteria)),
    'dependency-criteria': optional(byName(oneOrMany(criteria), 5)),
    notes: optional(note),
  })
  const imported = entry({
    url: oneOrMany(
      fc.constantFrom('https://example.com/audits.toml', 'https://example.org/a/very/long/path/audits.toml'),
    ),
    exclude: optional(fc.array(name, { maxLength: 9 })),
    'criteria-map': optional(byName(oneOrMany(criteria), 4)),
  })
  const exemption = entry({
    version,
    criteria: optional(oneOrMany(criteria)),
    suggest: optional(fc.boolean()),
    notes: optional(note),
  })
  return entry({
    'cargo-vet': fc.constantFrom({ version: '0.10' }, { version: '0.9', other: 1 }, undefined),
    'default-criteria': optional(criteria),
    imports: byName(imported, 3),
    policy: fc.dictionary(policyKey, policy, { maxKeys: 4 }),
    exemptions: lists(exemption),
    'unknown-key': optional(fc.constant([1, 2])),
  })
}

function importsFile(custom: readonly string[]): fc.Arbitrary<Plain> {
  const login = fc.constantFrom('alice', 'bob', 'carol')
  const user = entry({
    version,
    when: date,
    'user-id': userId,
    'user-login': login,
    'user-name': optional(person.map(oneLine)),
  })
  const robot = entry({ version, when: date, 'trusted-publisher': fc.constantFrom('github:a/b', 'github:c/d') })
  return fc
    .record({
      unpublished: lists(entry({ version, audited_as: version })),
      publisher: lists(fc.oneof(user, robot)),
      audits: byName(auditsFile(custom), 2),
    })
    .map(plain => plain as Plain)
}

/** Names appear in comments, where cargo-vet does not escape them. */
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, '')

export const randomStore: fc.Arbitrary<RandomStore> = fc
  .uniqueArray(fc.constantFrom('fuzzed', 'crypto-reviewed', 'needs "quotes"', 'é', '_x', 'A', 'long-'.repeat(12)), {
    maxLength: 3,
  })
  .chain(custom => fc.record({ config: configFile(custom), audits: auditsFile(custom), imports: importsFile(custom) }))
