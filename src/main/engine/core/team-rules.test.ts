import { describe, expect, it } from 'vitest'
import type { TeamSignOff } from '../../../shared/team.ts'
import { NO_RULES, signersOf, unmetRules, unsigned, type AuditFacts, type TeamRules } from './team-rules.ts'

const [ann, ben, cara, dan] = ['ann', 'ben', 'cara', 'dan'].map(name => `${name} <${name}@example.org>`) as [
  string,
  string,
  string,
  string,
]
const rules: TeamRules = {
  ...NO_RULES,
  groups: new Map([['crypto', ['ann@example.org', 'ben@example.org', 'cara@example.org']]]),
  criteria: new Map([
    ['safe-to-deploy', { signOffs: 2, certifiers: null }],
    ['crypto-reviewed', { signOffs: 2, certifiers: ['@crypto'] }],
  ]),
}
const facts = (more: Partial<AuditFacts>): AuditFacts => ({
  ...{ criteria: ['safe-to-deploy'], who: [ann, ben], crateAuthors: [], noteAuthors: [] },
  ...more,
})

describe('rules of a team', () => {
  it.each([
    ['two of two', facts({}), []],
    ['a criterion without a rule', facts({ criteria: ['safe-to-run'], who: [] }), []],
    [
      'one of two',
      facts({ who: [ann] }),
      ['safe-to-deploy needs 2 sign-offs and has 1 (ann <ann@example.org>): missing is one more.'],
    ],
    ['nobody', facts({ who: [] }), ['safe-to-deploy needs 2 sign-offs and has none: missing are 2 more.']],
    [
      'one person under two spellings',
      facts({ who: [ann, 'Ann B. <ANN@example.org>'] }),
      ['safe-to-deploy needs 2 sign-offs and has 1 (Ann B. <ANN@example.org>): missing is one more.'],
    ],
    [
      'one of a group',
      facts({ criteria: ['crypto-reviewed'], who: [ann] }),
      [
        'crypto-reviewed needs 2 sign-offs and has 1 (ann <ann@example.org>): missing is one more of ben@example.org or cara@example.org.',
      ],
    ],
    [
      'somebody who may not',
      facts({ criteria: ['crypto-reviewed'], who: [ann, ben, dan] }),
      ['dan <dan@example.org> may not certify crypto-reviewed: that is for @crypto.'],
    ],
    [
      'what is implied',
      facts({ criteria: ['crypto-reviewed', 'safe-to-deploy'], who: [cara] }),
      [
        'crypto-reviewed needs 2 sign-offs and has 1 (cara <cara@example.org>): missing is one more of ann@example.org or ben@example.org.',
        'safe-to-deploy needs 2 sign-offs and has 1 (cara <cara@example.org>): missing is one more.',
      ],
    ],
  ])('%s', (_, asked, want) => expect(unmetRules(rules, asked)).toEqual(want))

  const alone: TeamRules = { ...NO_RULES, notCrateAuthorsAlone: true, notNoteAuthorsAlone: true }
  it.each([
    [
      'an author of the crate alone',
      facts({ who: [ann], crateAuthors: ['A. <Ann@Example.org>'] }),
      ['ann <ann@example.org> wrote the crate, as its manifest says, so somebody else has to sign too.'],
    ],
    ['an author of the crate and another', facts({ crateAuthors: [ann] }), []],
    [
      'both of its authors',
      facts({ crateAuthors: [ann, ben, dan] }),
      [
        'ann <ann@example.org> and ben <ben@example.org> wrote the crate, as its manifest says, so somebody else has to sign too.',
      ],
    ],
    [
      'who raised a concern, alone',
      facts({ who: [ben], noteAuthors: [ben] }),
      ['ben <ben@example.org> raised a concern about this version, so somebody else has to sign too.'],
    ],
  ])('independence: %s', (_, asked, want) => expect(unmetRules(alone, asked)).toEqual(want))
  it('are not met while one cannot be read', () =>
    expect(unmetRules({ ...rules, problems: ['assay.toml line 3: no'] }, facts({}))).toEqual(['assay.toml line 3: no']))
})

describe('who signed', () => {
  const delta = { from: '1.0.0', to: '1.1.0' } as never
  const signed = (by: string, more: Partial<TeamSignOff> = {}): TeamSignOff => ({
    ...{ id: by, by, at: '2026-01-01T00:00:00.000Z', signature: 'unsigned', notes: '', evidence: null },
    ...{ delta, criteria: ['safe-to-deploy'] },
    ...more,
  })
  const implied = (name: string) => (name === 'safe-to-deploy' ? [name, 'safe-to-run'] : [name])
  const who = (list: readonly TeamSignOff[], criteria = ['safe-to-deploy']) => signersOf(list, delta, criteria, implied)
  it('each person once, in order', () => expect(who([signed(ben), signed(ann), signed(ben)])).toEqual([ben, ann]))
  it('for what includes the criteria', () => {
    expect(who([signed(ann)], ['safe-to-run'])).toEqual([ann])
    expect(who([signed(ann, { criteria: ['safe-to-run'] })])).toEqual([])
  })
  it('of this very change', () => {
    expect(who([signed(ann, { delta: { from: null, to: '1.1.0' } as never })])).toEqual([])
    expect(who([signed(ann, { delta: { from: '1.0.0', to: '1.2.0' } as never })])).toEqual([])
  })
  it('not with a signature that does not hold', () => expect(who([signed(ann, { signature: 'bad' })])).toEqual([]))
  it('is told from who is only named', () => {
    expect(unsigned([ann, ben, cara], ann, [ben])).toEqual([cara])
    expect(unsigned([ann], null, [])).toEqual([ann])
  })
})
