/**
 * `supply-chain/assay.toml`: what a team keeps beside cargo-vet's files; cargo-vet itself does not look at it. Each part
 * has a reader of its own (assay-checklist.ts, assay-risk.ts, assay-rules.ts, assay-team.ts); here is what they share: the
 * tree, and problems with the line of the key they are about. Reading is tolerant and never fails.
 */
import type { PlainTable } from '../core/plain-table.ts'
import { buildSpanIndex, placeAt, spanOf, type SpanIndex } from './toml-spans.ts'
import { readToml } from './toml-text.ts'

export const ASSAY_FILE = 'assay.toml'

export interface AssayProblem {
  /** 1-based; null when it is about the whole file. */
  readonly line: number | null
  readonly message: string
}

/** `assay.toml line 3: …` */
export function assayProblemText({ line, message }: AssayProblem): string {
  return `${ASSAY_FILE}${line === null ? '' : ` line ${line}`}: ${message}`
}

export interface AssayTree {
  /** Null when the text is no TOML; `problems` then says why. */
  readonly tree: PlainTable | null
  /** In the order in which they were noted. */
  readonly problems: readonly AssayProblem[]
  /** Notes what is wrong with the key at `path`. */
  readonly note: (path: readonly (string | number)[], message: string) => void
}

export function readAssayTree(text: string): AssayTree {
  const tree = readToml(text, ASSAY_FILE)
  const problems: AssayProblem[] = []
  if (!tree.ok) problems.push({ line: tree.error.place?.line ?? null, message: tree.error.message })
  let spans: SpanIndex | null = null
  const note = (path: readonly (string | number)[], message: string): void => {
    const span = spanOf((spans ??= buildSpanIndex(text)), path)
    problems.push({ line: span === null ? null : placeAt(text, ASSAY_FILE, span.keyStart, span.keyEnd).line, message })
  }
  return { tree: tree.ok ? tree.value : null, problems, note }
}
