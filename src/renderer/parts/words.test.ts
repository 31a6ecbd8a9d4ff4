/** Numbers, sizes and ages as the interface writes them. */
import { describe, expect, it } from 'vitest'
import { brand } from '../../shared/domain.ts'
import {
  age,
  changeText,
  count,
  duration,
  listText,
  minutesText,
  number,
  personName,
  sentence,
  sizeText,
} from './words.ts'

const NOW = Date.UTC(2026, 1, 10, 12)
const MIN = 60_000

describe('words', () => {
  it('begins a sentence with a capital, unless a name stands there', () => {
    expect(sentence('could not download it')).toBe('Could not download it')
    for (const text of ['cargo vet said no', 'either 1.13.0: in review', 'supply-chain/audits.toml is locked'])
      expect(sentence(text)).toBe(text)
  })

  it('marks thousands and names units', () => {
    expect([number(0), number(999), number(1_000), number(53_996_316)]).toEqual(['0', '999', '1,000', '53,996,316'])
    expect([count(1, 'file'), count(2, 'file'), count(0, 'file')]).toEqual(['1 file', '2 files', '0 files'])
    expect(sizeText({ insertions: 3_000, deletions: 989, filesChanged: 51 })).toBe('3,989 lines in 51 files')
  })
  it.each([
    [NOW - 5_000, 'just now'],
    [NOW - 4 * MIN, '4 min ago'],
    [NOW - 150 * MIN, '2 h ago'],
    [NOW - 30 * 60 * MIN, 'yesterday'],
    [NOW - 29 * 24 * 60 * MIN, '29 days ago'],
    [NOW - 31 * 24 * 60 * MIN, '10 Jan 2026'],
    [NOW + 60_000, 'just now'], // a clock that runs behind
  ])('age %#', (at, wanted) => expect(age(at, NOW)).toBe(wanted))
  it.each([
    [0, '0 min'],
    [59, '59 min'],
    [60, '1 h 0 min'],
    [102, '1 h 42 min'],
  ])('%i minutes', (minutes, wanted) => expect(minutesText(minutes)).toBe(wanted))
  it('writes durations, changes, people and lists', () => {
    expect([duration(900), duration(70_000)]).toEqual(['1 s', '1 min 10 s'])
    const v = brand<'VetVersion'>
    expect(changeText({ from: v('1.0.0'), to: v('1.0.1') })).toBe('1.0.0 → 1.0.1')
    expect(changeText({ from: null, to: v('2.0.3') })).toBe('2.0.3 (full)')
    expect([personName('Mara Okafor <m@x.example>'), personName('<only@x.example>')]).toEqual([
      'Mara Okafor',
      '<only@x.example>',
    ])
    expect([listText([]), listText(['a']), listText(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c'])
  })
})
