/**
 * Numbers and times as the interface writes them: thousands marked, counts with their unit, ages relative up to 30 days
 * and dates after that. Pure; `now` is passed in.
 */
import type { Delta, DiffStat } from '../../shared/domain.ts'
import { linesOf } from '../../shared/domain.ts'

/** `3989` as `3,989`. */
export function number(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `1 file`, `3,989 lines`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`
}

/** `3,989 lines in 51 files`: insertions plus deletions, as cargo-vet counts. */
export function sizeText(stat: DiffStat): string {
  return `${count(linesOf(stat), 'line')} in ${count(stat.filesChanged, 'file')}`
}

/** `0.2.15 → 0.3.1`, or `2.0.3 (full)` for a full audit. */
export function changeText(delta: Delta): string {
  return delta.from === null ? `${delta.to} (full)` : `${delta.from} → ${delta.to}`
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `1 h 42 min`; `0 min` below one. */
export function minutesText(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? `${minutes} min` : `${number(hours)} h ${minutes % 60} min`
}

/** `just now`, `4 min ago`, `2 h ago`, `yesterday`, `12 days ago`, then `22 Jan 2026`. Both in milliseconds. */
export function age(at: number, now: number): string {
  const passed = Math.max(0, now - at)
  if (passed < MINUTE) return 'just now'
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`
  if (passed < 2 * DAY) return 'yesterday'
  if (passed < 30 * DAY) return `${Math.floor(passed / DAY)} days ago`
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(at)
}

/** `12 s`, `1 min 10 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `Mara Okafor` of `Mara Okafor <mara@example.org>`; the whole text when there is no address. */
export function personName(who: string): string {
  return who.replace(/\s*<[^>]*>\s*$/, '') || who
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}

/** `Abc` of `abc`: the first word of a sentence, but cargo, crates before their version and other names keep their letters. */
export function sentence(text: string): string {
  return /^(?!cargo |git |supply-chain)[a-z]+ (?!\d)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
}
