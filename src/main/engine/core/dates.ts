/** Days of the calendar as `YYYY-MM-DD`, proleptic Gregorian, without a clock and without time zones. */
import { brand, type IsoDate } from '../../../shared/domain.ts'

/** Days later, or earlier when negative. */
export function addDays(date: IsoDate, days: number): IsoDate {
  return dateOf(dayNumber(date) + days)
}

/** The same day of a later month; the last day of that month where it has no such day, as chrono does. */
export function addMonths(date: IsoDate, months: number): IsoDate {
  const [year, month, day] = partsOf(date)
  const later = year * 12 + (month - 1) + months
  const [newYear, newMonth] = [Math.floor(later / 12), (later % 12) + 1]
  return text(newYear, newMonth, Math.min(day, daysIn(newYear, newMonth)))
}

/** True for a day that exists, written `YYYY-MM-DD`. */
export function isIsoDate(given: string): given is IsoDate {
  if (!/^\d{4}-\d\d-\d\d$/.test(given)) return false
  const [year, month, day] = partsOf(brand<'IsoDate'>(given))
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function partsOf(date: IsoDate): [year: number, month: number, day: number] {
  return [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))]
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (month === 2) return isLeap ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Days since 0000-03-01: with years from March the leap day is the last of its year. */
function dayNumber(date: IsoDate): number {
  const [year, month, day] = partsOf(date)
  const marchYear = month > 2 ? year : year - 1
  const marchMonth = (month + 9) % 12
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  return marchYear * 365 + leapDays + Math.floor((marchMonth * 153 + 2) / 5) + day - 1
}

function dateOf(days: number): IsoDate {
  const era = Math.floor(days / 146_097)
  const inEra = days - era * 146_097
  const yearOfEra = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365,
  )
  const inYear = inEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * inYear + 2) / 153)
  const day = inYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return text(era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
}

function text(year: number, month: number, day: number): IsoDate {
  const pad = (value: number, width: number): string => String(value).padStart(width, '0')
  return brand<'IsoDate'>(`${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`)
}
