import { expect, it } from 'vitest'
import { readTeamSettings } from './assay-team.ts'

const PLAIN = { repository: null, branch: 'assay/team', problems: [] }

it.each([
  { case: 'there is no file', text: null, want: PLAIN },
  { case: 'there is no table', text: '[[checklist.x]]\nid = "a"', want: PLAIN },
  {
    case: 'both are stated',
    text: '[team]\nrepository = "https://host/t.git"\nbranch = "assay/crypto"',
    want: { repository: 'https://host/t.git', branch: 'assay/crypto', problems: [] },
  },
  {
    case: 'it is a short address of ssh',
    text: '[team]\nrepository = "git@host:t.git"',
    want: { ...PLAIN, repository: 'git@host:t.git' },
  },
  { case: 'it is a path', text: '[team]\nrepository = "../team.git"', want: { ...PLAIN, repository: '../team.git' } },
])('reads [team] when $case', ({ text, want }) => {
  expect(readTeamSettings(text)).toEqual(want)
})

it.each([
  ['repository = "--upload-pack=touch /tmp/x"', 'team.repository'],
  ['repository = "ext::sh -c date"', 'team.repository'],
  ['repository = "git://host/t.git"', 'team.repository'],
  ['repository = "javascript://x"', 'team.repository'],
  ['repository = "https://host/\\u0000x"', 'team.repository'],
  ['repository = 7', 'team.repository'],
  ['branch = "main"', 'team.branch'],
  ['branch = "assay"', 'team.branch'],
  ['branch = "assay/../main"', 'team.branch'],
  ['branch = "assay/x.lock"', 'team.branch'],
  ['branch = "assay/-x"', 'team.branch'],
  ['branch = "assay/a:refs/heads/main"', 'team.branch'],
])('names %s', (line, says) => {
  const { problems } = readTeamSettings(`[team]\n${line}`)
  expect(problems.join()).toContain(says)
})

it('uses nothing of a file that is no TOML', () => {
  expect(readTeamSettings('[team').problems).toHaveLength(1)
  expect(readTeamSettings('team = 1').problems[0]).toContain('not a table')
})
