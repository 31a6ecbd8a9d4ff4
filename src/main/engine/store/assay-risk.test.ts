// The team's weights: what is taken, and that what is wrong is named and changes nothing.
import { expect, it } from 'vitest'
import { DEFAULT_WEIGHTS } from '../core/risk-weights.ts'
import { readAssayRisk } from './assay-risk.ts'

it('takes whole numbers for signals that exist', () => {
  const read = readAssayRisk('[risk.weights]\npublisher = 20\n"unsafe-change" = 0\n')
  expect(read).toEqual({
    weights: { ...DEFAULT_WEIGHTS, publisher: 20, 'unsafe-change': 0 },
    from: 'team',
    problems: [],
  })
})

it.each([
  [null, []],
  ['', []],
  ['[checklist]\n', []],
  ['[risk]\n', []],
  ['[risk.weights]\nlines = -1\n', [[2, 'the weight of `lines` is a whole number from 0 to 1000']]],
  ['[risk.weights]\nlines = 1.5\n', [[2, 'the weight of `lines` is a whole number from 0 to 1000']]],
  ['[risk.weights]\nlines = "9"\n', [[2, 'the weight of `lines` is a whole number from 0 to 1000']]],
  ['[risk.weights]\nlines = 99999999999999999999\n', 1],
  ['\n[risk.weights]\nnonsense = 1\n', [[3, 'there is no signal `nonsense`']]],
  ['[risk.weights]\n__proto__ = 1\ntoString = 2\n', 2],
  ['risk = 3\n', [[1, '`risk.weights` is not a table']]],
  ['[risk]\nweights = []\n', [[2, '`risk.weights` is not a table']]],
  ['[risk.weights\n', 1],
])('%j leaves the defaults', (text, problems) => {
  const read = readAssayRisk(text)
  expect(read.weights).toEqual(DEFAULT_WEIGHTS)
  expect(read.from).toBe('default')
  if (typeof problems === 'number') expect(read.problems).toHaveLength(problems)
  else expect(read.problems.map(p => [p.line, p.message])).toEqual(problems)
})
