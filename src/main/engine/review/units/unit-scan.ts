/**
 * Walks the tokens of one Rust file and lists the units. What a word is follows from the words beside it, which in Rust
 * is certain where the file parses; inside macro bodies and gaps of the syntax it is only likely, and said so.
 */
import type { UnitKind } from '../../../../shared/review-units.ts'
import { powerOf, powerOfCall, powerOfName, powerOfNumber } from './powers.ts'
import type { Token } from './rust-tokens.ts'
import type { Spans } from './spans.ts'
import type { UseNames } from './use-names.ts'

export interface FoundUnit {
  readonly kind: UnitKind
  /** UTF-16 offsets of the text that is the unit. */
  readonly start: number
  readonly end: number
  readonly item: string | null
  readonly certainty: Certainty
  readonly places: number
}
type Certainty = 'parsed' | 'words' | 'unknown'

/** A part of a file that the grammar could make nothing of; UTF-16 offsets, `start` may equal `end`. */
export interface Gap {
  readonly start: number
  readonly end: number
}

export const LONG_LITERAL = 1_000
const TOKENS_PER_STEP = 10_000

const ASM = new Set(['asm', 'global_asm', 'naked_asm', 'llvm_asm'])
const INCLUDE = new Set(['include', 'include_str', 'include_bytes'])
const ENV = new Set(['env', 'option_env'])
const BEFORE_MAIN = new Set(['ctor', 'dtor', 'global_allocator', 'panic_handler', 'alloc_error_handler', 'lang'])
const FFI_ATTRIBUTES = new Set([
  'no_mangle',
  'export_name',
  'link',
  'link_name',
  'link_section',
  'link_args',
  'used',
  'naked',
])
const PROC_MACRO = new Set(['proc_macro', 'proc_macro_derive', 'proc_macro_attribute'])
const TRANSMUTE = new Set(['transmute', 'transmute_copy', 'transmute_unchecked'])
/** Methods and functions that give, take or follow a raw pointer; `as_ptr` of a smart pointer of one's own counts too. */
const POINTER_METHODS =
  /^(as_ptr|as_mut_ptr|as_ptr_range|as_mut_ptr_range|into_raw|cast_mut|cast_const|read_unaligned|write_unaligned|read_volatile|write_volatile)$/
const POINTER_FUNCTIONS =
  /^(from_raw|from_raw_parts|from_raw_parts_mut|from_ptr|slice_from_raw_parts(_mut)?|into_raw|leak_raw)$/
/** Functions of `std::ptr` that only compare. */
const HARMLESS_POINTER = /^(eq|addr_eq|fn_addr_eq|hash|NonNull|Pointee)$/
const POINTER_MACROS = new Set(['addr_of', 'addr_of_mut'])
/** Macros that make system calls or foreign declarations from what stands in them. */
const CALLING_MACRO = /sys_?call|libc|cvt/i
const DECLARING_MACRO = /extern|^(raw_)?link$/
const SYSCALL = /^(SYS|__NR|NR)_/
const NOT_A_VALUE = /^(fn|mod|let|struct|enum|trait|type|const|static|mut|macro_rules)$/

export class UnitScan {
  readonly #text: string
  readonly #tokens: readonly Token[]
  readonly #spans: Spans
  readonly #use: UseNames
  readonly #gaps: readonly Gap[]
  readonly #isParsed: boolean
  readonly #hasClock: boolean
  readonly #found: FoundUnit[] = []
  /** Raw pointers are one unit per item. */
  readonly #pointers = new Map<number, { unit: FoundUnit; places: number }>()

  /** Gaps are in order and apart; `isParsed` is false when there is no syntax tree at all. */
  constructor(
    text: string,
    tokens: readonly Token[],
    spans: Spans,
    use: UseNames,
    syntax: { readonly gaps: readonly Gap[]; readonly isParsed: boolean },
  ) {
    this.#text = text
    this.#tokens = tokens
    this.#spans = spans
    this.#use = use
    this.#gaps = syntax.gaps
    this.#isParsed = syntax.isParsed
    this.#hasClock = /\b(Instant|SystemTime)\b/.test(text)
  }

  /** In the order of the text. */
  units(): readonly FoundUnit[] {
    const pointers = [...this.#pointers.values()].map(({ unit, places }) => ({ ...unit, places }))
    return [...this.#found, ...pointers].sort((a, b) => a.start - b.start || a.end - b.end)
  }

  /** Yields now and then, so that the caller can let others run. */
  *run(): Generator<undefined, undefined, undefined> {
    const tokens = this.#tokens
    const use = this.#use
    for (const { path, token } of use.globs) {
      const power = powerOf([...path, '*'])
      if (power !== null) this.#add(power, token, { certainty: 'unknown' })
    }
    const used = new Set<string>()
    for (let i = 0; i < tokens.length; i++) {
      if (i % TOKENS_PER_STEP === 0) yield
      const token = tokens[i]!
      if (token.kind === 'string' && token.end - token.start >= LONG_LITERAL) this.#add('long-literal', i)
      if (token.kind !== 'word') {
        if (token.kind !== 'punctuation') continue
        if (token.text === '*' && (this.#is(i + 1, 'const') || this.#is(i + 1, 'mut'))) this.#pointer(i)
        if (token.text === '#') this.#attribute(i)
        if (token.text === '&' && this.#is(i + 1, 'raw') && (this.#is(i + 2, 'const') || this.#is(i + 2, 'mut')))
          this.#pointer(i)
        continue
      }
      if (/[^\u0000-\u007f]/.test(token.text)) this.#add('non-ascii-name', i)
      if (use.inside.has(i)) continue
      if (token.text === 'unsafe') this.#unsafe(i)
      else if (token.text === 'extern') this.#extern(i)
      else if (this.#is(i + 1, '!')) this.#macro(i)
      else if (this.#is(i - 1, '.')) this.#method(i)
      else if (!this.#is(i - 1, '::')) this.#path(i, used)
    }
    // An import that no place in this file names is re-exported, used by a macro elsewhere, or a trait: it counts itself.
    for (const { path, name, token } of use.imports) {
      const power = powerOf(path)
      if (power !== null && !used.has(name)) this.#add(power, token)
    }
  }

  #is(i: number, text: string): boolean {
    const token = this.#tokens[i]
    return token !== undefined && token.text === text && token.kind !== 'string'
  }

  #unsafe(i: number): void {
    const next = this.#tokens[i + 1]
    if (next?.text === '{') return this.#addRange('unsafe-block', i, this.#spans.closing(i + 1))
    if (next?.text === 'impl') return this.#addItem('unsafe-impl', i, i + 1)
    if (next?.text === 'trait') return this.#addItem('unsafe-trait', i, i + 1)
    if (next?.text === 'auto' && this.#is(i + 2, 'trait')) return this.#addItem('unsafe-trait', i, i + 2)
    if (next?.text === '(') return this.#addRange('unsafe-attribute', i, this.#spans.closing(i + 1))
    // A function pointer's type is `unsafe fn(` or `unsafe extern "C" fn(`; a function has a name before the bracket.
    let at = i + 1
    while (
      this.#is(at, 'extern') ||
      this.#is(at, 'const') ||
      this.#is(at, 'async') ||
      this.#tokens[at]?.kind === 'string'
    )
      at += 1
    if (this.#is(at, 'fn')) return this.#is(at + 1, '(') ? undefined : this.#addItem('unsafe-fn', i, at)
    if (this.#is(at, '{') && at > i + 1) return // `unsafe extern "C" {` is listed at `extern`
    if (this.#is(at, 'static')) return // in an `extern` block, which is listed
    this.#add('unsafe-block', i, { certainty: 'unknown' })
  }

  #extern(i: number): void {
    if (this.#is(i + 1, 'crate')) return
    const hasAbi = this.#tokens[i + 1]?.kind === 'string'
    const at = hasAbi ? i + 2 : i + 1
    if (this.#is(at, '{')) return this.#addItem('ffi', i, i)
    if (this.#is(at, 'fn')) return this.#is(at + 1, '(') ? undefined : this.#addItem('ffi', i, at)
    // `extern $abi` of a macro, or a string that is not followed by what an ABI is followed by.
    if (hasAbi || this.#is(at, '$')) this.#add('ffi', i, { certainty: 'unknown' })
  }

  #macro(i: number): void {
    const name = this.#tokens[i]!.text
    if (!/^[([{]$/.test(this.#tokens[i + 2]?.text ?? '')) return
    const kind: UnitKind | null = ASM.has(name)
      ? 'asm'
      : INCLUDE.has(name)
        ? 'include'
        : ENV.has(name)
          ? 'environment'
          : null
    const to = this.#spans.closing(i + 2)
    if (kind !== null) this.#add(kind, i, { to })
    else if (POINTER_MACROS.has(name)) this.#pointer(i)
    else if (DECLARING_MACRO.test(name) || (CALLING_MACRO.test(name) && this.#isFunctionAt(i + 3)))
      this.#add('ffi', i, { to, certainty: 'unknown' })
  }

  #method(i: number): void {
    if (!this.#is(i + 1, '(')) return
    const name = this.#tokens[i]!.text
    if (POINTER_METHODS.test(name)) this.#pointer(i)
    // What is asked cannot be told from words; in a file that names a clock it is likely one.
    else if (name === 'elapsed' && this.#hasClock && this.#is(i + 2, ')') && !this.#is(i - 4, 'now'))
      this.#add('clock', i, { to: i + 2, certainty: 'unknown' })
  }

  /** A path that starts here: `a::b::c`, generics left out. */
  #path(i: number, used: Set<string>): void {
    const next = this.#tokens[i + 1]?.text
    const word = this.#tokens[i]!.text
    // Most words: no path, no call, no import. Numbers of system calls stand alone.
    if (next !== '::' && next !== '(' && !this.#use.names.has(word) && !SYSCALL.test(word)) return
    const { parts, end } = this.#pathAt(i)
    const [first, last] = [parts[0] ?? '', parts.at(-1) ?? '']
    // `name: ` of a field or a parameter, and a definition, are other things with the same name.
    if (parts.length === 1 && (this.#is(i + 1, ':') || NOT_A_VALUE.test(this.#tokens[i - 1]?.text ?? ''))) return
    const isCall = this.#is(end + 1, '(') || (this.#is(end + 1, '::') && this.#is(end + 2, '<'))
    const aliases = this.#use.names.get(first) ?? []
    const whole = [...aliases.map(path => [...path, ...parts.slice(1)]), ...(parts.length > 1 ? [parts] : [])]
    if (TRANSMUTE.has(last) && isCall) {
      used.add(first)
      return this.#addCall('transmute', i, end)
    }
    if (this.#isPointerPath(parts, whole, isCall)) this.#pointer(i)
    for (const path of whole) {
      const power = powerOf(path)
      if (power === null) continue
      used.add(first)
      // A parameter of a clock's type reads no clock.
      if (power === 'clock' && !isCall && parts.length === (aliases.length > 0 ? 1 : parts.length)) return
      return this.#addCall(power, i, end)
    }
    const number = powerOfNumber(last)
    if (number !== null) return this.#addCall(number, i, end)
    if (!isCall) return
    if (parts.length === 1 && aliases.length === 0 && this.#bareCall(i, end)) return
    if (parts.length > 1 && this.#namedCall(i, end, parts, aliases)) return
    // Such a macro has its `unsafe` elsewhere: without this, nothing would tell of the call.
    if (this.#isCalledByMacro(i) && !this.#spans.defined.has(last)) this.#addCall('ffi', i, end, 'unknown')
  }

  #pathAt(i: number): { readonly parts: readonly string[]; readonly end: number } {
    const parts = [this.#tokens[i]!.text]
    let end = i
    for (;;) {
      if (!this.#is(end + 1, '::')) break
      if (this.#is(end + 2, '<')) {
        const close = this.#closingAngle(end + 2)
        if (close === null || !this.#is(close + 1, '::')) break
        end = close
        continue
      }
      const next = this.#tokens[end + 2]
      if (next?.kind !== 'word') break
      parts.push(next.text)
      end += 2
    }
    return { parts, end }
  }

  #isPointerPath(parts: readonly string[], whole: readonly (readonly string[])[], isCall: boolean): boolean {
    const last = parts.at(-1) ?? ''
    if (parts.length > 1 && POINTER_FUNCTIONS.test(last)) return true
    if (HARMLESS_POINTER.test(last)) return false
    if (isCall && parts.length === 2 && parts[0] === 'ptr') return true
    return (
      whole.some(path => /^(std|core)$/.test(path[0] ?? '') && path[1] === 'ptr' && !path.includes('NonNull')) && isCall
    )
  }

  /** A call of a C function by its own name, declared here or imported from where nobody can see; false: nothing known. */
  #bareCall(i: number, end: number): boolean {
    const name = this.#tokens[i]!.text
    const isForeign = this.#spans.foreign.has(name)
    const power = powerOfCall(name, isForeign || this.#isInCallingMacro(i))
    if (power === null || (!isForeign && this.#spans.defined.has(name))) return false
    this.#addCall(power, i, end, isForeign ? undefined : 'unknown')
    return true
  }

  /** A function is declared here: `syscall! { pub fn statx(…) }` makes one. */
  #isFunctionAt(i: number): boolean {
    let at = i
    while (this.#is(at, '#') && this.#is(at + 1, '[')) at = this.#spans.closing(at + 1) + 1
    if (this.#is(at, 'pub')) at = this.#is(at + 1, '(') ? this.#spans.closing(at + 1) + 1 : at + 1
    if (this.#is(at, 'unsafe')) at += 1
    return this.#is(at, 'fn') || (this.#is(at, 'extern') && !this.#is(at + 1, 'crate'))
  }

  #isInCallingMacro(i: number): boolean {
    const macro = this.#spans.macroAt(i)
    return macro !== null && CALLING_MACRO.test(macro)
  }

  /** The call is what a macro that makes system calls was given: `syscall!(fcntl(fd, x))`. */
  #isCalledByMacro(i: number): boolean {
    return this.#is(i - 2, '!') && !this.#is(i, 'pub') && this.#isInCallingMacro(i)
  }

  /** `File::open` where no `use` of this file says what `File` is, or one names the crate's own module. */
  #namedCall(i: number, end: number, parts: readonly string[], aliases: readonly (readonly string[])[]): boolean {
    const home = parts.at(-2) ?? ''
    if (this.#spans.defined.has(home)) return false
    const isModule = home === home.toLowerCase()
    const isOwn = aliases.length > 0 || /^(crate|self|super)$/.test(parts[0] ?? '')
    if (isModule ? isOwn || parts.length > 2 || !this.#hasForeignNames(i) : aliases.some(p => !isOwnPath(p)))
      return false
    const power = powerOfName(home, parts.at(-1) ?? '')
    if (power === null) return false
    this.#addCall(power, i, end, 'unknown')
    return true
  }

  /** Names may come from a `use …::*` or from where a macro is called. */
  #hasForeignNames(i: number): boolean {
    return this.#use.globs.length > 0 || this.#spans.macroAt(i) !== null
  }

  #attribute(i: number): void {
    let at = i + 1
    if (this.#is(at, '!')) at += 1
    if (!this.#is(at, '[')) return
    at += 1
    if (this.#is(at, 'unsafe') && this.#is(at + 1, '(')) at += 2
    if (this.#is(at, 'cfg_attr') && this.#is(at + 1, '(')) return this.#conditionalAttribute(at + 1, i)
    this.#attributeName(at, i)
  }

  /** `cfg_attr(condition, attribute, …)`: each word that is an attribute's name counts. */
  #conditionalAttribute(open: number, hash: number): void {
    const close = this.#spans.closing(open)
    for (let at = open + 1; at < close; at++)
      if (this.#is(at - 1, ',') || this.#is(at - 1, '(')) this.#attributeName(at, hash)
  }

  #attributeName(at: number, hash: number): void {
    const token = this.#tokens[at]
    if (token?.kind !== 'word') return
    const isPath = this.#is(at + 1, '::')
    const name = isPath ? (this.#tokens[at + 2]?.text ?? '') : token.text
    const kind: UnitKind | null = BEFORE_MAIN.has(name)
      ? 'runs-before-main'
      : PROC_MACRO.has(name)
        ? 'proc-macro'
        : FFI_ATTRIBUTES.has(name) && !isPath
          ? 'ffi'
          : name === 'path' && this.#is(at + 1, '=')
            ? 'include'
            : null
    if (kind === null) return
    const open = this.#is(hash + 1, '!') ? hash + 2 : hash + 1
    this.#add(kind, hash, { to: this.#spans.closing(open) })
  }

  #pointer(i: number): void {
    const token = this.#tokens[i]!
    const { name, from } = this.#spans.itemAt(i)
    const key = name === null ? -1 : from
    const known = this.#pointers.get(key)
    if (known !== undefined) {
      known.places += 1
      return
    }
    const lineStart = this.#text.lastIndexOf('\n', token.start) + 1
    const lineEnd = this.#text.indexOf('\n', token.start)
    const itemStart = name === null ? 0 : (this.#tokens[from]?.start ?? 0)
    const unit: FoundUnit = {
      kind: 'raw-pointer',
      start: Math.max(lineStart, itemStart),
      end: lineEnd === -1 ? this.#text.length : lineEnd,
      item: name,
      certainty: this.#certaintyOf(i, i),
      places: 1,
    }
    this.#pointers.set(key, { unit, places: 1 })
  }

  #addCall(kind: UnitKind, from: number, to: number, certainty?: Certainty): void {
    const end = this.#is(to + 1, '(') ? this.#spans.closing(to + 1) : to
    this.#add(kind, from, certainty === undefined ? { to: end } : { to: end, certainty })
  }

  /** The whole item that its keyword at `keyword` begins; up to the keyword and a name when it begins none. */
  #addItem(kind: UnitKind, from: number, keyword: number): void {
    const item = this.#spans.itemOf(keyword)
    if (item === null) this.#add(kind, from, { to: keyword + 1 })
    else this.#addRange(kind, item.from, item.to)
  }

  /** Not quite parsed when a gap lies anywhere in it. */
  #addRange(kind: UnitKind, from: number, to: number): void {
    this.#add(kind, from, { to, certainty: this.#certaintyOf(from, to) })
  }

  /** Without a certainty, that of its first token. */
  #add(kind: UnitKind, from: number, options: { to?: number; certainty?: Certainty } = {}): void {
    const first = this.#tokens[from]!
    const last = this.#tokens[Math.max(from, options.to ?? from)] ?? this.#tokens.at(-1)!
    this.#found.push({
      kind,
      start: first.start,
      end: last.end,
      item: this.#spans.itemAt(from).name,
      certainty: options.certainty ?? this.#certaintyOf(from, from),
      places: 1,
    })
  }

  #closingAngle(open: number): number | null {
    let depth = 0
    for (let at = open; at < Math.min(this.#tokens.length, open + 400); at++) {
      const text = this.#tokens[at]!.text
      if (text === '<') depth += 1
      else if (text === '>') depth -= 1
      else if (text === ';') return null
      if (depth === 0) return at
    }
    return null
  }

  #certaintyOf(from: number, to: number): Certainty {
    if (!this.#isParsed || this.#spans.macroAt(from) !== null) return 'words'
    const [start, end] = [this.#tokens[from]!.start, (this.#tokens[to] ?? this.#tokens[from]!).end]
    // Gaps are apart and in order: the first one that ends behind the start decides.
    let [low, high] = [0, this.#gaps.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#gaps[middle]!.end < start) low = middle + 1
      else high = middle
    }
    const gap = this.#gaps[low]
    return gap !== undefined && gap.start < end ? 'words' : 'parsed'
  }
}

const isOwnPath = (path: readonly string[]): boolean => /^(crate|self|super)$/.test(path[0] ?? '')
