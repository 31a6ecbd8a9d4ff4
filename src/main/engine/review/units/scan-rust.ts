/**
 * The units of one Rust file. Words are looked for over the whole text, so that nothing inside a macro body or behind
 * a parse error is missed; the syntax tree says how far the words can be believed. Pure but for the parser it is given.
 * Sources: issue tracker of cargo-geiger (macro bodies, files that do not parse).
 */
import type { RustParser } from './rust-parser.ts'
import { rustTokensFrom, type Token } from './rust-tokens.ts'
import { spansOf } from './spans.ts'
import { findGaps, withoutNewSyntax } from './syntax-gaps.ts'
import { UnitScan, type FoundUnit, type Gap } from './unit-scan.ts'
import { useNames } from './use-names.ts'

export interface ScannedRust {
  readonly units: readonly FoundUnit[]
  readonly macroBodies: number
  /** Null when the whole file parsed. */
  readonly problem: string | null
  /** Parts that did not parse; empty when all did or when nothing was parsed. */
  readonly gaps: readonly Gap[]
}

export const LONG_LINE = 1_000
/** Larger files are looked through by words only. */
const MAX_PARSED_LENGTH = 8_000_000
const PARSE_STEP_MS = 20
const TOKENS_PER_STEP = 60_000
/** The caller's other work gets its turn after so long. */
const TURN_MS = 20

/** All at once. A parser of null is for the other side of a comparison: the units are the same, their certainty is not. */
export function scanRust(text: string, parser: RustParser | null): ScannedRust {
  const steps = scanSteps(text, parser)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The same, with `pause` awaited after about 20 ms of work; rejects with what it rejects with. */
export async function scanRustInTurns(
  text: string,
  parser: RustParser | null,
  pause: () => Promise<void>,
): Promise<ScannedRust> {
  const steps = scanSteps(text, parser)
  try {
    for (let startedAt = performance.now(); ;) {
      const step = steps.next()
      if (step.done === true) return step.value
      if (performance.now() - startedAt < TURN_MS) continue
      await pause()
      startedAt = performance.now()
    }
  } finally {
    steps.return(NOTHING)
  }
}

const NOTHING: ScannedRust = { units: [], macroBodies: 0, problem: null, gaps: [] }

function* scanSteps(text: string, parser: RustParser | null): Generator<undefined, ScannedRust, undefined> {
  const tokens: Token[] = []
  for (let at = 0; at < text.length;) {
    at = rustTokensFrom(text, at, tokens, TOKENS_PER_STEP)
    yield
  }
  const spans = spansOf(text, tokens)
  yield
  const use = useNames(tokens)
  yield
  const syntax = parser === null ? ALL_WORDS : yield* parseSteps(text, tokens, parser)
  const scan = new UnitScan(text, tokens, spans, use, syntax)
  yield* scan.run()
  return { units: scan.units(), macroBodies: spans.macroBodies, problem: syntax.problem, gaps: syntax.gaps }
}

interface Syntax {
  readonly gaps: readonly Gap[]
  readonly isParsed: boolean
  readonly problem: string | null
}
const ALL_WORDS: Syntax = { gaps: [], isParsed: false, problem: null }

function* parseSteps(
  text: string,
  tokens: readonly Token[],
  parser: RustParser,
): Generator<undefined, Syntax, undefined> {
  if (text.length > MAX_PARSED_LENGTH)
    return { ...ALL_WORDS, problem: `longer than ${MAX_PARSED_LENGTH.toLocaleString('en-US')} characters` }
  const parse = parser.begin(withoutNewSyntax(text, tokens))
  try {
    for (;;) {
      const tree = parse.step(PARSE_STEP_MS)
      if (tree === null) return { ...ALL_WORDS, problem: 'parsing took too long' }
      if (tree === 'more') {
        yield
        continue
      }
      const found = findGaps(tree.rootNode)
      tree.delete()
      return { gaps: found.gaps, isParsed: true, problem: found.problem }
    }
  } finally {
    parse.end()
  }
}
