/** A record told in four steps with its reasons, the same in the page's detail and in a review's side panel. */
import type { Reason } from '../../shared/provenance.ts'
import type { ProvenanceRecord } from '../../shared/provenance.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import { count } from '../parts/words.ts'
import { shownPath } from '../review/shown-path.ts'
import { stepsOf, type Step } from './steps.ts'
import { isMatch, MATCH_LIMITS, STATUS } from './texts.ts'

const WEIGHT: Readonly<
  Record<Reason['weight'], { readonly glyph: IconName; readonly tone: string; readonly word: string }>
> = {
  alarm: { glyph: 'warn', tone: 'err', word: 'alarm' },
  warning: { glyph: 'wave', tone: 'warn', word: 'warning' },
  info: { glyph: 'info', tone: 'sub', word: 'note' },
}
const ABOUT_SHOWN = 4

/** What was found, most important first, each with what it is about. */
export function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null
  return (
    <section className="sec" aria-label="Reasons">
      <h2 className="sh">Reasons, most important first</h2>
      <ul className="pv-reasons t12">
        {reasons.map((reason, i) => {
          const weight = WEIGHT[reason.weight]
          const more = reason.about.length - ABOUT_SHOWN
          return (
            <li key={i}>
              <Icon name={weight.glyph} className={weight.tone} />
              <div className="grow">
                <span className="sr">{weight.word}: </span>
                {reason.text} <code className="m11 dim nw">{reason.code}</code>
                {reason.about.length > 0 && (
                  <div className="m11 sub pv-about">
                    {reason.about.slice(0, ABOUT_SHOWN).map(shownPath).join(', ')}
                    {more > 0 && `, and ${count(more, 'other')}`}
                  </div>
                )}
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

const STEP_WORDS: Readonly<Record<Step['tone'], string>> = {
  match: 'as expected',
  almost: 'with reservations',
  unknown: 'not known',
  differ: 'differs',
  notrun: 'not run',
}

function StepRow({ step }: { readonly step: Step }) {
  return (
    <li className="pv-step">
      <span className={`dot v ${step.tone}`}>
        <Icon name={step.glyph} />
      </span>
      <div className="grow">
        <h3 className="b t12">
          {step.title}
          <span className="sr">, {STEP_WORDS[step.tone]}</span>
        </h3>
        {step.facts.length > 0 && (
          <dl className="pv-facts t12">
            {step.facts.map(fact => (
              <div key={fact.name}>
                <dt>{fact.name}</dt>
                <dd className={fact.isCode === true ? 'm11' : undefined}>{shownPath(fact.value)}</dd>
              </div>
            ))}
          </dl>
        )}
        {step.texts.length > 0 && <p className="t12 sub">{step.texts.map(shownPath).join(' ')}</p>}
        {step.command !== null && (
          <code className="m11 pv-command" tabIndex={0} role="group" aria-label="Command line">
            {shownPath(step.command)}
          </code>
        )}
      </div>
    </li>
  )
}

export function Steps({ record }: { readonly record: ProvenanceRecord }) {
  const now = useNow(30_000)
  return (
    <section className="sec" aria-label="How the verdict came about">
      <ol>
        {stepsOf(record, now).map(step => (
          <StepRow key={step.title} step={step} />
        ))}
      </ol>
    </section>
  )
}

/** Ordinary causes, and what the verdict must not be taken for. */
export function Limits({ record }: { readonly record: ProvenanceRecord }) {
  const { innocent } = STATUS[record.outcome]
  const text = isMatch(record.outcome) ? MATCH_LIMITS : null
  if (innocent === null && text === null) return null
  return (
    <section className="sec t12 sub" aria-label="How to read the verdict">
      {innocent !== null && (
        <p>
          <b className="med">Often innocent.</b> {innocent}
        </p>
      )}
      {text !== null && (
        <p>
          <b className="med">What it does not prove.</b> {text}
        </p>
      )}
    </section>
  )
}
