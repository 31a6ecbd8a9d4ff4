/**
 * The list of files at the left: groups, folders and files with their marks and sizes. One tab stop; arrows move, Enter
 * opens, left and right close and open groups. Only the rows on screen are drawn.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import type { Unit } from '../../shared/review-units.ts'
import type { FileGroup, ReviewFile } from '../../shared/wire.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { count, number } from '../parts/words.ts'
import { ReadMarkGlyph } from './read-mark.tsx'
import { shownPath } from './shown-path.ts'
import { treeKeyTarget } from './tree-keys.ts'
import { createRowKeys, linesOfFile, readProgress, ROW_HEIGHT, type TreeRow, type TreeSort } from './tree-rows.ts'
import { isOpen, UNIT_GROUPS } from './unit-words.ts'

export interface FileTreeProps {
  readonly rows: readonly TreeRow[]
  readonly selected: string | null
  readonly sort: TreeSort
  /** By path; empty until they were looked for. */
  readonly units: ReadonlyMap<string, readonly Unit[]>
  readonly filter: string
  readonly filterRef: RefObject<HTMLInputElement | null>
  readonly onOpen: (path: string) => void
  /** Opens and moves the keyboard to the diff. */
  readonly onRead: (path: string) => void
  readonly onToggleGroup: (group: FileGroup) => void
  readonly onSort: (sort: TreeSort) => void
  readonly onFilter: (filter: string) => void
  /** The group or file row that has the keyboard, for commands on a group. */
  readonly onFocusRow: (row: TreeRow | null) => void
}

const NEXT_SORT: Readonly<Record<TreeSort, TreeSort>> = { path: 'unread', unread: 'risk', risk: 'path' }
const SORT_WORDS: Readonly<Record<TreeSort, string>> = { path: 'By path', unread: 'Unread first', risk: 'By risk' }

const NO_UNITS: readonly Unit[] = []
const UNSAFE_KINDS = new Set(
  UNIT_GROUPS.filter(({ id }) => id === 'unsafe' || id === 'ffi').flatMap(({ kinds }) => kinds),
)

export function FileTree(props: FileTreeProps) {
  const list = useTreeList(props)
  return (
    <aside className="side rv-side" aria-label="Files" data-region="files">
      <div className="rv-find">
        <FilterField {...props} list={list} />
        <button
          className="btn q s"
          aria-pressed={props.sort !== 'path'}
          title="Order of the files in each group"
          onClick={() => props.onSort(NEXT_SORT[props.sort])}
        >
          {SORT_WORDS[props.sort]}
        </button>
      </div>
      <Tree {...props} list={list} />
      <div className="rv-legend" aria-hidden="true">
        {(['read', 'partly', 'changed', 'unread'] as const).map(mark => (
          <span key={mark}>
            <ReadMarkGlyph mark={mark} />
            {mark}
          </span>
        ))}
      </div>
    </aside>
  )
}

/** The rows on screen, and the one that has the keyboard. */
function useTreeList({ rows, selected, onFocusRow }: FileTreeProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const [rowKeys] = useState(createRowKeys)
  const keys = useMemo(() => rowKeys(rows), [rowKeys, rows])
  // Stable functions as long as the keys are: a new one makes the virtualizer lay every row out again.
  const getScrollElement = useCallback(() => scroller.current, [])
  const estimateSize = useCallback((i: number) => ROW_HEIGHT[keys.kinds[i] ?? 'file'], [keys])
  const getItemKey = useCallback((i: number) => keys.list[i] ?? i, [keys])
  const virtual = useVirtualizer({
    ...{ count: rows.length, overscan: 12 },
    ...{ getScrollElement, estimateSize, getItemKey },
  })
  const selectedKey = selected === null ? null : `f:${selected}`
  const activeKey = focused !== null && keys.at.has(focused) ? focused : selectedKey

  useEffect(() => {
    const index = selectedKey === null ? undefined : keys.at.get(selectedKey)
    if (index !== undefined) virtual.scrollToIndex(index, { align: 'auto' })
    // Only a new selection scrolls: rows change with every mark.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selectedKey])

  const focusRow = (index: number) => {
    const [row, key] = [rows[index], keys.list[index]]
    if (row === undefined || key === undefined) return
    setFocused(key)
    onFocusRow(row)
    virtual.scrollToIndex(index, { align: 'auto' })
  }
  return { scroller, keys, virtual, focused, setFocused, selectedKey, activeKey, focusRow }
}

interface PartProps extends FileTreeProps {
  readonly list: ReturnType<typeof useTreeList>
}

function FilterField(props: PartProps) {
  const { rows, list } = props
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      props.onFilter('')
      list.scroller.current?.focus()
    } else if (event.key === 'Enter') {
      const first = rows.find(row => row.kind === 'file')
      if (first?.kind === 'file') props.onRead(first.file.path)
    } else if (event.key === 'ArrowDown') {
      list.scroller.current?.focus()
      list.focusRow(rows.findIndex(row => row.kind === 'file'))
    } else return
    event.preventDefault()
  }
  return (
    <label className="inp grow">
      <Icon name="search" />
      <input
        ref={props.filterRef}
        value={props.filter}
        placeholder="Find file"
        aria-label="Find file"
        spellCheck={false}
        onChange={event => props.onFilter(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {props.filter === '' && <Keys of="review.files" />}
    </label>
  )
}

function Tree(props: PartProps) {
  const { rows, list } = props
  const { activeKey, virtual } = list
  return (
    <div
      ref={list.scroller}
      className="rv-tree"
      role="tree"
      aria-label="Files of the change"
      tabIndex={0}
      aria-activedescendant={activeKey === null ? undefined : rowId(activeKey)}
      onKeyDown={event => onTreeKey(event, props)}
      onBlur={() => {
        list.setFocused(null)
        props.onFocusRow(null)
      }}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(item => {
          const [row, key] = [rows[item.index], list.keys.list[item.index]]
          if (row === undefined || key === undefined) return null
          return (
            <div
              key={item.key}
              className="rv-row"
              style={{ top: item.start, height: item.size }}
              id={rowId(key)}
              data-active={key === activeKey && list.focused !== null ? '' : undefined}
              {...rowRole(row, key === list.selectedKey)}
              onClick={() => {
                list.focusRow(item.index)
                openRow(row, props)
              }}
            >
              <Row row={row} units={props.units} />
            </div>
          )
        })}
      </div>
      {rows.length === 0 && <p className="rv-none">No file matches “{props.filter}”.</p>}
    </div>
  )
}

function onTreeKey(event: KeyboardEvent, props: PartProps): void {
  const { rows, list, onToggleGroup } = props
  const index = list.activeKey === null ? -1 : (list.keys.at.get(list.activeKey) ?? -1)
  const target = treeKeyTarget(event.key, rows, index)
  const row = rows[index]
  if (target !== null) list.focusRow(target)
  else if (event.key === 'Enter' || event.key === ' ') {
    if (row !== undefined) openRow(row, props)
  } else if (event.key === 'ArrowRight' && row?.kind === 'group' && !row.isOpen) onToggleGroup(row.group.id)
  else if (event.key === 'ArrowLeft' && row?.kind === 'group' && row.isOpen) onToggleGroup(row.group.id)
  else return
  event.preventDefault()
}

/** A file is opened; a group is opened or closed. */
function openRow(row: TreeRow, { onOpen, onToggleGroup }: FileTreeProps): void {
  if (row.kind === 'file') onOpen(row.file.path)
  if (row.kind === 'group') onToggleGroup(row.group.id)
}

const rowId = (key: string): string => `rv-${key.replace(/[^A-Za-z0-9]/g, char => `_${char.codePointAt(0) ?? 0}`)}`

function rowRole(row: TreeRow, isSelected: boolean): Record<string, string | number | boolean> {
  if (row.kind === 'folder') return { role: 'presentation' }
  if (row.kind === 'group')
    return { role: 'treeitem', 'aria-level': 1, 'aria-expanded': row.isOpen, 'aria-selected': false }
  // Named by what it shows; the folder and the unit of the number are said, though not seen.
  return { role: 'treeitem', 'aria-level': 2, 'aria-selected': isSelected, 'data-path': shownPath(row.file.path) }
}

function Row({ row, units }: { readonly row: TreeRow; readonly units: FileTreeProps['units'] }) {
  if (row.kind === 'folder') return <div className="rv-dir m11">{row.folder}</div>
  if (row.kind === 'group') {
    const read = row.files.filter(file => file.mark === 'read').length
    return (
      <div className={row.files.length === 0 ? 'rv-group none' : 'rv-group'}>
        <Icon name={row.isOpen ? 'down' : 'right'} />
        <span className="rv-group-title ell">{row.group.title}</span>
        {row.isOptional && <span className="opt">optional</span>}
        <GroupBar files={row.files} />
        <span className="num t11">
          {number(read)}/{number(row.files.length)}
        </span>
      </div>
    )
  }
  return <FileRow file={row.file} name={row.name} units={units.get(row.file.path) ?? NO_UNITS} />
}

/** Lines read of a group, as a bar; said in words to those who do not see it. */
function GroupBar({ files }: { readonly files: readonly ReviewFile[] }) {
  const { lines, linesTotal, linesEarlier } = readProgress(files)
  if (linesTotal === 0) return null
  const earlier = linesEarlier === 0 ? '' : `, ${number(linesEarlier)} of them in other versions`
  const text = `${number(lines)} of ${count(linesTotal, 'line')} read${earlier}`
  return (
    <span className="rv-gbar" title={text}>
      <i style={{ width: `${Math.floor((lines / linesTotal) * 100)}%` }} />
      <span className="sr">{text}</span>
    </span>
  )
}

/** The part of the path that the row's name leaves out, because a row above says it. */
function unseenFolder(file: ReviewFile, name: string): string {
  const path = shownPath(file.path)
  return path.endsWith(name) ? path.slice(0, path.length - name.length) : ''
}

interface FileRowProps {
  readonly file: ReviewFile
  readonly name: string
  readonly units: readonly Unit[]
}

/** Drawn again only when its file or its units change: a mark changes one of them, a key in the diff none. */
const FileRow = memo(function FileRow({ file, name, units }: FileRowProps) {
  const lines = linesOfFile(file)
  const suspects = count(file.suspicious ?? 0, 'suspicious character')
  const title = file.oldPath === null ? shownPath(file.path) : `${shownPath(file.oldPath)} → ${shownPath(file.path)}`
  return (
    <div className={file.isCounted ? 'rv-file' : 'rv-file uncounted'} title={title}>
      <ReadMarkGlyph mark={file.mark} />
      <span className="grow ell">
        <span className="sr">{unseenFolder(file, name)}</span>
        {name}
      </span>
      {(file.suspicious ?? 0) > 0 && (
        <span className="rv-sus" role="img" aria-label={suspects} title={suspects}>
          <Icon name="warn" />
        </span>
      )}
      <UnitGlyph units={units} />
      <span className="num t11 dim">
        {file.isBinary ? 'binary' : number(lines)}
        {!file.isBinary && <span className="sr">{lines === 1 ? ' changed line' : ' changed lines'}</span>}
      </span>
      <Churn file={file} />
    </div>
  )
})

/** That there is unsafe or foreign code in the file, and whether some of it waits for an answer. */
function UnitGlyph({ units }: { readonly units: readonly Unit[] }) {
  const here = units.filter(unit => UNSAFE_KINDS.has(unit.kind))
  if (here.length === 0) return null
  const open = here.filter(isOpen).length
  const text = `${count(here.length, 'unsafe or foreign place')}, ${number(open)} open`
  return (
    <span className={open > 0 ? 'rv-file-unit' : 'rv-file-unit answered'} role="img" aria-label={text} title={text}>
      <span className="rv-diamond" />
    </span>
  )
}

/** Ratio of added to removed lines; grey when no line is counted. */
function Churn({ file }: { readonly file: ReviewFile }) {
  const total = linesOfFile(file)
  const added = total === 0 ? 0 : Math.round((file.insertions / total) * 22)
  return (
    <span className="rv-churn" aria-hidden="true">
      <i className="add" style={{ width: added }} />
      <i className="del" style={{ width: total === 0 ? 0 : 22 - added }} />
    </span>
  )
}
