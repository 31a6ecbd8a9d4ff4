/** What the draft would do: figures with the old ones struck through, what one takes on, the smallest set, commands. */
import type { ReactNode } from 'react'
import type { ReliedSource, WhatIfCounts, WhatIfLines, WhatIfResult, WhatIfSmallest } from '../../shared/what-if.ts'
import { useClient } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { changeText, count, listText, number, personName } from '../parts/words.ts'
import { copyText } from '../state/actions.ts'
import { useAppStore } from '../state/app-store.ts'
import { linesLeft, resultSentence } from './row-texts.ts'
import { setDraft, useWhatIf } from './state.ts'

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

function Section(props: { readonly title: string; readonly right?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className="sec" aria-label={props.title}>
      <h2 className="sh">
        {props.title}
        {props.right !== undefined && <span className="right row t11 wi-plain">{props.right}</span>}
      </h2>
      {props.children}
    </section>
  )
}

/** `41 → 18`; one number where nothing changes. */
function Change({ from, to, className }: { readonly from: string; readonly to: string; readonly className?: string }) {
  if (from === to)
    return (
      <span className={className ?? 'wi-big num'}>
        <b>{to}</b>
      </span>
    )
  return (
    <span className={className ?? 'wi-big num'}>
      <s>
        <span className="sr">before </span>
        {from}
      </s>
      <Icon name="right" className="dim sm" />
      <b>
        <span className="sr">after </span>
        {to}
      </b>
    </span>
  )
}

/** Measured lines; what was not measured is in no sum and stands below it. */
function Lines({ from, to }: { readonly from: WhatIfLines; readonly to: WhatIfLines }) {
  const text = ({ measured, unknown }: WhatIfLines) => (measured === 0 && unknown > 0 ? 'unknown' : number(measured))
  return (
    <>
      <Change from={text(from)} to={text(to)} />
      {to.unknown > 0 && (
        <div className="wi-risk t11">
          <Icon name="unknown" className="unk sm" />
          {count(to.unknown, 'item')} not measured
        </div>
      )}
    </>
  )
}

const CLASSES = [
  ['fully', 'fully audited', '--cov-full'],
  ['partially', 'partially audited', '--cov-partial'],
  ['exempted', 'exempted', '--cov-exempt'],
  ['failing', 'failing', '--cov-fail'],
  ['violation', 'in violation', '--err'],
] as const

function Coverage({ before, after }: { readonly before: WhatIfCounts; readonly after: WhatIfCounts }) {
  return (
    <>
      <div className="wi-bar" aria-hidden="true">
        {CLASSES.map(([name, , colour]) =>
          after[name] === 0 ? null : (
            <i
              key={name}
              style={{ width: `${(100 * after[name]) / Math.max(after.total, 1)}%`, background: `var(${colour})` }}
            />
          ),
        )}
      </div>
      <ul className="wi-classes t11 sub">
        {CLASSES.filter(([name]) => before[name] + after[name] > 0).map(([name, text]) => (
          <li key={name}>
            <b className="num">
              {before[name] === after[name] ? number(after[name]) : `${number(before[name])} → ${number(after[name])}`}
            </b>{' '}
            {text}
          </li>
        ))}
      </ul>
    </>
  )
}

function Sureness({ result, isSolving }: { readonly result: WhatIfResult; readonly isSolving: boolean }) {
  if (isSolving)
    return (
      <>
        <Icon name="sync" className="sm" /> solving
      </>
    )
  const isExact = result.approximate.length === 0 && result.unknown.length === 0
  if (result.approximate.length > 0)
    return (
      <>
        <Icon name="wave" className="warn sm" /> approximate
      </>
    )
  return (
    <>
      <Icon name={isExact ? 'ok' : 'unknown'} className={isExact ? 'ok sm' : 'unk sm'} />
      solved in {Math.max(1, Math.round(result.solvedInMs))} ms{isExact ? ', exact' : ', see what is not known'}
    </>
  )
}

function Figures({ result }: { readonly result: WhatIfResult }) {
  const { before, after } = result
  return (
    <>
      <div className="wi-figures">
        <div>
          <div className="t11 dim">Items in queue</div>
          <Change from={number(before.counts.failing)} to={number(after.counts.failing)} />
        </div>
        <div>
          <div className="t11 dim">Lines to read</div>
          <Lines from={before.lines} to={after.lines} />
        </div>
        <div>
          <div className="t11 dim">Exempted items</div>
          <Change from={number(before.exemptedItems)} to={number(after.exemptedItems)} />
        </div>
        <div>
          <div className="t11 dim">Lines under exemptions</div>
          <Lines from={before.exemptedLines} to={after.exemptedLines} />
        </div>
      </div>
      <Coverage before={before.counts} after={after.counts} />
    </>
  )
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

function TakeOn({ result }: { readonly result: WhatIfResult }) {
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

/** What no listed change covers. */
function restText(rest: number, { measured, unknown }: WhatIfLines): string {
  const size = measured === 0 && unknown > 0 ? 'none of them is measured' : `${linesLeft({ measured, unknown })} lines`
  return `The other ${number(rest)} must be read: ${size}. No listed change covers them.`
}

function Smallest({ found }: { readonly found: WhatIfSmallest }) {
  const client = useClient()
  const n = found.changes.length
  const what = found.of === 'failing' ? 'item' : 'exempted item'
  const rest = found.items - found.clears
  const sure = found.limit === 0 ? 'proved smallest' : `best found, at most ${found.limit} fewer possible`
  return (
    <Section
      title="Smallest set found"
      right={
        <>
          <Icon name={found.limit === 0 ? 'ok' : 'wave'} className={found.limit === 0 ? 'ok sm' : 'warn sm'} />
          {sure}
        </>
      }
    >
      <p className="t12 sub">
        {n === 0
          ? `No listed change clears any of ${count(found.items, what)}.`
          : `${count(n, 'change clears', 'changes clear')} ${number(found.clears)} of ${count(found.items, what)}.`}{' '}
        {rest > 0 && restText(rest, found.remaining)}
        {rest === 0 && found.items > 0 && 'Nothing is left to read then.'}
      </p>
      {found.leftOut.map(text => (
        <p className="t11 dim" key={text}>
          Left out: {text}
        </p>
      ))}
      <div className="row wrap" style={{ gap: 6, marginTop: 8 }}>
        {n > 0 && (
          <button className="btn s" onClick={() => setDraft(client, found.changes)}>
            Show the {count(n, 'change')}
          </button>
        )}
        <span className="t11 dim">
          Without trust: {count(found.withoutTrust.changes, 'change')}, clears {number(found.withoutTrust.clears)}
        </span>
      </div>
    </Section>
  )
}

function Commands({ result }: { readonly result: WhatIfResult }) {
  const lines = [...result.cargoCommands, ...result.commands]
  if (lines.length === 0) return null
  return (
    <Section
      title="The same by hand"
      right={
        <button className="link t11" onClick={() => void copyText(lines.join('\n'), 'the commands')}>
          Copy
        </button>
      }
    >
      <pre className="wi-cmds" tabIndex={0} role="group" aria-label="Commands">
        {lines.join('\n')}
      </pre>
      {result.cargoCommands.length > 0 && (
        <p className="t11 dim">
          Cargo.lock is never edited here: cargo moves the versions, then the queue is solved again.
        </p>
      )}
    </Section>
  )
}

function Idle() {
  const counts = useAppStore(s => s.queue?.counts ?? null)
  return (
    <Section title="Result">
      <p className="t12 sub">
        Include changes with <Keys of="whatif.toggle" /> to see what they would do together. Nothing is written before
        you apply.
      </p>
      {counts !== null && (
        <p className="t12 sub" style={{ marginTop: 8 }}>
          Now: {number(counts.failing)} failing, {number(counts.exempted)} exempted, {number(counts.fully)} of{' '}
          {number(counts.total)} fully audited.
        </p>
      )}
    </Section>
  )
}

export function ResultPanel() {
  const result = useWhatIf(s => s.result)
  const failure = useWhatIf(s => s.resultFailure)
  const isSolving = useWhatIf(s => s.isSolving)
  const smallest = useWhatIf(s => s.smallest)
  const n = useWhatIf(s => s.draft.length)
  const writes = useWhatIf(s => s.draft.some(change => change.kind !== 'move'))
  const isOld = isSolving || failure !== null || (result !== null && result.changes.length !== n)
  return (
    <aside className="insp wi-panel" aria-label="Result" data-region="result">
      <p className="sr" role="status">
        {result !== null && !isSolving ? resultSentence(result) : ''}
      </p>
      <div className="scroll grow" tabIndex={0} role="group" aria-label="What the changes would do" data-region-focus>
        {failure !== null && (
          <div className="sec">
            <FailureNotice
              failure={failure}
              {...(result === null ? {} : { lead: 'What stands below is of an earlier draft.' })}
            />
          </div>
        )}
        {result === null || n === 0 ? (
          <>
            <Idle />
            {smallest !== null && <Smallest found={smallest} />}
          </>
        ) : (
          <div className={isOld ? 'wi-old' : undefined}>
            <Section
              title={`Result of ${count(result.changes.length, 'change')}`}
              right={<Sureness result={result} isSolving={isSolving} />}
            >
              <Figures result={result} />
            </Section>
            {smallest !== null && <Smallest found={smallest} />}
            <TakeOn result={result} />
            <Commands result={result} />
          </div>
        )}
      </div>
      <footer className="wi-acts">
        <button className="btn q" disabled={n === 0} onClick={() => runCommand('whatif.reset')}>
          Reset
        </button>
        <button
          className="btn p grow"
          disabled={n === 0 || isSolving || failure !== null}
          onClick={() => runCommand('whatif.apply')}
        >
          {writes || n === 0 ? `Preview and apply ${count(n, 'change')}` : 'Show the commands for cargo'}{' '}
          <Keys of="whatif.apply" />
        </button>
      </footer>
    </aside>
  )
}
