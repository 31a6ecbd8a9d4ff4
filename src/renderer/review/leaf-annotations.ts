/**
 * What stands beside and between the lines of a leaf: suspicious characters, marks and folds of units, notes, and where
 * blocks moved. It is looked up by the path of the file each time it is shown, and taken out before it is shown anew.
 */
import type { Note } from '../../shared/review-notes.ts'
import type { Unit } from '../../shared/review-units.ts'
import type { Models } from './file-models.ts'
import { setFoldUnits } from './fold-units.ts'
import { isSplit, type LeafEditor } from './leaf-editor.ts'
import { inUnified, type MoveEnd } from './move-ends.ts'
import { showMoveZones } from './move-zones.ts'
import { showNoteZones } from './note-zones.ts'
import { suspiciousDecorations } from './suspicious-marks.ts'
import { unitDecorations } from './unit-marks.ts'

/** Kept by the path of the file, for the files shown later. */
export interface Annotations {
  units: ReadonlyMap<string, readonly Unit[]>
  notes: ReadonlyMap<string, readonly Note[]>
  onNote: (note: Note) => void
  moves: ReadonlyMap<string, readonly MoveEnd[]>
  onMove: (end: MoveEnd) => void
}

export interface LeafAnnotations {
  /** Suspicious characters and the lines where units start. */
  showMarks(models: Models): void
  showNotes(models: Models): void
  showMoves(models: Models): void
  /** The folds of a file say which units they hide. */
  nameFolds(models: Models): void
  /** Takes out all that is in the editor itself; the names of folds stay with their file. */
  clear(): void
}

/** Shows nothing yet. The files given to it must be in the editor, except for the names of folds. */
export function createLeafAnnotations(leaf: LeafEditor): LeafAnnotations {
  const { original, modified, shared } = leaf
  const { annotations } = shared
  const marks = [original.createDecorationsCollection(), modified.createDecorationsCollection()] as const
  const unitMarks = modified.createDecorationsCollection()
  const unitsOf = ({ diff }: Models) => annotations.units.get(diff.path) ?? []
  let clearNotes: (() => void) | null = null
  let clearMoves: (() => void) | null = null
  return {
    showMarks(models) {
      marks[0].set(suspiciousDecorations(models.diff.suspicious, 'old', models.oldLines))
      marks[1].set(suspiciousDecorations(models.diff.suspicious, 'new', models.newLines))
      unitMarks.set(unitDecorations(unitsOf(models), models.newLines.length))
    },
    showNotes(models) {
      clearNotes?.()
      clearNotes = noteZones(leaf, models)
    },
    showMoves(models) {
      clearMoves?.()
      clearMoves = moveZones(leaf, models)
    },
    nameFolds: models => setFoldUnits(models.modified, unitsOf(models)),
    clear() {
      clearNotes?.()
      clearMoves?.()
      ;[clearNotes, clearMoves] = [null, null]
      for (const decorations of [...marks, unitMarks]) decorations.clear()
    },
  }
}

function noteZones({ original, modified, shared }: LeafEditor, models: Models): () => void {
  const { annotations } = shared
  const here = annotations.notes.get(models.diff.path) ?? []
  const of = (side: 'old' | 'new') => here.filter(note => note.target.kind === 'lines' && note.target.side === side)
  const clear = [
    showNoteZones(original, of('old'), annotations.onNote),
    showNoteZones(modified, of('new'), annotations.onNote),
  ]
  return () => clear.forEach(undo => undo())
}

function moveZones(leaf: LeafEditor, models: Models): () => void {
  const { original, modified, shared } = leaf
  const { annotations } = shared
  const here = annotations.moves.get(models.diff.path) ?? []
  // The unified layout shows removed lines between the new ones, whose editor then has to name where they went.
  const of = (side: 'old' | 'new') => here.filter(end => end.side === side)
  const between = isSplit(leaf, models) ? [] : inUnified(of('old'), models.diff.hunks)
  const clear = [
    showMoveZones(modified, [...between, ...of('new')], annotations.onMove),
    showMoveZones(original, isSplit(leaf, models) ? of('old') : [], annotations.onMove),
  ]
  return () => clear.forEach(undo => undo())
}
