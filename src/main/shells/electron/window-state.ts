/**
 * Size, place and theme of the window between runs: one small file of our own, parsed like any input. A window whose
 * screen is gone comes back on one that is there.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const rectangle = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
})
export type Rectangle = z.infer<typeof rectangle>

const windowState = z.object({
  bounds: rectangle.nullable(),
  isMaximised: z.boolean(),
  theme: z.enum(['system', 'dark', 'light']),
})
export type WindowState = z.infer<typeof windowState>

export const LEAST_SIZE = { width: 1100, height: 700 }
const FIRST_SIZE = { width: 1440, height: 900 }
const FRESH: WindowState = { bounds: null, isMaximised: false, theme: 'system' }

/** The state on disk, or a fresh one when there is none that parses. */
export function loadWindowState(file: string): WindowState {
  try {
    const parsed = windowState.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    return parsed.success ? parsed.data : FRESH
  } catch {
    return FRESH
  }
}

/** Writes beside and renames; a failure only costs the memory of a place, so it is not reported. */
export function commitWindowState(file: string, state: WindowState): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
  } catch {
    // a read-only home: start fresh next time
  }
}

/**
 * Where to put the window. Saved bounds are used when at least 100 × 60 px of them lie on a screen's work area, cut to that
 * screen; else the first size, without a place (the system centres it).
 */
export function fitBounds(
  saved: Rectangle | null,
  workAreas: readonly Rectangle[],
): { readonly x?: number; readonly y?: number; readonly width: number; readonly height: number } {
  const smallest = (size: number, least: number, most: number): number =>
    Math.max(Math.min(size, most), Math.min(least, most))
  const home = workAreas.find(
    area => saved !== null && overlap(saved, area).width >= 100 && overlap(saved, area).height >= 60,
  )
  if (saved === null || home === undefined) {
    const area = workAreas[0] ?? { x: 0, y: 0, ...FIRST_SIZE }
    return { width: Math.min(FIRST_SIZE.width, area.width), height: Math.min(FIRST_SIZE.height, area.height) }
  }
  return {
    x: saved.x,
    y: Math.max(saved.y, home.y),
    width: smallest(saved.width, LEAST_SIZE.width, home.width),
    height: smallest(saved.height, LEAST_SIZE.height, home.height),
  }
}

function overlap(a: Rectangle, b: Rectangle): { readonly width: number; readonly height: number } {
  return {
    width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
    height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
  }
}
