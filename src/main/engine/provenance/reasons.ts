/** Findings of a check with stable codes, and the order they are shown in. */
import type { Reason } from '../../../shared/provenance.ts'

const MAX_ABOUT = 20
const WEIGHTS: readonly Reason['weight'][] = ['alarm', 'warning', 'info']

/** `text`: one sentence. `about`: files or refs; the first 20 are kept. */
export function reasonOf(weight: Reason['weight'], code: string, text: string, about: readonly string[] = []): Reason {
  return { code, text, weight, about: about.slice(0, MAX_ABOUT) }
}

/** Alarms, then warnings, then the rest, otherwise in the given order; the same finding once. */
export function orderReasons(reasons: readonly Reason[]): readonly Reason[] {
  const seen = new Set<string>()
  const once = reasons.filter(({ code, text }) => {
    const key = `${code}\n${text}`
    return !seen.has(key) && seen.add(key) !== undefined
  })
  return WEIGHTS.flatMap(weight => once.filter(one => one.weight === weight))
}

/** A list of foreign sentences as one: the first two, and how many more there are. */
export function firstOf(sentences: readonly string[]): string {
  const rest = sentences.length - 2
  return [
    ...sentences.slice(0, 2),
    ...(rest > 0 ? [`${rest} more ${rest === 1 ? 'difference' : 'differences'}.`] : []),
  ].join(' ')
}
