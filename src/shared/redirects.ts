/**
 * Other places for repositories: what an address starts with is replaced, as git's `url.*.insteadOf` does. Written as
 * text in the setting and in ASSAY_GIT_INSTEAD_OF, edited one by one in the settings. Pure.
 */
import { fail, ok, type Result } from './result.ts'

export interface RedirectRule {
  readonly from: string
  readonly to: string
}

/** Of the setting as text. */
const MAX_REDIRECT_TEXT = 10_000

/** `FROM=TO` rules separated by white space or commas; a `=` inside TO is kept. The error is one sentence. */
export function parseInsteadOf(text: string): Result<readonly RedirectRule[], string> {
  const rules: RedirectRule[] = []
  for (const part of text.split(/[\s,]+/)) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const [from, to] = equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
    const shown = JSON.stringify(part.slice(0, 200))
    if (from === '' || to === '') return fail(`${shown} is no redirect: write FROM=TO`)
    if (!from.startsWith('https://')) return fail(`${shown} redirects from an address that is not https`)
    if (!/^(https?|file):\/\/\S/.test(to) || /[\u0000-\u001f\u007f]/.test(to)) {
      return fail(`${shown} redirects to an address that is neither https, http nor file`)
    }
    rules.push({ from, to })
  }
  return ok(rules)
}

/** As parseInsteadOf reads it, a rule per line. */
export const formatInsteadOf = (rules: readonly RedirectRule[]): string =>
  rules.map(({ from, to }) => `${from}=${to}`).join('\n')

/** The order in which rules are tried: the longest prefix first, of equal ones the last. */
export function inForce(rules: readonly RedirectRule[]): readonly RedirectRule[] {
  return rules.toReversed().sort((a, b) => b.from.length - a.from.length)
}

/** The longest `from` that `url` starts with is replaced; of equal ones the last. */
export function redirect(
  url: string,
  rules: readonly RedirectRule[],
): { readonly url: string; readonly isRedirected: boolean } {
  let best: RedirectRule | null = null
  for (const rule of rules) {
    if (rule.from !== '' && url.startsWith(rule.from) && rule.from.length >= (best?.from.length ?? 0)) best = rule
  }
  return best === null
    ? { url, isRedirected: false }
    : { url: best.to + url.slice(best.from.length), isRedirected: true }
}

/** A list of inForce as text from which it comes back the same, also where two rules are equally long. */
export const formatInForce = (rules: readonly RedirectRule[]): string => formatInsteadOf(rules.toReversed())

/** Without any for the start of `rule`; null: all of them. */
export const withoutRule = (rules: readonly RedirectRule[], rule: RedirectRule | null): readonly RedirectRule[] =>
  rules.filter(other => other.from !== rule?.from)

/** With `rule` in place of any other for the same start. */
export const withRule = (rules: readonly RedirectRule[], rule: RedirectRule): readonly RedirectRule[] => [
  ...withoutRule(rules, rule),
  rule,
]

/** Why a rule cannot be added to the others, and in which field. Null: it can. */
export function ruleProblem(
  { from, to }: RedirectRule,
  others: readonly RedirectRule[],
): { readonly field: 'from' | 'to'; readonly text: string } | null {
  const at = (field: 'from' | 'to', text: string) => ({ field, text })
  if (!/^https:\/\/[^/]/.test(from)) return at('from', 'Starts with https:// and a host, as crates name repositories.')
  if (/[\s,=]/.test(from)) return at('from', 'Has no spaces, commas or =.')
  if (others.some(other => other.from === from)) return at('from', 'Another redirect is for the same start.')
  if (!/^(https?:\/\/[^/]|file:\/\/\/)/.test(to))
    return at('to', 'Starts with https://, http:// or file:/// and a place.')
  if (/[\s,]/.test(to)) return at('to', 'Has no spaces or commas; in a path write %20.')
  if (formatInsteadOf([...others, { from, to }]).length > MAX_REDIRECT_TEXT)
    return at('to', 'That is more than is kept.')
  return parseInsteadOf(formatInsteadOf([{ from, to }])).ok ? null : at('to', 'This is no address.')
}

/** What a reader may not expect of a rule that is allowed; null: nothing. */
export function ruleHint({ from, to }: RedirectRule): string | null {
  if (from.endsWith('/') !== to.endsWith('/'))
    return 'One side ends with / and the other does not: names are joined as they are.'
  if (!from.endsWith('/')) return 'Also for every longer name that starts like this.'
  return null
}
