/**
 * Two different crates beside each other, in the editor of the reviews with its keys. It is no delta: nothing is marked
 * read and nothing can be certified, and the page says so.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useState, type KeyboardEvent } from 'react'
import type { ComparedFile, ComparedPair, CrateComparison } from '../../shared/crate-compare.ts'
import type { Failure } from '../../shared/failure.ts'
import { useClient } from '../client.ts'
import { count, number } from '../parts/words.ts'
import { useComparison } from './comparison.ts'
import { shownPath, splitPath } from './shown-path.ts'
import { TabFailure } from './tab-failure.tsx'
import { BackButton, TwoSidesFile, useTwoSides } from './two-sides.tsx'
import { useComparedFile } from './use-compared-file.ts'
import './review.css'
import './compare.css'

const ROW_PX = 28
const NO_DELTA = 'No delta: nothing is marked read here, and it cannot be certified.'

export function ComparePage() {
  const pair = useComparison()
  return pair === null ? null : <Comparison key={JSON.stringify(pair)} pair={pair} />
}

function Comparison({ pair }: { readonly pair: ComparedPair }) {
  const client = useClient()
  const { left, right } = pair
  const [made, setMade] = useState<CrateComparison | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [attempt, setAttempt] = useState(0)
  const [chosen, setChosen] = useState<string | null>(null)
  useEffect(() => {
    let isCurrent = true
    void client.call('compare.open', pair).then(answer => {
      if (!isCurrent) return
      setFailure(answer.ok ? null : answer.error)
      if (answer.ok) setMade(answer.value)
    })
    return () => {
      isCurrent = false
    }
  }, [client, pair, attempt])
  const load = useCallback(
    (path: string, page: number) => client.call('compare.file', { ...pair, path, page }),
    [client, pair],
  )
  const files = made?.files ?? NO_FILES
  const path = chosen ?? files[0]?.path ?? null
  const file = useComparedFile(load, path)
  const sides = useTwoSides({
    files,
    path,
    file,
    isReady: made !== null,
    onChoose: setChosen,
    elsewhere: { kind: 'queue' },
  })
  const entry = files.find(other => other.path === path) ?? null
  return (
    <main className="rv" aria-label={`${left.crate} ${left.version} beside ${right.crate} ${right.version}`}>
      <header className="rv-top" data-region="review">
        <BackButton onBack={sides.back} />
        <h1 className="t15 ell two">
          {left.crate} <span className="mono sub">{left.version}</span> beside {right.crate}{' '}
          <span className="mono sub">{right.version}</span>
        </h1>
        <span className="pill">two crates</span>
        <span className="t12 sub ell" title={NO_DELTA}>
          {NO_DELTA}
        </span>
        {made !== null && (
          <span className="right t12 sub nw num">
            {count(made.files.length, 'file')}, +{number(made.stat.insertions)} −{number(made.stat.deletions)},{' '}
            {number(made.unchangedFiles)} equal
          </span>
        )}
      </header>
      <div className="rv-body narrow">
        <section className="side" aria-label="Files" data-region="files">
          <FileList
            files={files}
            selected={path}
            listRef={sides.list}
            onSelect={sides.choose}
            onOpen={sides.focusText}
          />
        </section>
        <section className="rv-mid" aria-label="Difference" data-region="difference" ref={sides.area}>
          {entry !== null && (
            <div className="rv-head rv-two">
              <span className="m11 ell">
                {left.crate} {left.version}:{' '}
                {entry.change === 'added' ? 'not there' : shownPath(entry.oldPath ?? entry.path)}
              </span>
              <span className="m11 ell">
                {right.crate} {right.version}: {entry.change === 'deleted' ? 'not there' : shownPath(entry.path)}
              </span>
            </div>
          )}
          <TwoSidesFile sides={sides}>
            {failure !== null && <TabFailure failure={failure} onRetry={() => setAttempt(n => n + 1)} />}
            {made === null && failure === null && (
              <p className="rv-none" role="status">
                Fetching and comparing both crates
              </p>
            )}
            {made !== null && files.length === 0 && <p className="rv-none">No file differs.</p>}
          </TwoSidesFile>
        </section>
      </div>
    </main>
  )
}

const NO_FILES: readonly ComparedFile[] = []

function FileList(props: {
  readonly files: readonly ComparedFile[]
  readonly selected: string | null
  readonly listRef: React.RefObject<HTMLDivElement | null>
  readonly onSelect: (path: string) => void
  readonly onOpen: () => void
}) {
  const { files, selected, listRef } = props
  const virtual = useVirtualizer({
    count: files.length,
    getScrollElement: () => listRef.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const index = files.findIndex(file => file.path === selected)
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' })
  }, [virtual, index])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity },
    }
    const by = steps[event.key]
    if (event.key === 'Enter') props.onOpen()
    else if (by === undefined) return
    else {
      const next = files[Math.min(Math.max(index + by, 0), files.length - 1)]
      if (next !== undefined) props.onSelect(next.path)
    }
    event.preventDefault()
  }
  return (
    <div
      ref={listRef}
      className="rv-cmp-files"
      role="listbox"
      aria-label="Files that differ"
      aria-activedescendant={index >= 0 ? `cmp-${index}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(item => {
          const file = files[item.index]
          if (file === undefined) return null
          const { folder, name } = splitPath(file.path)
          return (
            <div
              key={file.path}
              id={`cmp-${item.index}`}
              role="option"
              aria-selected={item.index === index}
              className={item.index === index ? 'rv-cmp-file on' : 'rv-cmp-file'}
              style={{ transform: `translateY(${item.start}px)`, height: item.size }}
              title={shownPath(file.path)}
              onClick={() => props.onSelect(file.path)}
            >
              <span className="ell">
                {name} <span className="dim t11">{folder}</span>
              </span>
              <span className="t11 sub nw right">
                {file.change === 'added'
                  ? 'right only'
                  : file.change === 'deleted'
                    ? 'left only'
                    : `+${number(file.insertions)} −${number(file.deletions)}`}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
