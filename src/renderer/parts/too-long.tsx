/** Below a field: that its text is longer than what is kept. It is left as it is, so that nothing of it is lost. */
import { count, number } from './words.ts'

export function TooLong({ length, max }: { readonly length: number; readonly max: number }) {
  if (length <= max) return null
  return (
    <p className="t11 warn" role="status">
      {count(length - max, 'character')} too many: {number(max)} can be kept. Not saved.
    </p>
  )
}
