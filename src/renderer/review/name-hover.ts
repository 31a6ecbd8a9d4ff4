/**
 * What a name means, when the pointer rests on it: the signatures of what bears that name in the crate. By name only,
 * and said so. Text of crates is shown as code, never as Markdown.
 */
import { languages, type editor, type IDisposable, type Position } from 'monaco-editor/editor'
import type { Definitions } from '../../shared/review-aids.ts'
import { definitionsText } from './find-rows.ts'
import { shownPath } from './shown-path.ts'

export type AskName = (name: string, qualifier: string | null) => Promise<Definitions | null>

const SHOWN = 3
const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u
const KEYWORDS = new Set(
  (
    'as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut ' +
    'pub ref return self static struct super trait true type union unsafe use where while'
  ).split(' '),
)

/** The name at a place, and the segment before its `::`. Null on keywords, numbers and white space. */
export function nameAt(
  model: Pick<editor.ITextModel, 'getWordAtPosition' | 'getLineContent'>,
  position: Position,
): { readonly name: string; readonly qualifier: string | null } | null {
  const word = model.getWordAtPosition(position)
  if (word === null || word.word.length > 200 || !NAME.test(word.word) || KEYWORDS.has(word.word)) return null
  const before = model
    .getLineContent(position.lineNumber)
    .slice(Math.max(0, word.startColumn - 301), word.startColumn - 1)
  const qualifier = /([\p{L}_][\p{L}\p{N}_]{0,199})(?:::<[^<>]{0,80}>)?::$/u.exec(before)?.[1] ?? null
  return { name: word.word, qualifier }
}

/** `isOurs` tells the models of this editor from those of others; `ask` answers null before somebody can be asked. */
export function registerNameHover(
  isOurs: (model: editor.ITextModel) => boolean,
  ask: () => AskName | null,
): IDisposable {
  return languages.registerHoverProvider('rust', {
    async provideHover(model, position) {
      const at = isOurs(model) ? nameAt(model, position) : null
      const found = at === null ? null : await ask()?.(at.name, at.qualifier)
      if (found === null || found === undefined || found.total === 0) return null
      const head = found.total === 1 ? 'By name' : `${definitionsText(found.name, found.total)}, by name`
      return { contents: [{ value: head }, ...found.definitions.slice(0, SHOWN).map(of => ({ value: codeBlock(of) }))] }
    },
  })
}

/** A fence longer than any run of backticks inside, so that the text cannot end it. */
export function codeBlock(of: Definitions['definitions'][number]): string {
  const container = of.container === null ? '' : ` in ${of.container}`
  const body = `${shownPath(of.signature)}\n// ${shownPath(of.path)}:${of.line}${shownPath(container)}`
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(run => run[0].length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}rust\n${body}\n${fence}`
}
