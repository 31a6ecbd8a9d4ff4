/** The words of a note that say what was not read: found in shared/, shown here. */
export { hasCaveat, noteParts, type NotePart } from '../../shared/caveats.ts'
