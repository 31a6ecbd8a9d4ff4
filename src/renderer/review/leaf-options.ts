/**
 * The options of a leaf's editor (leaf-editor.ts): what never changes, what the reader chose, and what a file asks for.
 * Pure: when they are set, and in what order, is not decided here.
 */
import type { editor } from 'monaco-editor/editor'
import type { DiffViewOptions } from './diff-leaf.ts'
import type { Models, TextDiff } from './file-models.ts'
import { shownPath } from './shown-path.ts'

/** Unchanged lines that stay around a hunk, and above it when it is gone to. */
export const HUNK_CONTEXT_LINES = 3
/** The marks of units stand before the numbers and need the room of two. */
const MARK_CHARS = 2
const MIN_NUMBER_CHARS = 3 + MARK_CHARS
const MAX_MEASURED_UNITS = 100_000

const BASE_OPTIONS: editor.IStandaloneDiffEditorConstructionOptions = {
  readOnly: true,
  domReadOnly: true,
  originalEditable: false,
  automaticLayout: true,
  useInlineViewWhenSpaceIsLimited: false,
  enableSplitViewResizing: false,
  renderMarginRevertIcon: false,
  renderGutterMenu: false,
  renderIndicators: true,
  renderOverviewRuler: true,
  hideUnchangedRegions: {
    enabled: true,
    contextLineCount: HUNK_CONTEXT_LINES,
    // A fold takes the room of two lines and breaks what one reads; each also costs a millisecond to make.
    minimumLineCount: 10,
    revealLineCount: 20,
  },
  fontSize: 12,
  lineHeight: 19,
  lineNumbersMinChars: MIN_NUMBER_CHARS,
  lineDecorationsWidth: 18,
  glyphMargin: false,
  folding: false,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  contextmenu: false,
  links: false,
  stickyScroll: { enabled: false },
  guides: { indentation: false, bracketPairs: false },
  bracketPairColorization: { enabled: false },
  matchBrackets: 'never',
  occurrencesHighlight: 'off',
  selectionHighlight: false,
  renderLineHighlight: 'none',
  renderControlCharacters: true,
  unusualLineTerminators: 'off',
  stopRenderingLineAfter: 10_000,
  unicodeHighlight: {
    ambiguousCharacters: true,
    invisibleCharacters: false,
    nonBasicASCII: false,
    includeComments: true,
    includeStrings: true,
  },
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
  overviewRulerBorder: false,
  padding: { top: 0, bottom: 12 },
}

function editorOptions(options: DiffViewOptions): editor.IDiffEditorOptions {
  return {
    renderSideBySide: options.layout === 'split',
    diffWordWrap: options.wrap ? 'on' : 'off',
    wordWrap: options.wrap ? 'on' : 'off',
    wrappingIndent: 'deepIndent',
    renderWhitespace: options.whitespace ? 'all' : 'none',
  } as editor.IDiffEditorOptions
}

/** A file outside of the change, reached by a search or a definition: shown whole. */
function isUnchanged(diff: TextDiff): boolean {
  return diff.hunks.length === 0 && diff.oldText === diff.newText
}

/** The layout of a file. Added files have no old side and deleted ones no new side: one pane shows all there is. */
export function layoutFor(diff: TextDiff, layout: DiffViewOptions['layout']): DiffViewOptions['layout'] {
  if (diff.oldText === null || isUnchanged(diff)) return 'unified'
  return diff.newText === null ? 'split' : layout
}

const noNumber = () => ''

/** What the editor is made with, out of the keyboard's way and without a file. `over`: where hovers are put. */
export function firstOptions(
  options: DiffViewOptions,
  fontFamily: string,
  over: HTMLElement,
): editor.IStandaloneDiffEditorConstructionOptions {
  return { ...BASE_OPTIONS, fontFamily, ...editorOptions(options), overflowWidgetsDomNode: over, tabIndex: -1 }
}

/** What a file, or none, asks for: of both sides, and then of the old side alone. */
export function fileOptions(
  models: Models | null,
  options: DiffViewOptions,
  tabIndex: 0 | -1,
): { readonly both: editor.IDiffEditorOptions; readonly oldSide: editor.IEditorOptions } {
  const diff = models?.diff ?? null
  const layout = diff === null ? options.layout : layoutFor(diff, options.layout)
  const splitViewDefaultRatio = diff?.newText === null ? 0.9 : 0.5
  // Boxed code points are wider than the characters they stand for; only the slower strategy sees that.
  const isSmall = (diff?.oldText?.length ?? 0) + (diff?.newText?.length ?? 0) < MAX_MEASURED_UNITS
  const wrappingStrategy = diff !== null && diff.suspicious.length > 0 && isSmall ? 'advanced' : 'simple'
  const hideUnchangedRegions = { ...BASE_OPTIONS.hideUnchangedRegions, enabled: diff === null || !isUnchanged(diff) }
  const layoutOptions = { splitViewDefaultRatio, wrappingStrategy, hideUnchangedRegions } as editor.IDiffEditorOptions
  const lines = Math.max(models?.oldLines.length ?? 0, models?.newLines.length ?? 0)
  const lineNumbersMinChars = Math.max(MIN_NUMBER_CHARS, String(lines).length + MARK_CHARS)
  const name = diff === null ? 'No file' : shownPath(diff.path)
  const access = { originalAriaLabel: `${name}, old side`, modifiedAriaLabel: `${name}, new side`, tabIndex }
  // A side that does not exist has no lines to number.
  const lineNumbers = diff?.oldText === null ? noNumber : 'on'
  return {
    both: { ...editorOptions({ ...options, layout }), ...layoutOptions, ...access, lineNumbersMinChars },
    // NOTE: the unified layout leaves this override set on the old side; without it the old side never wraps again.
    oldSide: { wordWrapOverride2: layout === 'split' ? 'inherit' : 'off', lineNumbers },
  }
}
