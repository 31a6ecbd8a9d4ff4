/**
 * Who changed the file, from the repository that provenance was checked with: by line, or commit by commit. All words are
 * the committers' own and shown as plain text, hidden characters as escapes.
 */
import { useEffect, useRef, type KeyboardEvent } from 'react'
import type { FileHistory, HistoryCommit } from '../../shared/review-history.ts'
import { Keys } from '../parts/keys.tsx'
import { count } from '../parts/words.ts'
import { shownPath } from './shown-path.ts'
import { TabFailure } from './tab-failure.tsx'
import type { HistoryState } from './use-history.ts'

const day = (ms: number | null): string => (ms === null ? 'no date' : new Date(ms).toISOString().slice(0, 10))
/** Lines stay lines; everything else that cannot be seen is written out. */
const plainText = (text: string): string => text.split('\n').map(shownPath).join('\n')

export function HistorySection(props: {
  readonly state: HistoryState
  /** Of the new side; null when no text is on screen. */
  readonly line: number | null
  readonly onLine: (line: number) => void
  readonly onLeave: () => void
  /** Null: it was checked, or is being. */
  readonly onCheck: (() => void) | null
}) {
  const { state } = props
  const { history, failure, kind, focus } = state
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (focus === 0 || history === null) return
    const rows = list.current?.querySelectorAll('button') ?? []
    const here = [...rows].find(row => row.getAttribute('aria-current') === 'true') ?? rows[0]
    here?.focus()
    here?.scrollIntoView({ block: 'nearest' })
  }, [history, focus])
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key]
    if (event.key === 'Escape') props.onLeave()
    else if (step !== undefined && !event.ctrlKey && !event.altKey) {
      const rows = [...(list.current?.querySelectorAll('button') ?? [])]
      rows[rows.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <section className="sec" aria-label="History">
      <h2 className="sh">
        History
        <span className="right row">
          <button className="btn s" aria-pressed={kind === 'blame'} onClick={() => state.ask('blame')}>
            Lines <Keys of="review.blame" />
          </button>
          <button className="btn s" aria-pressed={kind === 'log'} onClick={() => state.ask('log')}>
            Commits
          </button>
        </span>
      </h2>
      {kind === null && <p className="t11 dim">Who changed it, from the repository that the crate names.</p>}
      {state.isBusy && (
        <p className="t11 sub" role="status">
          Reading the history
        </p>
      )}
      {failure?.code === 'provenance-not-run' ? (
        <div className="t12 sub">
          There is no copy of its repository yet: check the provenance of this version first.
          {props.onCheck !== null && (
            <p>
              <button className="btn s" onClick={props.onCheck}>
                Check provenance
              </button>
            </p>
          )}
        </div>
      ) : (
        failure !== null &&
        kind !== null && <TabFailure failure={failure} onRetry={() => state.ask(kind)} className="sec" />
      )}
      {history !== null && (
        <>
          <Remarks history={history} />
          <div ref={list} className="rv-history" onKeyDown={onKey}>
            {history.ranges !== null ? (
              <Lines history={history} line={props.line} onLine={props.onLine} />
            ) : (
              <Commits commits={history.commits} />
            )}
          </div>
        </>
      )}
    </section>
  )
}

function Remarks({ history }: { readonly history: FileHistory }) {
  return (
    <div className="t11 dim">
      <p className="rv-hash" title={history.repository}>
        {shownPath(history.repositoryPath)} at {history.commit.slice(0, 9)}. Names and dates are what the commits say.
      </p>
      {history.differs && (
        <p className="warn">The archive’s file is not the repository’s: lines are those of the repository.</p>
      )}
      {history.remarks.map(remark => (
        <p key={remark}>{remark}</p>
      ))}
    </div>
  )
}

function Lines(props: {
  readonly history: FileHistory
  readonly line: number | null
  readonly onLine: (line: number) => void
}) {
  const { history, line } = props
  const ranges = history.ranges ?? []
  if (ranges.length === 0) return <p className="t12 sub">The file is empty.</p>
  return (
    <ul>
      {ranges.map(range => {
        const commit = history.commits[range.commit]
        const last = range.line + range.lines - 1
        const isHere = line !== null && line >= range.line && line <= last
        return (
          <li key={range.line}>
            <button aria-current={isHere ? 'true' : undefined} onClick={() => props.onLine(range.line)}>
              <span className="row">
                <span className="m11 num">{range.lines === 1 ? range.line : `${range.line}–${last}`}</span>
                <span className="t11 dim nw right">
                  {range.isBoundary && 'before '}
                  {day(commit?.authoredAtMs ?? null)}
                </span>
              </span>
              {commit !== undefined && <CommitLine commit={commit} />}
            </button>
          </li>
        )
      })}
    </ul>
  )
}

function CommitLine({ commit }: { readonly commit: HistoryCommit }) {
  return (
    <>
      <span className="ell t12">{commit.title === '' ? 'no message' : plainText(commit.title)}</span>
      <span className="ell t11 dim">
        <span className="mono">{commit.oid.slice(0, 9)}</span> {plainText(commit.author)}
      </span>
    </>
  )
}

function Commits({ commits }: { readonly commits: readonly HistoryCommit[] }) {
  if (commits.length === 0) return <p className="t12 sub">git names no commit that touched the file.</p>
  return (
    <>
      <p className="t11 sub" role="status">
        {count(commits.length, 'commit')}
      </p>
      <ul>
        {commits.map(commit => (
          <li key={commit.oid}>
            <button title={`${commit.oid}\n${plainText(commit.body)}`}>
              <span className="row">
                <span className="t11 sub">{commit.change}</span>
                <span className="t11 dim nw right">{day(commit.authoredAtMs)}</span>
              </span>
              <CommitLine commit={commit} />
              {commit.body !== '' && <span className="rv-body-text t11">{plainText(commit.body)}</span>}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
