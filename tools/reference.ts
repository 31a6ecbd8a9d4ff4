/**
 * Compares our solver with the real cargo-vet on random cases: `npm run test:reference -- [--cases N] [--seconds N]
 * [--seed S] [--only KIND,KIND] [--show] [--record NAME]`. Prints the seed, counts by command and outcome, and the first
 * differences, each with the command line that repeats it; exit code 1 when anything differs. With `--seconds` it ends
 * then, however many cases were done. `--record` runs one seed and keeps it as corpus/NAME; only a person does that.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { compareAnswers, knownDeviation, type Answer, type ReferenceCase } from './reference/case.ts'
import { recordCase } from './reference/corpus.ts'
import { generateCase } from './reference/generate.ts'
import { runOurs } from './reference/run-ours.ts'
import { findReference, runReference } from './reference/run-reference.ts'
import { shrinkCase } from './reference/shrink.ts'
import { startTextServer, type TextServer } from './reference/serve.ts'

const repository = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    seconds: { type: 'string' },
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
    await recordCase(path.join(repository, 'corpus'), values.record, generateCase(firstSeed), reference)
    return 0
  }
  const until = values.seconds === undefined ? Infinity : performance.now() + Number(values.seconds) * 1000
  const count = Number(values.cases ?? (values.seconds === undefined ? 1000 : Infinity))
  console.log(
    `${reference.version}, ${values.seconds === undefined ? `${count} cases` : `${values.seconds} s`} from seed ${firstSeed}`,
  )
  const server = await startTextServer()
  const counts = new Map<string, number>()
  const differences: Difference[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count && performance.now() < until) {
      const subject = onlyWanted(generateCase(firstSeed + next++))
      differences.push(...(await compareCase(reference.binary, subject, counts, server)))
    }
  }
  await Promise.all(Array.from({ length: Math.min(4, os.availableParallelism()) }, worker))
  console.log(`${next} cases, seeds ${firstSeed} to ${firstSeed + next - 1}`)
  report(counts, differences)
  await keepSmall(reference, differences.slice(0, MOST_KEPT), server)
  await server.close()
  return differences.length > 0 ? 1 : 0
}

function onlyWanted(subject: ReferenceCase): ReferenceCase {
  const wanted = values.only.split(',').filter(kind => kind !== '')
  return wanted.length === 0 ? subject : { ...subject, commands: subject.commands.filter(c => wanted.includes(c.kind)) }
}

async function compareCase(
  binary: string,
  subject: ReferenceCase,
  counts: Map<string, number>,
  server: TextServer,
): Promise<Difference[]> {
  const served = server.serve(subject)
  const expected = await runReference(binary, subject, served)
  const actual = runOurs(subject, served)
  served.drop()
  return subject.commands.flatMap((command, i) => {
    const [theirs, ours] = [expected[i], actual[i]]
    if (theirs === undefined || ours === undefined) throw new Error('an answer is missing')
    const deviation = knownDeviation(command, theirs, ours)
    const label = `${command.kind}: ${deviation === null ? outcomeLabel(theirs) : `(on purpose) ${deviation}`}`
    counts.set(label, (counts.get(label) ?? 0) + 1)
    if (deviation !== null) return []
    const what = compareAnswers(theirs, ours)
    return what === null ? [] : [{ subject, command, what }]
  })
}

const MOST_KEPT = 3

/** Makes the first differences small and keeps them in the form of corpus cases, to be looked at and taken over. */
async function keepSmall(
  reference: { readonly binary: string; readonly version: string },
  differences: readonly Difference[],
  server: TextServer,
): Promise<void> {
  for (const { subject, command } of differences) {
    const differs = async (smaller: ReferenceCase): Promise<boolean> =>
      (await compareCase(reference.binary, smaller, new Map(), server)).length > 0
    const small = await shrinkCase(subject, command, differs)
    const root = path.join(repository, 'test-results', 'reference')
    const name = `${command.kind}-${subject.name.replace('seed ', '')}`
    await recordCase(root, name, small, reference)
    console.log(
      `kept, made smaller: ${path.join('test-results', 'reference', name)} (take it over by moving it to corpus)`,
    )
  }
}

/** Finer than the outcome, so that one sees whether every kind of answer occurred. */
function outcomeLabel(answer: Answer): string {
  if (answer.outcome === 'refused' && /^exit 2:/.test(answer.detail)) return 'command line refused'
  const conclusion = /"conclusion": "([^"]*)"/.exec(answer.output)?.[1]
  if (conclusion !== undefined) return conclusion
  if (answer.outcome === 'refused') return answer.detail.startsWith('exit 101') ? 'panic' : 'error'
  if (answer.output.includes('does not certify')) return 'no path'
  return answer.files === null ? answer.outcome : 'files written'
}

function report(counts: ReadonlyMap<string, number>, differences: readonly Difference[]): void {
  for (const [label, n] of [...counts].sort()) console.log(`${String(n).padStart(7)}  ${label}`)
  for (const { subject, command, what } of differences.slice(0, 5)) {
    console.log(`\n${subject.name}, ${JSON.stringify(command).slice(0, 400)}\n${what}`)
    console.log(
      `again: npm run test:reference -- --cases 1 --seed ${subject.name.replace('seed ', '')} --only ${command.kind}`,
    )
    if (values.show) saveForLooking(subject)
  }
  const compared = [...counts.values()].reduce((sum, n) => sum + n, 0)
  console.log(`\n${compared} answers compared, ${differences.length} differences`)
}

function saveForLooking(subject: ReferenceCase): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-difference-'))
  fs.writeFileSync(path.join(folder, 'metadata.json'), JSON.stringify(subject.metadata, null, 1))
  for (const [name, text] of Object.entries(subject.store)) fs.writeFileSync(path.join(folder, name), text)
  console.log(`saved in ${folder}`)
}

process.exitCode = await main()
