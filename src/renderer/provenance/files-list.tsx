/** The files of a record: one tab stop, arrows move, Enter opens. Drawn only where they are on screen. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, type KeyboardEvent, type Ref } from 'react'
import type { FileResult } from '../../shared/provenance.ts'
import { Icon } from '../parts/icon.tsx'
import { shownPath } from '../review/shown-path.ts'
import { FILE_STATE } from './texts.ts'

const ROW_HEIGHT = 25
const INITIAL_RECT = { width: 480, height: 400 }

const idOf = (index: number): string => `prov-file-${index}`

/** Where a key moves to in a list of `length`; null when it does not move. */
export function listTarget(key: string, index: number, length: number, page: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    j: 1,
    k: -1,
    PageDown: page,
    PageUp: -page,
    Home: -Infinity,
    End: Infinity,
  }
  const step = steps[key]
  if (step === undefined || length === 0) return null
  return Math.min(Math.max(index + step, 0), length - 1)
}

/** State in words, the rule in its tooltip; code that differs is marked, because it runs. */
function FileState({ file }: { readonly file: FileResult }) {
  const words = FILE_STATE[file.state]
  const isLoud = file.isCode && (file.state === 'differs' || file.state === 'only-in-crate')
  return (
    <span className="pv-state">
      <span className={`v ${words.tone}`} title={file.rule === null ? undefined : `Rule: ${file.rule}`}>
        <Icon name={words.glyph} />
        {words.label}
      </span>
      {isLoud && (
        <span className="pill" title="cargo compiles or runs this file">
          code
        </span>
      )}
    </span>
  )
}

export function FilesList(props: {
  readonly files: readonly FileResult[]
  readonly selected: string | null
  readonly label: string
  readonly listRef?: Ref<HTMLDivElement>
  readonly onSelect: (path: string) => void
  readonly onOpen: (path: string) => void
}) {
  const { files, selected, onSelect, onOpen } = props
  const scroller = useRef<HTMLDivElement>(null)
  const getScrollElement = useCallback(() => scroller.current, [])
  const estimateSize = useCallback(() => ROW_HEIGHT, [])
  const virtualizer = useVirtualizer({
    count: files.length,
    getScrollElement,
    estimateSize,
    overscan: 8,
    initialRect: INITIAL_RECT,
  })
  const index = files.findIndex(file => file.path === selected)
  useEffect(() => {
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' })
  }, [virtualizer, index])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    const at = files[index]
    if (event.key === 'Enter' && at !== undefined) {
      event.preventDefault()
      onOpen(at.path)
      return
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1)
    const next = files[listTarget(event.key, index, files.length, page) ?? -1]
    if (next === undefined) return
    event.preventDefault()
    onSelect(next.path)
  }
  const shown = virtualizer.getVirtualItems()
  const isActiveShown = shown.some(item => item.index === index)
  return (
    <div
      ref={element => {
        scroller.current = element
        const { listRef } = props
        if (typeof listRef === 'function') listRef(element)
        else if (listRef !== null && listRef !== undefined) listRef.current = element
      }}
      className="pv-files"
      role="listbox"
      aria-label={props.label}
      aria-activedescendant={isActiveShown ? idOf(index) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {shown.map(item => {
          const file = files[item.index]
          if (file === undefined) return null
          return (
            <div
              key={item.key}
              id={idOf(item.index)}
              role="option"
              aria-selected={item.index === index}
              aria-setsize={files.length}
              aria-posinset={item.index + 1}
              className="pv-file"
              style={{ transform: `translateY(${item.start}px)` }}
              onMouseDown={() => onSelect(file.path)}
              onDoubleClick={() => onOpen(file.path)}
            >
              <span className="m11 ell grow" title={shownPath(file.path)}>
                {shownPath(file.path)}
              </span>
              <FileState file={file} />
            </div>
          )
        })}
      </div>
    </div>
  )
}
