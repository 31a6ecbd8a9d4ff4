/** The width of an element in whole pixels, renewed when it changes; so that a chart's text keeps its size. */
import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

const LEAST = 240

export function useWidth(first: number): { readonly box: RefObject<HTMLDivElement | null>; readonly width: number } {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(first)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => setWidth(Math.max(LEAST, Math.floor(element.clientWidth)))
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { box, width }
}
