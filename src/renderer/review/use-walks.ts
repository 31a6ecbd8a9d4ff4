/**
 * The ways through a review beside file after file: jumps and back, blocks that moved, what was found in the whole crate,
 * units, notes. Each shows its place in the difference and its list in the details.
 */
import { useMemo } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Note, NoteTarget } from '../../shared/review-notes.ts'
import type { Unit } from '../../shared/review-units.ts'
import type { Review } from '../../shared/wire.ts'
import type { DiffView } from './diff-editor.ts'
import { useFinder } from './use-finder.ts'
import { useHistory, type HistoryState } from './use-history.ts'
import { useJumps, type Jumps } from './use-jumps.ts'
import { useMoves, type Moves } from './use-moves.ts'
import { useNoteWalk, type NoteWalk } from './use-note-walk.ts'
import type { Details } from './use-details.ts'
import type { Reading } from './use-reading.ts'
import type { ReviewTree } from './use-review-tree.ts'
import { underName } from './use-since-read.ts'
import { useUnitWalk, type UnitWalk } from './use-unit-walk.ts'

export interface WalksOf {
  readonly review: Review
  readonly tree: ReviewTree
  readonly reading: Reading
  readonly details: Details
  readonly view: () => DiffView | null
  /** 1-based line of the new side where the reader is. */
  readonly line: () => number | null
  readonly show: (path: string, line?: number | null) => void
  readonly say: (text: string) => void
}

export interface Walks {
  readonly moves: Moves
  readonly finder: ReturnType<typeof useFinder>
  readonly history: HistoryState
  readonly units: UnitWalk
  readonly notes: NoteWalk
  /** What stands beside the lines of what is on screen. */
  readonly beside: Beside
}

interface Beside {
  readonly units: ReadonlyMap<string, readonly Unit[]>
  readonly notes: ReadonlyMap<string, readonly Note[]>
}

export function useWalks(client: EngineClient, of: WalksOf): Walks {
  const { review, reading, details, view, show, say } = of
  const { shown, side, since, isText } = reading
  const shownPath = shown?.path ?? null
  const jumps = useJumps({
    ...{ shownPath, isText, view, open: show },
    line: () => (reading.isTextFile ? of.line() : null),
  })
  const moves = useMoves(client, review.id, {
    ...{ shownPath, view, open: show, say },
    isText: isText && !isReplaced(reading),
    leave: () => jumps.leave(),
  })
  const finder = useFinder(client, review.id, review.delta.from !== null, {
    ...{ say, jumps, view, shownPath },
    isText: isText && !side.isOn,
    openTab: () => details.openTab('find'),
  })
  const history = useHistory(client, review.id, { path: shownPath, openTab: () => details.openTab('file') })
  const units = useUnitWalk(client, review.id, { say, onShow: unit => showUnit(of, jumps, unit) })
  const notes = useNoteWalk(client, review.id, {
    say,
    onShow: note => showNote(of, jumps, note),
    onWrite: () => details.openTab('notes'),
    target: () => noteTarget(of),
    onDone: () => view()?.focus(),
  })
  const sincePath = since.isOn ? (reading.file?.path ?? null) : null
  const beside = useBeside(units.byPath, notes.byPath, sincePath, since.shownAs)
  return { moves, finder, history, units, notes, beside: side.isOn ? NOTHING_BESIDE : beside }
}

/** Over the repository's side the lines of units would not fit. */
const NOTHING_BESIDE: Beside = { units: new Map(), notes: new Map() }

/** Something else than the change is on screen. */
const isReplaced = ({ shown, diff }: Reading): boolean => diff !== (shown?.diff ?? null)

function showUnit({ reading, details, view, show }: WalksOf, jumps: Jumps, unit: Unit): void {
  jumps.leave()
  details.openTab('units')
  const isHere = reading.shown?.path === unit.path && reading.isText
  if (isHere && unit.line > 0) view()?.goToLine('new', unit.line)
  else if (!isHere) show(unit.path, unit.line > 0 ? unit.line : null)
}

function showNote({ tree, reading, details, view, show }: WalksOf, jumps: Jumps, { target, place }: Note): void {
  jumps.leave()
  details.openTab('notes')
  if (target.kind === 'crate' || !tree.filesByPath.has(target.path)) return
  const line = target.kind === 'lines' && place.line > 0 ? place.line : null
  const isHere = reading.shown?.path === target.path
  if (isHere && reading.isText && line !== null && target.kind === 'lines') view()?.goToLine(target.side, line)
  else if (!isHere) show(target.path, line)
}

/** What a note written now would be about. */
function noteTarget({ reading: { shown, isText, side, since }, view }: WalksOf): NoteTarget {
  if (shown === null) return { kind: 'crate' }
  const lines = isText && !side.isOn ? (view()?.selectedLines() ?? null) : null
  // The older side is then that of another version.
  if (lines === null || (since.isOn && lines.side === 'old')) return { kind: 'file', path: shown.path }
  return { kind: 'lines', path: shown.path, ...lines }
}

/** `sincePath`: the file that is shown as `shownAs`, compared with what was read; null: the changes themselves. */
function useBeside(
  units: UnitWalk['byPath'],
  notes: NoteWalk['byPath'],
  sincePath: string | null,
  shownAs: string,
): Beside {
  return useMemo(() => {
    if (sincePath === null) return { units, notes }
    const isNewSide = (note: Note) => note.target.kind !== 'lines' || note.target.side === 'new'
    return {
      units: underName(units, sincePath, shownAs),
      notes: underName(notes, sincePath, shownAs, isNewSide),
    }
  }, [sincePath, shownAs, units, notes])
}
