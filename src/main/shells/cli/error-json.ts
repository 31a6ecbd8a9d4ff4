/**
 * A failure as cargo-vet's JSON error object: one line and a newline, byte layout of its own reporter (a blank after
 * `"error":` and after commas between keys only where it puts one). Spans are byte offsets into the named file. Pure.
 * Compared with cargo-vet 0.10.3 by class: messages of TOML errors and files differ in wording.
 */
import { describeFailure, type Failure, type StoreProblem } from '../../../shared/failure.ts'

interface Diagnostic {
  readonly message: string
  readonly causes: readonly string[]
  readonly help: string | null
  readonly filename: string | null
  readonly span: { readonly offset: number; readonly length: number } | null
  readonly related: readonly Diagnostic[]
}

/** The whole line, newline included. */
export function errorJson(failure: Failure): string {
  return `{"error": ${diagnosticText(diagnosticOf(failure))}}\n`
}

function diagnosticOf(failure: Failure): Diagnostic {
  switch (failure.code) {
    case 'store-toml':
      return problemDiagnostic(failure.problem, 'Failed to parse toml file: ')
    case 'store-invalid':
      return several('Your cargo-vet store (supply-chain) has consistency errors', failure.problems)
    case 'audit-as-invalid':
      return several('There are some issues with your policy.audit-as-crates-io entries', failure.problems)
    case 'policy-invalid':
      return several('There are some issues with your third-party policy entries', failure.problems)
    default: {
      const { title, cause, help } = describeFailure(failure)
      return {
        message: title,
        causes: cause === null ? [] : cause.split('\n'),
        help,
        filename: null,
        span: null,
        related: [],
      }
    }
  }
}

function several(message: string, problems: readonly StoreProblem[]): Diagnostic {
  const related = problems.map(problem => problemDiagnostic(problem, ''))
  return { message, causes: [], help: null, filename: null, span: null, related }
}

function problemDiagnostic(problem: StoreProblem, prefix: string): Diagnostic {
  const { place } = problem
  return {
    message: prefix + problem.message,
    causes: [],
    help: problem.help,
    filename: place === null ? null : (place.file.split(/[/\\]/).at(-1) ?? place.file),
    span: place === null ? null : { offset: place.offset, length: place.length },
    related: [],
  }
}

function diagnosticText(d: Diagnostic): string {
  const text = JSON.stringify
  const parts = [
    `{"message": ${text(d.message)},"severity": "error","causes": [${d.causes.map(cause => text(cause)).join(',')}],`,
    d.help === null ? '' : `"help": ${text(d.help)},`,
    d.filename === null ? '' : `"filename": ${text(d.filename)},`,
    d.span === null
      ? '"labels": [],'
      : `"labels": [{"span": {"offset": ${d.span.offset},"length": ${d.span.length}}}],`,
    `"related": [${d.related.map(diagnosticText).join(',')}]}`,
  ]
  return parts.join('')
}
