/** `suggest --locked --frozen` with a cold diff cache over real crates whose archives lie in both tools' cache folder. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, readFileSync } from 'node:fs'
import path from 'node:path'
import {
  assay,
  begin,
  cargoPath,
  cargoVet,
  expectSame,
  judge,
  ms,
  needReference,
  pair,
  skip,
  tempFolder,
} from './harness.ts'
import { prepareRealProject } from './real-project.ts'

const RUNS = 5
const LIMIT = 1
const LEAST_CRATES = 60
const ARGS = ['suggest', '--locked', '--frozen', '--output-format', 'json', '--current-time', '2026-11-01T00:00:00Z']
const PINNED_GIT = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }

begin('suggest with a cold diff cache, sources downloaded, stores/cargo-vet')
needReference()
const cargo = cargoPath()
const temp = tempFolder()
const { folder, archives } = prepareRealProject(temp, cargo)

/** Archives of the lock file only: what else this machine's cargo once downloaded is not part of the input. */
const locked = new Set(
  [...readFileSync(path.join(folder, 'Cargo.lock'), 'utf8').matchAll(/^name = "(.+)"\nversion = "(.+)"$/gm)].map(
    ([, name, version]) => `${name}-${version}.crate`,
  ),
)

/** A cache folder with the archives that cargo downloaded, nothing unpacked, nothing measured. */
const coldCache = (name: string): string => {
  const at = path.join(temp, name)
  rmSync(at, { recursive: true, force: true })
  mkdirSync(path.join(at, 'cache'), { recursive: true })
  for (const from of archives) {
    for (const file of readdirSync(from))
      if (locked.has(file)) copyFileSync(path.join(from, file), path.join(at, 'cache', file))
  }
  return at
}
const env = {
  CARGO: cargo,
  ...PINNED_GIT,
  ASSAY_CACHE_DIR: path.join(temp, 'assay-cache'),
  ASSAY_DATA_DIR: path.join(temp, 'assay-data'),
}
const vetCache = path.join(temp, 'vet-cache')
const ourCache = path.join(temp, 'our-cache')
const before = () => {
  coldCache('vet-cache')
  coldCache('our-cache')
  rmSync(env.ASSAY_CACHE_DIR, { recursive: true, force: true })
}
const mine = () => assay([...ARGS, '--cache-dir', ourCache], folder, env)
const reference = () => cargoVet([...ARGS, '--cache-dir', vetCache], folder, env)

before()
const [a, b] = [mine(), reference()]
const measured = (text: string) => {
  const { suggest } = JSON.parse(text) as { suggest: { suggestions: { name: string }[]; total_lines: number } | null }
  return { crates: new Set(suggest?.suggestions.map(s => s.name)).size, lines: suggest?.total_lines ?? 0 }
}
if (!existsSync(path.join(ourCache, 'diff-cache.toml')))
  console.log('  note: no diff-cache.toml was written to --cache-dir')
const { crates, lines } = measured(b.out)
console.log(`  input: ${crates} crates suggested, ${lines} lines; answers ${a.out === b.out ? 'are equal' : 'DIFFER'}`)
if (a.out !== b.out) process.exitCode = 1
if (crates < LEAST_CRATES) skip(`only ${crates} crates could be measured, ${LEAST_CRATES} are needed`)

const times = await pair({
  runs: RUNS,
  warmups: 1,
  before,
  ours: () => expectSame(mine(), a),
  theirs: () => expectSame(reference(), b),
})
console.log(`  assay      ${ms(times.ours)}`)
console.log(`  cargo-vet  ${ms(times.theirs)}`)
judge('ratio to cargo-vet (median of pairs)', times.ratio, LIMIT, '×')
