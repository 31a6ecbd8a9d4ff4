/** Before and after in numbers: items, lines, coverage, and how sure they are. */
import type { WhatIfCounts, WhatIfLines, WhatIfResult } from '../../shared/what-if.ts'
import { Icon } from '../parts/icon.tsx'
import { count, number } from '../parts/words.ts'

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

/** Exact, approximate, or with gaps. */
export function Sureness({ result, isSolving }: { readonly result: WhatIfResult; readonly isSolving: boolean }) {
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

export function Figures({ result }: { readonly result: WhatIfResult }) {
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
