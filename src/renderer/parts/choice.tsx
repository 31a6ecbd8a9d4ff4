/** A value of a list of choices, shown as `Order: name`; a native select, so every key works. */
import { Icon } from './icon.tsx'

export function Choice<T extends string>(props: {
  readonly label: string
  readonly value: T
  readonly choices: readonly T[]
  readonly onChange: (value: T) => void
}) {
  return (
    <label className="choice">
      {props.label}: {props.value}
      <Icon name="down" className="sm" />
      <select
        aria-label={props.label}
        value={props.value}
        onChange={event => {
          const choice = props.choices.find(c => c === event.target.value)
          if (choice !== undefined) props.onChange(choice)
        }}
      >
        {props.choices.map(choice => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    </label>
  )
}
