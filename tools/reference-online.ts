/**
 * Compares our unlocked commands with the real cargo-vet's on random cases: peers, index and web API are served on
 * 127.0.0.1 and nothing else is asked. `npm run test:reference:online -- [--cases N] [--seed S] [--only KIND,KIND]
 * [--show]`. Prints the seed, counts by command and outcome, and the first differences; exit code 1 when anything differs.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { compareAnswers, type Answer } from './reference/case.ts'
import { onPurpose, type OnlineCase, type OnlineCommand } from './reference/online/case.ts'
import { generateOnlineCase } from './reference/online/generate.ts'
import { generatePublisherCase } from './reference/online/publishers.ts'
import { makeCertificates } from './reference/online/loopback.ts'
import { runOnlineCase } from './reference/online/run.ts'
import { findReference } from './reference/run-reference.ts'

const repository = path.resolve(import.meta.dirname, '..')
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '300' },
    seed: { type: 'string' },
    only: { type: 'string', default: '' },
    /** Cases about publishers: trust, wildcard audits, renewals, look-alikes. */
    publishers: { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
  },
})

interface Difference {
  readonly subject: OnlineCase
  readonly command: OnlineCommand
  readonly what: string
}

async function main(): Promise<number> {
  const reference = await findReference(repository)
  const certificates = makeCertificates()
  if (reference === null || certificates === null) {
    console.error('needs cargo-vet (ASSAY_CARGO_VET or .tools/cargo-vet) and openssl')
    return 2
  }
  const firstSeed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
  const count = Number(values.cases)
  console.log(`${reference.version}, ${count} online cases from seed ${firstSeed}`)
  const counts = new Map<string, number>()
  const differences: Difference[] = []
  const generate = values.publishers ? generatePublisherCase : generateOnlineCase
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const subject = onlyWanted(generate(firstSeed + next++))
      for (const { command, theirs, ours } of await runOnlineCase(reference.binary, subject, certificates)) {
        const deviation = onPurpose(command, theirs, ours)
        const label = `${labelOf(command)}: ${deviation === null ? outcomeLabel(theirs) : `(on purpose) ${deviation}`}`
        counts.set(label, (counts.get(label) ?? 0) + 1)
        const what = deviation === null ? compareAnswers(theirs, ours) : null
        if (what !== null) differences.push({ subject, command, what })
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(4, os.availableParallelism()) }, worker))
  } finally {
    certificates.dispose()
  }
  for (const [label, n] of [...counts].sort()) console.log(`${String(n).padStart(7)}  ${label}`)
  for (const { subject, command, what } of differences.slice(0, 5)) {
    console.log(`\n${subject.name}, ${JSON.stringify(command)}\n${what}`)
    if (values.show) saveForLooking(subject)
  }
  const seeds = [...new Set(differences.map(d => `${d.subject.name.slice('seed '.length)}/${labelOf(d.command)}`))]
  console.log(`\n${differences.length} differences${seeds.length > 0 ? `: ${seeds.slice(0, 40).join(' ')}` : ''}`)
  return differences.length > 0 ? 1 : 0
}

const labelOf = (command: OnlineCommand): string =>
  command.kind === 'regenerate' ? `regenerate-${command.what}` : command.kind

function onlyWanted(subject: OnlineCase): OnlineCase {
  const wanted = values.only.split(',').filter(kind => kind !== '')
  return wanted.length === 0
    ? subject
    : { ...subject, commands: subject.commands.filter(c => wanted.includes(labelOf(c))) }
}

function outcomeLabel(answer: Answer): string {
  const conclusion = /"conclusion": "([^"]*)"/.exec(answer.output)?.[1]
  const files = answer.files === null ? '' : ', files written'
  if (conclusion !== undefined) return conclusion + files
  const notes = [
    ...(answer.output.includes(' - consider cargo vet trust') ? ['trust'] : []),
    ...(answer.output.includes('NOTE: cargo vet import') ? ['peer'] : []),
  ]
  if (notes.length > 0) return `${notes.join(' and ')} notes`
  if (answer.outcome === 'refused') return answer.detail.startsWith('exit 101') ? 'panic' : 'error'
  return answer.files === null ? answer.outcome : 'files written'
}

function saveForLooking(subject: OnlineCase): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-difference-'))
  const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name.replaceAll('/', '_')), text)
  write('case.json', JSON.stringify(subject, null, 1))
  for (const [name, text] of Object.entries(subject.store)) write(name, text)
  for (const [name, file] of Object.entries(subject.served)) write(`served${name}`, file.body)
  console.log(`saved in ${folder}`)
}

process.exitCode = await main()
