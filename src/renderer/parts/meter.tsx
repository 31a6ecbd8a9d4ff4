/** A thin progress bar. It moves only on real progress; without a total it shows a fixed part and says "unknown". */

export function Meter(props: {
  readonly done: number
  readonly total: number | null
  readonly label: string
  readonly className?: string
}) {
  const { done, total, label } = props
  const percent = total === null || total === 0 ? null : Math.min(100, Math.round((done / total) * 100))
  const tone = percent === null ? ' unknown' : percent === 100 ? ' full' : ''
  return (
    <span
      className={`meter${tone}${props.className === undefined ? '' : ` ${props.className}`}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
    >
      <i style={percent === null ? undefined : { width: `${percent}%` }} />
    </span>
  )
}
