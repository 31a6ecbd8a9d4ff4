/**
 * The checklists of `supply-chain/assay.toml`: `[[checklist.CRITERION]]` with `id`, `question` and an optional `auto`.
 * Reading is tolerant: an item that is wrong is named with its line and left out, keys and tables of others are no
 * business of ours. Writing changes the items of one criterion in the text and keeps everything else byte for byte; what
 * cannot be kept is refused.
 */
import { isDeepStrictEqual } from 'node:util'
import { checklistItem, type ChecklistItem } from '../../../shared/review-checklist.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { isTable, ownValue, type PlainTable } from '../core/plain-table.ts'
import { ASSAY_FILE, assayProblemText, readAssayTree, type AssayProblem } from './assay-file.ts'
import { buildSpanIndex, spanOf, type SpanIndex } from './toml-spans.ts'
import { renderKey, renderString } from './toml-write.ts'

const MAX_ITEMS = 200

export interface AssayChecklists {
  /** By criterion, in the order of the file. A criterion of which no item holds is not there. */
  readonly checklists: ReadonlyMap<string, readonly ChecklistItem[]>
  readonly problems: readonly AssayProblem[]
  /** False when the file is no TOML: then nothing of it is known and nothing may be written. */
  readonly isToml: boolean
}

/** Never fails: what is wrong is in `problems`. */
export function readChecklists(text: string): AssayChecklists {
  const { tree, problems, note: problem } = readAssayTree(text)
  if (tree === null) return { checklists: new Map(), problems, isToml: false }
  const section = ownValue(tree, 'checklist')
  const checklists = new Map<string, readonly ChecklistItem[]>()
  if (section !== undefined && !isTable(section)) problem(['checklist'], '`checklist` is not a table')
  for (const [criterion, list] of isTable(section) ? Object.entries(section) : []) {
    const at = ['checklist', criterion]
    if (!Array.isArray(list)) {
      problem(at, `the checklist of ${criterion} is not a list; write [[checklist.${renderKey(criterion)}]]`)
      continue
    }
    const items: ChecklistItem[] = []
    for (const [i, entry] of list.slice(0, MAX_ITEMS).entries()) {
      const item = itemOf(entry, (key, message) => problem(key === null ? [...at, i] : [...at, i, key], message))
      if (item === null) continue
      if (items.some(other => other.id === item.id)) problem([...at, i, 'id'], `\`${item.id}\` stands twice`)
      else items.push(item)
    }
    if (list.length > MAX_ITEMS) problem(at, `only the first ${MAX_ITEMS} items of ${criterion} are taken`)
    if (items.length > 0) checklists.set(criterion, items)
  }
  return { checklists, problems, isToml: true }
}

function itemOf(entry: unknown, problem: (key: string | null, message: string) => void): ChecklistItem | null {
  if (!isTable(entry)) {
    problem(null, 'an item of a checklist is a table with `id` and `question`')
    return null
  }
  const [id, question, auto] = [ownValue(entry, 'id'), ownValue(entry, 'question'), ownValue(entry, 'auto')]
  const { shape } = checklistItem
  const isNamed = shape.id.safeParse(id).success
  const isAsked = shape.question.safeParse(question).success && String(question).trim() !== ''
  if (!isNamed)
    problem(
      id === undefined ? null : 'id',
      id === undefined ? '`id` is missing' : '`id` is lower-case letters, digits and hyphens, at most 64',
    )
  if (!isAsked)
    problem(
      question === undefined ? null : 'question',
      question === undefined ? '`question` is missing' : '`question` is a text of 1 to 2000 characters',
    )
  const wanted = shape.auto.safeParse(auto ?? null)
  // The question still holds; only nobody answers it by counting.
  if (!wanted.success) problem('auto', '`auto` is "units" or "read"; it is left out')
  return isNamed && isAsked
    ? { id: id as string, question: question as string, auto: wanted.success ? wanted.data : null }
    : null
}

interface Block {
  readonly start: number
  readonly end: number
  readonly id: string | null
  readonly at: number
}

/**
 * `text` with the items of `criterion` made `items`, in that order. Items that stay keep their text, comments and keys
 * of others; new ones come after the last. Fails with a sentence when the text is no TOML, or in a form in which the
 * rest could not be kept.
 */
export function writeChecklist(
  text: string,
  criterion: string,
  items: readonly ChecklistItem[],
): Result<string, string> {
  const { tree, problems } = readAssayTree(text)
  if (tree === null) return fail(problems.map(assayProblemText).join('; '))
  const spans = buildSpanIndex(text)
  const blocks = blocksOf(text, spans, tree, criterion)
  if (blocks === null) return fail(HAND)
  const read = new Map((readChecklists(text).checklists.get(criterion) ?? []).map(item => [item.id, item]))
  const byId = new Map(blocks.toReversed().flatMap(block => (block.id === null ? [] : [[block.id, block] as const])))
  const written = items.map(item => {
    const [was, block] = [read.get(item.id), byId.get(item.id)]
    if (was === undefined || block === undefined) return newBlock(criterion, item)
    return changedBlock(text, spans, criterion, { block, was, item })
  })
  // What is no item (yet) was not on screen, so nobody took it out.
  const unread = blocks.filter(block => block.id === null || !read.has(block.id) || byId.get(block.id) !== block)
  const start = text.trim() === '' ? HEADING : text
  const after = put(start, blocks, [...written, ...unread.map(block => text.slice(block.start, block.end))])
  return isOnlyThat(tree, after, criterion, items) ? ok(after) : fail(HAND)
}

/** Of a file that is made anew, as cargo-vet heads its own. */
const HEADING = '\n# Assay: what the team keeps beside cargo-vet’s files\n'

const HAND =
  `${ASSAY_FILE} has this checklist in a form that Assay cannot change without changing other parts of the file. ` +
  'Write each item as its own [[checklist.CRITERION]], or edit the file by hand.'

/** Null when an item is not a table with a header of its own. */
function blocksOf(text: string, spans: SpanIndex, tree: PlainTable, criterion: string): readonly Block[] | null {
  const section = ownValue(tree, 'checklist')
  const list = isTable(section) ? ownValue(section, criterion) : undefined
  if (list === undefined) return []
  if (!Array.isArray(list)) return null
  // A key stands before its value; of a table, the value is the header around the key.
  const headers = [...spans].filter(([, span]) => span.valueStart < span.keyStart)
  const starts = [...new Set(headers.map(([, span]) => span.valueStart))].sort((a, b) => a - b)
  const blocks: Block[] = []
  for (const [i, entry] of list.entries()) {
    const span = spanOf(spans, ['checklist', criterion, i])
    if (span === null || span.valueStart >= span.keyStart) return null
    const prefix = headers.findLast(([, other]) => other === span)?.[0] ?? ''
    const inner = new Set(
      headers.filter(([key]) => key.startsWith(`${prefix}\u0000`)).map(([, other]) => other.valueStart),
    )
    const next = starts.find(start => start > span.valueStart && !inner.has(start))
    const id = isTable(entry) ? ownValue(entry, 'id') : null
    blocks.push({
      start: withComments(text, span.valueStart),
      end: next === undefined ? text.length : withComments(text, next),
      id: typeof id === 'string' ? id : null,
      at: i,
    })
  }
  return blocks
}

/** The start of the line of `at`, or of the comments that stand directly above it. */
function withComments(text: string, at: number): number {
  let start = text.lastIndexOf('\n', at - 1) + 1
  while (start > 0) {
    const above = text.lastIndexOf('\n', start - 2) + 1
    if (!/^[ \t]*#/.test(text.slice(above, start))) break
    start = above
  }
  return start
}

function newBlock(criterion: string, item: ChecklistItem): string {
  const auto = item.auto === null ? '' : `auto = ${renderString(item.auto)}\n`
  return `[[checklist.${renderKey(criterion)}]]\nid = ${renderString(item.id)}\nquestion = ${renderString(item.question)}\n${auto}\n`
}

function changedBlock(
  text: string,
  spans: SpanIndex,
  criterion: string,
  { block, was, item }: { readonly block: Block; readonly was: ChecklistItem; readonly item: ChecklistItem },
): string {
  const at = (key: string) => spanOf(spans, ['checklist', criterion, block.at, key])
  const [question, auto] = [at('question'), at('auto')]
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = []
  const lineEnd = (from: number) => {
    const end = text.indexOf('\n', from)
    return end === -1 ? text.length : end + 1
  }
  if (question !== null && was.question !== item.question)
    edits.push({ start: question.valueStart, end: question.valueEnd, text: renderString(item.question) })
  if (was.auto !== item.auto && auto === null && item.auto !== null && question !== null) {
    const end = lineEnd(question.valueEnd)
    edits.push({ start: end, end, text: `${text[end - 1] === '\n' ? '' : '\n'}auto = ${renderString(item.auto)}\n` })
  } else if (was.auto !== item.auto && auto !== null)
    edits.push(
      item.auto === null
        ? { start: text.lastIndexOf('\n', auto.keyStart) + 1, end: lineEnd(auto.valueEnd), text: '' }
        : { start: auto.valueStart, end: auto.valueEnd, text: renderString(item.auto) },
    )
  let out = text.slice(block.start, block.end)
  for (const edit of edits.toSorted((a, b) => b.start - a.start))
    out = out.slice(0, edit.start - block.start) + edit.text + out.slice(edit.end - block.start)
  return out
}

/** In place of the first block; the rest of the blocks are taken out. Without blocks, at the end. */
function put(text: string, blocks: readonly Block[], written: readonly string[]): string {
  const ended = written.map(block => (block.endsWith('\n') ? block : `${block}\n`))
  const spaced = ended
    .map((block, i) => (i < ended.length - 1 && !block.endsWith('\n\n') ? `${block}\n` : block))
    .join('')
  const first = blocks[0]
  if (first === undefined) {
    const gap = text === '' || text.endsWith('\n\n') ? '' : text.endsWith('\n') ? '\n' : '\n\n'
    return `${text}${gap}${spaced.replace(/\n+$/, '\n')}`
  }
  let out = ''
  let from = 0
  for (const block of blocks) {
    out += text.slice(from, block.start)
    if (block === first) out += spaced
    from = block.end
  }
  const rest = text.slice(from)
  return rest === '' ? out.replace(/\n+$/, '\n') : `${out}${out === '' || out.endsWith('\n\n') ? '' : '\n'}${rest}`
}

/** Whether `after` reads as before but for the items of this criterion, which are those wanted. */
function isOnlyThat(before: PlainTable, after: string, criterion: string, items: readonly ChecklistItem[]): boolean {
  const { tree } = readAssayTree(after)
  if (tree === null || !isDeepStrictEqual(others(before, criterion), others(tree, criterion))) return false
  return isDeepStrictEqual(readChecklists(after).checklists.get(criterion) ?? [], items.map(plain))
}

/** Only the three keys, with an ordinary prototype, as reading makes them. */
const plain = ({ id, question, auto }: ChecklistItem): ChecklistItem => ({ id, question, auto })

function others(tree: PlainTable, criterion: string): unknown {
  const section = ownValue(tree, 'checklist')
  const rest = isTable(section) ? Object.entries(section).filter(([name]) => name !== criterion) : []
  return {
    ...Object.fromEntries(Object.entries(tree).filter(([name]) => name !== 'checklist')),
    checklist: Object.fromEntries(rest),
  }
}
