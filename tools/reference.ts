/**
 * Compares our solver with the real cargo-vet on random cases: `npm run test:reference -- [--cases N] [--seed S]
 * [--only KIND,KIND] [--record NAME]`. Prints the seed, counts by command and outcome, and the first differences;
 * exit code 1 when anything differs. `--record` runs one seed and keeps it as corpus/NAME; only a person does that.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { compareAnswers, type Answer, type ReferenceCase } from './reference/case.ts'
import { recordCase } from './reference/corpus.ts'
import { generateCase } from './reference/generate.ts'
import { runOurs } from './reference/run-ours.ts'
import { findReference, runReference } from './reference/run-reference.ts'

const repository = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    record: { type: 'string' },
    show: { type: 'boolean', default: false },
  },
})

interface Difference {
  readonly subject: ReferenceCase
  readonly command: ReferenceCase['commands'][number]
  readonly what: string
}

async function main(): Promise<number> {
  const reference = await findReference(repository)
  if (reference === null) {
    console.error('no cargo-vet: set ASSAY_CARGO_VET or install it under .tools/cargo-vet')
    return 2
  }
  const firstSeed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
  if (values.record !== undefined) {
    await recordCase(repository, values.record, generateCase(firstSeed), reference)
    return 0
  }
  const count = Number(values.cases)
  console.log(`${reference.version}, ${count} cases from seed ${firstSeed}`)
  const counts = new Map<string, number>()
  const differences: Difference[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const subject = onlyWanted(generateCase(firstSeed + next++))
      differences.push(...(await compareCase(reference.binary, subject, counts)))
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, os.availableParallelism()) }, worker))
  report(counts, differences)
  return differences.length > 0 ? 1 : 0
}

function onlyWanted(subject: ReferenceCase): ReferenceCase {
  const wanted = values.only.split(',').filter(kind => kind !== '')
  return wanted.length === 0 ? subject : { ...subject, commands: subject.commands.filter(c => wanted.includes(c.kind)) }
}

async function compareCase(binary: string, subject: ReferenceCase, counts: Map<string, number>): Promise<Difference[]> {
  const expected = await runReference(binary, subject)
  const actual = runOurs(subject)
  return subject.commands.flatMap((command, i) => {
    const [theirs, ours] = [expected[i], actual[i]]
    if (theirs === undefined || ours === undefined) throw new Error('an answer is missing')
    const label = `${command.kind}: ${outcomeLabel(theirs)}`
    counts.set(label, (counts.get(label) ?? 0) + 1)
    const what = compareAnswers(theirs, ours)
    return what === null ? [] : [{ subject, command, what }]
  })
}

/** Finer than the outcome, so that one sees whether every kind of answer occurred. */
function outcomeLabel(answer: Answer): string {
  const conclusion = /"conclusion": "([^"]*)"/.exec(answer.output)?.[1]
  if (conclusion !== undefined) return conclusion
  if (answer.outcome === 'refused') return answer.detail.startsWith('exit 101') ? 'panic' : 'error'
  if (answer.output.includes('does not certify')) return 'no path'
  return answer.files === null ? answer.outcome : 'files written'
}

function report(counts: ReadonlyMap<string, number>, differences: readonly Difference[]): void {
  for (const [label, n] of [...counts].sort()) console.log(`${String(n).padStart(7)}  ${label}`)
  for (const { subject, command, what } of differences.slice(0, 5)) {
    console.log(`\n${subject.name}, ${JSON.stringify(command)}\n${what}`)
    if (values.show) saveForLooking(subject)
  }
  console.log(`\n${differences.length} differences`)
}

function saveForLooking(subject: ReferenceCase): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-difference-'))
  fs.writeFileSync(path.join(folder, 'metadata.json'), JSON.stringify(subject.metadata, null, 1))
  for (const [name, text] of Object.entries(subject.store)) fs.writeFileSync(path.join(folder, name), text)
  console.log(`saved in ${folder}`)
}

process.exitCode = await main()
