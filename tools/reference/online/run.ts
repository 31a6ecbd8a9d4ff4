/**
 * Runs one online case through the real cargo-vet and through our command line, each on a fresh copy of the store,
 * against the same loopback network. Both get the same program in the place of cargo and the same clock.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { assay } from '../../../src/main/shells/cli/testing.ts'
import { CASE_TODAY, type Answer, type StoreFiles } from '../case.ts'
import { diffCacheText } from '../run-reference.ts'
import { ORIGIN, type OnlineCase, type OnlineCommand } from './case.ts'
import { serveCase, type Certificates } from './loopback.ts'

const FILE_NAMES = { config: 'config.toml', audits: 'audits.toml', imports: 'imports.lock' } as const
const FILES = ['config', 'audits', 'imports'] as const

export interface AnswerPair {
  readonly command: OnlineCommand
  readonly theirs: Answer
  readonly ours: Answer
}

interface Place {
  readonly folder: string
  readonly cargo: string
  readonly origin: string
  readonly authorityFile: string
  readonly store: StoreFiles
  readonly diffs: string
}

/** One pair of answers per command, in order. */
export async function runOnlineCase(
  binary: string,
  subject: OnlineCase,
  certificates: Certificates,
): Promise<readonly AnswerPair[]> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'assay-online-'))
  const network = await serveCase(subject, certificates)
  try {
    const { origin } = network
    const local = (text: string) => text.replaceAll(ORIGIN, origin)
    const cargo = path.join(folder, 'cargo.sh')
    await fs.writeFile(path.join(folder, 'metadata.json'), JSON.stringify(subject.metadata))
    await fs.writeFile(cargo, `#!/bin/sh\nexec /bin/cat '${path.join(folder, 'metadata.json')}'\n`, { mode: 0o755 })
    await fs.mkdir(path.join(folder, 'cargo-home'))
    const replaced = `[source.crates-io]\nreplace-with = "case"\n[source.case]\nregistry = "sparse+${origin}/index/"\n`
    await fs.writeFile(path.join(folder, 'cargo-home', 'config.toml'), replaced)
    const store = Object.fromEntries(FILES.map(key => [key, local(subject.store[key])])) as unknown as StoreFiles
    const { authorityFile } = certificates
    const place: Place = { folder, cargo, origin, authorityFile, store, diffs: diffCacheText(subject.diffs) }
    const pairs: AnswerPair[] = []
    for (const [i, command] of subject.commands.entries()) {
      const args = argumentsOf(command).map(local)
      const theirs = await runTheirs(binary, place, `theirs-${i}`, command, args)
      const ours = await runOurs(place, `ours-${i}`, command, args)
      pairs.push({ command, theirs, ours })
    }
    return pairs
  } finally {
    await network.close()
    await fs.rm(folder, { recursive: true, force: true })
  }
}

function argumentsOf(command: OnlineCommand): string[] {
  switch (command.kind) {
    case 'check':
    case 'suggest':
      return [command.kind, '--output-format', 'json']
    case 'prune':
      return ['prune', ...command.flags]
    case 'regenerate':
      return ['regenerate', command.what]
    case 'import':
      return ['import', command.name, ...command.urls]
    case 'certify':
      return ['certify', ...command.args]
    default:
      return [...command.args]
  }
}

async function layOut(place: Place, name: string, command: OnlineCommand): Promise<string[]> {
  const at = path.join(place.folder, name)
  await fs.mkdir(path.join(at, 'cache'), { recursive: true })
  if (command.kind !== 'init') await fs.mkdir(path.join(at, 'store'))
  for (const key of command.kind === 'init' ? [] : FILES)
    await fs.writeFile(path.join(at, 'store', FILE_NAMES[key]), place.store[key])
  await fs.writeFile(path.join(at, 'cache', 'diff-cache.toml'), place.diffs)
  return [
    ...['--store-path', path.join(at, 'store'), '--cache-dir', path.join(at, 'cache')],
    ...['--current-time', `${CASE_TODAY}T12:00:00Z`],
  ]
}

async function runTheirs(
  binary: string,
  place: Place,
  name: string,
  command: OnlineCommand,
  args: readonly string[],
): Promise<Answer> {
  const common = await layOut(place, name, command)
  const env = {
    ...gitSilence,
    CARGO: place.cargo,
    PATH: process.env['PATH'] ?? '',
    HOME: place.folder,
    HTTPS_PROXY: place.origin,
    NO_PROXY: '127.0.0.1',
    CARGO_HTTP_CAINFO: place.authorityFile,
  }
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    const child = spawn(binary, ['vet', ...args, ...common], { env, cwd: place.folder, stdio: [...stdio] })
    let out = ''
    let err = ''
    child.stdout?.on('data', (chunk: Buffer) => void (out += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => void (err += chunk.toString()))
    child.on('error', reject)
    child.on('close', code => resolve(toAnswer(place, name, command, { code: code ?? -1, out, err })))
  })
}

const gitSilence = { NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }

async function runOurs(place: Place, name: string, command: OnlineCommand, args: readonly string[]): Promise<Answer> {
  const common = await layOut(place, name, command)
  const env = {
    ...gitSilence,
    CARGO: place.cargo,
    PATH: process.env['PATH'] ?? '',
    HOME: place.folder,
    CARGO_HOME: path.join(place.folder, 'cargo-home'),
    ASSAY_CACHE_DIR: path.join(place.folder, name, 'assay-cache'),
    ASSAY_DATA_DIR: path.join(place.folder, name, 'assay-data'),
    ASSAY_WEB_API: `${place.origin}/api/v1`,
    ASSAY_WEB_API_PAUSE_MS: '0',
    ASSAY_PEER_REGISTRY: `${place.origin}/known-peers.toml`,
  }
  const said = await assay([...args, ...common], { cwd: place.folder, env })
  return toAnswer(place, name, command, said)
}

async function toAnswer(
  place: Place,
  name: string,
  command: OnlineCommand,
  { code, out, err }: { readonly code: number; readonly out: string; readonly err: string },
): Promise<Answer> {
  const read = (key: keyof StoreFiles) => fs.readFile(path.join(place.folder, name, 'store', FILE_NAMES[key]), 'utf8')
  const after: StoreFiles = {
    config: await read('config'),
    audits: await read('audits'),
    imports: await read('imports'),
  }
  const isSame = FILES.every(key => after[key] === place.store[key])
  const isVerdict = command.kind === 'check' && code === 255 && out.includes('"conclusion"')
  const outcome = code === 0 ? 'ok' : isVerdict ? 'fail' : 'refused'
  const hasOutput = (command.kind === 'check' || command.kind === 'suggest') && outcome !== 'refused'
  const detail = `exit ${code}: ${(err + out).trim().slice(0, 600)}`
  const files = isSame ? null : after
  const output = hasOutput
    ? [out, ...warningsOf(err)].join('\n')
    : command.kind === 'suggest-human'
      ? tablesOf(out)
      : ''
  return { outcome, output, files, detail }
}

/** The suggestions for people with their notes, without what stands before and after them. */
function tablesOf(out: string): string {
  const lines = out.split('\n')
  const last = lines.findIndex(line => line.startsWith('estimated audit backlog'))
  return lines.slice(0, last + 1).join('\n')
}

/** The warnings that both word alike, without their prefixes. */
function warningsOf(err: string): readonly string[] {
  return err
    .split('\n')
    .map(line => line.replace(/^\s*(WARN(ING)?:?)?\s*/, '').trim())
    .filter(line => line.startsWith('Your '))
}
