import { expect, it } from 'vitest'
import { hasRules } from '../core/team-rules.ts'
import { readTeamRules } from './assay-rules.ts'

it('are none without a file, and with one that says nothing of them', () => {
  for (const text of [null, '', '[team]\nbranch = "assay/team"\n']) expect(hasRules(readTeamRules(text))).toBe(false)
})

it('are read', () => {
  const rules = readTeamRules(`
[team.groups]
crypto = ["Ann <Ann@example.org>", "ben@example.org"]
[team.rules]
crate-authors-alone = false
note-authors-alone = true
[team.rules.criteria.safe-to-deploy]
sign-offs = 2
[team.rules.criteria.crypto-reviewed]
certifiers = ["@crypto", "Cara <cara@example.org>"]
`)
  expect(rules).toEqual({
    groups: new Map([['crypto', ['ann@example.org', 'ben@example.org']]]),
    criteria: new Map([
      ['safe-to-deploy', { signOffs: 2, certifiers: null }],
      ['crypto-reviewed', { signOffs: 1, certifiers: ['@crypto', 'cara@example.org'] }],
    ]),
    ...{ notCrateAuthorsAlone: true, notNoteAuthorsAlone: false, problems: [] },
  })
})

it.each([
  ['team = 3', ['assay.toml line 1: `team` is not a table']],
  ['[team]\nrules = 1', ['assay.toml line 2: `team.rules` is not a table']],
  ['[team.rules]\nsignoffs = 2', ['assay.toml line 2: there is no rule `signoffs`']],
  ['[team.rules]\ncrate-authors-alone = "no"', ['assay.toml line 2: `crate-authors-alone` is true or false']],
  ['[team.groups]\na = []', ['assay.toml line 2: the group `a` is not a list of e-mail addresses']],
  ['[team.groups]\na = ["ann"]', ['assay.toml line 2: the group `a` is not a list of e-mail addresses']],
  ['[team.rules.criteria.x]\nsign-offs = 0', ['assay.toml line 2: `sign-offs` is a whole number from 1 to 20']],
  ['[team.rules.criteria.x]\ncertifiers = ["@none"]', ['assay.toml line 2: there is no group `none`']],
  ['[team.rules.criteria.x]\nsign-off = 2', ['assay.toml line 2: a criterion has no rule `sign-off`']],
])('with a slip are a problem, so that nobody meets them: %j', (text, problems) => {
  const rules = readTeamRules(`${text}\n`)
  expect(rules.problems).toEqual(problems)
  expect(hasRules(rules)).toBe(true)
})

it('in a file that is no TOML are a problem', () =>
  expect(readTeamRules('[team.rules\n').problems[0]).toMatch(/^assay.toml line 1: /))
