/** What solved changes mean, in sentences: what one takes on, what is only approximate, what is not known. Pure. */
import { describeFailure } from '../../../shared/failure.ts'
import type { ReliedSource, WhatIfChange, WhatIfResult, WhatIfRisk } from '../../../shared/what-if.ts'
import { formatShortList } from '../core/short-list.ts'
import { compareVetVersions, parseVetVersion } from '../core/version.ts'
import type { LoadedWorkspace } from './flow.ts'
import type { LiveStore, StalePart } from './online.ts'
import type { Tried } from './what-if-steps.ts'

const packages = (n: number): string => `${n} ${n === 1 ? 'package' : 'packages'}`

/** In this order: violations, what a locked check says, sources, publishers, criteria without a meaning, versions that go back. */
export function risksOf(
  changes: readonly WhatIfChange[],
  tried: Tried,
  { relied, unmapped, violations, lockedOnly }: Pick<WhatIfResult, 'relied' | 'unmapped' | 'violations' | 'lockedOnly'>,
): WhatIfRisk[] {
  const risks: WhatIfRisk[] = []
  if (violations.length > 0) {
    const names = formatShortList([...new Set(violations.map(v => v.crate))])
    const isOne = violations.length === 1
    risks.push({
      tone: 'warning',
      text: `${packages(violations.length)} would be in violation: ${names}. Nothing about ${isOne ? 'it' : 'them'} passes until the contradiction is resolved.`,
    })
  }
  if (lockedOnly.length > 0) {
    const names = formatShortList([...new Set(lockedOnly.map(p => p.crate))])
    risks.push({
      tone: 'warning',
      text: `A locked check would ask for more of ${packages(lockedOnly.length)} (${names}): nothing new of a crate is stored in imports.lock while another of its versions fails.`,
    })
  }
  risks.push(...relied.map(reliedRisk))
  for (const { publisher, skipped } of tried.trusted) {
    if (skipped.length === 0) continue
    risks.push({
      tone: 'info',
      text: `${formatShortList(skipped)} ${skipped.length === 1 ? 'is' : 'are'} left out of trusting ${publisher}: others published there too.`,
    })
  }
  for (const importName of new Set(unmapped.map(row => row.importName))) {
    const rows = unmapped.filter(row => row.importName === importName)
    const times = rows.reduce((sum, row) => sum + row.audits, 0)
    const named = formatShortList(rows.map(row => row.criterion))
    risks.push({
      tone: 'unknown',
      text: `${importName} names criteria that are not mapped in its audits of these crates: ${named} (${times} ${times === 1 ? 'time' : 'times'}). They count for nothing here until a criteria-map says what they mean.`,
    })
  }
  for (const change of changes) {
    if (change.kind !== 'move' || !isOlder(change.to, change.from)) continue
    risks.push({
      tone: 'warning',
      text: `${change.crate} goes back from ${change.from} to ${change.to}: fixes of the versions between are lost.`,
    })
  }
  return risks
}

function isOlder(a: string, b: string): boolean {
  const [left, right] = [parseVetVersion(a), parseVetVersion(b)]
  return left.ok && right.ok && compareVetVersions(left.value, right.value) < 0
}

function reliedRisk({ source, kind, packages: n, alone, entries }: ReliedSource): WhatIfRisk {
  const would = `${packages(n)} would`
  switch (kind) {
    case 'audits': {
      const partial = entries.filter(entry => entry.caveat !== null).length
      const said = partial === 0 ? '' : `; ${partialText(partial, entries.length)}`
      const how = alone > 0 ? `, ${alone === n ? '' : `${alone} of them `}on ${source} alone` : ''
      return {
        tone: partial > 0 ? 'warning' : 'info',
        text: `${would} rest on audits of ${source}${how}${said}.`,
      }
    }
    case 'wildcards':
      return {
        tone: 'warning',
        text: `${would} pass because ${source} vouches for whoever published them: nobody read these releases for that.`,
      }
    case 'publisher':
      return { tone: 'warning', text: `${would} pass with no one reading them, on the name of ${source} only.` }
  }
}

function partialText(partial: number, all: number): string {
  const whose = all === 1 ? 'the notes of that audit say' : `the notes of ${partial} of the ${all} audits say`
  return `${whose} that something was not read, or only in part`
}

/** One sentence for each version that moves. */
export function approximations(changes: readonly WhatIfChange[]): string[] {
  return changes.flatMap(change =>
    change.kind === 'move'
      ? [
          `${change.crate} ${change.to} is taken to need what ${change.from} needs. cargo may choose other dependencies, or refuse the version.`,
        ]
      : [],
  )
}

const MOST_NAMED = 5

/** Sentences on what the answer does not rest on: imports as stored, parts that did not answer, a graph without kinds. */
export function unknowns(
  { live, workspace }: { readonly live: LiveStore | null; readonly workspace: LoadedWorkspace },
  tried: Tried,
): string[] {
  const names = [...workspace.loaded.store.config.imports.keys()]
  const sentences: string[] = []
  if (tried.live !== null && live === null && names.length > 0) {
    sentences.push(
      'The queue stands on imports as stored in imports.lock. Applying takes in what is new there as well, so part of the difference may be theirs.',
    )
  }
  const unheard = tried.stale.filter(part => part.importName === null && part.failure.code === 'offline')
  const stale = tried.stale.filter(part => !unheard.includes(part)).map(staleSentence)
  if (unheard.length > 0) {
    const [first] = unheard
    const more = unheard.length > 1 ? ` and ${unheard.length - 1} more` : ''
    sentences.push(`${capital(first?.what ?? '')}${more} were never asked for: only what imports.lock holds counts.`)
  }
  sentences.push(...stale.slice(0, MOST_NAMED))
  if (stale.length > MOST_NAMED) sentences.push(`${stale.length - MOST_NAMED} more parts are as stored.`)
  sentences.push(...tried.remarks.map(remark => remark.replace(/\s*\n\s*/g, '. ')))
  if (workspace.metadata.origin === 'lockfile')
    sentences.push('The graph comes from Cargo.lock alone, so dev and build dependencies are not told apart.')
  return sentences
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function staleSentence({ what, importName, failure, fetchedAt }: StalePart): string {
  const { title } = describeFailure(failure)
  if (failure.code === 'criteria-changed') {
    const criteria: readonly string[] = failure.changes.map(change => change.criterion)
    return `${what} changed what its criteria mean (${criteria.join(', ')}). Applying stops there until \`assay regenerate imports\` accepts it.`
  }
  if (importName !== null && fetchedAt === null && failure.code === 'offline')
    return `The audits of ${what} were never fetched: only what imports.lock holds of them counts.`
  const subject = importName === null ? capital(what) : `The audits of ${what}`
  return failure.code === 'offline'
    ? `${subject} were not asked for: only what imports.lock holds counts.`
    : `${subject} are as stored: ${title}.`
}
