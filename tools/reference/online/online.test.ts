/** Our unlocked commands against the real cargo-vet's, over a loopback network; the long run is `npm run test:reference:online`. */
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { compareAnswers } from '../case.ts'
import { findReference } from '../run-reference.ts'
import { onPurpose } from './case.ts'
import { generateOnlineCase } from './generate.ts'
import { makeCertificates } from './loopback.ts'
import { generatePublisherCase } from './publishers.ts'
import { runOnlineCase } from './run.ts'

const repository = path.resolve(import.meta.dirname, '..', '..', '..')
const reference = await findReference(repository)
const certificates = reference === null ? null : makeCertificates()
const CASES = 8
const FIRST_SEED = 50_000

afterAll(() => certificates?.dispose())

it.skipIf(certificates === null).each([
  ['imports', generateOnlineCase, CASES],
  ['publishers', generatePublisherCase, 3],
] as const)(
  'equals the real cargo-vet on random online cases about %s (needs cargo-vet and openssl)',
  async (_, generate, cases) => {
    if (reference === null || certificates === null) return
    const found: string[] = []
    for (let seed = FIRST_SEED; seed < FIRST_SEED + cases; seed++) {
      const subject = generate(seed)
      for (const { command, theirs, ours } of await runOnlineCase(reference.binary, subject, certificates)) {
        const what = onPurpose(command, theirs, ours) === null ? compareAnswers(theirs, ours) : null
        if (what !== null) found.push(`${subject.name}, ${command.kind}: ${what}`)
      }
    }
    expect(found).toEqual([])
  },
  120_000,
)
