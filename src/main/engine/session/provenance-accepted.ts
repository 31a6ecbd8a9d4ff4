/**
 * What somebody wrote down about a verdict: why it is fine, and until when. It lies with the user's own data and counts
 * only for the very archive and verdict it was written for; it never changes a verdict.
 */
import path from 'node:path'
import { z } from 'zod'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { outcome, type ProvenanceSummary } from '../../../shared/provenance.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import type { KeptSummary } from './provenance-results.ts'

const entrySchema = z.object({
  who: z.string(),
  reason: z.string(),
  until: z.string().nullable(),
  at: z.number(),
  archiveSha256: z.string(),
  outcome,
})
const fileSchema = z.record(z.string(), entrySchema)
const MAX_FILE_BYTES = 16 << 20

export type Accepted = NonNullable<ProvenanceSummary['accepted']>

export interface AcceptedList {
  /** Null: nothing was written down for this verdict, or its day has passed. */
  of(summary: KeptSummary): Accepted | null
  /** Null takes it back. */
  set(summary: KeptSummary, accepted: Accepted | null): Promise<void>
}

/** A file that cannot be read is set aside with the ending `.broken`. */
export async function openAccepted(caps: Capabilities): Promise<AcceptedList> {
  const file = path.join(caps.host.dataDir, 'provenance-accepted.json') as AbsolutePath
  const entries = new Map(Object.entries(await readEntries(caps, file)))
  const keyOf = ({ crate, version }: KeptSummary) => `${crate}@${version}`
  let writing: Promise<void> = Promise.resolve()
  return {
    of(summary) {
      const entry = entries.get(keyOf(summary))
      if (entry === undefined) return null
      const isOfThis = entry.archiveSha256 === summary.archiveSha256 && entry.outcome === summary.outcome
      const today = new Date(caps.clock.nowMs()).toISOString().slice(0, 10)
      if (!isOfThis || (entry.until !== null && entry.until < today)) return null
      const { who, reason, until, at } = entry
      return { who, reason, until, at }
    },
    set(summary, accepted) {
      if (accepted === null) entries.delete(keyOf(summary))
      else {
        const { archiveSha256, outcome: verdict } = summary
        entries.set(keyOf(summary), { ...accepted, archiveSha256, outcome: verdict })
      }
      const text = JSON.stringify(Object.fromEntries(entries), null, 2) + '\n'
      writing = writing.catch(() => undefined).then(() => caps.files.writeAtomic(file, text))
      return writing
    },
  }
}

async function readEntries(caps: Capabilities, file: AbsolutePath): Promise<z.infer<typeof fileSchema>> {
  let text: string
  try {
    text = await caps.files.readText(file, MAX_FILE_BYTES)
  } catch (error) {
    if (error instanceof FileError) return {}
    throw error
  }
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch {
    await caps.files.rename(file, `${file}.broken` as AbsolutePath)
    return {}
  }
}
