/** The middle of a review: what is on screen of a file with its header, remarks and the bar below. */
import type { Ref, RefObject } from 'react'
import type { Review } from '../../shared/wire.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { number } from '../parts/words.ts'
import { BlobPane } from './blob-pane.tsx'
import { DiffPane, type DiffPaneHandle } from './diff-pane.tsx'
import { FileRemarks } from './file-remarks.tsx'
import { UnchangedHeader } from './find-tab.tsx'
import { HugePane } from './huge-pane.tsx'
import { PlaceBar, type PlaceStore } from './place-bar.tsx'
import { FileHeader } from './review-bars.tsx'
import type { Hint } from './use-hint.ts'
import type { Look } from './use-look.ts'
import type { Marking } from './use-marking.ts'
import type { Reading } from './use-reading.ts'
import type { Walks } from './use-walks.ts'

interface DifferenceProps {
  readonly review: Review
  readonly reading: Reading
  readonly walks: Walks
  readonly look: Look
  readonly marking: Marking
  readonly hint: Hint
  readonly place: PlaceStore
  readonly pane: Ref<DiffPaneHandle>
  readonly area: RefObject<HTMLDivElement | null>
}

export function ReviewDifference(props: DifferenceProps) {
  const { review, reading, place } = props
  const { file, shown, diff, failure } = reading
  return (
    <section
      className="rv-mid"
      aria-label="Difference"
      data-region="difference"
      data-file={shown?.path}
      data-kind={diff?.kind}
      ref={props.area}
    >
      <Header {...props} />
      <FileRemarks diff={diff} />
      <div className="rv-content">
        {review.files.length === 0 && <EmptyReview review={review} />}
        {failure !== null && (
          <div className="rv-pad">
            <FailureNotice failure={failure}>
              <button className="btn s" onClick={reading.retry}>
                Try again
              </button>
            </FailureNotice>
          </div>
        )}
        {failure === null && diff?.kind === 'binary' && <BlobPane diff={diff} />}
        {failure === null && diff?.kind === 'huge' && <HugePane diff={diff} onPage={reading.page} />}
        <Editor {...props} />
      </div>
      <PlaceBar
        place={place}
        review={review.id}
        // A file outside of the change is no place to go on with.
        resumePath={file?.path ?? null}
        shownPath={shown?.path ?? null}
        hasLines={reading.isTextFile}
        isText={reading.isText}
        hint={props.hint.hint}
      />
    </section>
  )
}

function Header({ reading, walks, look, marking }: DifferenceProps) {
  const { file, shown, diff, side, since, provenance, toggleSide, toggleSince } = reading
  if (shown === null) return null
  if (file === null) return <UnchangedHeader path={shown.path} />
  const repository = {
    isOn: side.isOn,
    isShown: side.diff !== null,
    label: `repository at ${provenance.record?.commit?.slice(0, 7) ?? 'no commit'}`,
  }
  return (
    <FileHeader
      file={file}
      diff={diff}
      units={walks.units.ofFile(file.path)}
      options={look.options}
      onLayout={look.setLayout}
      onWhitespace={look.toggleWhitespace}
      onToggleRead={marking.toggleRead}
      sinceRead={since.canShow ? { isOn: since.isOn && !side.isOn, onToggle: toggleSince } : null}
      repository={toggleSide === null ? null : { ...repository, onToggle: toggleSide }}
    />
  )
}

/** Stays for the life of the page, also under what is no text. */
function Editor({ reading, walks, look, marking, hint, place, pane }: DifferenceProps) {
  const { inEditor, browser } = reading
  if (inEditor === null) return null
  return (
    <DiffPane
      ref={pane}
      diff={inEditor.diff}
      line={inEditor.line}
      options={look.options}
      isHidden={!reading.isText || reading.failure !== null}
      next={browser.next}
      units={walks.beside.units}
      notes={walks.beside.notes}
      moves={walks.moves.byPath}
      onMove={walks.moves.go}
      onNote={walks.notes.tab.onCurrent}
      onPlace={next => {
        walks.moves.onPainted()
        place.setState(next, true)
        hint.clear()
      }}
      onShown={reading.onShown}
      onPartly={marking.markPartly}
    />
  )
}

function EmptyReview({ review }: { readonly review: Review }) {
  return (
    <div className="rv-empty">
      <h2 className="t18">No file differs</h2>
      <p className="sub">
        {review.unchangedFiles === 1 ? 'The one file' : `All ${number(review.unchangedFiles)} files`} of the two
        versions {review.unchangedFiles === 1 ? 'is' : 'are'} equal byte for byte. There is nothing to read, and the
        delta can be certified.
      </p>
    </div>
  )
}
