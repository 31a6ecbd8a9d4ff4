/** Made-up databases and lock files that look for the edges of ranges: pre-releases, build metadata, bounds, overlaps. */
import fs from 'node:fs'
import path from 'node:path'
import type { Random } from '../reference/random.ts'

const DEFAULT_SOURCE = 'registry+https://github.com/rust-lang/crates.io-index'
const CRATES = ['alpha', 'beta-ray', 'gamma_2', 'delta']

export interface MadePackage {
  readonly name: string
  readonly version: string
  readonly source?: string | null
}

/** A lock file of these packages, each once. */
export function lockOf(packages: readonly MadePackage[]): string {
  const rows = new Map(packages.map(one => [`${one.name} ${one.version} ${one.source}`, one]))
  const text = [...rows.values()].map(({ name, version, source = DEFAULT_SOURCE }) => {
    const place = source === null ? '' : `source = "${source}"\n`
    return `[[package]]\nname = "${name}"\nversion = "${version}"\n${place}`
  })
  return `version = 4\n\n${text.join('\n')}`
}

/** Versions close together, so that bounds are met exactly. */
function version(random: Random): string {
  const triple = `${random.pick([0, 0, 1, 1, 2])}.${random.int(3)}.${random.int(3)}`
  const pre = random.chance(0.35)
    ? `-${random.pick(['0', 'alpha', 'alpha.0', 'alpha.1', 'beta', 'rc.1', '1', '10'])}`
    : ''
  const build = random.chance(0.08) ? `+${random.pick(['1', 'build', '0.7'])}` : ''
  return triple + pre + build
}

const withoutBuild = (text: string): string => text.replace(/\+.*$/, '')

function requirement(random: Random): string {
  const bound = () => {
    const full = withoutBuild(version(random))
    return random.chance(0.15) ? full.replace(/\.\d+(-.*)?$/, '') : full
  }
  if (random.chance(0.25)) return `>= ${bound()}, < ${bound()}`
  if (random.chance(0.03)) return random.pick(['*', '1.*', '>1, >2', '>=1, <2, <3', '^1, <2'])
  return `${random.pick(['>=', '>=', '>=', '^', '^', '~', '=', '<', '<=', '>', ''])}${bound()}`
}

const VECTORS = [
  'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'AV:L/AC:H/PR:L/UI:R/S:C/C:L/I:N/A:L',
  'AV:P/AC:L/PR:H/UI:N/S:C/C:N/I:N/A:N',
]

/** Front matter and text of one advisory. */
export function advisoryText(random: Random, id: string, crate: string): string {
  const list = (count: number) =>
    `[${Array.from({ length: count }, () => JSON.stringify(requirement(random))).join(', ')}]`
  const lines = [
    '[advisory]',
    `id = "${id}"`,
    `package = "${crate}"`,
    `date = "20${20 + random.int(7)}-0${1 + random.int(9)}-1${random.int(10)}"`,
    ...(random.chance(0.3)
      ? [`informational = "${random.pick(['unmaintained', 'unsound', 'notice', 'something-new'])}"`]
      : []),
    ...(random.chance(0.08) ? ['withdrawn = "2026-01-01"'] : []),
    ...(random.chance(0.3) ? [`cvss = "CVSS:3.${random.int(2)}/${random.pick(VECTORS)}"`] : []),
    ...(random.chance(0.2) ? [`aliases = ["CVE-2024-${1000 + random.int(9000)}"]`] : []),
    ...(random.chance(0.2) ? ['url = "https://example.com/a"'] : []),
    '',
    '[versions]',
    `patched = ${list(random.pick([0, 1, 1, 1, 2]))}`,
    ...(random.chance(0.5) ? [`unaffected = ${list(random.pick([0, 1, 1, 2]))}`] : []),
  ]
  // The table's header may be left out, as in the newer form.
  const front = random.chance(0.1) ? lines.slice(1) : lines
  return `\`\`\`toml\n${front.join('\n')}\n\`\`\`\n\n# About ${crate} \n\nSome text.\n`
}

/** Writes advisories below `folder`; answers what was written, by path. */
export function writeDatabase(folder: string, files: ReadonlyMap<string, string>): void {
  fs.rmSync(folder, { recursive: true, force: true })
  for (const [name, text] of files) {
    const file = path.join(folder, 'crates', name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
  }
}

/** `count` advisories about a few crates, each by its path below `crates`. */
export function randomAdvisories(random: Random, count: number): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (let i = 0; i < count; i++) {
    const id = `RUSTSEC-2026-${String(i + 1).padStart(4, '0')}`
    const crate = random.pick(CRATES)
    files.set(`${crate}/${id}.md`, advisoryText(random, id, crate))
  }
  return files
}

/** Every version that the generator makes of the crates, some from elsewhere than the registry. */
export function randomLock(random: Random): string {
  const packages: MadePackage[] = []
  for (const name of CRATES) {
    for (let i = 0; i < 60; i++) packages.push({ name, version: version(random) })
    packages.push({ name, version: '0.0.1', source: null })
    packages.push({
      name,
      version: '0.0.2',
      source: 'git+https://example.com/r?branch=main#0123456789abcdef0123456789abcdef01234567',
    })
    packages.push({ name, version: '0.0.3', source: 'registry+https://example.com/index' })
  }
  return lockOf(packages)
}

/** A lock file with versions at and around every bound that a database names: all of its advisories are asked about. */
export function everyBound(db: string): string {
  const packages: MadePackage[] = []
  for (const crate of fs.readdirSync(path.join(db, 'crates'))) {
    const folder = path.join(db, 'crates', crate)
    if (!fs.statSync(folder).isDirectory()) continue
    const versions = new Set(['0.0.0-0', '0.0.1', '0.1.0', '1.0.0', '99.0.0'])
    for (const file of fs.readdirSync(folder)) {
      const front = fs.readFileSync(path.join(folder, file), 'utf8').split('\n```', 1)[0] ?? ''
      for (const [, text = ''] of (front.split('[versions]')[1] ?? '').matchAll(/"([^"]*)"/g))
        for (const [bound = '', major, minor, patch = '0', pre = ''] of text.matchAll(
          /(\d+)\.(\d+)(?:\.(\d+)(-[0-9A-Za-z.-]+)?)?/g,
        )) {
          if (bound === '') continue
          versions.add(`${major}.${minor}.${patch}${pre}`)
          versions.add(`${major}.${minor}.${patch}-0`)
          versions.add(`${major}.${minor}.${Number(patch) + 1}`)
          if (Number(patch) > 0) versions.add(`${major}.${minor}.${Number(patch) - 1}`)
          else if (Number(minor) > 0) versions.add(`${major}.${Number(minor) - 1}.99`)
        }
    }
    for (const version of versions) packages.push({ name: crate, version })
  }
  return lockOf(packages)
}
