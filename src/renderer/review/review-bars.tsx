/** The bars of a review: what is reviewed and how far one is (top), the file on screen (header), the keys (bottom). */
import type { CrateName, Delta } from '../../shared/domain.ts'
import type { FileDiff, Review, ReviewFile } from '../../shared/wire.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { Meter } from '../parts/meter.tsx'
import { changeText, count, number } from '../parts/words.ts'
import type { DiffViewOptions } from './diff-leaf.ts'
import type { KeyHints } from './key-bar.tsx'
import { ReadAsOne } from './read-as-one.tsx'
import { shownPath } from './shown-path.ts'
import { readProgress } from './tree-rows.ts'

interface TopBarProps {
  readonly crate: CrateName
  readonly delta: Delta
  readonly review: Review | null
  readonly onBack: () => void
  readonly onUnread: (step: 1 | -1) => void
  readonly onCertify: () => void
  readonly onDetails: (() => void) | null
}

export function TopBar(props: TopBarProps) {
  const { review } = props
  return (
    <header className="rv-top" data-region="review">
      <button className="btn q s" onClick={props.onBack}>
        <Icon name="left" />
        Queue <Keys of="review.back" />
      </button>
      <h1 className="t15 ell">{props.crate}</h1>
      <span className="mono sub">{changeText(props.delta)}</span>
      <ReadAsOne crate={props.crate} delta={props.delta} />
      {review?.criteria.map(name => (
        <CriteriaChip key={name} name={name} />
      ))}
      {review !== null && <HowFar files={review.files} />}
      <TopActions {...props} />
    </header>
  )
}

function HowFar({ files }: { readonly files: readonly ReviewFile[] }) {
  const progress = readProgress(files)
  return (
    <>
      <span className="rv-vr" />
      <Progress label="Files read" done={progress.files} total={progress.filesTotal} />
      <Progress label="Lines read" done={progress.lines} total={progress.linesTotal} />
      {progress.linesEarlier > 0 && (
        <span
          className="t11 rv-earlier"
          title={`${count(progress.linesEarlier, 'line')} already read in earlier versions or other changes`}
        >
          {count(progress.linesEarlier, 'line')} <span className="rv-wide">already read in earlier versions</span>
        </span>
      )}
    </>
  )
}

function TopActions({ review, onUnread, onDetails, onCertify }: TopBarProps) {
  return (
    <span className="right row rv-actions">
      {review !== null && (
        <>
          <button
            className="btn s"
            onClick={() => onUnread(-1)}
            aria-label="Previous unread file"
            title="Previous unread file (Shift K)"
          >
            <Icon name="up" />
            <span className="rv-wide">Previous</span>
          </button>
          <button className="btn s" onClick={() => onUnread(1)} title="Next unread file (Shift J)">
            <Icon name="down" />
            <span>
              Next<span className="rv-wide"> unread</span>
            </span>
          </button>
        </>
      )}
      {onDetails !== null && (
        <button className="btn s" onClick={onDetails} aria-label="Details" title="Units, notes and more">
          <Icon name="info" />
          <span className="rv-wide">Details</span>
        </button>
      )}
      <button className="btn p s" onClick={onCertify} disabled={review === null}>
        Certify
      </button>
    </span>
  )
}

function Progress({ label, done, total }: { readonly label: string; readonly done: number; readonly total: number }) {
  return (
    <div className="rv-progress">
      <div className="row t11">
        <span className="sub">{label}</span>
        <b className="num right">
          {number(done)} of {number(total)}
        </b>
      </div>
      <Meter done={done} total={Math.max(1, total)} label={`${label}: ${number(done)} of ${number(total)}`} />
    </div>
  )
}

interface FileHeaderProps {
  readonly file: ReviewFile
  readonly diff: FileDiff | null
  /** Units that stand in this file now, and those that went; null: not looked for yet. */
  readonly units: { readonly here: number; readonly removed: number } | null
  readonly options: DiffViewOptions
  readonly onLayout: (layout: DiffViewOptions['layout']) => void
  readonly onWhitespace: () => void
  readonly onToggleRead: () => void
  /** Null: there is no other content to compare with. */
  readonly sinceRead: { readonly isOn: boolean; readonly onToggle: () => void } | null
  /** Null: the version was not compared with its repository. */
  readonly repository: {
    readonly isOn: boolean
    /** It is on and its text is here. */
    readonly isShown: boolean
    readonly label: string
    readonly onToggle: () => void
  } | null
}

export function FileHeader(props: FileHeaderProps) {
  const { file, diff, repository } = props
  return (
    <div className="rv-head">
      <span className="mono med ell rv-path" title={shownPath(file.path)}>
        {file.oldPath !== null && <span className="dim">{shownPath(file.oldPath)} → </span>}
        {shownPath(file.path)}
      </span>
      <span className="num t12 nw" hidden={repository?.isShown === true || props.sinceRead?.isOn === true}>
        {file.isBinary ? (
          <span className="dim">binary</span>
        ) : (
          <>
            <span className="add">+{number(file.insertions)}</span>{' '}
            <span className="del">−{number(file.deletions)}</span>
          </>
        )}
      </span>
      <FileBadges {...props} />
      <span className="right row rv-actions">
        {diff?.kind === 'text' && <TextActions {...props} diff={diff} />}
        <CompareActions {...props} />
        <label className="btn s rv-read">
          <input type="checkbox" checked={file.mark === 'read'} onChange={props.onToggleRead} />
          Read <Keys of="review.toggleRead" />
        </label>
      </span>
    </div>
  )
}

/** What is to be known of the file before its lines. */
function FileBadges({ file, units, repository }: FileHeaderProps) {
  const earlier = file.earlier ?? null
  return (
    <>
      {units !== null && units.here + units.removed > 0 && (
        <span className="rv-badge sub rv-unit-count">
          <span className="rv-diamond" aria-hidden="true" />
          {count(units.here, 'unit')}
          {units.removed > 0 && `, ${number(units.removed)} removed`}
        </span>
      )}
      {file.change !== 'modified' && <span className="pill">{file.change === 'renamed' ? 'moved' : file.change}</span>}
      {!file.isCounted && (
        <span className="pill" title="cargo vet leaves this file out of its count">
          not counted
        </span>
      )}
      {file.mark === 'read' && earlier?.covers === 'all' && (
        <span className="rv-badge rv-earlier">
          <Icon name="check" />
          {earlier.version === null ? 'read before' : `read in ${earlier.version}`}
        </span>
      )}
      {repository?.isShown === true && (
        <span className="pill rv-side-pill" title={`Left: ${repository.label}`}>
          <span className="ell">left: {repository.label}</span>
        </span>
      )}
      {(file.suspicious ?? 0) > 0 && (
        <span className="rv-badge warn">
          <Icon name="warn" />
          {number(file.suspicious ?? 0)} suspicious {file.suspicious === 1 ? 'character' : 'characters'}
        </span>
      )}
    </>
  )
}

interface TextProps extends FileHeaderProps {
  readonly diff: Extract<FileDiff, { kind: 'text' }>
}

function TextActions({ diff, options, onLayout, onWhitespace }: TextProps) {
  return (
    <>
      <Exactness approximate={diff.approximate} />
      {diff.oldText !== null && diff.newText !== null && (
        <span className="seg" role="group" aria-label="Layout">
          {(['split', 'unified'] as const).map(layout => (
            <button key={layout} aria-pressed={options.layout === layout} onClick={() => onLayout(layout)}>
              <Icon name={layout === 'split' ? 'split' : 'list'} />
              {layout === 'split' ? 'Split' : 'Unified'}
            </button>
          ))}
        </span>
      )}
      <button className="btn s rv-ws" aria-pressed={options.whitespace} onClick={onWhitespace}>
        Whitespace
      </button>
    </>
  )
}

/** What else the file can be compared with. */
function CompareActions({ file, sinceRead, repository }: FileHeaderProps) {
  const earlier = file.earlier ?? null
  return (
    <>
      {sinceRead !== null && (
        <button
          className="btn s rv-ws"
          aria-pressed={sinceRead.isOn}
          title={
            earlier?.covers === 'rest'
              ? 'Compare with the content you read; this is all that is left to read'
              : 'Compare with the content you read; more of this change was never read'
          }
          onClick={sinceRead.onToggle}
        >
          Since you read it, {earlier?.version ?? 'before'} <Keys of="review.sinceRead" />
        </button>
      )}
      {repository !== null && (
        <button
          className="btn s rv-ws"
          aria-pressed={repository.isOn}
          title="Show the repository in place of the older version"
          onClick={repository.onToggle}
        >
          Repository <Keys of="review.repoSide" />
        </button>
      )}
    </>
  )
}

function Exactness({ approximate }: { readonly approximate: string | null }) {
  return approximate === null ? (
    <span className="rv-badge sub" title="git compared all lines of both sides; this is no estimate">
      <Icon name="ok" className="ok" />
      exact diff
    </span>
  ) : (
    <span className="rv-badge warn" title={approximate}>
      <Icon name="wave" />
      approximate: {approximate}
    </span>
  )
}

/** Of a review. */
export const REVIEW_KEYS: KeyHints = [
  [['review.nextHunk', 'review.prevHunk'], 'hunk'],
  [['review.nextFile', 'review.prevFile'], 'file'],
  [['review.markNext'], 'mark read and next'],
  [['review.nextUnit'], 'unit'],
  [['review.expand'], 'expand'],
  [['review.layout'], 'split'],
  [['review.unitOk', 'review.unitConcern', 'review.unitNa'], 'answer unit'],
  [['review.back'], 'back'],
  [['app.help'], 'help'],
]
