/**
 * One file of a provenance record as it is shown: the repository's bytes left, the archive's right, through the same
 * machinery as any other difference. Nothing is written and nothing is checked out.
 */
import type { Failure } from '../../../shared/failure.ts'
import type { FileResult, ProvenanceRecord } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { FileDiff } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { openCrateArchive } from '../provenance/crate-archive.ts'
import { readRepositoryFile } from '../provenance/repository-file.ts'
import { diffBytes } from '../review/file-diff.ts'
import type { ProvenanceSources } from './provenance-sources.ts'

/** @failure file-not-in-review, offline, git-failed (the repository cannot be had), registry codes */
export async function readProvenanceFile(
  caps: Capabilities,
  { registry, mirrors }: ProvenanceSources,
  input: { readonly record: ProvenanceRecord; readonly file: string; readonly page: number },
  run: Run,
): Promise<Result<FileDiff, Failure>> {
  const { record, page } = input
  const result = record.fileResults.find(f => f.path === input.file)
  if (result === undefined) return fail({ code: 'file-not-in-review', path: input.file })
  const [archived, stored] = await Promise.all([
    archiveSide(registry, record, result, run),
    readRepositoryFile(mirrors, record, result, run),
  ])
  if (!archived.ok) return archived
  if (!stored.ok) {
    const { kind, text } = stored.error
    if (kind === 'offline') return fail({ code: 'offline', needed: `the repository ${record.repository}` })
    return fail({ code: 'git-failed', command: `git fetch ${record.repository}`, exitCode: null, stderr: text })
  }
  return diffBytes(caps, { path: result.path, old: stored.value, new: archived.value, page }, run)
}

async function archiveSide(
  registry: ProvenanceSources['registry'],
  { crate, version }: ProvenanceRecord,
  result: FileResult,
  run: Run,
): Promise<Result<Uint8Array | null, Failure>> {
  if (result.state === 'only-in-repository') return ok(null)
  const archive = await registry.archive(crate, version, run)
  if (!archive.ok) return archive
  const { files } = await openCrateArchive(crate, version, archive.value.bytes)
  const data = files.get(result.path)?.data
  return data === undefined ? fail({ code: 'file-not-in-review', path: result.path }) : ok(data)
}
