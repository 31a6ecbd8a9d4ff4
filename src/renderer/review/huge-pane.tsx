/** A file too large for the editor: git's unified diff in pages of rows, drawn only where they are on screen. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { FileDiff } from '../../shared/wire.ts'
import { Icon } from '../parts/icon.tsx'
import { count, number } from '../parts/words.ts'

export type HugeDiff = Extract<FileDiff, { kind: 'huge' }>
type HugeLine = HugeDiff['lines'][number]

const SIGNS: Readonly<Record<HugeLine['tag'], string>> = { add: '+', del: '−', same: ' ', hunk: ' ' }

/** A row without a number goes on with the line above it. */
const isChangedLine = (line: HugeLine): boolean =>
  (line.tag === 'add' || line.tag === 'del') && (line.oldNo !== null || line.newNo !== null)

export function HugePane(props: { readonly diff: HugeDiff; readonly onPage: (page: number) => void }) {
  const { diff } = props
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: diff.lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 19,
    overscan: 30,
  })
  useEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = 0
  }, [diff])
  const shown = diff.lines.filter(isChangedLine).length
  return (
    <div className="rv-huge">
      <div className="notice w" role="status">
        <Icon name="wave" />
        <span className="grow">
          Too large for the editor: {diff.reason}. Showing {number(shown)} of {count(diff.changedLines, 'changed line')}
          , page {number(diff.page + 1)} of {number(diff.pages)}.
        </span>
        {diff.pages > 1 && (
          <>
            <button className="btn s" disabled={diff.page === 0} onClick={() => props.onPage(diff.page - 1)}>
              Previous page
            </button>
            <button
              className="btn s"
              disabled={diff.page + 1 >= diff.pages}
              onClick={() => props.onPage(diff.page + 1)}
            >
              Next page
            </button>
          </>
        )}
      </div>
      <div
        ref={scroller}
        className="rv-huge-lines"
        tabIndex={0}
        role="group"
        aria-label={`Page ${diff.page + 1} of the diff`}
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(item => {
            const line = diff.lines[item.index]
            if (line === undefined) return null
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className={`rv-hl ${line.tag}`}
                style={{ top: item.start }}
              >
                <span className="no">{line.oldNo ?? ''}</span>
                <span className="no">{line.newNo ?? ''}</span>
                <span className="sign">{SIGNS[line.tag]}</span>
                <span className="code">
                  <VisibleText text={line.text} />
                </span>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

const HIDDEN =
  /([\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E0FFF}])/u

/** Text with hidden characters as boxed code points. */
export function VisibleText({ text }: { readonly text: string }) {
  if (!HIDDEN.test(text)) return text
  return text.split(HIDDEN).map((part, i) =>
    i % 2 === 0 ? (
      part
    ) : (
      <span key={i} className="rv-suspicious rv-code-point">
        U+{(part.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}
      </span>
    ),
  )
}
