// The sample workspace does what the first minute promises, judged by the real cargo-vet where it is.
import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process'
import { cpSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { productRoot } from './product-root.ts'
import { assay, digestOf, envIn, realCargoVet, scratch } from './testing.ts'

const SAMPLE = path.join(productRoot(), 'sample')
const reference = realCargoVet()
const WHO = ['--who', 'Rae Reviewer <rae@sample.invalid>', '--accept-all']

let place: ReturnType<typeof scratch>
let root: string
beforeEach(() => {
  place = scratch()
  root = path.join(place.folder, 'sample')
  cpSync(SAMPLE, root, { recursive: true })
})
afterEach(() => place.dispose())

/** Null when cargo can read the sample here: its four crates must be fetched or in cargo's cache. */
function whyNoCargo(): string | null {
  try {
    const options = { cwd: SAMPLE, stdio: 'ignore', timeout: 60_000 } as const
    execFileSync('cargo', ['metadata', '--format-version', '1', '--locked', '--quiet'], options)
    return null
  } catch {
    return 'cargo cannot read the sample: no cargo, or no registry'
  }
}
const reason = whyNoCargo()

it('is in canonical form', async () => {
  const before = digestOf(root)
  const argv = ['fmt', '--store-path', path.join(root, 'supply-chain')]
  expect(await assay(argv, { cwd: root, env: envIn(place.folder) })).toEqual({ code: 0, out: '', err: '' })
  expect(digestOf(root)).toBe(before)
})

it('says in every audit that it is invented', () => {
  const text = readFileSync(path.join(root, 'supply-chain', 'audits.toml'), 'utf8')
  const audits = text.split('[[audits.').slice(1)
  expect(audits.filter(audit => !/notes = "An invented audit .* do not rely on it\."/.test(audit))).toEqual([])
})

describe.skipIf(reason !== null)(
  `with cargo [needs cargo and the registry${reason === null ? '' : `: ${reason}`}]`,
  () => {
    it('lacks exactly one delta and one full audit, and passes once both are certified', async () => {
      const context = { cwd: root, env: envIn(place.folder, { CARGO: undefined }) }
      const check = await assay(['check', '--locked', '--output-format', 'json'], context)
      expect(JSON.parse(check.out)).toEqual({
        conclusion: 'fail (vetting)',
        failures: [
          { name: 'fnv', version: '1.0.7', missing_criteria: ['safe-to-deploy'] },
          { name: 'itoa', version: '1.0.11', missing_criteria: ['safe-to-deploy'] },
        ],
        suggest: null,
      })
      expect(check.code).toBe(255)
      expect(await assay(['certify', 'itoa', '1.0.9', '1.0.11', ...WHO], context)).toMatchObject({ code: 0, err: '' })
      expect(await assay(['certify', 'fnv', '1.0.7', ...WHO], context)).toMatchObject({ code: 0, err: '' })
      const passed = { code: 0, out: 'Vetting Succeeded (3 fully audited, 1 exempted)\n', err: '' }
      expect(await assay(['check', '--locked'], context)).toEqual(passed)
    })

    it.skipIf(reference === null)('the real cargo-vet agrees before and after [needs cargo-vet]', async () => {
      const env = envIn(place.folder, {
        CARGO: execFileSync('sh', ['-c', 'command -v cargo'], { encoding: 'utf8' }).trim(),
        NO_COLOR: '1',
      })
      const vet = (...args: string[]): string => {
        const options: ExecFileSyncOptionsWithStringEncoding = {
          cwd: root,
          env,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'pipe'],
        }
        try {
          return execFileSync(reference ?? '', ['vet', ...args, '--cache-dir', path.join(place.folder, 'vet')], options)
        } catch (error) {
          return (error as { stdout: string }).stdout
        }
      }
      const report = vet('check', '--locked', '--output-format', 'json')
      expect((await assay(['check', '--locked', '--output-format', 'json'], { cwd: root, env })).out).toBe(report)
      const before = digestOf(root)
      vet('fmt')
      expect(digestOf(root)).toBe(before)
      await assay(['certify', 'itoa', '1.0.9', '1.0.11', ...WHO], { cwd: root, env })
      await assay(['certify', 'fnv', '1.0.7', ...WHO], { cwd: root, env })
      const certified = digestOf(root)
      vet('fmt')
      expect(digestOf(root)).toBe(certified)
      expect(vet('check', '--locked')).toMatch(/^Vetting Succeeded/)
    })
  },
)
