/**
 * Days as people type and read them. A day is `YYYY-MM-DD` in the reader's own calendar; `today` is passed in, so that
 * everything here is pure.
 */

const DAY_MS = 86_400_000
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
const UNITS = { d: 1, w: 7 } as const

const utcOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const dayOf = (utc: number): string => new Date(utc).toISOString().slice(0, 10)

/** The day that it is at that moment where the page is. */
export function localDay(now: number): string {
  const at = new Date(now)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
}

export function addDays(day: string, days: number): string {
  return dayOf(utcOf(day) + days * DAY_MS)
}

/** Days from `today` to `day`; negative when it is past. */
export function daysUntil(day: string, today: string): number {
  return Math.round((utcOf(day) - utcOf(today)) / DAY_MS)
}

/** As far ahead as a date may lie: what is typed by mistake is not taken for a plan. */
const MAX_DAYS = 3_660

function monthsOn(today: string, months: number): string {
  const [year = 1970, month = 1, date = 1] = today.split('-').map(Number)
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  return dayOf(Date.UTC(year, month - 1 + months, Math.min(date, last)))
}

/**
 * Reads `2026-02-06`, `6 feb`, `today`, `tomorrow`, `friday` (the next one, never today), `+7d`, `2w`, `1m`. Null when it is none
 * of these, no such day, or more than ten years away.
 */
export function parseDay(text: string, today: string): string | null {
  const day = readDay(text.trim().toLowerCase().replace(/\s+/g, ' '), today)
  return day === null || Math.abs(daysUntil(day, today)) > MAX_DAYS ? null : day
}

function readDay(word: string, today: string): string | null {
  if (word === 'today') return today
  if (word === 'tomorrow') return addDays(today, 1)
  if (word === 'next week') return addDays(today, 7)
  const span = /^\+?(\d{1,4}) ?([dwm])(?:ays?|eeks?|onths?)?$/.exec(word)
  if (span !== null) {
    const [, amount = '', unit = ''] = span
    return unit === 'm' ? monthsOn(today, Number(amount)) : addDays(today, Number(amount) * UNITS[unit as 'd' | 'w'])
  }
  const weekday = word.length < 2 ? -1 : WEEKDAYS.findIndex(name => name.startsWith(word.replace(/^(next|on) /, '')))
  if (weekday >= 0) return addDays(today, ((weekday - new Date(utcOf(today)).getUTCDay() + 6) % 7) + 1)
  if (/^\d{4}-\d\d-\d\d$/.test(word)) return realDay(word)
  return readMonthDay(word, today)
}

function realDay(day: string): string | null {
  const utc = utcOf(day)
  return Number.isNaN(utc) || dayOf(utc) !== day ? null : day
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] as const

/** `6 feb` and `feb 6`: the next day of that name, today included. */
function readMonthDay(word: string, today: string): string | null {
  const found = /^(\d{1,2})\.? ?([a-z]{3,9})$/.exec(word) ?? /^([a-z]{3,9}) ?(\d{1,2})$/.exec(word)
  if (found === null) return null
  const [date = '', name = ''] = /^\d/.test(found[1] ?? '') ? [found[1], found[2]] : [found[2], found[1]]
  const month = MONTHS.indexOf(name.slice(0, 3) as (typeof MONTHS)[number])
  if (month < 0) return null
  const year = Number(today.slice(0, 4))
  const inYear = (y: number) => realDay(`${y}-${String(month + 1).padStart(2, '0')}-${date.padStart(2, '0')}`)
  const now = inYear(year)
  return now !== null && now >= today ? now : inYear(year + 1)
}

const shown = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' })
const shownFar = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })

/** `Thu 6 Feb`, or `6 Feb 2027` when it is more than half a year away. */
export function dayText(day: string, today: string): string {
  const far = Math.abs(daysUntil(day, today)) > 180
  return (far ? shownFar : shown).format(utcOf(day)).replace(',', '')
}

export interface Due {
  readonly text: string
  readonly isLate: boolean
}

/** `Due today`, `2 days late`, `Tomorrow`, else the day. */
export function dueText(day: string, today: string): Due {
  const days = daysUntil(day, today)
  if (days < 0) return { text: days === -1 ? '1 day late' : `${-days} days late`, isLate: true }
  if (days === 0) return { text: 'Due today', isLate: true }
  return { text: days === 1 ? 'Due tomorrow' : dayText(day, today), isLate: false }
}

/** What is left of a claim: `3 h left`, `12 min left`, `2 days left`; `expired` at its end. */
export function leftText(until: string, now: number): string {
  const minutes = Math.ceil((Date.parse(until) - now) / 60_000)
  if (Number.isNaN(minutes) || minutes <= 0) return 'expired'
  if (minutes < 60) return `${minutes} min left`
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h left`
  return `${Math.round(minutes / 1_440)} days left`
}
