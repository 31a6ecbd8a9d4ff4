/** The arguments of `what-if`: changes by name, each flag once per change. Pure. */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { readVersion } from '../../engine/session/command-words.ts'
import type { StatedChange } from '../../engine/session/what-if-command.ts'

export interface WhatIfArgs {
  readonly changes: readonly StatedChange[]
  readonly smallest: boolean
}

export const WHAT_IF_FLAGS = {
  import: 'many',
  trust: 'many',
  'trust-all': 'many',
  move: 'many',
  criteria: 'many',
  smallest: 'switch',
} as const

const usage = (message: string): Result<never, Failure> => fail({ code: 'usage', message })

/** `--import NAME[=URL]`, `--trust CRATE=PUBLISHER`, `--trust-all PUBLISHER`, `--move CRATE[@FROM]=TO`. @failure usage */
export function readWhatIf(flags: ReadonlyMap<string, readonly string[]>): Result<WhatIfArgs, Failure> {
  const many = (name: string) => flags.get(name) ?? []
  const criteria = [...many('criteria')]
  const changes: StatedChange[] = []
  for (const text of many('import')) {
    const [name, url] = halves(text)
    if (name === '' || url === '') return usage(`--import is NAME or NAME=URL, not '${text}'`)
    changes.push({ kind: 'import', name, urls: url === null ? [] : [url] })
  }
  for (const text of many('trust')) {
    const [crate, publisher] = halves(text)
    if (crate === '' || publisher === null || publisher === '')
      return usage(`--trust is CRATE=PUBLISHER, not '${text}'`)
    changes.push({ kind: 'trust', crate: crate as CrateName, publisher, criteria })
  }
  for (const publisher of many('trust-all')) changes.push({ kind: 'trust-all', publisher, criteria })
  for (const text of many('move')) {
    const [left, right] = halves(text)
    const [crate = '', used] = left.split('@')
    if (crate === '' || right === null || right === '') return usage(`--move is CRATE=VERSION, not '${text}'`)
    const to = readVersion(right)
    if (!to.ok) return usage(`'${right}' is not a version: ${to.error}`)
    const from = used === undefined ? ok(null) : readVersion(used)
    if (!from.ok) return usage(`'${used ?? ''}' is not a version: ${from.error}`)
    changes.push({ kind: 'move', crate: crate as CrateName, from: from.value, to: to.value })
  }
  const smallest = flags.has('smallest')
  if (changes.length === 0 && !smallest)
    return usage("'assay what-if' needs a change: --import, --trust, --trust-all or --move; or --smallest")
  if (criteria.length > 0 && !changes.some(change => change.kind === 'trust' || change.kind === 'trust-all'))
    return usage('--criteria needs --trust or --trust-all')
  return ok({ changes, smallest })
}

function halves(text: string): [string, string | null] {
  const at = text.indexOf('=')
  return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
}
