/**
 * Provenance results as a self-contained static site: an index that holds one short row per version, and one small
 * script per version that is loaded when it is opened (scripts, because a page opened from a folder may not fetch).
 * Pure: gives names and texts. Everything from crates and repositories travels as JSON inside script files and is put
 * into the page as text; the page itself holds none of it, and its policy allows the site's own scripts and nothing else.
 */
import type { ProvenanceRecord, ProvenanceSummary } from '../../../shared/provenance.ts'
import { SITE_PAGE, SITE_SCRIPT, SITE_STYLE } from './provenance-site-page.ts'

export interface SiteFile {
  /** Below the site's folder, `/` between parts. */
  readonly name: string
  readonly text: string
}

export type SiteSummary = Pick<
  ProvenanceSummary,
  'crate' | 'version' | 'outcome' | 'content' | 'anchor' | 'files' | 'fallback' | 'accepted'
>

/** The files that are the same for every site. */
export function siteFrame(): readonly SiteFile[] {
  return [
    { name: 'index.html', text: SITE_PAGE },
    { name: 'site.js', text: SITE_SCRIPT },
    { name: 'site.css', text: SITE_STYLE },
  ]
}

/** Rows in the order given; row `i` has its detail in `detail/i.js`. `madeAt`: a day, ISO. */
export function siteIndex(summaries: readonly SiteSummary[], madeAt: string, assay: string): SiteFile {
  const words: string[] = []
  const numbers = new Map<string, number>()
  const numberOf = (word: string): number => {
    const known = numbers.get(word)
    if (known !== undefined) return known
    numbers.set(word, words.length)
    return words.push(word) - 1
  }
  const rows = summaries.map(s => [
    ...[s.crate, s.version, numberOf(s.outcome), numberOf(s.content), numberOf(s.anchor)],
    ...[s.files.differing, s.files.onlyInCrate, s.accepted === null ? 0 : 1],
    s.fallback === null ? -1 : numberOf(s.fallback.outcome),
  ])
  return { name: 'index.js', text: `assayIndex(${scriptJson({ madeAt, assay, words, rows })})\n` }
}

/** What the page shows of one version. Equal files are counted, not listed. */
export function siteDetail(at: number, record: ProvenanceRecord, accepted: ProvenanceSummary['accepted']): SiteFile {
  const { fileResults, ...rest } = record
  const shown = fileResults.filter(file => file.state !== 'same')
  return {
    name: `detail/${at}.js`,
    text: `assayDetail(${at},${scriptJson({ ...rest, fileResults: shown, accepted })})\n`,
  }
}

/** JSON that is harmless wherever a script may stand. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028-\u202e\u2066-\u2069]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
