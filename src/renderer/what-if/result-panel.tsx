/** What the draft would do: figures with the old ones struck through, what one takes on, the smallest set, commands. */
import type { WhatIfLines, WhatIfResult, WhatIfSmallest } from '../../shared/what-if.ts'
import { useClient } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { count, number } from '../parts/words.ts'
import { copyText } from '../state/actions.ts'
import { useAppStore } from '../state/app-store.ts'
import { Section } from './panel-section.tsx'
import { Figures, Sureness } from './result-figures.tsx'
import { linesLeft, resultSentence } from './row-texts.ts'
import { setDraft, useWhatIf } from './state.ts'
import { TakeOn } from './take-on.tsx'

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
