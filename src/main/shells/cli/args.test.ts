import { expect, it } from 'vitest'
import { parseCommandLine } from './args.ts'
import { COMMANDS } from './command-table.ts'
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
  { case: 'flags of certify elsewhere', line: 'check --who me', says: '--who' },
])('parseCommandLine refuses $case', ({ line, says }) => {
  const parsed = parse(line)
  expect(parsed.ok ? null : parsed.error).toMatchObject({ code: 'usage', message: expect.stringContaining(says) })
})

const PROVENANCE = {
  ...{ crate: null, version: null, from: null, level: 'compare', again: false, refresh: false },
  ...{ offline: false, jobs: null, site: null },
}
it.each([
  { line: 'provenance', args: {} },
  { line: 'provenance --all --level rebuild', args: { level: 'rebuild' } },
  { line: 'provenance itoa', args: { crate: 'itoa' } },
  {
    line: 'vet provenance itoa 1.0.0 --again --refresh',
    args: { crate: 'itoa', version: '1.0.0', again: true, refresh: true },
  },
  {
    line: 'provenance --from list --jobs 16 --offline --site s',
    args: { from: 'list', jobs: 16, offline: true, site: 's' },
  },
])('parseCommandLine reads $line', ({ line, args }) => {
  const parsed = parse(line)
  expect(parsed.ok ? parsed.value.command : parsed.error).toEqual({
    name: 'provenance',
    args: { ...PROVENANCE, ...args },
  })
})
it.each([
  { line: 'provenance itoa --all', says: 'one of --all' },
  { line: 'provenance --from list --all', says: 'one of --all' },
  { line: 'provenance itoa nonsense', says: 'nonsense' },
  { line: 'provenance --level deep', says: 'deep' },
  { line: 'provenance --jobs 0', says: '--jobs' },
  { line: 'provenance --jobs 65', says: '--jobs' },
  { line: 'provenance --offline --refresh', says: '--refresh' },
  { line: 'check --output-format ndjson', says: 'ndjson' },
  { line: 'check --all x', says: '--all' },
])('parseCommandLine refuses $line', ({ line, says }) => {
  const parsed = parse(line)
  expect(parsed.ok ? null : parsed.error).toMatchObject({ code: 'usage', message: expect.stringContaining(says) })
})
it('gives lines of JSON where the command has them, and reads --all as each command means it', () => {
  const parsed = parse('provenance --output-format ndjson')
  expect(parsed.ok && parsed.value.global).toMatchObject({ outputFormat: 'json', asLines: true })
  const trusted = parse('trust --all somebody')
  expect(trusted.ok && trusted.value.command).toMatchObject({ name: 'trust', args: { all: 'somebody' } })
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
    asLines: false,
    asCsv: false,
    outputFile: 'o',
    logFile: 'l',
    verbose: 'error',
    registrySuggestions: false,
    useGitCredentials: true,
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
      noCollapse: false,
      wildcard: null,
      startDate: null,
      endDate: null,
    },
  })
})

it.each([...COMMANDS.keys()])('%s is in the help, with a text of its own', name => {
  expect(helpText(null)).toMatch(new RegExp(`^  .*\\b${name}\\b`, 'm'))
  if (['help', 'version'].includes(name)) return
  expect(helpText(name)).toContain(`assay ${name}`)
  expect(helpText(name)).not.toBe(helpText(null))
})

it.each([
  { line: 'inspect a 1.0', says: "'1.0' is not a version" },
  { line: 'diff a 1.0.0 2', says: "'2' is not a version" },
  { line: 'diff a 1.0.0 2.0.0 --mode crates.io', says: 'crates.io' },
  { line: 'inspect a 1.0.0 --mode lokal', says: 'lokal' },
  { line: 'inspect a', says: 'PACKAGE VERSION' },
  { line: 'certify a 1.0', says: "'1.0' is not a version" },
  { line: 'certify --wildcard 7', says: 'needs a package' },
  { line: 'certify a 1.0.0 --wildcard 7', says: 'with a version' },
  { line: 'certify a --start-date 2026-01-01', says: '--start-date needs --wildcard' },
  { line: 'certify a --wildcard 7 --end-date 2026-02-30', says: '2026-02-30' },
  { line: 'certify a 1.0.0 --no-collapse', says: 'two versions' },
  { line: 'trust', says: '--all' },
  { line: 'trust a --all 7', says: 'with a package' },
  { line: 'trust a --allow-multiple-publishers', says: 'needs --all' },
  { line: 'regenerate', says: 'exemptions' },
  { line: 'regenerate nothing', says: 'exemptions' },
  { line: 'add-exemption a', says: 'PACKAGE VERSION' },
  { line: 'add-exemption a x', says: "'x' is not a version" },
  { line: 'record-violation a one', says: "'one' is not a requirement" },
  { line: 'prune --no-audit', says: '--no-audit' },
  { line: 'explain-audit', says: 'PACKAGE' },
  { line: 'explain-audit a safe-to-run', says: 'safe-to-run' },
  { line: 'dump-graph --depth deep', says: 'deep' },
  { line: 'gc --max-package-age-days many', says: 'many' },
  { line: 'renew', says: '--expiring' },
  { line: 'renew a --expiring', says: 'with a package' },
  { line: 'renew a --include-inactive', says: 'needs --expiring' },
])('exits with 2 as cargo-vet does: $line', ({ line, says }) => {
  const parsed = parse(line)
  expect(parsed.ok ? null : parsed.error).toMatchObject({ code: 'usage', message: expect.stringContaining(says) })
})

it.each([
  { line: 'inspect a 1.0.0 --mode custom_url=x{package}', want: { mode: { kind: 'custom', template: 'x{package}' } } },
  { line: 'diff a 1.0.0 1.1.0', want: { name: 'diff', version1: '1.0.0', version2: '1.1.0', mode: null } },
  { line: 'certify', want: { args: expect.objectContaining({ crate: null, version1: null }) } },
  { line: 'record-violation a >=1,<2', want: { args: expect.objectContaining({ range: '>=1, <2' }) } },
  { line: 'explain-audit a', want: { version: null, criterion: 'safe-to-deploy' } },
  { line: 'dump-graph', want: { depth: 'first-party' } },
  { line: 'gc', want: { maxPackageAgeDays: 30, clean: false } },
  { line: 'gc --max-package-age-days=-1', want: { maxPackageAgeDays: -1 } },
  { line: 'gc --max-package-age-days nan', want: { maxPackageAgeDays: NaN } },
  { line: 'renew --expiring --include-inactive', want: { crate: null, includeInactive: true } },
  { line: 'import peer u v', want: { importName: 'peer', urls: ['u', 'v'] } },
])('reads $line', ({ line, want }) => {
  const parsed = parse(line)
  expect(parsed.ok && parsed.value.command).toMatchObject(want)
})
