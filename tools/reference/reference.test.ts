/**
 * The solver against the real cargo-vet: recorded answers everywhere, live ones where the binary is present. A failing
 * recorded case prints both answers; only a person records anew (`npm run test:reference -- --record`).
 */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { compareAnswers, knownDeviation, type ReferenceCase } from './case.ts'
import { readCorpus } from './corpus.ts'
import { generateCase } from './generate.ts'
import { runOurs } from './run-ours.ts'
import { findReference, runReference } from './run-reference.ts'

const repository = path.resolve(import.meta.dirname, '..', '..')
const corpus = await readCorpus(repository)
const reference = await findReference(repository)
const LIVE_CASES = 50
const FIRST_SEED = 1

type Answers = Awaited<ReturnType<typeof runReference>>

function differences(subject: ReferenceCase, expected: Answers): string[] {
  const actual = runOurs(subject)
  return subject.commands.flatMap((command, i) => {
    const [theirs, ours] = [expected[i], actual[i]]
    if (theirs === undefined || ours === undefined) return [`${command.kind}: no answer`]
    const what = knownDeviation(command, theirs, ours) === null ? compareAnswers(theirs, ours) : null
    return what === null ? [] : [`${subject.name}, ${command.kind}: ${what}`]
  })
}

describe('recorded answers of the real cargo-vet', () => {
  it('are there', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(20)
  })
  it.each(corpus.map(({ subject, expected }) => ({ name: subject.name, subject, expected })))(
    '$name',
    ({ subject, expected }) => {
      expect(expected.version).toBe('cargo-vet 0.10.3')
      expect(differences(subject, expected.answers)).toEqual([])
    },
  )
})

it.skipIf(reference === null)(
  `equals the real cargo-vet on ${LIVE_CASES} random cases (needs cargo-vet)`,
  async () => {
    if (reference === null) return
    const found: string[] = []
    for (let seed = FIRST_SEED; seed < FIRST_SEED + LIVE_CASES; seed++) {
      const whole = generateCase(seed)
      const subject = { ...whole, commands: whole.commands.filter(command => command.kind !== 'aggregate') } // needs a server
      found.push(...differences(subject, await runReference(reference.binary, subject)))
    }
    expect(found).toEqual([])
  },
  120_000,
)
