// What is exported, given to the real cargo-vet: each commit of a branch passes its locked check, and it aggregates and
// imports what is published.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serve } from '../../engine/testing/loopback.ts'
import { assay, envIn, metadataJson, printingProgram, realCargoVet, scratch, writeTree } from './testing.ts'

const reference = realCargoVet()
const NOW = '2026-11-20T12:00:00Z'
const CONFIG = '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n'
const AUDITS = '\n# cargo-vet audits file\n'
const CRITERIA = '\n[criteria.crypto]\ndescription = "Read by a cryptographer"\nimplies = "safe-to-deploy"\n'
const exempt = (crate: string) => `\n[[exemptions.${crate}]]\nversion = "1.0.0"\ncriteria = "safe-to-deploy"\n`
const audit = (crate: string, what = 'version = "1.0.0"', criteria = 'safe-to-deploy', more = '') =>
  `\n[[audits.${crate}]]\nwho = "Ann <ann@team.invalid>"\ncriteria = "${criteria}"\n${what}\n${more}`

let place: ReturnType<typeof scratch>
let env: Readonly<Record<string, string | undefined>>
let root: string
const git = (...args: readonly string[]) =>
  execFileSync('git', args, { cwd: root, env: env as never, encoding: 'utf8' })
const vet = (args: readonly string[]) => {
  try {
    const more = ['--current-time', NOW, '--cache-dir', path.join(place.folder, 'vet-cache')]
    const options = { cwd: root, env: { ...env, NO_COLOR: '1' } as never, encoding: 'utf8', stdio: 'pipe' } as const
    return { code: 0, text: execFileSync(reference ?? '', ['vet', ...args, ...more], options) }
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string }
    return { code: status, text: stdout + stderr }
  }
}

beforeEach(() => {
  place = scratch()
  root = path.join(place.folder, 'grove')
  const crates = ['ash', 'elm', 'oak']
  const metadata = path.join(place.folder, 'metadata.json')
  const packages = crates.map(name => ({ name, version: '1.0.0' }))
  mkdirSync(root)
  writeFileSync(
    metadata,
    metadataJson(root, [{ name: 'grove', version: '0.1.0', isLocal: true, deps: crates }, ...packages]),
  )
  writeTree(place.folder, {
    'grove/Cargo.toml': '[package]\nname = "grove"\nversion = "0.1.0"\n',
    gitconfig: '[user]\n\tname = Ann\n\temail = ann@team.invalid\n',
  })
  env = envIn(place.folder, {
    CARGO: printingProgram(place.folder, metadata),
    GIT_CONFIG_GLOBAL: path.join(place.folder, 'gitconfig'),
    GIT_CONFIG_SYSTEM: '/dev/null',
  })
  git('init', '--quiet', '--initial-branch=main')
  const imports = '\n# cargo-vet imports lock\n'
  writeTree(root, {
    'supply-chain/config.toml': CONFIG + crates.map(exempt).join(''),
    'supply-chain/audits.toml': `${AUDITS}\n[audits]\n`,
    'supply-chain/imports.lock': imports,
  })
  git('add', '.')
  git('commit', '--quiet', '-m', 'Base')
  writeTree(root, {
    'supply-chain/config.toml': CONFIG + exempt('oak'),
    'supply-chain/audits.toml':
      AUDITS +
      CRITERIA +
      audit('ash', 'version = "0.9.0"') +
      audit('ash', 'delta = "0.9.0 -> 1.0.0"') +
      audit('elm', undefined, 'crypto') +
      audit('fir', undefined, 'safe-to-run', 'importable = false\n'),
  })
})
afterEach(() => place.dispose())

describe.skipIf(reference === null)('the real cargo-vet [needs cargo-vet]', () => {
  it('passes on every commit of an exported branch, and finds nothing to format', async () => {
    const made = await assay(['export', 'branch', '--branch', 'audits', '--output-format', 'json'], { cwd: root, env })
    expect(made.err).toBe('')
    const { commits } = JSON.parse(made.out) as { commits: { commit: string; subject: string }[] }
    expect(commits.map(one => one.subject)).toEqual([
      'Certify ash 0.9.0 for safe-to-deploy',
      'Certify ash 0.9.0 -> 1.0.0 for safe-to-deploy',
      'Certify elm 1.0.0 for crypto',
      'Certify fir 1.0.0 for safe-to-run',
    ])
    const wanted = [
      '0 fully audited, 3 exempted',
      '1 fully audited, 2 exempted',
      '2 fully audited, 1 exempted',
      '2 fully audited, 1 exempted',
    ]
    for (const [i, { commit }] of commits.entries()) {
      const folder = path.join(place.folder, 'at', String(i))
      for (const file of ['config.toml', 'audits.toml', 'imports.lock'])
        writeTree(folder, { [file]: git('show', `${commit}:supply-chain/${file}`) })
      const verdict = vet(['check', '--locked', '--frozen', '--store-path', folder])
      expect(verdict.text).toContain(`Vetting Succeeded (${(wanted[i] ?? '').replace('0 fully audited, ', '')})`)
      expect(verdict.code).toBe(0)
    }
  })

  it('aggregates what is published, entry for entry', async () => {
    const out = path.join(place.folder, 'out')
    writeTree(out, { keep: '' })
    const made = await assay(['export', 'aggregate', '--folder', out, '--current-time', NOW], { cwd: root, env })
    expect(made.code).toBe(0)
    const text = readFileSync(path.join(out, 'published-audits-2026-11-20', 'audits.toml'))
    const server = await serve(() => text)
    const address = `${server.origin}/audits.toml`
    try {
      writeFileSync(path.join(place.folder, 'sources.list'), `${address}\n`)
      // In a process of its own, so that this one can answer.
      const { spawn } = await import('node:child_process')
      const args = [
        'vet',
        'aggregate',
        path.join(place.folder, 'sources.list'),
        '--cache-dir',
        path.join(place.folder, 'c'),
      ]
      const child = spawn(reference ?? '', args, { cwd: root, env: { ...env, NO_COLOR: '1' } as never })
      let merged = ''
      child.stdout.on('data', (chunk: Buffer) => (merged += String(chunk)))
      const code = await new Promise(done => child.once('close', done))
      expect(code).toBe(0)
      const plain = merged.replace(/^aggregated-from = .*\n/gm, '').trim()
      expect(plain).toBe(String(text).replace(AUDITS.trim(), '').trim())
      expect(plain).not.toContain('fir')
    } finally {
      await server.close()
    }
  })
})
