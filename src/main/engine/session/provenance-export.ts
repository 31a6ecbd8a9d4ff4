/** Writes kept records as one JSON file or as a static site. Nothing that was there before is touched but by name. */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { siteDetail, siteFrame, siteIndex, type SiteFile } from '../export/provenance-site.ts'
import type { AcceptedList } from './provenance-accepted.ts'
import type { KeptSummary } from './provenance-results.ts'
import type { WantedVersion } from './provenance-run.ts'

export interface ExportInput {
  readonly summaries: readonly KeptSummary[]
  readonly accepted: AcceptedList
  record(wanted: WantedVersion): ProvenanceRecord | null
}

/**
 * Writes into a new folder below `folder`; the path is that of the JSON file, or the site's own folder.
 * @failure cache-io
 */
export async function writeExport(
  caps: Capabilities,
  { format, folder }: { readonly format: 'json' | 'site'; readonly folder: AbsolutePath },
  input: ExportInput,
): Promise<Result<{ path: AbsolutePath; files: number }, Failure>> {
  const made = await freshFolder(caps, folder)
  const file = path.join(made, 'provenance.json') as AbsolutePath
  const written = format === 'json' ? await writeJson(caps, file, input) : await writeSite(caps, made, input)
  return written.ok ? ok({ path: format === 'json' ? file : made, files: written.value.files }) : written
}

/** A site in `folder`: one record is in memory at a time. @failure cache-io */
export async function writeSite(
  caps: Capabilities,
  folder: AbsolutePath,
  input: ExportInput,
): Promise<Result<{ readonly files: number }, Failure>> {
  const summaries = input.summaries.map(summary => ({ ...summary, accepted: input.accepted.of(summary) }))
  return writing(async () => {
    let files = 0
    const write = async ({ name, text }: SiteFile) => {
      await caps.files.writeAtomic(path.join(folder, name) as AbsolutePath, text)
      files++
    }
    for (const file of siteFrame()) await write(file)
    await write(siteIndex(summaries, dayOf(caps), caps.host.version))
    for (const [at, summary] of summaries.entries()) {
      const record = input.record(summary)
      if (record !== null) await write(siteDetail(at, record, summary.accepted))
    }
    return { files }
  })
}

/** A list of whole records with what was accepted, as one JSON file. @failure cache-io */
async function writeJson(
  caps: Capabilities,
  file: AbsolutePath,
  input: ExportInput,
): Promise<Result<{ readonly files: number }, Failure>> {
  const parts: string[] = []
  for (const summary of input.summaries) {
    const record = input.record(summary)
    if (record !== null) parts.push(JSON.stringify({ ...record, accepted: input.accepted.of(summary) }))
  }
  return writing(async () => {
    await caps.files.writeAtomic(file, `[\n${parts.join(',\n')}\n]\n`)
    return { files: 1 }
  })
}

/** A folder below `folder` that is not there yet: `provenance-DAY`, then `provenance-DAY-2` and so on. */
async function freshFolder(caps: Capabilities, folder: AbsolutePath): Promise<AbsolutePath> {
  for (let n = 1; ; n++) {
    const name = `provenance-${dayOf(caps)}${n === 1 ? '' : `-${n}`}`
    const at = path.join(folder, name) as AbsolutePath
    if ((await caps.files.stat(at)) === null) return at
  }
}

const dayOf = (caps: Capabilities): string => new Date(caps.clock.nowMs()).toISOString().slice(0, 10)

async function writing<T>(work: () => Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await work())
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}
