/**
 * The units of the files of a review: each changed file is looked through on both sides, what stands on the new side is
 * listed and compared with the base by its text. A file that cannot be read or parsed is `unknown`, never "none".
 */
import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AbsolutePath } from '../../../../shared/domain.ts'
import type { Unit, UnitFile, UnitKind } from '../../../../shared/review-units.ts'
import { UNIT_KINDS } from '../../../../shared/review-units.ts'
import { Cancelled } from '../../../../shared/result.ts'
import type { ReviewFile } from '../../../../shared/wire.ts'
import { FileError, type Capabilities, type Run } from '../../capabilities.ts'
import { decodeText, isBinaryBytes, scanSuspicious } from '../text-scan.ts'
import type { RustParser } from './rust-parser.ts'
import { LONG_LINE, scanRustInTurns, type ScannedRust } from './scan-rust.ts'
import type { FoundUnit } from './unit-scan.ts'

/** A unit without the reviewer's answer. */
export type BareUnit = Omit<Unit, 'answer'>

export interface CrateUnits {
  /** By kind, those that are optional last, then by path and line. */
  readonly units: readonly BareUnit[]
  readonly files: readonly UnitFile[]
  readonly isCut: boolean
}

export interface UnitsInput {
  readonly oldFolder: AbsolutePath | null
  readonly newFolder: AbsolutePath
  readonly files: readonly Omit<ReviewFile, 'mark'>[]
}

const NEVER_BUILT: ReadonlySet<ReviewFile['group']> = new Set(['tests', 'benches', 'examples'])
/** What a reader cannot see is owed wherever it lies: a payload waits in a test's data as well as anywhere. */
const ALWAYS_OWED: ReadonlySet<UnitKind> = new Set(['binary', 'hidden-characters'])
const MAX_FILE_BYTES = 8 << 20
const MAX_UNITS = 20_000
const MAX_LONG_LINES = 20
const MAX_SNIPPET = 160

interface SideUnit extends FoundUnit {
  readonly text: string
  readonly line: number
  readonly endLine: number
}
interface Side {
  readonly units: readonly SideUnit[]
  readonly state: UnitFile['state']
  readonly reason: string | null
  readonly macroBodies: number
}

/** Looks through every file of the review, giving way to other work every 20 ms or so. Throws Cancelled. */
export async function crateUnits(
  caps: Pick<Capabilities, 'files'>,
  parser: RustParser,
  input: UnitsInput,
  run: Run,
): Promise<CrateUnits> {
  const units: BareUnit[] = []
  const files: UnitFile[] = []
  let isCut = false
  const pause = async () => {
    await nextTurn()
    if (run.signal.aborted) throw new Cancelled()
  }
  const read: Reader = { files: caps.files, pause }
  for (const [i, file] of input.files.entries()) {
    if (run.signal.aborted) throw new Cancelled()
    run.onProgress({ done: i, total: input.files.length, step: file.path })
    const oldPath = file.oldPath ?? file.path
    const now = file.change === 'deleted' ? null : await readSide(read, parser, input.newFolder, file.path, file)
    // Of the base only the texts of its units count, and they are the same without a syntax tree.
    const base =
      input.oldFolder === null || file.change === 'added'
        ? null
        : await readSide(read, null, input.oldFolder, oldPath, file)
    const room = MAX_UNITS - units.length
    if ((now?.units.length ?? 0) > room) isCut = true
    await pause()
    const { listed, removed } = againstBase(
      now?.units.slice(0, room) ?? [],
      base?.units ?? [],
      file,
      input.oldFolder !== null,
    )
    if (now !== null || removed > 0) {
      files.push({
        path: file.path,
        state: now?.state ?? 'not-rust',
        reason: now?.reason ?? null,
        macroBodies: now?.macroBodies ?? 0,
        removed,
      })
    }
    units.push(...listed)
  }
  const order = new Map(UNIT_KINDS.map((kind, i) => [kind, i]))
  const compare = (a: BareUnit, b: BareUnit) =>
    (order.get(a.kind) ?? 0) - (order.get(b.kind) ?? 0) ||
    Number(a.isOptional) - Number(b.isOptional) ||
    byText(a.path, b.path) ||
    a.line - b.line
  return { units: units.sort(compare), files, isCut }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

interface Reader {
  readonly files: Capabilities['files']
  /** Lets other work of this process go first. */
  readonly pause: () => Promise<void>
}

async function readSide(
  read: Reader,
  parser: RustParser | null,
  folder: AbsolutePath,
  path: string,
  file: Omit<ReviewFile, 'mark'>,
): Promise<Side> {
  const isRust = path.endsWith('.rs')
  let bytes: Uint8Array
  try {
    bytes = await read.files.readBytes(`${folder}/${path}` as AbsolutePath, MAX_FILE_BYTES)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    const reason = `could not be read: ${error.code === 'EFBIG' ? `larger than ${MAX_FILE_BYTES >> 20} MiB` : error.code}`
    return { units: [wholeFile('not-parsed', reason)], state: 'unknown', reason, macroBodies: 0 }
  }
  if (isBinaryBytes(bytes)) {
    const sum = createHash('sha256').update(bytes).digest('hex')
    const text = `binary file of ${bytes.length.toLocaleString('en-US')} bytes, sha256 ${sum}`
    const state = isRust ? 'unknown' : 'not-rust'
    const reason = isRust ? 'holds NUL bytes' : null
    return { units: [wholeFile('binary', text)], state, reason, macroBodies: 0 }
  }
  const { text } = decodeText(bytes)
  const scanned = isRust ? await scanRustInTurns(text, parser, read.pause) : null
  await read.pause()
  const lines = lineStarts(text)
  const found: SideUnit[] = (scanned?.units ?? []).map(unit => placed(unit, text, lines))
  found.push(...longLines(text, lines), ...hidden(text, lines))
  if (file.group === 'build' && isRust) found.unshift(wholeFile('build-script', text))
  if (file.group === 'ffi' && !isRust) found.unshift(wholeFile('ffi', text))
  if (scanned !== null && scanned.problem !== null) found.push(...notParsed(scanned, text, lines))
  return {
    units: found,
    state: scanned === null ? 'not-rust' : scanned.problem === null ? 'parsed' : 'partly',
    reason: scanned?.problem ?? null,
    macroBodies: scanned?.macroBodies ?? 0,
  }
}

/** Each part that did not parse with its lines, or the file when there is no tree. */
function notParsed(scanned: ScannedRust, text: string, lines: readonly number[]): SideUnit[] {
  if (scanned.gaps.length === 0) return [wholeFile('not-parsed', `${scanned.problem ?? ''}: ${text}`)]
  return scanned.gaps.map(({ start, end }) => {
    const line = lineOf(lines, start)
    const endLine = Math.max(line, lineOf(lines, end - 1))
    // A sign that is missing has no text of its own: the line it is missed on stands for it.
    const shown =
      end > start ? text.slice(start, end) : text.slice(lines[line - 1] ?? 0, (lines[line] ?? text.length + 1) - 1)
    return { ...wholeFile('not-parsed', shown), start, end, line, endLine }
  })
}

const wholeFile = (kind: UnitKind, text: string): SideUnit => ({
  kind,
  start: 0,
  end: 0,
  item: null,
  certainty: kind === 'not-parsed' ? 'unknown' : 'parsed',
  places: 1,
  text,
  line: 0,
  endLine: 0,
})

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** 1-based line of an offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return low + 1
}

function placed(unit: FoundUnit, text: string, lines: readonly number[]): SideUnit {
  const line = lineOf(lines, unit.start)
  return { ...unit, text: text.slice(unit.start, unit.end), line, endLine: Math.max(line, lineOf(lines, unit.end - 1)) }
}

function longLines(text: string, lines: readonly number[]): SideUnit[] {
  const found: SideUnit[] = []
  for (const [i, start] of lines.entries()) {
    const end = (lines[i + 1] ?? text.length + 1) - 1
    if (end - start < LONG_LINE) continue
    found.push({ ...wholeFile('long-line', text.slice(start, end)), start, end, line: i + 1, endLine: i + 1 })
    if (found.length === MAX_LONG_LINES) break
  }
  return found
}

/** One unit per line that holds characters a reader cannot see or that move others. */
function hidden(text: string, lines: readonly number[]): SideUnit[] {
  const byLine = new Map<number, number>()
  for (const found of scanSuspicious(text, 'new').listed) byLine.set(found.line, (byLine.get(found.line) ?? 0) + 1)
  return [...byLine].map(([line, places]) => {
    const start = lines[line - 1] ?? 0
    const end = (lines[line] ?? text.length + 1) - 1
    return { ...wholeFile('hidden-characters', text.slice(start, end)), start, end, line, endLine: line, places }
  })
}

/**
 * What stands now, each against the base: the same kind with the same text is unchanged, the same kind in the same item
 * is changed, the rest new. Base units that nothing took are counted as removed.
 */
function againstBase(
  now: readonly SideUnit[],
  base: readonly SideUnit[],
  file: Pick<ReviewFile, 'path' | 'group'>,
  hasBase: boolean,
): { readonly listed: readonly BareUnit[]; readonly removed: number } {
  const byText = new Map<string, number>()
  const byItem = new Map<string, number>()
  const textKey = (u: SideUnit) => `${u.kind}\0${normal(u.text)}`
  const itemKey = (u: SideUnit) => `${u.kind}\0${u.item ?? ''}`
  for (const unit of base) byText.set(textKey(unit), (byText.get(textKey(unit)) ?? 0) + 1)
  const take = (from: Map<string, number>, key: string): boolean => {
    const left = from.get(key) ?? 0
    if (left > 0) from.set(key, left - 1)
    return left > 0
  }
  const unchanged = now.map(unit => take(byText, textKey(unit)))
  for (const unit of base)
    if (take(byText, textKey(unit))) byItem.set(itemKey(unit), (byItem.get(itemKey(unit)) ?? 0) + 1)
  const seen = new Map<string, number>()
  const listed = now.map((unit, i): BareUnit => {
    const change = unchanged[i] === true ? 'unchanged' : hasBase && take(byItem, itemKey(unit)) ? 'changed' : 'new'
    const key = `${unit.kind}\0${file.path}\0${normal(unit.text)}`
    const nth = seen.get(key) ?? 0
    seen.set(key, nth + 1)
    const id = createHash('sha256').update(`${key}\0${nth}`).digest('hex').slice(0, 24)
    const { kind, line, endLine, item, places, certainty } = unit
    const isOptional = NEVER_BUILT.has(file.group) && !ALWAYS_OWED.has(kind)
    return {
      ...{ id, kind, path: file.path, line, endLine, snippet: snippetOf(unit) },
      ...{ item, places, change, certainty, isOptional },
    }
  })
  let removed = 0
  for (const left of byItem.values()) removed += left
  return { listed, removed }
}

/** White space does not make another unit. */
const normal = (text: string): string => text.replace(/\s+/g, ' ').trim()

function snippetOf(unit: SideUnit): string {
  const first =
    unit.line === 0 && unit.kind !== 'binary' && unit.kind !== 'not-parsed' ? 'the whole file' : normal(unit.text)
  const cut = first.length > MAX_SNIPPET ? `${first.slice(0, MAX_SNIPPET - 1)}…` : first
  return cut.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, c => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
}
