/** The width of an element in whole pixels, renewed when it changes; so that a chart's text keeps its size. */
import { useLayoutEffect, useState } from 'react'

const LEAST = 240

/** `box` is the element's ref: one that goes and comes back, as with the table of a chart, is measured anew. */
export function useWidth(first: number): {
  readonly box: (element: HTMLDivElement | null) => void
  readonly width: number
} {
  const [element, box] = useState<HTMLDivElement | null>(null)
  const [width, setWidth] = useState(first)
  useLayoutEffect(() => {
    if (element === null) return
    const measure = () => setWidth(Math.max(LEAST, Math.floor(element.clientWidth)))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return { box, width }
}
