/**
 * The team's own rules for an audit, beside cargo-vet's: how many have to sign for a criterion, who may, and that who
 * wrote the crate, or raised a concern about it, is not the only one. Pure. People are the same when their addresses are.
 * A rule that cannot be read counts as not met: a slip in the file must not open the door.
 */
import { personKey, type TeamSignOff } from '../../../shared/team.ts'
import type { Delta } from '../../../shared/domain.ts'

export interface CriterionRule {
  /** At least 1. */
  readonly signOffs: number
  /** Addresses in lower case and `@group`; null: everybody. */
  readonly certifiers: readonly string[] | null
}

export interface TeamRules {
  /** Addresses in lower case, by group. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  readonly criteria: ReadonlyMap<string, CriterionRule>
  /** Who the crate's manifest names as an author is not the only one to sign. */
  readonly notCrateAuthorsAlone: boolean
  /** Who wrote a concern or a blocker about the version is not the only one to sign. */
  readonly notNoteAuthorsAlone: boolean
  /** Sentences about what cannot be read, each with its line. */
  readonly problems: readonly string[]
}

export const NO_RULES: TeamRules = {
  ...{ groups: new Map(), criteria: new Map(), problems: [] },
  ...{ notCrateAuthorsAlone: false, notNoteAuthorsAlone: false },
}

export const hasRules = (rules: TeamRules): boolean =>
  rules.criteria.size > 0 || rules.notCrateAuthorsAlone || rules.notNoteAuthorsAlone || rules.problems.length > 0

export interface AuditFacts {
  /** What is certified and all that it implies. */
  readonly criteria: readonly string[]
  /** Whom the audit names, `Name <email>`, each of whom signed. */
  readonly who: readonly string[]
  /** As manifests name them; those without an address cannot be compared. */
  readonly crateAuthors: readonly string[]
  readonly noteAuthors: readonly string[]
}

/** What stands against an audit, one sentence each that names who is missing; empty when every rule is met. */
export function unmetRules(rules: TeamRules, { criteria, who, crateAuthors, noteAuthors }: AuditFacts): string[] {
  const unmet = [...rules.problems]
  const people = new Map(who.map(one => [keyOf(one), one]))
  for (const name of criteria) {
    const rule = rules.criteria.get(name)
    if (rule === undefined) continue
    const allowed = rule.certifiers === null ? null : addressesOf(rules, rule.certifiers)
    const counted = [...people.keys()].filter(key => allowed === null || allowed.has(key))
    const others = [...people].filter(([key]) => allowed !== null && !allowed.has(key)).map(([, person]) => person)
    if (others.length > 0)
      unmet.push(`${list(others, 'and')} may not certify ${name}: that is for ${list(rule.certifiers ?? [])}.`)
    const missing = rule.signOffs - counted.length
    if (missing > 0) {
      const has =
        counted.length === 0
          ? 'none'
          : `${counted.length} (${list(
              counted.map(key => people.get(key)!),
              'and',
            )})`
      const left = allowed === null ? [] : [...allowed].filter(key => !people.has(key))
      const from = allowed === null ? '' : ` of ${left.length === 0 ? list(rule.certifiers ?? []) : list(left)}`
      unmet.push(
        `${name} needs ${plural(rule.signOffs, 'sign-off')} and has ${has}: missing ${missing === 1 ? 'is one more' : `are ${missing} more`}${from}.`,
      )
    }
  }
  const alone = (isOn: boolean, authors: readonly string[], what: string) => {
    const keys = new Set(authors.map(keyOf))
    if (!isOn || people.size === 0 || ![...people.keys()].every(key => keys.has(key))) return
    unmet.push(`${list([...people.values()], 'and')} ${what}, so somebody else has to sign too.`)
  }
  alone(rules.notCrateAuthorsAlone, crateAuthors, 'wrote the crate, as its manifest says')
  alone(rules.notNoteAuthorsAlone, noteAuthors, 'raised a concern about this version')
  return unmet
}

/**
 * Who signed exactly this change for what includes these criteria, first signatures first, each person once. A
 * signature that does not hold counts for nobody.
 * @param implied all that a criterion implies, itself included
 */
export function signersOf(
  signOffs: readonly TeamSignOff[],
  delta: Delta,
  criteria: readonly string[],
  implied: (criterion: string) => readonly string[],
): readonly string[] {
  const signers = new Map<string, string>()
  for (const { by, delta: signed, criteria: names, signature } of signOffs) {
    if (signature === 'bad' || signed.from !== delta.from || signed.to !== delta.to) continue
    const held = new Set(names.flatMap(implied))
    if (criteria.every(name => held.has(name)) && !signers.has(personKey(by))) signers.set(personKey(by), by)
  }
  return [...signers.values()]
}

/** Of `who`, those whose word is only claimed: they are not `me`, and signed nothing that counts here. */
export function unsigned(who: readonly string[], me: string | null, signers: readonly string[]): readonly string[] {
  const known = new Set([...signers, ...(me === null ? [] : [me])].map(keyOf))
  return who.filter(one => !known.has(keyOf(one)))
}

/** The address of `Name <email>`, else the text itself; lower case. */
export function keyOf(who: string): string {
  const address = /<([^<>\s]+)>\s*$/.exec(who)?.[1]
  return (address ?? who.trim()).toLowerCase()
}

function addressesOf(rules: TeamRules, certifiers: readonly string[]): ReadonlySet<string> {
  return new Set(
    certifiers.flatMap(one => (one.startsWith('@') ? (rules.groups.get(one.slice(1)) ?? []) : [keyOf(one)])),
  )
}

const MAX_NAMED = 10
const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`
function list(names: readonly string[], word: 'and' | 'or' = 'or'): string {
  const shown = names.slice(0, MAX_NAMED)
  const more = names.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  return shown.length < 2 ? (shown[0] ?? 'nobody') : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)}`
}
