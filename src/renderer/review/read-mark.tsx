/** The read mark of a file: a shape of its own for each state, with the state as its name. */
import type { ReadMark } from '../../shared/wire.ts'
import { Icon } from '../parts/icon.tsx'

const WORDS: Readonly<Record<ReadMark, string>> = {
  read: 'read',
  partly: 'partly read',
  changed: 'changed since you read it',
  unread: 'unread',
}

export const markWords = (mark: ReadMark): string => WORDS[mark]

export function ReadMarkGlyph({ mark }: { readonly mark: ReadMark }) {
  return (
    <span className={`rv-mark ${mark}`} role="img" aria-label={WORDS[mark]} title={WORDS[mark]}>
      {mark === 'read' && <Icon name="check" />}
      {mark === 'changed' && <Icon name="sync" />}
    </span>
  )
}
