/** The commands that would do the same as a set of changes, for a shell. Pure. */
import type { WhatIfChange } from '../../../shared/what-if.ts'

/** What Assay would run, in the order in which it counts. */
export function commandsOf(changes: readonly WhatIfChange[]): string[] {
  return changes.flatMap(change => {
    switch (change.kind) {
      case 'import':
        return [words('assay', 'import', change.name, ...change.urls)]
      case 'trust':
        return [words('assay', 'trust', change.crate, change.publisher, ...criteria(change.criteria))]
      case 'trust-all':
        return [words('assay', 'trust', '--all', change.publisher, ...criteria(change.criteria))]
      case 'move':
        return []
    }
  })
}

/** What only cargo may do: Cargo.lock is never edited here. */
export function cargoCommands(changes: readonly WhatIfChange[]): string[] {
  return changes.flatMap(change =>
    change.kind === 'move'
      ? [words('cargo', 'update', '-p', `${change.crate}@${change.from}`, '--precise', change.to)]
      : [],
  )
}

const criteria = (names: readonly string[]): string[] => names.map(name => `--criteria=${name}`)

const words = (...parts: readonly string[]): string => parts.map(quoted).join(' ')

/** One word for sh; names come from files of others. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
