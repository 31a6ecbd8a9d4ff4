/** Checked versions by the year of their publication, as stacked bars in plain SVG or as a table of the same numbers. */
import { memo, useState } from 'react'
import { number } from '../parts/words.ts'
import type { Year } from './rows.ts'

const PARTS = [
  { key: 'match', label: 'match', colour: 'var(--cov-full)' },
  { key: 'almost', label: 'almost', colour: 'var(--cov-exempt)' },
  { key: 'unknown', label: 'could not check', colour: 'var(--v-unknown)' },
  { key: 'differ', label: 'differ', colour: 'var(--cov-fail)' },
] as const

const [WIDTH, HEIGHT, LEFT, BASE, TOP] = [244, 134, 32, 114, 8]
/** What is there stays visible, however few. */
const LEAST = 2

const totalOf = (year: Year): number => year.match + year.almost + year.unknown + year.differ

/** The smallest of 1, 2 or 5 times a power of ten that makes at most three steps. */
export function tickStep(most: number): number {
  for (let power = 1; ; power *= 10)
    for (const factor of [1, 2, 5]) if (most / (power * factor) <= 3) return power * factor
}

function Bars({ years }: { readonly years: readonly Year[] }) {
  const most = Math.max(1, ...years.map(totalOf))
  const step = tickStep(most)
  const scale = (BASE - TOP) / most
  const slot = (WIDTH - LEFT - 4) / Math.max(years.length, 6)
  const barWidth = Math.min(22, slot * 0.64)
  const every = Math.ceil(years.length / 14)
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step)
  return (
    <>
      {ticks.map(tick => (
        <g key={tick}>
          <path d={`M${LEFT - 4} ${BASE - tick * scale}H${WIDTH - 4}`} stroke="var(--line)" />
          <text x={LEFT - 8} y={BASE - tick * scale + 3.5} textAnchor="end">
            {number(tick)}
          </text>
        </g>
      ))}
      {years.map((year, i) => {
        const x = LEFT + slot * i + (slot - barWidth) / 2
        let y = BASE
        return (
          <g key={year.year}>
            {PARTS.map(part => {
              if (year[part.key] === 0) return null
              const height = Math.max(LEAST, year[part.key] * scale - 1)
              y -= height + 1
              return <rect key={part.key} x={x} y={y + 1} width={barWidth} height={height} fill={part.colour} />
            })}
            {i % every === 0 && (
              <text x={x + barWidth / 2} y={BASE + 13} textAnchor="middle">
                {String(year.year).slice(2)}
              </text>
            )}
          </g>
        )
      })}
    </>
  )
}

function Table({ years }: { readonly years: readonly Year[] }) {
  return (
    <div className="pv-years" tabIndex={0} role="group" aria-label="Versions by year">
      <table>
        <thead>
          <tr>
            <th scope="col">Year</th>
            {PARTS.map(part => (
              <th scope="col" key={part.key}>
                {part.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {years.map(year => (
            <tr key={year.year}>
              <th scope="row">{year.year}</th>
              {PARTS.map(part => (
                <td key={part.key}>{number(year[part.key])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export const YearChart = memo(function YearChart(props: { readonly years: readonly Year[]; readonly undated: number }) {
  const { years, undated } = props
  const [isTable, setTable] = useState(false)
  const sums = PARTS.map(part => ({ ...part, sum: years.reduce((sum, year) => sum + year[part.key], 0) }))
  const total = sums.reduce((sum, part) => sum + part.sum, 0)
  const words = sums.map(part => `${number(part.sum)} ${part.label}`).join(', ')
  return (
    <section className="pv-year" aria-label="Versions by year of publication">
      <div className="row t12">
        <h2 className="med">Checked, by year published</h2>
        <span className="right num sub">{number(total)}</span>
        <button className="link t11" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          Table
        </button>
      </div>
      {isTable ? (
        <Table years={years} />
      ) : (
        <svg
          width={WIDTH}
          height={HEIGHT}
          role="img"
          aria-label={
            years.length === 0
              ? 'No checked version has a date of publication'
              : `${years[0]?.year ?? ''} to ${years.at(-1)?.year ?? ''}: ${words}`
          }
        >
          <Bars years={years} />
        </svg>
      )}
      <div className="t11 sub pv-legend">
        {sums.map(part => (
          <span key={part.key} className="row nw" style={{ gap: 5 }}>
            <i className="sq" style={{ background: part.colour }} />
            {part.label} {number(part.sum)}
          </span>
        ))}
      </div>
      <p className="t11 dim">
        {undated > 0 ? `${number(undated)} more without a known date.` : 'Before October 2018 no commit is stated.'}
      </p>
    </section>
  )
})
