import { expect, it } from 'vitest'
import { parseCommandLine, UNSUPPORTED_COMMANDS } from './args.ts'
import { helpText } from './help.ts'

const parse = (line: string) => parseCommandLine(line === '' ? [] : line.split(' '))

it.each([
  { case: 'checks by default', line: '', want: { name: 'check' } },
  { case: 'skips a leading vet', line: 'vet suggest', want: { name: 'suggest' } },
  { case: 'takes flags before the command', line: '--locked --store-path s fmt', want: { name: 'fmt' } },
  { case: 'takes flags after the command', line: 'fmt --locked --store-path=s', want: { name: 'fmt' } },
  { case: 'opens a folder', line: 'open a/b', want: { name: 'open', folder: 'a/b' } },
  { case: 'helps with a command by flag', line: 'certify --help', want: { name: 'help', topic: 'certify' } },
  { case: 'helps by -h', line: '-h', want: { name: 'help', topic: null } },
  { case: 'tells its version', line: 'vet --version', want: { name: 'version' } },
])('parseCommandLine $case', ({ line, want }) => {
  const parsed = parse(line)
  expect(parsed.ok && parsed.value.command).toEqual(want)
})

it.each([
  { case: 'frozen without locked', line: 'check --frozen', says: '--frozen needs --locked' },
  { case: 'an unknown option', line: 'check --lokced', says: '--lokced' },
  { case: 'an unknown command', line: 'chekc', says: 'chekc' },
  { case: 'a missing value', line: 'check --store-path', says: '--store-path needs a value' },
  { case: 'a flag in place of a value', line: 'check --store-path --locked', says: '--store-path needs a value' },
  { case: 'a value for a switch', line: 'check --locked=yes', says: '--locked takes no value' },
  { case: 'a flag given twice', line: 'check --store-path a --store-path b', says: 'more than once' },
  { case: 'an unknown format', line: 'check --output-format xml', says: 'xml' },
  { case: 'an unknown level', line: 'check --verbose loud', says: 'loud' },
  { case: 'a time that is none', line: 'check --current-time yesterday', says: 'yesterday' },
  { case: 'an argument too many', line: 'certify a 1.0.0 1.0.1 1.0.2', says: '1.0.2' },
  { case: 'certify without a package', line: 'certify', says: 'package' },
  { case: 'flags of certify elsewhere', line: 'check --who me', says: '--who' },
])('parseCommandLine refuses $case', ({ line, says }) => {
  const parsed = parse(line)
  expect(parsed.ok ? null : parsed.error).toMatchObject({ code: 'usage', message: expect.stringContaining(says) })
})

it('reads every global flag', () => {
  const parsed = parseCommandLine([
    ...['--manifest-path', 'm', '--store-path', 's', '--cache-dir', 'c', '--locked', '--frozen', '--no-all-features'],
    ...['--no-default-features', '--features', 'a b', '--cargo-arg=-Zbindeps', '--filter-graph', 'include(name(x))'],
    ...['--current-time', '2023-01-01 12:00:00Z', '--output-format', 'json', '--output-file', 'o', '--log-file', 'l'],
    ...['--verbose', 'error', '--no-registry-suggestions', '--no-minimize-exemptions', '--use-git-credentials'],
  ])
  expect(parsed.ok && parsed.value.global).toEqual({
    manifestPath: 'm',
    storePath: 's',
    cacheDir: 'c',
    locked: true,
    frozen: true,
    allFeatures: false,
    noDefaultFeatures: true,
    features: ['a b'],
    cargoArgs: ['-Zbindeps'],
    filterGraph: ['include(name(x))'],
    currentTimeMs: Date.UTC(2023, 0, 1, 12),
    outputFormat: 'json',
    outputFile: 'o',
    logFile: 'l',
    verbose: 'error',
  })
})

it('reads certify', () => {
  const line = [
    'certify',
    'itoa',
    '1.0.9',
    '1.0.11',
    '--criteria',
    'a',
    '--criteria',
    'b',
    '--who',
    'N <n@e>',
    '--notes',
    'x y',
    '--accept-all',
  ]
  const parsed = parseCommandLine(line)
  expect(parsed.ok && parsed.value.command).toEqual({
    name: 'certify',
    args: {
      crate: 'itoa',
      version1: '1.0.9',
      version2: '1.0.11',
      criteria: ['a', 'b'],
      who: ['N <n@e>'],
      notes: 'x y',
      acceptAll: true,
      force: false,
    },
  })
})

it.each(UNSUPPORTED_COMMANDS)('refuses %s, names cargo vet instead, and lists it in help', name => {
  const parsed = parse(name)
  expect(parsed.ok ? null : parsed.error).toMatchObject({ code: 'unsupported', instead: `Use \`cargo vet ${name}\`.` })
  expect(helpText(null)).toContain(name)
})
