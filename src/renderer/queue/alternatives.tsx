/** The changes that would close the gap, as radio buttons with their size; sizes are measured when asked for. */
import { useState } from 'react'
import { deltaText } from '../../shared/domain.ts'
import type { Alternative, Inspection, Measured } from '../../shared/wire.ts'
import { describeFailure } from '../../shared/failure.ts'
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { number, sizeText } from '../parts/words.ts'
import { linesOf } from '../../shared/domain.ts'
import { useAppStore } from '../state/app-store.ts'
import { chooseDelta } from './queue-state.ts'

const label = ({ delta }: Alternative): string =>
  delta.from === null ? `Full audit of ${delta.to}` : `Delta ${delta.from} → ${delta.to}`

function Size({
  size,
  onMeasure,
  name,
}: {
  readonly size: Measured
  readonly onMeasure: (() => void) | null
  readonly name: string
}) {
  if (size.state === 'measured')
    return (
      <span className="num sub" title={sizeText(size.stat)}>
        {number(linesOf(size.stat))}
      </span>
    )
  if (onMeasure === null || size.state === 'measuring') return <span className="t11 dim">measuring</span>
  const button = (word: string) => (
    <button className="link t11" onClick={onMeasure}>
      {word}
      <span className="sr"> {name}</span>
    </button>
  )
  if (size.state === 'not-run') return button('Measure')
  return (
    <span className="v unk t11" title={describeFailure(size.failure).title}>
      <Icon name="unknown" />
      unknown {button('Try again')}
    </span>
  )
}

export function Alternatives({ inspection }: { readonly inspection: Inspection }) {
  const client = useClient()
  const chosen = useAppStore(s => s.chosenDeltas.get(inspection.key))
  const [measured, setMeasured] = useState<ReadonlyMap<string, Measured>>(new Map())
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set())
  const { alternatives, crate, key } = inspection
  const sizeOf = (alternative: Alternative): Measured => measured.get(deltaText(alternative.delta)) ?? alternative.size
  const picked = chosen ?? alternatives.find(a => a.isCargoVetPick)?.delta ?? inspection.path.missing?.delta

  const measure = async (alternative: Alternative): Promise<Measured> => {
    const text = deltaText(alternative.delta)
    setPending(before => new Set([...before, text]))
    const answer = await client.call('queue.measure', { crate, delta: alternative.delta })
    const size: Measured = answer.ok
      ? { state: 'measured', stat: answer.value }
      : { state: 'unknown', failure: answer.error }
    setMeasured(before => new Map([...before, [text, size]]))
    setPending(before => new Set([...before].filter(other => other !== text)))
    return size
  }
  const choose = async (alternative: Alternative) => {
    chooseDelta(key, alternative.isCargoVetPick ? null : { ...alternative, size: sizeOf(alternative) })
    if (sizeOf(alternative).state !== 'not-run') return
    const size = await measure(alternative)
    const isStillChosen =
      deltaText(useAppStore.getState().chosenDeltas.get(key) ?? alternative.delta) === deltaText(alternative.delta)
    if (!alternative.isCargoVetPick && isStillChosen) chooseDelta(key, { ...alternative, size })
  }
  if (alternatives.length === 0) return null
  return (
    <fieldset className="alts t12" role="radiogroup" aria-label="Change to review">
      {alternatives.map(alternative => {
        const text = deltaText(alternative.delta)
        return (
          <div className="alt" key={text}>
            <label className="row grow">
              <input
                type="radio"
                name={`change-${key}`}
                checked={picked !== undefined && deltaText(picked) === text}
                onChange={() => void choose(alternative)}
              />
              <span className="ell">{label(alternative)}</span>
              {alternative.isCargoVetPick && <span className="pill">cargo vet suggests</span>}
            </label>
            <Size
              size={sizeOf(alternative)}
              name={label(alternative)}
              onMeasure={pending.has(text) ? null : () => void measure(alternative)}
            />
          </div>
        )
      })}
    </fieldset>
  )
}
