/** Runs the real cargo-audit and our `advisories` on the same database and lock file and tells where they differ. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { jsonAdvisories } from '../../src/main/shells/cli/advisories-text.ts'
import { createNodeCapabilities } from '../../src/main/engine/node-capabilities.ts'
import { advisoriesOfWorkspace } from '../../src/main/engine/session/advisories-command.ts'
import type { AbsolutePath } from '../../src/shared/domain.ts'
import { describeFailure } from '../../src/shared/failure.ts'

export interface AuditCase {
  readonly name: string
  /** Folder with `crates/NAME/ID.md`. */
  readonly db: string
  readonly lockText: string
}

export interface Compared {
  /** Vulnerabilities and warnings that both report. */
  readonly findings: number
  readonly packages: number
  readonly differences: readonly string[]
}

/** The file that cargo-audit is, null where there is none: ASSAY_CARGO_AUDIT, else the one below .tools. */
export function findCargoAudit(repository: string): string | null {
  const file = process.env['ASSAY_CARGO_AUDIT'] || path.join(repository, '.tools', 'cargo-audit', 'bin', 'cargo-audit')
  return fs.existsSync(file) ? file : null
}

/** `scratch`: a folder that may be filled. Its `Cargo.lock` and caches are replaced. */
export async function compareCase(binary: string, scratch: string, subject: AuditCase): Promise<Compared> {
  const lockFile = path.join(scratch, 'Cargo.lock')
  fs.writeFileSync(lockFile, subject.lockText)
  const theirs = runCargoAudit(binary, scratch, subject.db, lockFile)
  const ours = await runOurs(scratch, subject.db, lockFile)
  const differences: string[] = []
  if (theirs === null) {
    // One file that it does not read ends it; ours goes on and says which.
    if (ours !== null && ours.unread === 0) differences.push('cargo-audit refuses the database, we read all of it')
    return { findings: 0, packages: 0, differences }
  }
  if (ours === null) return { findings: 0, packages: 0, differences: ['cargo-audit reads the database, we do not'] }
  if (ours.unread > 0) differences.push(`we cannot read ${ours.unread} files that cargo-audit reads`)
  const keys = new Set([...theirs.findings.keys(), ...ours.findings.keys()])
  for (const key of [...keys].sort()) {
    const [a, b] = [theirs.findings.get(key), ours.findings.get(key)]
    if (a !== b) differences.push(`${key}: cargo-audit ${a ?? 'does not report it'}, we ${b ?? 'do not report it'}`)
  }
  for (const [id, score] of theirs.scores)
    if (ours.scores.get(id) !== score) differences.push(`${id}: cargo-audit scores ${score}, we ${ours.scores.get(id)}`)
  if (theirs.packages !== ours.packages)
    differences.push(`cargo-audit counts ${theirs.packages} packages, we ${ours.packages}`)
  return { findings: theirs.findings.size, packages: theirs.packages, differences }
}

interface Answer {
  /** By kind, package and id: every field that both have, as one text. */
  readonly findings: ReadonlyMap<string, string>
  /** By id, `7.5 (high)`; only CVSS 3, which alone we compute. */
  readonly scores: ReadonlyMap<string, string>
  readonly packages: number
  readonly unread: number
}

/** Null: it refused the database. Throws when it fails for another reason. */
function runCargoAudit(binary: string, scratch: string, db: string, lockFile: string): Answer | null {
  const home = path.join(scratch, 'cargo-home')
  fs.mkdirSync(home, { recursive: true })
  const run = (...more: string[]): string | null => {
    const args = ['audit', '--db', db, '--file', lockFile, '--no-fetch', '--stale', '--no-yanked', ...more]
    const env = { PATH: process.env['PATH'] ?? '', HOME: scratch, CARGO_HOME: home }
    try {
      return execFileSync(binary, args, { cwd: scratch, env, encoding: 'utf8', stdio: 'pipe', maxBuffer: 256 << 20 })
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number | null; stdout: string; stderr: string }
      if (/error loading advisory database|panicked/.test(stderr)) return null
      if (status === 1 && stdout !== '') return stdout // something was found
      throw new Error(`cargo-audit failed with ${status}: ${stderr.slice(-2_000)}`)
    }
  }
  const json = run('--json')
  if (json === null) return null
  const scores = new Map<string, string>()
  let id = ''
  for (const line of (run('--color', 'never', '--quiet') ?? '').split('\n')) {
    const [, name, value = ''] = /^(ID|Severity):\s+(\S.*)$/.exec(line) ?? []
    if (name === 'ID') id = value
    if (name === 'Severity') scores.set(id, value)
  }
  return answerOf(json, computedOnly(json, scores))
}

async function runOurs(scratch: string, db: string, lockFile: string): Promise<Answer | null> {
  const caps = createNodeCapabilities({
    version: 'reference',
    sampleDir: scratch,
    env: { ...process.env, ASSAY_CACHE_DIR: path.join(scratch, 'cache'), ASSAY_DATA_DIR: path.join(scratch, 'data') },
  })
  const at = (given: string) => given as AbsolutePath
  const answer = await advisoriesOfWorkspace(
    caps,
    { path: at(scratch), cacheDir: null },
    { db: at(db), lockFile: at(lockFile), offline: true, refresh: false, yanked: false },
    { signal: new AbortController().signal, onProgress: () => undefined },
  )
  if (!answer.ok) {
    if (answer.error.code === 'advisories-unreadable') return null
    throw new Error(describeFailure(answer.error).title)
  }
  const scores = new Map<string, string>()
  const { vulnerabilities, warnings } = answer.value.report
  for (const { advisory } of [vulnerabilities, ...Object.values(warnings)].flat())
    if (advisory.cvss !== null && advisory.cvss.score !== null)
      scores.set(advisory.id, `${advisory.cvss.score} (${advisory.cvss.severity})`)
  return answerOf(jsonAdvisories(answer.value), scores)
}

interface Finding {
  readonly kind?: string
  readonly advisory: Readonly<Record<string, unknown>>
  readonly versions: unknown
  readonly package: Readonly<Record<string, unknown>>
}
interface Json {
  readonly database: { readonly unread?: number }
  readonly lockfile: { readonly 'dependency-count': number }
  readonly vulnerabilities: { readonly list: readonly Finding[] }
  readonly warnings: Readonly<Record<string, readonly Finding[]>>
}

const SHARED = ['id', 'package', 'title', 'date', 'aliases', 'informational', 'withdrawn', 'url', 'cvss'] as const

/** Titles without the blanks that some headings begin with, which cargo-audit keeps. */
const fieldOf = (advisory: Finding['advisory'], name: string): unknown =>
  name === 'title' ? String(advisory[name]).trim() : advisory[name]

function answerOf(text: string, scores: ReadonlyMap<string, string>): Answer {
  const json = JSON.parse(text) as Json
  const findings = new Map<string, string>()
  const all = [
    ...json.vulnerabilities.list.map(found => ['vulnerability', found] as const),
    ...Object.entries(json.warnings).flatMap(([kind, list]) => list.map(found => [kind, found] as const)),
  ]
  for (const [kind, { advisory, versions, package: one }] of all) {
    const key = `${kind} ${String(one['name'])} ${String(one['version'])} ${String(advisory['id'])}`
    if (findings.has(key)) throw new Error(`${key} is reported twice`)
    findings.set(
      key,
      JSON.stringify([SHARED.map(name => fieldOf(advisory, name)), advisory['description'], versions, one['source']]),
    )
  }
  const { unread = 0 } = json.database
  return { findings, scores, packages: json.lockfile['dependency-count'], unread }
}

/** Without those of CVSS 4, which we show without a score. */
function computedOnly(text: string, scores: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const json = JSON.parse(text) as Json
  const all = [...json.vulnerabilities.list, ...Object.values(json.warnings).flat()]
  const vectors = new Map(all.map(({ advisory }) => [advisory['id'], String(advisory['cvss'])]))
  return new Map([...scores].filter(([id]) => vectors.get(id)?.startsWith('CVSS:3') === true))
}
