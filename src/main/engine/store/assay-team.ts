/**
 * `[team]` of `supply-chain/assay.toml`: where the team's events are kept. `repository`: as git takes it; absent means the
 * workspace's remote `origin`. `branch`: `assay/team` or another one below `assay/`, so that no branch with code is ever
 * written to. The file comes with the workspace, so it may be anybody's: what is wrong is named and not used.
 */
import { isTable, ownValue } from '../core/plain-table.ts'
import { ASSAY_FILE, assayProblemText, readAssayTree } from './assay-file.ts'

const DEFAULT_BRANCH = 'assay/team'

export interface TeamSettings {
  readonly repository: string | null
  readonly branch: string
  /** Sentences. Not empty: nothing is to be synced until they are mended. */
  readonly problems: readonly string[]
}

/** @param text of assay.toml; null when there is none. Never fails. */
export function readTeamSettings(text: string | null): TeamSettings {
  const none = { repository: null, branch: DEFAULT_BRANCH }
  if (text === null) return { ...none, problems: [] }
  const { tree, problems: wrong } = readAssayTree(text)
  if (tree === null) return { ...none, problems: wrong.map(assayProblemText) }
  const team = ownValue(tree, 'team')
  if (team === undefined) return { ...none, problems: [] }
  if (!isTable(team)) return { ...none, problems: [`\`team\` of ${ASSAY_FILE} is not a table`] }
  const repository = ownValue(team, 'repository')
  const branch = ownValue(team, 'branch')
  const problems: string[] = []
  if (repository !== undefined && !isAddress(repository))
    problems.push(
      `\`team.repository\` of ${ASSAY_FILE} is not an address that is used: https, ssh, or a path (${short(repository)})`,
    )
  if (branch !== undefined && !isBranch(branch))
    problems.push(`\`team.branch\` of ${ASSAY_FILE} is not a branch below assay/ (${short(branch)})`)
  return {
    repository: isAddress(repository) ? repository : null,
    branch: isBranch(branch) ? branch : DEFAULT_BRANCH,
    problems,
  }
}

/** An address without a control character that git can neither take for an option nor for a helper program. */
export function isAddress(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > 2_000 || !/^[^-\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$/.test(text))
    return false
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]
  if (scheme !== undefined) return ['https', 'http', 'ssh', 'file'].includes(scheme.toLowerCase())
  return !/^[A-Za-z0-9+.-]*::/.test(text)
}

function isBranch(text: unknown): text is string {
  return (
    typeof text === 'string' &&
    text.length <= 100 &&
    /^assay(?:\/\w[\w.-]*)+$/.test(text) &&
    !/\.\.|\.(?:lock)?(?:\/|$)/.test(text)
  )
}

const short = (value: unknown): string => JSON.stringify(String(value).slice(0, 80))
