/** Names of the kinds of units as the list groups them, and of the answers. Pure. */
import { isOwed, type Unit, type UnitKind, type UnitVerdict } from '../../shared/review-units.ts'

interface UnitGroup {
  readonly id: string
  readonly title: string
  readonly kinds: readonly UnitKind[]
}

/** In the order of the list. */
export const UNIT_GROUPS: readonly UnitGroup[] = [
  {
    id: 'unsafe',
    title: 'unsafe',
    kinds: ['unsafe-block', 'unsafe-fn', 'unsafe-impl', 'unsafe-trait', 'unsafe-attribute', 'transmute', 'raw-pointer'],
  },
  { id: 'ffi', title: 'FFI and assembly', kinds: ['ffi', 'asm', 'dynamic-loading'] },
  { id: 'build', title: 'Build script and macros', kinds: ['build-script', 'proc-macro', 'runs-before-main'] },
  {
    id: 'reach',
    title: 'File, network, process, environment, clock',
    kinds: ['process', 'network', 'file-system', 'environment', 'clock'],
  },
  { id: 'include', title: 'Included files', kinds: ['include'] },
  {
    id: 'odd',
    title: 'Hard to see',
    kinds: ['hidden-characters', 'non-ascii-name', 'long-literal', 'long-line', 'binary'],
  },
  { id: 'unknown', title: 'Not parsed', kinds: ['not-parsed'] },
]

export const KIND_WORDS: Readonly<Record<UnitKind, string>> = {
  'unsafe-block': 'unsafe block',
  'unsafe-fn': 'unsafe function',
  'unsafe-impl': 'unsafe impl',
  'unsafe-trait': 'unsafe trait',
  'unsafe-attribute': 'unsafe attribute',
  transmute: 'transmute',
  'raw-pointer': 'raw pointers',
  asm: 'inline assembly',
  ffi: 'FFI',
  'build-script': 'build script',
  'proc-macro': 'procedural macro',
  'runs-before-main': 'runs without being called',
  include: 'included file',
  process: 'process',
  network: 'network',
  'file-system': 'file system',
  environment: 'environment',
  clock: 'clock',
  'dynamic-loading': 'dynamic loading',
  'long-literal': 'very long literal',
  'long-line': 'very long line',
  binary: 'binary file',
  'hidden-characters': 'hidden characters',
  'non-ascii-name': 'name not in ASCII',
  'not-parsed': 'not parsed',
}

export const VERDICT_WORDS: Readonly<Record<UnitVerdict, string>> = {
  fine: 'OK',
  concern: 'Concern',
  'not-applicable': 'n.a.',
}

/** One row of the list: a group's heading or a unit. */
export type UnitRow =
  | {
      readonly kind: 'group'
      readonly id: string
      readonly title: string
      readonly open: number
      readonly total: number
    }
  | { readonly kind: 'unit'; readonly unit: Unit }

export type UnitFilter = 'open' | 'all'

/** An unchanged unit of the base version is nobody's duty, nor is one of tests, benches and examples. */
export function isOpen(unit: Unit): boolean {
  return unit.answer === null && isOwed(unit)
}

/** Groups without rows are left out; `keep` stays in sight though it was answered just now. */
export function unitRows(units: readonly Unit[], filter: UnitFilter, keep: string | null): readonly UnitRow[] {
  return UNIT_GROUPS.flatMap((group): readonly UnitRow[] => {
    const all = units.filter(unit => group.kinds.includes(unit.kind))
    const shown = filter === 'all' ? all : all.filter(unit => isOpen(unit) || unit.id === keep)
    if (shown.length === 0) return []
    const open = all.filter(isOpen).length
    const heading: UnitRow = { kind: 'group', id: group.id, title: group.title, open, total: all.length }
    return [heading, ...shown.map((unit): UnitRow => ({ kind: 'unit', unit }))]
  })
}

/** The next open unit in the order of the list, going round; null when there is no other one. */
export function nextOpenUnit(units: readonly Unit[], from: string | null, step: 1 | -1): Unit | null {
  const ordered = UNIT_GROUPS.flatMap(group => units.filter(unit => group.kinds.includes(unit.kind)))
  const start = ordered.findIndex(unit => unit.id === from)
  for (let i = 1; i <= ordered.length; i++) {
    const base = start === -1 ? (step === 1 ? -1 : 0) : start
    const index = (((base + i * step) % ordered.length) + ordered.length) % ordered.length
    const unit = ordered[index]
    if (unit !== undefined && unit.id !== from && isOpen(unit)) return unit
  }
  return null
}

/** What a fold says about the units in it: `2 units inside, 1 open`. At least one. */
export function foldWords(hidden: readonly Unit[]): string {
  const inside = `${hidden.length} ${hidden.length === 1 ? 'unit' : 'units'} inside`
  const open = hidden.filter(isOpen).length
  if (open > 0) return `${inside}, ${open} open`
  const concerns = hidden.filter(unit => unit.answer?.verdict === 'concern').length
  if (concerns > 0) return `${inside}, ${concerns} with a concern`
  if (hidden.every(unit => unit.answer?.verdict === 'fine')) return `${inside}, answered OK`
  return hidden.every(unit => unit.answer === null) ? `${inside}, unchanged` : `${inside}, none open`
}

/** The unit's text; a name with letters that may look like others also says which they are, as Rust writes them. */
export function snippetText(unit: Unit): string {
  if (unit.kind !== 'non-ascii-name') return unit.snippet
  const escaped = unit.snippet.replace(/[^\x20-\x7e…]/gu, char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
  return escaped === unit.snippet ? escaped : `${unit.snippet} = ${escaped}`
}
