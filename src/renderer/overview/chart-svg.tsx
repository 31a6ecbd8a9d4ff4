/** A chart's marks as SVG with the colours of the theme. Its words are its name; the same numbers are in its table. */
import { useId } from 'react'
import type { Chart, Mark, Tone } from '../../shared/overview-chart.ts'

/** Tones by the tokens that carry them, 3:1 on panels in both themes. */
export const TONES: Readonly<Record<Tone, string>> = {
  exempt: '--cov-exempt',
  fail: '--cov-fail',
  full: '--cov-full',
  partial: '--cov-partial',
  own: '--accent',
  audits: '--accent',
  grid: '--line',
  text: '--fg-2',
  quiet: '--fg-3',
  strong: '--fg',
  trust: '--cov-partial',
  unknown: '--v-unknown',
}
const colour = (tone: Tone): string => `var(${TONES[tone]})`

function MarkShape({ mark, hatch }: { readonly mark: Mark; readonly hatch: string }) {
  switch (mark.kind) {
    case 'line':
      return (
        <polyline
          points={mark.points.map(point => point.join()).join(' ')}
          fill="none"
          stroke={colour(mark.tone)}
          strokeWidth={mark.tone === 'grid' || mark.tone === 'quiet' ? 1 : 2}
          strokeDasharray={mark.isDashed ? '3 3' : undefined}
        />
      )
    case 'area':
      return (
        <polygon points={mark.points.map(point => point.join()).join(' ')} fill={colour(mark.tone)} opacity={0.26} />
      )
    case 'rect': {
      const { x, y, width, height } = mark
      return <rect {...{ x, y, width, height }} rx={1} fill={mark.isHatched ? `url(#${hatch})` : colour(mark.tone)} />
    }
    case 'dot':
      return <circle cx={mark.x} cy={mark.y} r={3.5} fill={colour(mark.tone)} />
    case 'text':
      return (
        <text
          x={mark.x}
          y={mark.y}
          textAnchor={mark.anchor}
          fill={colour(mark.tone)}
          className={mark.isBold ? 'bold' : undefined}
        >
          {mark.text}
        </text>
      )
  }
}

export function ChartSvg({ chart }: { readonly chart: Chart }) {
  const hatch = useId()
  return (
    <svg className="ov-svg" viewBox={`0 0 ${chart.width} ${chart.height}`} role="img" aria-label={chart.words}>
      <defs>
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" stroke={colour('trust')} strokeWidth="4" />
        </pattern>
      </defs>
      {chart.marks.map((mark, i) => (
        <MarkShape key={i} mark={mark} hatch={hatch} />
      ))}
    </svg>
  )
}
