// `assay advisories`: what is printed, in which order, with which exit code, and that nothing unknown looks like nothing.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { assay, DEFAULT_SOURCE, envIn, scratch, writeTree } from './testing.ts'

let place: ReturnType<typeof scratch>
beforeEach(() => {
  place = scratch()
  writeTree(place.folder, {
    'Cargo.toml': '[package]\nname = "me"\nversion = "0.1.0"\n',
    'Cargo.lock': `version = 4\n${[
      pkg('me', '0.1.0', null),
      pkg('leaky', '1.0.0'),
      pkg('old', '0.3.0'),
      pkg('fine', '2.0.0'),
    ].join('\n')}`,
    'db/crates/leaky/RUSTSEC-2026-0001.md': file(
      'RUSTSEC-2026-0001',
      'leaky',
      'cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"\naliases = ["CVE-2026-7"]',
      '[">=1.0.4"]',
    ),
    'db/crates/old/RUSTSEC-2026-0002.md': file('RUSTSEC-2026-0002', 'old', 'informational = "unmaintained"', '[]'),
  })
})
afterEach(() => place.dispose())

const pkg = (name: string, version: string, source: string | null = DEFAULT_SOURCE) =>
  `[[package]]\nname = "${name}"\nversion = "${version}"\n${source === null ? '' : `source = "${source}"\n`}`
const file = (id: string, crate: string, more: string, patched: string) =>
  `\`\`\`toml\n[advisory]\nid = "${id}"\npackage = "${crate}"\ndate = "2026-01-01"\n${more}\n\n[versions]\npatched = ${patched}\n\`\`\`\n\n# Trouble with \u001b[31m${crate}\n\nText.\n`
const run = (...argv: string[]) =>
  assay(['advisories', '--db', 'db', '--no-fetch', ...argv], { cwd: place.folder, env: envIn(place.folder) })

it('prints vulnerabilities, then warnings, then what is not known', async () => {
  const answer = await run()
  expect(answer.err).toBe('')
  expect(answer.code).toBe(255)
  expect(answer.out).toBe(`Crate:    leaky
Version:  1.0.0
Title:    Trouble with <U+001B>[31mleaky
Date:     2026-01-01
ID:       RUSTSEC-2026-0001, CVE-2026-7
Severity: 7.5 (high), CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H
Solution: Upgrade to >=1.0.4

Crate:    old
Version:  0.3.0
Warning:  unmaintained
Title:    Trouble with <U+001B>[31mold
Date:     2026-01-01
ID:       RUSTSEC-2026-0002

4 packages in ${path.join(place.folder, 'Cargo.lock')}, 2 advisories, database of unknown age.
1 vulnerability, 1 warning.
Note: the age of this database is not known.
Unknown: whether leaky 1.0.0, old 0.3.0, fine 2.0.0 were yanked.
`)
})

it('answers JSON in the shape of cargo audit', async () => {
  const answer = await run('--output-format', 'json', '--no-yanked')
  expect(JSON.parse(answer.out)).toMatchObject({
    database: { 'advisory-count': 2, state: 'stale', unread: 0 },
    lockfile: { 'dependency-count': 4 },
    vulnerabilities: {
      found: true,
      count: 1,
      list: [
        {
          advisory: { id: 'RUSTSEC-2026-0001', score: 7.5 },
          versions: { patched: ['>=1.0.4'] },
          package: { name: 'leaky' },
        },
      ],
    },
    warnings: { unmaintained: [{ kind: 'unmaintained', advisory: { id: 'RUSTSEC-2026-0002' } }] },
    unknown: { advisories: [], yanked: [] },
  })
})

it('warnings alone do not fail, a file that cannot be read is told', async () => {
  writeFileSync(path.join(place.folder, 'db/crates/leaky/RUSTSEC-2026-0001.md'), 'broken')
  const answer = await run('--no-yanked')
  expect(answer.code).toBe(0)
  expect(answer.out).toContain(
    'Unknown: leaky 1.0.0 may be hit by more: crates/leaky/RUSTSEC-2026-0001.md: it does not begin with TOML front matter.',
  )
})

it('no database is a failure, never "none"', async () => {
  mkdirSync(path.join(place.folder, 'empty'))
  const answer = await assay(['advisories', '--db', 'empty', '--no-fetch'], {
    cwd: place.folder,
    env: envIn(place.folder),
  })
  expect(answer.code).toBe(255)
  expect(answer.err).toContain('no advisories could be read')
  const offline = await assay(['advisories', '--no-fetch'], {
    cwd: place.folder,
    env: envIn(place.folder, { ASSAY_ADVISORY_DB: 'file:///nowhere' }),
  })
  expect(offline.code).toBe(255)
  expect(offline.err).toContain('the advisory database is not in the cache')
})

it('--refresh and --no-fetch exclude each other', async () => {
  const answer = await run('--refresh')
  expect(answer.code).toBe(2)
})
