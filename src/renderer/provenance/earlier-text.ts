/** What is known about a move since the version before, as one sentence for the claim. Pure. */
import type { ProvenanceRecord } from '../../shared/provenance.ts'

/** Null: nobody looked, or a finding says it already. Never "unchanged" where something is not known. */
export function earlierText({ earlier, reasons, claim, path, indexLineSha256 }: ProvenanceRecord): string | null {
  if (earlier === undefined) return null
  const { published, known } = earlier
  if (known === null) {
    if (published !== null)
      return `Whether it moved since ${published} is not known: that version was not checked here.`
    return indexLineSha256 === null ? 'Which version came before is not known.' : 'No version was published before it.'
  }
  if (reasons.some(({ code }) => code === 'repository-changed' || code === 'package-moved')) return null
  const between = published === null || published === known.version ? '' : `; ${published} in between is not known here`
  if (known.repository === null) return `Version ${known.version} named no repository${between}.`
  const isWhole = known.path !== null && (claim.path ?? path) !== null
  const folder = isWhole ? ' and folder' : ''
  const open = isWhole ? '' : '; whether the folder is the same is not known'
  return `Same repository${folder} as version ${known.version}${open}${between}.`
}
