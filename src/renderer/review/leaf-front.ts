/**
 * Being the leaf in front or the one behind. The one behind is out of sight, of the keyboard's way and of the
 * accessibility tree, but laid out, so that nothing is left to do when it comes to the front.
 */
import { tabStop, type LeafEditor } from './leaf-editor.ts'

const STOPS_MS = 100

export interface LeafFront {
  set(isFront: boolean): void
  /** Drops what is yet to be said to Monaco: the editor is about to go. */
  stop(): void
}

/** Changes nothing yet. */
export function createLeafFront(leaf: LeafEditor): LeafFront {
  const { box, original, modified } = leaf
  let timer = 0
  /** For Monaco itself, which sets them anew whenever it likes, in a while: that takes milliseconds. */
  const setStops = () => {
    const tabIndex = tabStop(leaf)
    for (const field of box.querySelectorAll<HTMLElement>('.inputarea, .native-edit-context')) field.tabIndex = tabIndex
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      for (const side of [original, modified]) side.updateOptions({ tabIndex })
    }, STOPS_MS)
  }
  return {
    set(isFront) {
      leaf.isFront = isFront
      box.classList.toggle('front', isFront)
      box.setAttribute('aria-hidden', String(!isFront))
      setStops()
    },
    stop: () => window.clearTimeout(timer),
  }
}
