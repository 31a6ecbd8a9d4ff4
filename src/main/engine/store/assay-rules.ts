/**
 * `[team.groups]` and `[team.rules]` of `supply-chain/assay.toml`: who belongs together, and what an audit of this team
 * needs beside cargo-vet's own rules (core/team-rules.ts).
 *
 *     [team.groups]
 *     crypto = ["ann@example.org", "Ben <ben@example.org>"]
 *     [team.rules]
 *     crate-authors-alone = false
 *     note-authors-alone = false
 *     [team.rules.criteria.safe-to-deploy]
 *     sign-offs = 2
 *     certifiers = ["@crypto", "cara@example.org"]
 *
 * What is wrong is a problem with its line, and a problem is a rule that nobody meets.
 */
import { isTable, ownValue, type PlainTable } from '../core/plain-table.ts'
import { keyOf, NO_RULES, type CriterionRule, type TeamRules } from '../core/team-rules.ts'
import { assayProblemText, readAssayTree } from './assay-file.ts'

const MAX_SIGN_OFFS = 20
const MAX_PEOPLE = 1_000

/** @param text of assay.toml; null when there is none. Never fails. */
export function readTeamRules(text: string | null): TeamRules {
  if (text === null) return NO_RULES
  const { tree, problems, note: problem } = readAssayTree(text)
  if (tree === null) return { ...NO_RULES, problems: problems.map(assayProblemText) }
  const tableAt = (within: PlainTable, key: string, path: readonly string[]): PlainTable => {
    const value = ownValue(within, key)
    if (value !== undefined && !isTable(value)) problem(path, `\`${path.join('.')}\` is not a table`)
    return isTable(value) ? value : {}
  }
  const team = tableAt(tree, 'team', ['team'])
  const groups = new Map<string, readonly string[]>()
  for (const [name, members] of Object.entries(tableAt(team, 'groups', ['team', 'groups']))) {
    const path = ['team', 'groups', name]
    if (!/^[\w-]{1,64}$/.test(name)) problem(path, 'the name of a group is letters, digits, `_` and `-`')
    else if (!isPeople(members)) problem(path, `the group \`${name}\` is not a list of e-mail addresses`)
    else groups.set(name, members.map(keyOf))
  }
  const rules = tableAt(team, 'rules', ['team', 'rules'])
  const isForbidden = (key: string): boolean => {
    const value = Object.hasOwn(rules, key) ? rules[key] : true
    if (typeof value !== 'boolean') problem(['team', 'rules', key], `\`${key}\` is true or false`)
    return value === false
  }
  const criteria = new Map<string, CriterionRule>()
  const stated = tableAt(rules, 'criteria', ['team', 'rules', 'criteria'])
  for (const name of Object.keys(stated)) {
    const path = ['team', 'rules', 'criteria', name]
    const rule = ruleOf(tableAt(stated, name, path), groups, (key, message) => problem([...path, key], message))
    if (rule !== null) criteria.set(name, rule)
  }
  for (const key of Object.keys(rules))
    if (!KNOWN.has(key)) problem(['team', 'rules', key], `there is no rule \`${key}\``)
  return {
    ...{ groups, criteria },
    notCrateAuthorsAlone: isForbidden('crate-authors-alone'),
    notNoteAuthorsAlone: isForbidden('note-authors-alone'),
    problems: problems.map(assayProblemText),
  }
}

const KNOWN = new Set(['criteria', 'crate-authors-alone', 'note-authors-alone'])

function ruleOf(
  table: PlainTable,
  groups: ReadonlyMap<string, unknown>,
  problem: (key: string, message: string) => void,
): CriterionRule | null {
  const value = (key: string): unknown => ownValue(table, key)
  const before = { count: 0 }
  const wrong = (key: string, message: string) => {
    before.count++
    problem(key, message)
  }
  const stated = value('sign-offs') ?? 1
  const signOffs = typeof stated === 'bigint' ? Number(stated) : stated
  const isCount = typeof signOffs === 'number' && Number.isInteger(signOffs)
  if (!isCount || signOffs < 1 || signOffs > MAX_SIGN_OFFS)
    wrong('sign-offs', `\`sign-offs\` is a whole number from 1 to ${MAX_SIGN_OFFS}`)
  const certifiers = value('certifiers') ?? null
  if (certifiers !== null && !isPeople(certifiers, true))
    wrong('certifiers', '`certifiers` is a list of e-mail addresses and `@group`')
  else if (certifiers !== null)
    for (const one of certifiers)
      if (one.startsWith('@') && !groups.has(one.slice(1))) wrong('certifiers', `there is no group \`${one.slice(1)}\``)
  for (const key of Object.keys(table))
    if (key !== 'sign-offs' && key !== 'certifiers') wrong(key, `a criterion has no rule \`${key}\``)
  if (before.count > 0) return null
  return { signOffs: signOffs as number, certifiers: (certifiers as readonly string[] | null)?.map(normal) ?? null }
}

const normal = (one: string): string => (one.startsWith('@') ? one : keyOf(one))

/** Addresses, `Name <email>`, and with `hasGroups` `@group`; not empty, or nobody could ever sign. */
function isPeople(value: unknown, hasGroups = false): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MAX_PEOPLE &&
    value.every(
      one =>
        typeof one === 'string' &&
        ((hasGroups && /^@[\w-]{1,64}$/.test(one)) || /^[^\s@<>]+@[^\s@<>]+$/.test(keyOf(one))),
    )
  )
}
