/**
 * The text diff on screen: one view for the life of the page. Loads Monaco if it is not here yet; the
 * former file stays until the new one is painted.
 */
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react'
import type { Note } from '../../shared/review-notes.ts'
import type { Unit } from '../../shared/review-units.ts'
import { onTheme, themeNow } from '../styles/follow-theme.ts'
import type { MoveEnd } from './move-ends.ts'
import type { DiffView } from './diff-editor.ts'
import type { DiffPlace, DiffViewOptions } from './diff-leaf.ts'
import type { TextDiff } from './file-models.ts'

export interface DiffPaneHandle {
  /** Null until Monaco is loaded. */
  view(): DiffView | null
}

const NO_MOVES: ReadonlyMap<string, readonly MoveEnd[]> = new Map()
const NO_NOTES: ReadonlyMap<string, readonly Note[]> = new Map()

export function DiffPane(props: {
  readonly ref: Ref<DiffPaneHandle>
  readonly diff: TextDiff
  /** Line of the new side to start at; null: the first hunk, or where this file was left. */
  readonly line: number | null
  readonly options: DiffViewOptions
  readonly isHidden: boolean
  /** Shown next in all probability; its models are made while there is time. */
  readonly next: TextDiff | null
  /** Units by the path of their file, for the marks beside the lines. */
  readonly units: ReadonlyMap<string, readonly Unit[]>
  readonly notes?: ReadonlyMap<string, readonly Note[]>
  readonly onNote?: (note: Note) => void
  readonly moves?: ReadonlyMap<string, readonly MoveEnd[]>
  readonly onMove?: (end: MoveEnd) => void
  readonly onPlace: (place: DiffPlace) => void
  /** The file is in the editor and will be in the next frame. */
  readonly onShown?: () => void
  /** Part of the file was on screen long enough to be read. May come more than once. */
  readonly onPartly: (path: string) => void
}) {
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<DiffView | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const latest = useRef(props)
  useEffect(() => {
    latest.current = props
  })
  useImperativeHandle(props.ref, () => ({ view: () => view }), [view])

  useEffect(() => {
    let isMounted = true
    let made: DiffView | null = null
    let leave: ((view: DiffView) => void) | null = null
    import('./spare-editor.ts').then(
      ({ takeDiffView, leaveDiffView }) => {
        if (!isMounted || host.current === null) return
        leave = leaveDiffView
        made = takeDiffView({
          host: host.current,
          options: { ...latest.current.options, theme: themeNow() },
          onPlace: place => latest.current.onPlace(place),
          onPartly: path => latest.current.onPartly(path),
        })
        setView(made)
      },
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    )
    return () => {
      isMounted = false
      if (made !== null) leave?.(made)
    }
  }, [])

  useEffect(() => (view === null ? undefined : onTheme(theme => view.setTheme(theme))), [view])
  const { layout, wrap, whitespace } = props.options
  useEffect(() => view?.setOptions({ layout, wrap, whitespace }), [view, layout, wrap, whitespace])
  const { units } = props
  useEffect(() => view?.setUnits(units), [view, units])
  const { notes = NO_NOTES } = props
  useEffect(() => view?.setNotes(notes, note => latest.current.onNote?.(note)), [view, notes])
  const { moves = NO_MOVES } = props
  useEffect(() => view?.setMoves(moves, end => latest.current.onMove?.(end)), [view, moves])
  const { diff, line } = props
  useEffect(() => {
    void view?.show(diff, line).then(() => {
      if (latest.current.diff !== diff) return
      // Said in the page itself, for whoever waits for the file: tests and measurements.
      host.current?.setAttribute('data-shown', diff.path)
      latest.current.onShown?.()
    })
  }, [view, diff, line])
  const { next } = props
  useEffect(() => {
    if (view === null || next === null) return
    const timer = window.setTimeout(() => view.prepare(next), 30)
    return () => window.clearTimeout(timer)
  }, [view, next])

  return (
    <div className="rv-editor-box" hidden={props.isHidden}>
      <div ref={host} className="rv-editor" data-ready={view === null ? undefined : ''} />
      {problem !== null && <p className="rv-none">The editor could not be loaded: {problem}</p>}
    </div>
  )
}
