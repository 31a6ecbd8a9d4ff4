/** Figures of a row and of a result in words. Unknown is never 0. Pure. */
import type { WhatIfGain, WhatIfLines, WhatIfResult, WhatIfRow } from '../../shared/what-if.ts'
import { age, count, number } from '../parts/words.ts'

/** `−11`, `0`; a question mark where the figure is not known. */
export function minus(n: number | null): string {
  if (n === null) return '?'
  return n === 0 ? '0' : `−${number(n)}`
}

/** `−1,118`, `−1,118 + 2 unmeasured`, `3 unmeasured`. */
export function linesGone({ measured, unknown }: WhatIfLines): string {
  const parts = [
    ...(measured > 0 || unknown === 0 ? [minus(measured)] : []),
    ...(unknown > 0 ? [`${number(unknown)} unmeasured`] : []),
  ]
  return parts.join(' + ')
}

/** `177,941`, `177,941 + 4 unmeasured`, `unknown (4 unmeasured)`. */
export function linesLeft({ measured, unknown }: WhatIfLines): string {
  if (unknown === 0) return number(measured)
  return measured === 0
    ? `unknown (${number(unknown)} unmeasured)`
    : `${number(measured)} + ${number(unknown)} unmeasured`
}

/** The lines of a row: of what fails, else of what is exempted. */
export function gainLines(gain: WhatIfGain): WhatIfLines {
  return gain.items > 0 || gain.exempted === 0 ? gain.lines : gain.exemptedLines
}

/** For screen readers: the row in one sentence. */
export function rowLabel(row: WhatIfRow): string {
  const { gain, title, why } = row
  if (gain === null) return `${title}: not known, ${why ?? 'no figure'}`
  const figures = [
    `${count(gain.items, 'failing package')} fewer`,
    `${count(gain.exempted, 'exempted package')} fewer`,
    ...row.risks.map(risk => risk.text),
  ]
  return `${title}: ${figures.join(', ')}`
}

/** `4 min ago`; `never fetched`. */
export function fetchedText(at: number | null, now: number): string {
  return at === null ? 'never fetched' : `fetched ${age(at, now)}`
}

/** One sentence for the live region. */
export function resultSentence(result: WhatIfResult): string {
  const { before, after } = result
  const about = result.approximate.length > 0 ? 'About: ' : ''
  const violations = result.violations.length > 0 ? `, ${count(result.violations.length, 'new violation')}` : ''
  return `${about}${number(before.counts.failing)} to ${number(after.counts.failing)} failing, ${number(before.exemptedItems)} to ${number(after.exemptedItems)} exempted${violations}.`
}
