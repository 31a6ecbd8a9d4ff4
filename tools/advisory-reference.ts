/**
 * Compares our advisories with the real cargo-audit: `npm run test:reference:advisories -- [--seconds N] [--seed S]
 * [--db FOLDER] [--offline]`. Three parts: made-up databases and lock files; with a database (`--db`, else the shared one
 * where it is there) a lock file that stands at every bound of every advisory; and lock files of real projects, taken
 * from published crates through the registry. Exit code 1 when anything differs.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { execFileSync } from 'node:child_process'
import { openCache } from '../src/main/engine/cache.ts'
import { readRegistryConfig } from '../src/main/engine/io/registry-config.ts'
import { openRegistry } from '../src/main/engine/io/registry.ts'
import { createNodeCapabilities } from '../src/main/engine/node-capabilities.ts'
import type { AbsolutePath } from '../src/shared/domain.ts'
import { describeFailure } from '../src/shared/failure.ts'
import { compareCase, findCargoAudit, type AuditCase, type Compared } from './advisory-reference/compare.ts'
import { advisoryText, everyBound, randomAdvisories, randomLock, writeDatabase } from './advisory-reference/generate.ts'
import { createRandom } from './reference/random.ts'

/** Programs whose published archive holds the lock file they were built with, old enough to be hit. */
const PROJECTS = [
  ['ripgrep', '12.1.1'],
  ['bat', '0.15.4'],
  ['fd-find', '8.1.1'],
  ['cargo-edit', '0.7.0'],
  ['hyperfine', '1.11.0'],
  ['sccache', '0.2.15'],
  ['mdbook', '0.4.7'],
  ['starship', '0.50.0'],
  ['cargo-vet', '0.3.0'],
] as const
/** Fewer than this many real projects are no comparison. */
const LEAST_PROJECTS = 5

const repository = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    db: { type: 'string' },
    offline: { type: 'boolean', default: false },
  },
})

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-advisories-'))
let failed = 0

function tell(name: string, { findings, packages, differences }: Compared): void {
  console.log(`${name}: ${packages} packages, ${findings} findings, ${differences.length} differences`)
  for (const difference of differences.slice(0, 5)) console.log(`  ${difference.slice(0, 600)}`)
  failed += differences.length
}

async function main(): Promise<number> {
  const binary = findCargoAudit(repository)
  if (binary === null) {
    console.error('no cargo-audit: set ASSAY_CARGO_AUDIT or install it under .tools/cargo-audit')
    return 2
  }
  console.log(execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim())
  await madeUp(binary)
  const db = values.db ?? unpackShared()
  if (db === null) console.log('no database at hand: the lock files of real projects are not compared')
  else {
    tell(
      'every bound of every advisory',
      await compareCase(binary, scratch, { name: '', db, lockText: everyBound(db) }),
    )
    await realProjects(binary, db)
  }
  return failed === 0 ? 0 : 1
}

async function madeUp(binary: string): Promise<void> {
  const firstSeed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
  const until = performance.now() + Number(values.seconds) * 1_000
  const db = path.join(scratch, 'made-up')
  const total = { databases: 0, refused: 0, findings: 0 }
  for (let seed = firstSeed; performance.now() < until || seed === firstSeed; seed++) {
    const random = createRandom(seed)
    // What cargo-audit refuses alone is told as unreadable by us; the rest makes one database that both read.
    const good = new Map<string, string>()
    for (const [name, text] of randomAdvisories(random, 12)) {
      writeDatabase(db, new Map([[name, text]]))
      const alone: AuditCase = { name, db, lockText: randomLock(random) }
      const compared = await compareCase(binary, scratch, alone)
      if (compared.differences.length > 0) tell(`seed ${seed}, ${name}\n${text}`, compared)
      if (compared.packages > 0) good.set(name, text)
      else total.refused++
    }
    // Neither a draft nor the toolchain's advisories are about packages.
    good.set(
      'alpha/RUSTSEC-0000-0000.md',
      advisoryText(random, 'RUSTSEC-0000-0000', 'alpha')
        .replace(/patched = .*\n/, 'patched = []\n')
        .replace(/unaffected = .*\n/, ''),
    )
    writeDatabase(db, good)
    const compared = await compareCase(binary, scratch, { name: '', db, lockText: randomLock(random) })
    if (compared.differences.length > 0) tell(`seed ${seed}`, compared)
    total.databases++
    total.findings += compared.findings
  }
  const { databases, refused, findings } = total
  console.log(
    `${databases} made-up databases from seed ${firstSeed}: ${findings} findings, ${refused} advisories refused`,
  )
}

/** The shared database unpacked, null where it is not there. */
function unpackShared(): string | null {
  const archive = path.join(repository, '..', 'shared', 'data', 'advisory-db.tar.gz')
  if (!fs.existsSync(archive)) return null
  const folder = path.join(scratch, 'shared')
  fs.mkdirSync(folder)
  execFileSync('tar', ['-xzf', archive, '-C', folder])
  return path.join(folder, 'advisory-db')
}

async function realProjects(binary: string, db: string): Promise<void> {
  const stores = path.join(repository, '..', 'shared', 'data', 'stores')
  for (const name of fs.existsSync(stores) ? fs.readdirSync(stores) : []) {
    const lockText = fs.readFileSync(path.join(stores, name, 'Cargo.lock'), 'utf8')
    tell(`the store ${name}`, await compareCase(binary, scratch, { name, db, lockText }))
  }
  if (values.offline) return console.log('offline: no lock files of published crates')
  const caps = createNodeCapabilities({ version: 'reference', sampleDir: scratch, env: process.env })
  const config = await readRegistryConfig(caps, repository as AbsolutePath)
  if (!config.ok) throw new Error(describeFailure(config.error).title)
  const cache = openCache(caps)
  const registry = openRegistry(caps, cache, config.value, { offline: false, lockChecksums: new Map() })
  const run = { signal: new AbortController().signal, onProgress: () => undefined }
  let done = 0
  for (const [crate, version] of PROJECTS) {
    const files = await registry.files(crate, version, run)
    if (!files.ok) {
      console.log(`${crate} ${version}: ${describeFailure(files.error).title}`)
      continue
    }
    const entry = files.value.entries.find(file => file.path === 'Cargo.lock')
    if (entry === undefined) {
      console.log(`${crate} ${version} has no lock file`)
      continue
    }
    const lockText = Buffer.from(entry.data).toString('utf8')
    tell(`${crate} ${version}`, await compareCase(binary, scratch, { name: crate, db, lockText }))
    done++
  }
  cache.close()
  if (done < LEAST_PROJECTS) {
    console.log(`only ${done} lock files of published crates could be had`)
    failed++
  }
}

try {
  process.exitCode = await main()
} finally {
  fs.rmSync(scratch, { recursive: true, force: true })
}
