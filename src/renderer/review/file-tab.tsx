/** Facts about the file on screen: its sides, what is not shown as it is, suspicious characters, and its history. */
import { useEffect, useState, type ReactNode } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { FileDiff, FileHashes, Review, ReviewFile, SuspiciousChar } from '../../shared/wire.ts'
import { count } from '../parts/words.ts'
import { markWords, ReadMarkGlyph } from './read-mark.tsx'
import { shownPath } from './shown-path.ts'
import { VERIFIED } from './source-status.tsx'

export function FileTab(props: {
  readonly client: EngineClient
  readonly review: Review
  readonly file: ReviewFile | null
  readonly diff: FileDiff | null
  readonly history: ReactNode
  /** Why moved blocks may be missing; null: all were looked for. */
  readonly movesCut: string | null
  readonly onJump: (at: SuspiciousChar) => void
}) {
  const { review, file, diff } = props
  const hashes = useHashes(props.client, review.id, file?.path ?? null)
  if (file === null) return <>{props.history}</>
  const remarks = diff === null || diff.kind === 'binary' ? [] : diff.remarks
  const suspicious = diff === null || diff.kind === 'binary' ? [] : diff.suspicious
  return (
    <>
      <section className="sec">
        <h2 className="sh">
          <ReadMarkGlyph mark={file.mark} /> {markWords(file.mark)}
        </h2>
        <dl className="rv-facts">
          <dt>Path</dt>
          <dd className="m11">{shownPath(file.path)}</dd>
          {file.oldPath !== null && (
            <>
              <dt>Moved from</dt>
              <dd className="m11">{shownPath(file.oldPath)}</dd>
            </>
          )}
          <dt>Change</dt>
          <dd>
            {file.change}
            {!file.isCounted && ', not counted by cargo vet'}
          </dd>
          <dt>Size</dt>
          <dd className="num">{sizeText(file)}</dd>
          <Hash title="Old sha256" hash={hashes?.hashOld ?? null} />
          <Hash title="New sha256" hash={hashes?.hashNew ?? null} />
        </dl>
      </section>
      {props.movesCut !== null && (
        <section className="sec">
          <h2 className="sh">Moved blocks</h2>
          <p className="t12 warn">
            Not all were looked for: {props.movesCut}. A block without a mark may be moved all the same.
          </p>
        </section>
      )}
      {remarks.length > 0 && (
        <section className="sec">
          <h2 className="sh">Not shown as it is in the file</h2>
          <ul className="rv-remarks">
            {remarks.map(remark => (
              <li key={remark}>{remark}</li>
            ))}
          </ul>
        </section>
      )}
      <section className="sec">
        <h2 className="sh">
          Suspicious characters <span className="count">{suspicious.length}</span>
        </h2>
        {suspicious.length === 0 ? (
          <p className="t11 dim">No bidirectional, invisible or control characters in this file.</p>
        ) : (
          <SuspiciousList found={suspicious} onJump={props.onJump} />
        )}
      </section>
      {props.history}
      <section className="sec">
        <h2 className="sh">Source</h2>
        <dl className="rv-facts">
          <Source title={review.delta.to} source={review.sourceNew} />
          {review.delta.from !== null && review.sourceOld !== null && (
            <Source title={review.delta.from} source={review.sourceOld} />
          )}
        </dl>
      </section>
    </>
  )
}

function SuspiciousList(props: {
  readonly found: readonly SuspiciousChar[]
  readonly onJump: (at: SuspiciousChar) => void
}) {
  return (
    <ul className="rv-suspects">
      {props.found.slice(0, 100).map((char, i) => (
        <li key={i}>
          <button onClick={() => props.onJump(char)}>
            <span className="rv-suspicious rv-code-point">{char.codePoint}</span>
            <span className="grow ell">{char.name}</span>
            <span className="dim num t11">
              {char.side} {char.line}:{char.column}
            </span>
          </button>
        </li>
      ))}
      {props.found.length > 100 && <li className="t11 dim">{count(props.found.length - 100, 'more character')}</li>}
    </ul>
  )
}

function sizeText(file: ReviewFile): string {
  const side = (size: number | null) => (size === null ? 'none' : count(size, 'byte'))
  return file.sizeOld === file.sizeNew ? side(file.sizeNew) : `${side(file.sizeOld)} → ${side(file.sizeNew)}`
}

/** Null until they are here. */
function useHashes(client: EngineClient, review: string, path: string | null): FileHashes | null {
  const [known, setKnown] = useState<{ readonly path: string; readonly hashes: FileHashes } | null>(null)
  useEffect(() => {
    if (path === null) return
    let isCurrent = true
    void client.call('review.hashes', { review, path }).then(answer => {
      if (isCurrent && answer.ok) setKnown({ path, hashes: answer.value })
    })
    return () => {
      isCurrent = false
    }
  }, [client, review, path])
  return known !== null && known.path === path ? known.hashes : null
}

function Hash({ title, hash }: { readonly title: string; readonly hash: string | null }) {
  if (hash === null) return null
  return (
    <>
      <dt>{title}</dt>
      <dd className="m11 rv-hash" title={hash}>
        {hash.slice(0, 16)}…
      </dd>
    </>
  )
}

function Source({ title, source }: { readonly title: string; readonly source: Review['sourceNew'] }) {
  return (
    <>
      <dt className="m11">{title}</dt>
      <dd>
        <span className="m11 rv-hash" title={source.checksum}>
          {source.checksum.slice(0, 16)}…
        </span>
        <br />
        <span className={source.verifiedBy === 'none' ? 'warn' : 'ok'}>{VERIFIED[source.verifiedBy]}</span>
      </dd>
    </>
  )
}
