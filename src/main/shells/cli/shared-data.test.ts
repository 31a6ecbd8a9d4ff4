// The command line against recorded and real cargo-vet: the stored answers of real projects, and `fmt` of the peers' files.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assay, envIn, printingProgram, realCargoVet, scratch, sharedData } from './testing.ts'

const shared = sharedData()
const reference = realCargoVet()
/** When the stored answers were recorded. */
const RECORDED_AT = '2026-11-01T00:00:00Z'
const STORE_FILES = ['config.toml', 'audits.toml', 'imports.lock'] as const

let place: ReturnType<typeof scratch>
beforeEach(() => void (place = scratch()))
afterEach(() => place.dispose())

const storesOf = (folder: string | null) => (folder === null ? ['(none)'] : readdirSync(path.join(folder, 'stores')))
const peersOf = (folder: string | null) =>
  folder === null ? ['(none)'] : readdirSync(path.join(folder, 'registry')).filter(name => name !== 'registry.toml')

describe.skipIf(shared === null)('check --locked --frozen equals the recorded answer [needs shared data]', () => {
  it.each(storesOf(shared))('%s', async name => {
    const from = path.join(shared ?? '', 'stores', name)
    const metadata = path.join(place.folder, 'metadata.json')
    writeFileSync(metadata, gunzipSync(readFileSync(path.join(from, 'metadata.json.gz'))))
    const store = path.join(place.folder, 'supply-chain')
    mkdirSync(store)
    for (const file of STORE_FILES)
      writeFileSync(path.join(store, file), readFileSync(path.join(from, 'supply-chain', file)))
    const env = envIn(place.folder, { CARGO: printingProgram(place.folder, metadata) })
    const argv = [
      'check',
      '--locked',
      '--frozen',
      '--output-format',
      'json',
      '--store-path',
      store,
      '--current-time',
      RECORDED_AT,
    ]
    const answer = await assay(argv, { cwd: place.folder, env })
    const expected = readFileSync(path.join(from, 'check.json'), 'utf8')
    expect(answer.err).toBe('')
    expect(answer.out).toBe(expected)
    expect(answer.code).toBe((JSON.parse(expected) as { conclusion: string }).conclusion === 'success' ? 0 : 255)
  })
})

describe.skipIf(shared === null || reference === null)(
  'fmt gives cargo-vet’s bytes [needs shared data and cargo-vet]',
  () => {
    it.each(peersOf(shared))('%s', async name => {
      const metadata = path.join(place.folder, 'metadata.json')
      writeFileSync(
        metadata,
        gunzipSync(readFileSync(path.join(shared ?? '', 'stores', 'cargo-vet', 'metadata.json.gz'))),
      )
      const ours = path.join(place.folder, 'ours')
      mkdirSync(ours)
      writeFileSync(path.join(ours, 'config.toml'), '[cargo-vet]\nversion = "0.10"\n')
      writeFileSync(path.join(ours, 'imports.lock'), '')
      writeFileSync(path.join(ours, 'audits.toml'), readFileSync(path.join(shared ?? '', 'registry', name)))
      const theirs = path.join(place.folder, 'theirs')
      cpSync(ours, theirs, { recursive: true })
      const env = envIn(place.folder, { CARGO: printingProgram(place.folder, metadata), NO_COLOR: '1' })
      const common = ['--current-time', RECORDED_AT, '--store-path']
      const run = (): string => {
        try {
          execFileSync(
            reference ?? '',
            ['vet', 'fmt', ...common, theirs, '--cache-dir', path.join(place.folder, 'c')],
            { env, stdio: 'pipe' },
          )
          return 'written'
        } catch (error) {
          return `refused: ${String((error as { stderr?: Buffer }).stderr)}`
        }
      }
      const verdict = run()
      const answer = await assay(['fmt', ...common, ours], { cwd: place.folder, env })
      expect({ code: answer.code, err: answer.err }, verdict).toEqual({
        code: verdict === 'written' ? 0 : 255,
        err: verdict === 'written' ? '' : answer.err,
      })
      for (const file of STORE_FILES) {
        expect(readFileSync(path.join(ours, file), 'utf8'), file).toBe(readFileSync(path.join(theirs, file), 'utf8'))
      }
    })
  },
)
