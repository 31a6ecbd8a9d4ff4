/**
 * Draws the characters that cannot be seen, or that move others, as boxed code points in the text. Monaco itself writes
 * controls and bidirectional controls visibly; for the rest the code point is put in front as extra text.
 */
import type { editor } from 'monaco-editor/editor'
import type { SuspiciousChar } from '../../shared/wire.ts'

const MAX_MARKS = 500

/** Characters that Monaco draws by itself when `renderControlCharacters` is on. */
function isDrawnByMonaco(codePoint: number): boolean {
  return (
    codePoint < 0x20 ||
    codePoint === 0x7f ||
    codePoint === 0x0d ||
    (codePoint >= 0x202a && codePoint <= 0x202e) ||
    (codePoint >= 0x2066 && codePoint <= 0x2069) ||
    codePoint === 0x200e ||
    codePoint === 0x200f ||
    codePoint === 0x061c
  )
}

/** Decorations for one side. `lines` are the side's lines, to leave out places past their end. */
export function suspiciousDecorations(
  found: readonly SuspiciousChar[],
  side: 'old' | 'new',
  lines: readonly string[],
): editor.IModelDeltaDecoration[] {
  return found
    .filter(char => char.side === side && char.line >= 1 && char.column <= (lines[char.line - 1]?.length ?? 0))
    .slice(0, MAX_MARKS)
    .map(char => {
      const codePoint = Number.parseInt(char.codePoint.slice(2), 16)
      const endColumn = char.column + (codePoint > 0xffff ? 2 : 1)
      return {
        range: { startLineNumber: char.line, startColumn: char.column, endLineNumber: char.line, endColumn },
        options: {
          inlineClassName: 'rv-suspicious',
          hoverMessage: { value: `${char.codePoint} ${char.name}` },
          overviewRuler: { color: { id: 'editorUnicodeHighlight.border' }, position: 4 },
          ...(isDrawnByMonaco(codePoint)
            ? {}
            : { before: { content: char.codePoint, inlineClassName: 'rv-suspicious rv-code-point' } }),
        },
      }
    })
}
