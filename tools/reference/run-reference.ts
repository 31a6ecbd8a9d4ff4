/**
 * Runs the real cargo-vet on a case: offline, with a program in the place of cargo that prints the case's metadata,
 * at a fixed time, with a cache that knows the diff sizes. Only the temporary folder is written.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import {
  CASE_TODAY,
  fileUrls,
  type Answer,
  type Command,
  type DiffRow,
  type ReferenceCase,
  type Served,
  type StoreFiles,
} from './case.ts'

/** The binary named by ASSAY_CARGO_VET, else the repository's own copy; null when there is none. */
export async function findReference(
  repository: string,
): Promise<{ readonly binary: string; readonly version: string } | null> {
  const binary = process.env['ASSAY_CARGO_VET'] ?? path.join(repository, '.tools', 'cargo-vet', 'bin', 'cargo-vet')
  try {
    const { stdout } = await run(binary, ['--version'], { PATH: process.env['PATH'] ?? '' }, repository)
    return { binary, version: stdout.trim() }
  } catch {
    return null
  }
}

const FILE_NAMES = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' } as const

/** One answer per command of the case, in order. `served` is needed by `aggregate` alone. */
export async function runReference(
  binary: string,
  subject: ReferenceCase,
  served: Served = NOTHING_SERVED,
): Promise<readonly Answer[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'assay-reference-'))
  try {
    const fakeCargo = path.join(folder, 'cargo.sh')
    const metadata = path.join(folder, 'metadata.json')
    await fs.writeFile(fakeCargo, '#!/bin/sh\nexec cat "$FAKE_CARGO_METADATA"\n', { mode: 0o755 })
    await fs.writeFile(metadata, JSON.stringify(subject.metadata))
    const answers: Answer[] = []
    for (const command of subject.commands) {
      const place = path.join(folder, String(answers.length))
      await layOut(place, subject, command)
      const sources = path.join(place, 'sources.list')
      if (command.kind === 'aggregate')
        await fs.writeFile(sources, ['# peers', '', ...fileUrls(served, command.files)].join('\n'))
      const env = {
        CARGO: fakeCargo,
        FAKE_CARGO_METADATA: metadata,
        NO_COLOR: '1',
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
      }
      const result = await run(
        binary,
        ['vet', ...argumentsOf(command, sources), ...commonArguments(place, command)],
        env,
        folder,
      )
      answers.push(await toAnswer(command, result, place, storeOf(subject, command)))
    }
    return answers
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

const NOTHING_SERVED: Served = { baseUrl: 'http://127.0.0.1:9/' }

/** The files before the command; null when it starts without a store. */
export function storeOf(subject: ReferenceCase, command: Command): StoreFiles | null {
  return command.kind === 'init' ? null : command.kind === 'fmt' ? command.store : subject.store
}

async function layOut(place: string, subject: ReferenceCase, command: Command): Promise<void> {
  await fs.mkdir(path.join(place, 'cache'), { recursive: true })
  const store = storeOf(subject, command)
  if (store !== null) {
    await fs.mkdir(path.join(place, 'store'))
    for (const key of ['config', 'audits', 'imports'] as const) {
      await fs.writeFile(path.join(place, 'store', FILE_NAMES[key]), store[key])
    }
  }
  await fs.writeFile(path.join(place, 'cache', 'diff-cache.toml'), diffCacheText(subject.diffs))
}

export function diffCacheText(diffs: readonly DiffRow[]): string {
  const rows = diffs.map(
    d =>
      `[diffs.${d.crate}."${d.delta}"]\ninsertions = ${d.insertions}\ndeletions = ${d.deletions}\nfiles_changed = ${d.filesChanged}\n`,
  )
  return ['version = "2"\n', ...rows].join('\n')
}

function commonArguments(place: string, { kind }: Command): string[] {
  return [
    ...['--store-path', path.join(place, 'store'), '--cache-dir', path.join(place, 'cache')],
    ...['--current-time', `${CASE_TODAY}T12:00:00Z`],
    // Locked, fmt would refuse what it is for; frozen, aggregate would refuse to fetch.
    ...(kind === 'fmt' || kind === 'aggregate' ? [] : ['--locked', '--frozen']),
  ]
}

function argumentsOf(command: Command, sources: string): string[] {
  const json = ['--output-format', 'json']
  switch (command.kind) {
    case 'check':
      return ['check', ...json, ...command.filters.map(f => `--filter-graph=${f}`)]
    case 'suggest':
      return ['suggest', ...json]
    case 'graph':
      return ['dump-graph', ...json, ...command.filters.map(f => `--filter-graph=${f}`)]
    case 'explain':
      return ['explain-audit', command.crate, command.version, command.criterion]
    case 'certify':
      return [
        'certify',
        command.crate,
        ...(command.from === null ? [] : [command.from]),
        command.to,
        ...command.criteria.map(c => `--criteria=${c}`),
        ...command.who.map(w => `--who=${w}`),
        ...(command.notes === null ? [] : [`--notes=${command.notes}`]),
        ...(command.force ? ['--force'] : []),
        ...(command.noCollapse ? ['--no-collapse'] : []),
        '--accept-all',
      ]
    case 'prune':
      return [
        'prune',
        ...(command.noImports ? ['--no-imports'] : []),
        ...(command.noExemptions ? ['--no-exemptions'] : []),
        ...(command.noAudits ? ['--no-audits'] : []),
      ]
    case 'regenerate-exemptions':
      return ['regenerate', 'exemptions']
    case 'add-exemption':
      return [
        ...['add-exemption', command.crate, command.version, ...command.criteria.map(c => `--criteria=${c}`)],
        ...(command.notes === null ? [] : [`--notes=${command.notes}`]),
        ...(command.noSuggest ? ['--no-suggest'] : []),
        ...(command.force ? ['--force'] : []),
      ]
    case 'record-violation':
      return [
        ...['record-violation', command.crate, command.range, ...command.criteria.map(c => `--criteria=${c}`)],
        ...command.who.map(w => `--who=${w}`),
        ...(command.notes === null ? [] : [`--notes=${command.notes}`]),
        ...(command.force ? ['--force'] : []),
      ]
    case 'init':
      return ['init', ...command.filters.map(f => `--filter-graph=${f}`)]
    case 'mermaid':
      return ['dump-graph', `--depth=${command.depth}`, ...command.filters.map(f => `--filter-graph=${f}`)]
    case 'fmt':
      return ['fmt']
    case 'renew':
      if (command.crate !== null) return ['renew', command.crate]
      return ['renew', '--expiring', ...(command.includeInactive ? ['--include-inactive'] : [])]
    case 'aggregate':
      return ['aggregate', sources]
  }
}

async function toAnswer(command: Command, result: Ran, place: string, before: StoreFiles | null): Promise<Answer> {
  const read = (key: keyof StoreFiles) =>
    fs.readFile(path.join(place, 'store', FILE_NAMES[key]), 'utf8').catch(() => '(no file)')
  const after: StoreFiles = {
    config: await read('config'),
    audits: await read('audits'),
    imports: await read('imports'),
  }
  const isSame = (['config', 'audits', 'imports'] as const).every(key => after[key] === (before?.[key] ?? '(no file)'))
  const detail = `exit ${result.code}: ${(result.stderr || result.stdout).trim().slice(0, 300)}`
  const isVerdict = command.kind === 'check' && result.code === 255 && result.stdout.includes('"conclusion"')
  const outcome = result.code === 0 ? 'ok' : isVerdict ? 'fail' : 'refused'
  // The prompt of certify and the like is for people; only these commands answer on stdout.
  const hasOutput =
    ['check', 'suggest', 'graph', 'explain', 'mermaid', 'aggregate'].includes(command.kind) && outcome !== 'refused'
  return { outcome, output: hasOutput ? result.stdout : '', files: isSame ? null : after, detail }
}

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(
  binary: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', code => {
      resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') })
    })
  })
}
