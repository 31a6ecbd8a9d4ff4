/**
 * One case for both solvers: cargo's metadata, the three store files, measured diffs, and the commands to run on it.
 * Everything is plain JSON, so that a case can be kept in corpus/.
 */

export interface DiffRow {
  readonly crate: string
  /** cargo-vet's text of the delta: `V` or `A -> B`. */
  readonly delta: string
  readonly insertions: number
  readonly deletions: number
  readonly filesChanged: number
}

export type Command =
  | { readonly kind: 'check'; readonly filters: readonly string[] }
  | { readonly kind: 'suggest' }
  | { readonly kind: 'graph'; readonly filters: readonly string[] }
  | { readonly kind: 'explain'; readonly crate: string; readonly version: string; readonly criterion: string }
  | {
      readonly kind: 'certify'
      readonly crate: string
      readonly from: string | null
      readonly to: string
      /** Empty: guessed. */
      readonly criteria: readonly string[]
      readonly who: readonly string[]
      readonly notes: string | null
      readonly force: boolean
      readonly noCollapse: boolean
    }
  | { readonly kind: 'prune'; readonly noImports: boolean; readonly noExemptions: boolean; readonly noAudits: boolean }
  | { readonly kind: 'regenerate-exemptions' }
  | {
      readonly kind: 'add-exemption'
      readonly crate: string
      readonly version: string
      readonly criteria: readonly string[]
      readonly notes: string | null
      readonly noSuggest: boolean
      readonly force: boolean
    }
  | {
      readonly kind: 'record-violation'
      readonly crate: string
      readonly range: string
      readonly criteria: readonly string[]
      readonly who: readonly string[]
      readonly notes: string | null
      readonly force: boolean
    }
  /** Starts without a store. */
  | { readonly kind: 'init'; readonly filters: readonly string[] }
  | { readonly kind: 'mermaid'; readonly depth: string; readonly filters: readonly string[] }
  /** Not locked, on a store in disorder. */
  | { readonly kind: 'fmt'; readonly store: StoreFiles }
  | { readonly kind: 'renew'; readonly crate: string | null; readonly includeInactive: boolean }
  /** Texts that a server on this machine hands out under `baseUrl`. */
  | { readonly kind: 'aggregate'; readonly files: readonly string[] }

export interface StoreFiles {
  readonly config: string
  readonly audits: string
  readonly imports: string
}

export interface ReferenceCase {
  /** Where it comes from: a seed, or what it shows. */
  readonly name: string
  readonly metadata: unknown
  readonly store: StoreFiles
  readonly diffs: readonly DiffRow[]
  /** Each is run on a fresh copy of the store. */
  readonly commands: readonly Command[]
}

/**
 * `ok`: exit 0. `fail`: a failing verdict. `refused`: an error or a panic; its words are not compared.
 * `files` is null when the command left all three as they were.
 */
export interface Answer {
  readonly outcome: 'ok' | 'fail' | 'refused'
  readonly output: string
  readonly files: StoreFiles | null
  /** For people: what refused it. */
  readonly detail: string
}

/** Noon of the day on which every case plays. */
export const CASE_TODAY = '2026-11-01'

/** Where the files of `aggregate` are served, ending with `/`; the text of file i is at `i.toml`. */
export interface Served {
  readonly baseUrl: string
}

export const fileUrls = ({ baseUrl }: Served, files: readonly string[]): string[] =>
  files.map((_, i) => `${baseUrl}${i}.toml`)

/** Commands that in the reference never look at what the criteria mean. */
const BLIND: readonly Command['kind'][] = ['add-exemption', 'record-violation', 'renew', 'fmt']

/**
 * Where we differ on purpose (docs/parity.md); null when this is no such place. The reference accepts and we refuse:
 * criteria that it then cannot read itself, a store on which its next check panics, and a number of criteria with which
 * it goes wrong in silence.
 */
export function knownDeviation(command: Command, reference: Answer, ours: Answer): string | null {
  if (reference.outcome === 'refused' || ours.outcome !== 'refused') return null
  if (ours.detail.includes('64 criteria are defined, 63 are supported')) return 'exactly 64 criteria refused'
  if (!BLIND.includes(command.kind)) return null
  if (/\d+ criteria are defined, 63 are supported/.test(ours.detail)) return 'a store that panics elsewhere refused'
  if (/implies itself|is built in and cannot be redefined/.test(ours.detail))
    return 'a store that panics elsewhere refused'
  const adds = command.kind === 'add-exemption' || command.kind === 'record-violation'
  return adds && ours.detail.includes('is not a known criteria') ? 'unknown criteria refused' : null
}

/** Null when both answers agree, else what differs, in a few lines. */
export function compareAnswers(reference: Answer, ours: Answer): string | null {
  if (reference.outcome !== ours.outcome) {
    return `outcome: reference ${reference.outcome} (${reference.detail}), ours ${ours.outcome} (${ours.detail})`
  }
  if (reference.outcome === 'refused') return null
  if (reference.output !== ours.output) return `output:\n${firstDifference(reference.output, ours.output)}`
  for (const file of ['config', 'audits', 'imports'] as const) {
    const [expected, actual] = [reference.files?.[file], ours.files?.[file]]
    if (expected !== actual) return `${file}:\n${firstDifference(expected ?? '(unchanged)', actual ?? '(unchanged)')}`
  }
  return null
}

function firstDifference(expected: string, actual: string): string {
  const left = expected.split('\n')
  const right = actual.split('\n')
  const at = left.findIndex((line, i) => line !== right[i])
  const line = at < 0 ? left.length : at
  const show = (lines: readonly string[]) => lines.slice(Math.max(0, line - 6), line + 4).join('\n  ')
  return `line ${line + 1}\n reference:\n  ${show(left)}\n ours:\n  ${show(right)}`
}
