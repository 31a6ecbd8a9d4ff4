/** Our unlocked commands against the real cargo-vet's, over a loopback network; the long run is `npm run test:reference:online`. */
import path from 'node:path'
import { expect, it } from 'vitest'
import { compareAnswers } from '../case.ts'
import { findReference } from '../run-reference.ts'
import { generateOnlineCase } from './generate.ts'
import { makeCertificates } from './loopback.ts'
import { runOnlineCase } from './run.ts'

const repository = path.resolve(import.meta.dirname, '..', '..', '..')
const reference = await findReference(repository)
const certificates = reference === null ? null : makeCertificates()
const CASES = 8
const FIRST_SEED = 50_000

it.skipIf(certificates === null)(
  `equals the real cargo-vet on ${CASES} random online cases (needs cargo-vet and openssl)`,
  async () => {
    if (reference === null || certificates === null) return
    const found: string[] = []
    for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      const subject = generateOnlineCase(seed)
      for (const { command, theirs, ours } of await runOnlineCase(reference.binary, subject, certificates)) {
        const what = compareAnswers(theirs, ours)
        if (what !== null) found.push(`${subject.name}, ${command.kind}: ${what}`)
      }
    }
    certificates.dispose()
    expect(found).toEqual([])
  },
  120_000,
)
