/** The line below a difference: the keys that work here, and which hunk is current or what just happened. */
import { memo } from 'react'
import type { CommandId } from '../commands/command-table.ts'
import { Keys } from '../parts/keys.tsx'
import { count } from '../parts/words.ts'
import type { DiffPlace } from './diff-leaf.ts'

/** Commands whose keys are shown beside each other, and what they are for. */
export type KeyHints = readonly (readonly [readonly CommandId[], string])[]

export function KeyBar(props: {
  readonly keys: KeyHints
  readonly place: DiffPlace | null
  readonly hint: string | null
}) {
  return (
    <footer className="rv-foot">
      <Hints keys={props.keys} />
      <span className="right num" role="status">
        {props.hint ?? placeText(props.place)}
      </span>
    </footer>
  )
}

/** Drawn once: the rest of the bar changes with every line one moves. */
const Hints = memo(function Hints({ keys }: { readonly keys: KeyHints }) {
  return keys.map(([ids, text]) => (
    <span key={text}>
      {ids.map(id => (
        <Keys key={id} of={id} />
      ))}
      {text}
    </span>
  ))
})

/** Which hunk of the file is current, in words; nothing without a file. */
function placeText(place: DiffPlace | null): string {
  if (place === null) return ''
  if (place.hunks === 0) return 'no line differs'
  return place.hunk < 0 ? count(place.hunks, 'hunk') : `hunk ${place.hunk + 1} of ${place.hunks}`
}
