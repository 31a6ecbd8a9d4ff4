/**
 * Laws of what-if on random stores with peers and publishers on 127.0.0.1: what it says is what our own commands then do,
 * to the verdict; it writes nothing; and the figures of single rows are those of solving the whole queue.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { WhatIfResult } from '../../../src/shared/what-if.ts'
import { assay, digestOf } from '../../../src/main/shells/cli/testing.ts'
import { CASE_TODAY } from '../case.ts'
import { ORIGIN, type OnlineCase, type OnlineCommand } from './case.ts'
import { generateOnlineCase } from './generate.ts'
import { makeCertificates, serveCase } from './loopback.ts'
import { generatePublisherCase } from './publishers.ts'

const CASES = 30
const FIRST_SEED = 7_001

const certificates = makeCertificates()
afterAll(() => certificates?.dispose())

interface Pair {
  /** As what-if takes it. */
  readonly change: readonly string[]
  /** The command that does it. */
  readonly args: readonly string[]
}

/** One change said twice; null for commands that what-if does not know. */
function pairOf(command: OnlineCommand, subject: OnlineCase): Pair | null {
  if (command.kind === 'import') {
    const { name, urls } = command
    const args = ['import', name, ...urls]
    return urls.length > 1 ? null : { change: [`--import=${[name, ...urls].join('=')}`], args }
  }
  if (command.kind !== 'trust' && command.kind !== 'trust-all') return null
  const criteria = command.args.filter(word => word.startsWith('--criteria='))
  const [crate = '', publisher] = command.args.slice(1).filter(word => !word.startsWith('--'))
  if (command.kind === 'trust-all')
    return { change: [`--trust-all=${crate}`, ...criteria], args: ['trust', '--all', crate, ...criteria] }
  const by = subject.releases[crate]?.find(release => release.by !== null)?.by ?? null
  const first = by === null ? 'nobody' : by.kind === 'user' ? by.login : `github:${by.repository}`
  const named = publisher ?? first
  return { change: [`--trust=${crate}=${named}`, ...criteria], args: ['trust', crate, named, ...criteria] }
}

interface Verdict {
  readonly conclusion: string
  readonly failing: Readonly<Record<string, readonly string[]>>
}

function verdictOf(json: string): Verdict {
  const report = JSON.parse(json) as {
    conclusion: string
    failures?: readonly { name: string; version: string; missing_criteria: readonly string[] }[]
  }
  const failing = (report.failures ?? []).map(f => [`${f.name}@${f.version}`, f.missing_criteria] as const)
  return { conclusion: report.conclusion, failing: Object.fromEntries(failing) }
}

const isTold = (out: string): boolean => out.includes('"before"')

/** Answers how many changes were compared; throws where a law does not hold. */
async function holdLaws(subject: OnlineCase): Promise<number> {
  if (certificates === null) return 0
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-what-if-laws-'))
  const network = await serveCase(subject, certificates)
  try {
    const local = (text: string) => text.replaceAll(ORIGIN, network.origin)
    const metadata = path.join(folder, 'metadata.json')
    fs.writeFileSync(metadata, JSON.stringify(subject.metadata))
    const cargo = path.join(folder, 'cargo.sh')
    fs.writeFileSync(cargo, `#!/bin/sh\nexec /bin/cat '${metadata}'\n`, { mode: 0o755 })
    fs.mkdirSync(path.join(folder, 'cargo-home'))
    const replaced = `[source.crates-io]\nreplace-with = "case"\n[source.case]\nregistry = "sparse+${network.origin}/index/"\n`
    fs.writeFileSync(path.join(folder, 'cargo-home', 'config.toml'), replaced)
    const env = {
      ...{ NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', CARGO: cargo, HOME: folder },
      ...{ PATH: process.env['PATH'] ?? '', CARGO_HOME: path.join(folder, 'cargo-home') },
      ASSAY_CACHE_DIR: path.join(folder, 'cache'),
      ASSAY_DATA_DIR: path.join(folder, 'data'),
      ASSAY_WEB_API: `${network.origin}/api/v1`,
      ASSAY_WEB_API_PAUSE_MS: '0',
      ASSAY_PEER_REGISTRY: `${network.origin}/known-peers.toml`,
    }
    const run = (store: string, args: readonly string[]) =>
      assay([...args.map(local), '--store-path', store, '--current-time', `${CASE_TODAY}T12:00:00Z`], {
        cwd: folder,
        env,
      })
    let compared = 0
    for (const [i, command] of subject.commands.entries()) {
      const pair = pairOf(command, subject)
      if (pair === null) continue
      const { change, args } = pair
      const store = path.join(folder, `store-${i}`)
      fs.mkdirSync(store)
      for (const [name, text] of Object.entries({
        'config.toml': subject.store.config,
        'audits.toml': subject.store.audits,
        'imports.lock': subject.store.imports,
      }))
        fs.writeFileSync(path.join(store, name), local(text))
      const before = digestOf(store)
      const told = await run(store, ['what-if', ...change, '--output-format', 'json'])
      expect(digestOf(store), `${subject.name} ${change.join(' ')} wrote`).toBe(before)
      const now = await run(store, ['suggest', '--output-format', 'json'])
      const done = await run(store, args)
      if (!isTold(told.out)) {
        // It starts from the imports as they are now; where those cannot be had it says so, like check.
        expect(done.code !== 0 || now.code !== 0, `${subject.name} ${change.join(' ')}: ${told.out}${told.err}`).toBe(
          true,
        )
        continue
      }
      const result = JSON.parse(told.out) as WhatIfResult
      if (done.code !== 0) {
        expect(done.err, subject.name).toMatch(/nothing|No failing/i)
        continue
      }
      const locked = verdictOf((await run(store, ['check', '--locked', '--output-format', 'json'])).out)
      const unlocked = (await run(store, ['check', '--output-format', 'json'])).out
      // Some of these stores stop at look-alikes of published crates, which what-if leaves aside as import does.
      if (!unlocked.includes('"conclusion"')) continue
      const after = verdictOf(unlocked)
      const failing: Record<string, readonly string[]> = {}
      for (const { keyAfter, after: now, missingAfter } of result.changed)
        if (now === 'failing') failing[keyAfter] = missingAfter
      const context = `${subject.name} ${change.join(' ')}`
      expect(result.after.conclusion, context).toBe(after.conclusion)
      // cargo-vet's report lists either violations or failures; only the latter are compared one by one.
      if (after.conclusion !== 'fail (violation)') {
        expect(result.after.counts.failing, context).toBe(Object.keys(after.failing).length)
        expect(after.failing, context).toMatchObject(failing)
        const more = Object.fromEntries(result.lockedOnly.map(p => [p.key, p.missing]))
        expect({ ...after.failing, ...more }, `${context}, locked`).toEqual(locked.failing)
      }
      compared++
    }
    return compared
  } finally {
    await network.close()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

describe.skipIf(certificates === null)('what-if of X, then X, on random stores [needs openssl]', () => {
  it.each([
    { what: 'imports', generate: generateOnlineCase },
    { what: 'publishers', generate: generatePublisherCase },
  ])(
    '$what',
    async ({ generate }) => {
      if (certificates === null) return
      let compared = 0
      for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) compared += await holdLaws(generate(seed))
      expect(compared).toBeGreaterThan(CASES / 6)
    },
    180_000,
  )
})
