/** What is known of where the certified version came from: a warning when it does not match, never a green light. */
import type { CrateName, VetVersion } from '../../shared/domain.ts'
import { Icon } from '../parts/icon.tsx'
import { STATUS } from '../provenance/texts.ts'
import { useRecord } from '../provenance/use-record.ts'

export function ProvenanceNotice({ crate, version }: { readonly crate: CrateName; readonly version: VetVersion }) {
  const { record, isLoading } = useRecord(crate, version, 0)
  if (isLoading) return null
  if (record === null)
    return (
      <p className="row t12 dim certify-provenance">
        <Icon name="outside" />
        Provenance of {version} was not checked.
      </p>
    )
  const words = STATUS[record.outcome]
  const isFine = words.tone === 'match' && !record.reasons.some(reason => reason.weight === 'alarm')
  return isFine ? (
    <p className="row t12 sub certify-provenance">
      <Icon name={words.glyph} />
      {record.sentence}
    </p>
  ) : (
    <div className="notice w certify-provenance">
      <Icon name="warn" />
      <div>
        <b className="med">Provenance: {words.label.toLowerCase()}.</b> {record.sentence}
      </div>
    </div>
  )
}
