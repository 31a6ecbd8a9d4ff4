/**
 * A file of a crate beside its side in the repository: files at the left, most worth a look first, and the two sides in
 * the editor of the reviews with its keys. Nothing is marked read here: this is not the change that an audit is about.
 */
import { useMemo, useRef } from 'react'
import type { FileResult, ProvenanceRecord } from '../../shared/provenance.ts'
import { shownPath } from '../review/shown-path.ts'
import { TabFailure } from '../review/tab-failure.tsx'
import { BackButton, TwoSidesFile, useTwoSides } from '../review/two-sides.tsx'
import { FilesList } from './files-list.tsx'
import { rowKey, wordsOf } from './rows.ts'
import { chooseFile, rowsByKey, useProvenance } from './state.ts'
import { firstToRead } from './steps.ts'
import { FILE_STATE, STATUS } from './texts.ts'
import { usePairFile } from './use-pair-file.ts'
import { useRecord } from './use-record.ts'
import { VerdictWords } from './verdict-badge.tsx'
import '../review/review.css'
import './provenance.css'

/** What each side is, in words that cannot be mixed up. */
export function sideTexts(record: ProvenanceRecord, file: FileResult | null): { left: string; right: string } {
  const commit = record.commit === null ? 'no commit' : record.commit.slice(0, 7)
  const path = file?.repositoryPath ?? null
  return {
    left: path === null ? `Repository at ${commit}: not there` : `Repository at ${commit}: ${path}`,
    right:
      file?.state === 'only-in-repository'
        ? `Crate ${record.version}: not there`
        : `Crate ${record.version}: ${file?.path ?? ''}`,
  }
}

function FileHead(props: { readonly record: ProvenanceRecord; readonly file: FileResult | null }) {
  const { record, file } = props
  const { left, right } = sideTexts(record, file)
  return (
    <div className="pv-sides m11">
      <span className="ell" title={shownPath(left)}>
        {shownPath(left)}
      </span>
      <span className="ell" title={shownPath(right)}>
        {shownPath(right)}
      </span>
    </div>
  )
}

export function PairPage(props: { readonly crate: string; readonly version: string; readonly path: string | null }) {
  const { crate, version } = props
  const key = rowKey(props)
  const row = useProvenance(s => {
    const known = s.snapshots.workspace === null ? undefined : rowsByKey(s.snapshots.workspace).get(key)
    return known ?? (s.snapshots.everything === null ? undefined : rowsByKey(s.snapshots.everything).get(key)) ?? null
  })
  const { record, failure, retry, isLoading } = useRecord(crate, version, row?.summary?.checkedAt ?? 0)
  const files = useMemo(() => record?.fileResults ?? [], [record])
  const chosen = useProvenance(s => s.chosenFiles.get(key))
  const isFirstWish = useRef(true)
  const wished = isFirstWish.current ? (props.path ?? chosen) : (chosen ?? props.path)
  const path = record === null ? null : (wished ?? firstToRead(record)?.path ?? record.fileResults[0]?.path ?? null)
  const file = files.find(other => other.path === path) ?? null
  const pair = usePairFile(crate, version, path)
  const sides = useTwoSides({
    files,
    path,
    file: pair,
    isReady: record !== null,
    onChoose: next => {
      isFirstWish.current = false
      chooseFile(key, next)
    },
    elsewhere: { kind: 'provenance' },
  })
  return (
    <main className="rv pv-pair" aria-label={`${crate} ${version} beside its repository`}>
      <header className="rv-top" data-region="review">
        <BackButton onBack={sides.back} />
        <h1 className="t15 ell">{crate}</h1>
        <span className="mono sub">{version}</span>
        {row !== null && <VerdictWords words={wordsOf(row)} isBox />}
        {row === null && record !== null && <VerdictWords words={STATUS[record.outcome]} isBox />}
        <span className="t12 sub ell">{record?.sentence}</span>
      </header>
      <div className="pv-pair-body">
        <section className="side" aria-label="Files" data-region="files">
          {record !== null && (
            <FilesList
              files={files}
              selected={path}
              label={`Files of ${crate} ${version}`}
              listRef={sides.list}
              onSelect={sides.choose}
              onOpen={sides.focusText}
            />
          )}
        </section>
        <section className="rv-mid pv-mid" aria-label="Difference" data-region="difference" ref={sides.area}>
          {record !== null && (
            <div className="pv-pair-head">
              <div className="row">
                <span className="mono med ell">{shownPath(path ?? '')}</span>
                {file !== null && <VerdictWords words={FILE_STATE[file.state]} />}
                {file !== null && file.rule !== null && <span className="t11 dim ell">rule: {file.rule}</span>}
              </div>
              <FileHead record={record} file={file} />
            </div>
          )}
          <TwoSidesFile sides={sides} lead="The two sides of this file cannot be shown">
            {failure !== null && (
              <TabFailure failure={failure} onRetry={retry} lead="The record of this check could not be read" />
            )}
            {failure === null && record === null && !isLoading && (
              <div className="rv-empty">
                <h2 className="t15">Not checked</h2>
                <p className="sub">This version was not compared with its repository, so there are no sides to show.</p>
              </div>
            )}
          </TwoSidesFile>
        </section>
      </div>
    </main>
  )
}
