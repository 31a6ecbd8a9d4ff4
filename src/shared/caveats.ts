/**
 * Phrases in the notes of an audit by which its author says that something was not read, or only in part. Found by
 * words, so some say nothing of the kind; a note without any proves nothing. Pure. Calibrated on public audit files.
 */

const LOOKING = '(?:re-?)?(?:review|audit|read|look|check|verif|inspect|examin|stud|analy[sz]|test)\\w*'
const HOW = '(?:(?:yet|been|been able to|\\w+ly|in detail|in depth|as) ){0,2}'
const PATTERNS = [
  `\\b(?:did|have|has|had|was|were|could)(?: not|n['’]?t) ${HOW}${LOOKING}`,
  `(?<!\\bdo(?:es)? )\\bnot ${HOW}(?:reviewed|audited|read|looked at|checked|verified|inspected|examined|tested)\\b`,
  `\\bwithout (?:\\w+ ){0,2}(?:review|audit|read|look|check|inspect|verif)\\w*`,
  `\\bun(?:reviewed|audited)\\b`,
  `\\bpartial(?:ly)?\\b`,
  `\\bskipp(?:ed|ing)\\b`,
  `\\b(?:skim|skimm(?:ed|ing))\\b`,
  `\\bonly (?:\\w+ly )?(?:looked|reviewed|checked|read|skimmed|audited|examined|inspected|glanced|verified|scanned)\\b`,
  `\\b(?:looked|reviewed|checked|audited|inspected) only\\b`,
  `\\b(?:cursory|cursorily|superficial(?:ly)?|glanc(?:e|ed|ing)|spot-?check\\w*|rubber-?stamp\\w*)\\b`,
  `\\b(?:quick|brief)(?:ly)? (?:re-?)?(?:review|look|read|audit|check|skim|scan|pass|glance)\\w*`,
  `\\b(?:out of|outside|beyond) (?:the )?scope\\b`,
]
const CAVEAT = new RegExp(PATTERNS.map(pattern => pattern.replaceAll(' ', '\\s+')).join('|'), 'giu')
/** Longer notes are searched up to here. */
const MAX_SEARCHED = 100_000

export interface NotePart {
  readonly text: string
  readonly isCaveat: boolean
}

/** The whole text in order, caveats apart. */
export function noteParts(text: string): readonly NotePart[] {
  const parts: NotePart[] = []
  let at = 0
  for (const match of text.slice(0, MAX_SEARCHED).matchAll(CAVEAT)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index), isCaveat: false })
    parts.push({ text: match[0], isCaveat: true })
    at = match.index + match[0].length
  }
  if (at < text.length) parts.push({ text: text.slice(at), isCaveat: false })
  return parts
}

export function hasCaveat(text: string | null): boolean {
  return text !== null && noteParts(text).some(part => part.isCaveat)
}
