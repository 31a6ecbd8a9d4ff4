/** A verdict as glyph and word; never the tone of a match for anything that is not one. */
import type { ProvenanceRow } from '../../shared/provenance.ts'
import { Icon } from '../parts/icon.tsx'
import { acceptedUntil, wordsOf } from './rows.ts'
import type { Words } from './texts.ts'

/** Glyph and label in their tone; `isBox` puts it on a ground. */
export function VerdictWords({ words, isBox = false }: { readonly words: Words; readonly isBox?: boolean }) {
  return (
    <span className={`v ${words.tone}${isBox ? ' vb' : ''}`}>
      <Icon name={words.glyph} />
      <span className="ell">{words.label}</span>
    </span>
  )
}

/** The verdict of a row, with the clock when it should be checked again and a note while somebody accepts it. */
export function VerdictBadge({ row, isBox = false }: { readonly row: ProvenanceRow; readonly isBox?: boolean }) {
  const { summary } = row
  const accepted = summary?.accepted ?? null
  const isAccepted = accepted !== null && acceptedUntil(accepted, Date.now()).counts
  return (
    <span className="pv-badge">
      <VerdictWords words={wordsOf(row)} isBox={isBox} />
      {summary !== null && summary.stale !== null && (
        <span className="pv-mark warn" title={summary.stale}>
          <Icon name="clock" />
          <span className="sr">stale: {summary.stale}</span>
        </span>
      )}
      {isAccepted && (
        <span className="pv-mark sub" title={`Accepted by ${accepted.who}: ${accepted.reason}`}>
          <Icon name="person" />
          <span className="sr">accepted by {accepted.who}</span>
        </span>
      )}
    </span>
  )
}
