/**
 * F6 cycling: regions are elements with `data-region`; the one with focus gives it to the next visible one, which puts
 * it where it was last, else on `[data-region-focus]`, else on its first control.
 */

const focusable =
  'button:not(:disabled), [href], input:not(:disabled), select, textarea, [tabindex]:not([tabindex="-1"])'
const lastFocus = new WeakMap<Element, HTMLElement>()

const isVisible = (element: HTMLElement): boolean => element.getClientRects().length > 0

function enter(region: HTMLElement): void {
  const last = lastFocus.get(region)
  const target =
    last?.isConnected === true && isVisible(last)
      ? last
      : (region.querySelector<HTMLElement>('[data-region-focus]') ??
        Array.from(region.querySelectorAll<HTMLElement>(focusable)).find(isVisible) ??
        region)
  target.focus()
}

/** Moves the focus one region on or back. */
export function cycleRegion(step: 1 | -1): void {
  const regions = Array.from(document.querySelectorAll<HTMLElement>('[data-region]')).filter(isVisible)
  const active = document.activeElement
  const index = regions.findIndex(region => region.contains(active))
  const here = regions[index]
  if (here !== undefined && active instanceof HTMLElement) lastFocus.set(here, active)
  const count = regions.length
  const next = regions[index < 0 ? (step === 1 ? 0 : count - 1) : (index + step + count) % count]
  if (next !== undefined) enter(next)
}
