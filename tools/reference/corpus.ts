/**
 * Recorded cases: corpus/NAME/ holds our own generated input and what the real cargo-vet answered, with its version.
 * They are compared everywhere, also where there is no cargo-vet.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import type { Answer, Command, DiffRow, ReferenceCase } from './case.ts'
import { runReference } from './run-reference.ts'

const STORE_FILES = [
  ['config', 'config.toml'],
  ['audits', 'audits.toml'],
  ['imports', 'imports.lock'],
] as const

interface Expected {
  /** Of the tool that gave the answers. */
  readonly version: string
  readonly answers: readonly Answer[]
}

/** Runs the reference and keeps input and answers in a folder of `root`. Panic texts name machine paths, so refusals keep their class only. */
export async function recordCase(
  root: string,
  name: string,
  whole: ReferenceCase,
  reference: { readonly binary: string; readonly version: string },
): Promise<void> {
  const folder = path.join(root, name)
  // What is fetched from a server has its address in the answer, which is another one each time.
  const subject = { ...whole, commands: whole.commands.filter(command => command.kind !== 'aggregate') }
  const answers = (await runReference(reference.binary, subject)).map(a => ({ ...a, detail: '' }))
  await fs.mkdir(path.join(folder, 'supply-chain'), { recursive: true })
  for (const [key, file] of STORE_FILES) await fs.writeFile(path.join(folder, 'supply-chain', file), subject.store[key])
  await writeJson(path.join(folder, 'metadata.json'), subject.metadata)
  await writeJson(path.join(folder, 'case.json'), {
    from: subject.name,
    diffs: subject.diffs,
    commands: subject.commands,
  })
  await writeJson(path.join(folder, 'expected.json'), { version: reference.version, answers })
}

/** All recorded cases, by folder name. */
export async function readCorpus(
  repository: string,
): Promise<readonly { readonly subject: ReferenceCase; readonly expected: Expected }[]> {
  const root = path.join(repository, 'corpus')
  const names = (await fs.readdir(root, { withFileTypes: true })).filter(entry => entry.isDirectory()).map(e => e.name)
  return Promise.all(names.sort().map(name => readCase(path.join(root, name), name)))
}

async function readCase(folder: string, name: string) {
  const text = (file: string) => fs.readFile(path.join(folder, file), 'utf8')
  const given = JSON.parse(await text('case.json')) as { diffs: DiffRow[]; commands: Command[] }
  const store = {
    config: await text('supply-chain/config.toml'),
    audits: await text('supply-chain/audits.toml'),
    imports: await text('supply-chain/imports.lock'),
  }
  const metadata: unknown = JSON.parse(await text('metadata.json'))
  const expected = JSON.parse(await text('expected.json')) as Expected
  const subject: ReferenceCase = { name, metadata, store, diffs: given.diffs, commands: given.commands }
  return { subject, expected }
}

const writeJson = (file: string, value: unknown): Promise<void> => fs.writeFile(file, `${JSON.stringify(value)}\n`)
