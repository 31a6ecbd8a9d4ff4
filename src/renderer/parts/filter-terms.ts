/** The part that all filter fields share: words apart by blanks, `-` in front negates, what is not understood is told. Pure. */

export interface FilterTerms<T> {
  readonly terms: readonly (T & { readonly isNegated: boolean })[]
  /** Parts that were not understood, each with what would be. */
  readonly problems: readonly string[]
}

/** Reads a filter field's text. `readTerm` answers a term, or the problem with it as a sentence. */
export function readFilterTerms<T extends object>(
  text: string,
  readTerm: (part: string) => T | string,
): FilterTerms<T> {
  const terms: (T & { readonly isNegated: boolean })[] = []
  const problems: string[] = []
  for (const part of text.split(/\s+/)) {
    if (part === '' || part === '-') continue
    const isNegated = part.startsWith('-')
    const term = readTerm(isNegated ? part.slice(1) : part)
    if (typeof term === 'string') problems.push(term)
    else terms.push({ ...term, isNegated })
  }
  return { terms, problems }
}
