/** A file that is not text: what is known about its bytes on both sides. */
import type { BlobInfo, FileDiff } from '../../shared/wire.ts'
import { Icon } from '../parts/icon.tsx'
import { count } from '../parts/words.ts'
import { VisibleText } from './huge-pane.tsx'

export function BlobPane({ diff }: { readonly diff: Extract<FileDiff, { kind: 'binary' }> }) {
  return (
    <div className="rv-blob">
      <div className="notice u" role="status">
        <Icon name="unknown" />
        <span>
          Not text, so there are no lines to compare. cargo vet counts it as a changed file with 0 lines. Mark it read
          when you know what it is for.
        </span>
      </div>
      <div className="rv-blob-sides">
        <Side title="Old side" blob={diff.old} />
        <Side title="New side" blob={diff.new} />
      </div>
    </div>
  )
}

function Side({ title, blob }: { readonly title: string; readonly blob: BlobInfo | null }) {
  return (
    <section className="card" aria-label={title}>
      <h2 className="b">{title}</h2>
      {blob === null ? (
        <p className="dim">Not in this version</p>
      ) : (
        <>
          <dl className="rv-facts">
            <dt>Type</dt>
            <dd>{blob.type}</dd>
            <dt>Size</dt>
            <dd className="num">{count(blob.size, 'byte')}</dd>
            <dt>sha256</dt>
            <dd className="m11 rv-hash">{blob.sha256 === '' ? 'not read' : blob.sha256}</dd>
          </dl>
          {blob.preview.length > 0 && (
            <>
              <h3 className="t11 sub">Printable strings in it</h3>
              <pre className="m11 rv-strings">
                <VisibleText text={blob.preview.join('\n')} />
              </pre>
            </>
          )}
        </>
      )}
    </section>
  )
}
