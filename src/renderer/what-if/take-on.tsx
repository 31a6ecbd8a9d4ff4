/** What somebody takes on who applies the draft: risks, what is not sure, whose word it rests on, whose verdict changes. */
import type { ReliedSource, WhatIfResult } from '../../shared/what-if.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { changeText, count, listText, number, personName } from '../parts/words.ts'
import { Section } from './panel-section.tsx'

const RISK: Readonly<
  Record<
    WhatIfResult['risks'][number]['tone'],
    { readonly icon: IconName; readonly tone: string; readonly word: string }
  >
> = {
  warning: { icon: 'warn', tone: 'warn', word: 'Warning' },
  info: { icon: 'info', tone: 'acc', word: 'Note' },
  unknown: { icon: 'unknown', tone: 'unk', word: 'Unknown' },
}

const SOURCE_WORDS: Readonly<Record<ReliedSource['kind'], (source: string) => string>> = {
  audits: source => `Audits of ${source}`,
  wildcards: source => `Publishers that ${source} vouches for`,
  publisher: source => `Trusted: ${source}`,
}

function Relied({ sources }: { readonly sources: readonly ReliedSource[] }) {
  return sources.map(({ source, kind, packages, entries, more }) => (
    <details className="wi-more t12" key={`${kind} ${source}`}>
      <summary>
        {SOURCE_WORDS[kind](source)}, for {count(packages, 'package')}
      </summary>
      <ul>
        {entries.map(({ crate, edge, caveat }, i) => (
          <li key={i}>
            <b className="med">{crate}</b>{' '}
            <span className="m11 sub">{changeText({ from: edge.from, to: edge.to })}</span>{' '}
            <span className="dim">
              {listText(edge.criteria)}
              {edge.who.length > 0 && ` by ${listText(edge.who.map(personName))}`}
            </span>
            {edge.notes !== null && (
              <blockquote className={caveat === null ? 'sub' : 'sub wi-caveat'}>{edge.notes}</blockquote>
            )}
            {caveat !== null && (
              <span className="wi-risk warn t11">
                <Icon name="warn" className="warn sm" />
                <span>says “{caveat}”</span>
              </span>
            )}
          </li>
        ))}
        {more > 0 && <li className="dim">and {number(more)} more</li>}
      </ul>
    </details>
  ))
}

export function TakeOn({ result }: { readonly result: WhatIfResult }) {
  const { risks, approximate, unknown, relied, changed, violations } = result
  const gone = changed.filter(change => change.before !== change.after || change.key !== change.keyAfter)
  return (
    <Section title="What you take on">
      {risks.length + approximate.length + unknown.length === 0 && (
        <p className="t12 sub">
          {changed.length === 0 ? 'Nothing: no verdict changes.' : 'No risk was found. That is not the same as none.'}
        </p>
      )}
      <ul className="wi-risks">
        {risks.map(({ tone, text }, i) => (
          <li key={i}>
            <Icon name={RISK[tone].icon} className={RISK[tone].tone} />
            <span>
              <span className="sr">{RISK[tone].word}: </span>
              {text}
            </span>
          </li>
        ))}
        {approximate.map(text => (
          <li key={text}>
            <Icon name="wave" className="warn" />
            <span>
              <b className="med">Approximate.</b> {text}
            </span>
          </li>
        ))}
        {unknown.map(text => (
          <li key={text}>
            <Icon name="unknown" className="unk" />
            <span>
              <b className="med">Not known.</b> {text}
            </span>
          </li>
        ))}
      </ul>
      {violations.length > 0 && (
        <ul className="wi-risks">
          {violations.flatMap(v =>
            v.conflicts.map((c, i) => (
              <li key={`${v.key} ${i}`}>
                <Icon name="bad" className="err" />
                <span>
                  <b className="med">
                    {v.crate} {v.version}
                  </b>
                  : {c.source} forbids {c.range} ({listText(c.criteria)}), which contradicts {c.contradicts}.
                </span>
              </li>
            )),
          )}
        </ul>
      )}
      <Relied sources={relied} />
      {gone.length > 0 && (
        <details className="wi-more t12">
          <summary>{count(gone.length, 'package changes its verdict', 'packages change their verdict')}</summary>
          <ul>
            {gone.map(({ key, keyAfter, crate, version, before, after, missingAfter }) => (
              <li key={key}>
                <b className="med">{crate}</b>{' '}
                <span className="m11 sub">
                  {key === keyAfter ? version : `${version} → ${keyAfter.slice(keyAfter.indexOf('@') + 1)}`}
                </span>{' '}
                {before} → {after}
                {missingAfter.length > 0 && <span className="dim">, missing {listText(missingAfter)}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  )
}
