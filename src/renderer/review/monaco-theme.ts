/**
 * The Monaco themes, made from the resolved design tokens of the page at the moment they are asked for, so that the
 * editor and the rest of the window can never differ. No colour is named here.
 */
import { editor } from 'monaco-editor/editor'

/** A token's resolved colour as `#rrggbb` or `#rrggbbaa`. */
function token(styles: CSSStyleDeclaration, name: string): string {
  const value = styles.getPropertyValue(name).trim()
  if (/^#[0-9a-f]{3}$/i.test(value)) return `#${[...value.slice(1)].map(digit => digit + digit).join('')}`
  if (/^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(value)) return value
  const rgb = /^rgba?\(\s*(\d+)[,\s]+(\d+)[,\s]+(\d+)/.exec(value)
  if (rgb === null) return '#808080'
  return `#${rgb
    .slice(1, 4)
    .map(part => Number(part).toString(16).padStart(2, '0'))
    .join('')}`
}

const RULES: readonly (readonly [string, string, string?])[] = [
  ['', '--fg'],
  ['keyword', '--syn-kw'],
  ['unsafe', '--syn-unsafe', 'bold'],
  ['function', '--syn-fn'],
  ['type', '--syn-ty'],
  ['constant', '--syn-num'],
  ['string', '--syn-str'],
  ['string.escape', '--syn-num'],
  ['number', '--syn-num'],
  ['comment', '--syn-com'],
  ['macro', '--syn-mac'],
  ['attribute', '--syn-mac'],
  ['lifetime', '--syn-ty'],
  ['delimiter', '--fg-2'],
  ['tag', '--syn-kw'],
]

const COLORS: Readonly<Record<string, string>> = {
  'editor.background': '--bg-1',
  'editor.foreground': '--fg',
  'editorGutter.background': '--bg-1',
  'editorLineNumber.foreground': '--diff-line-no',
  'editorLineNumber.activeForeground': '--fg-2',
  'editorLineNumber.dimmedForeground': '--diff-line-no',
  'editor.lineHighlightBackground': '--bg-1',
  'editor.lineHighlightBorder': '--line',
  'editor.selectionBackground': '--accent-line',
  'editor.inactiveSelectionBackground': '--accent-bg',
  'editorCursor.foreground': '--accent',
  'editorWhitespace.foreground': '--fg-3',
  'editor.findMatchBackground': '--accent-line',
  'editor.findMatchHighlightBackground': '--accent-bg',
  'editorWidget.background': '--bg-2',
  'editorWidget.foreground': '--fg',
  'editorWidget.border': '--line-2',
  'editorHoverWidget.background': '--bg-2',
  'editorHoverWidget.border': '--line-2',
  'input.background': '--bg-1',
  'input.foreground': '--fg',
  'input.border': '--ctl',
  focusBorder: '--focus',
  'diffEditor.insertedLineBackground': '--diff-add',
  'diffEditor.insertedTextBackground': '--diff-add-2',
  'diffEditor.removedLineBackground': '--diff-del',
  'diffEditor.removedTextBackground': '--diff-del-2',
  'diffEditorGutter.insertedLineBackground': '--diff-add',
  'diffEditorGutter.removedLineBackground': '--diff-del',
  'diffEditorOverview.insertedForeground': '--diff-add-fg',
  'diffEditorOverview.removedForeground': '--diff-del-fg',
  'diffEditor.border': '--line',
  'diffEditor.diagonalFill': '--diff-void',
  'diffEditor.unchangedRegionBackground': '--diff-fold',
  'diffEditor.unchangedRegionForeground': '--fg-2',
  'diffEditor.unchangedRegionShadow': '--line',
  'diffEditor.unchangedCodeBackground': '--bg-1',
  'editorOverviewRuler.border': '--line',
  'editorUnicodeHighlight.border': '--warn',
  'editorUnicodeHighlight.background': '--warn-bg',
  'scrollbarSlider.background': '--bg-4',
  'scrollbarSlider.hoverBackground': '--line-2',
  'scrollbarSlider.activeBackground': '--ctl',
  'scrollbar.shadow': '--bg-1',
  'widget.shadow': '--line-2',
}

/** Defines and chooses the theme for the tokens in force now. Call again after the page's theme changed. */
export function applyMonacoTheme(theme: 'dark' | 'light'): void {
  const styles = getComputedStyle(document.documentElement)
  const name = `assay-${theme}`
  editor.defineTheme(name, {
    base: theme === 'dark' ? 'vs-dark' : 'vs',
    inherit: false,
    rules: RULES.map(([scope, from, fontStyle]) => ({
      token: scope,
      foreground: token(styles, from).slice(1, 7),
      ...(fontStyle === undefined ? {} : { fontStyle }),
    })),
    colors: Object.fromEntries(Object.entries(COLORS).map(([key, from]) => [key, token(styles, from)])),
  })
  editor.setTheme(name)
}
