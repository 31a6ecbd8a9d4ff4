import { expect, it } from 'vitest'
import { parseAuditsFile } from '../store/parse-store.ts'
import { aggregateAudits, type AggregateSource } from './aggregate.ts'

const source = (url: string, text: string): AggregateSource => {
  const parsed = parseAuditsFile(text.includes('audits.') ? text : `${text}\n[audits]\n`, url, 'own')
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return { url, file: parsed.value.audits }
}
const nice = (more: string) => `[criteria.nice]\n${more}\n`
const audit = (more: string) => `[[audits.leaf]]\ncriteria = "safe-to-run"\n${more}\n`

it('keeps every importable audit and adds where it came from, after where it was before', () => {
  const merged = aggregateAudits([
    source(
      'u/a',
      audit('version = "1.0.0"\naggregated-from = "u/before"') + audit('version = "1.1.0"\nimportable = false'),
    ),
    source('u/b', audit('version = "1.2.0"')),
  ])
  const audits = merged.ok ? (merged.value.audits.get('leaf' as never) ?? []) : []
  expect(audits.map(a => [a.kind, a.aggregatedFrom])).toEqual([
    [{ kind: 'full', version: '1.0.0' }, ['u/before', 'u/a']],
    [{ kind: 'full', version: '1.2.0' }, ['u/b']],
  ])
})

it('credits the first of two sources that define a criterion alike', () => {
  const merged = aggregateAudits([source('u/a', nice('description = "x"')), source('u/b', nice('description = "x"'))])
  expect(merged.ok && merged.value.criteria.get('nice')?.aggregatedFrom).toEqual(['u/a'])
})

it.each([
  {
    case: 'another text',
    first: 'description = "x"',
    second: 'description = "y"',
    what: 'description',
    texts: ['x', 'y'],
  },
  {
    case: 'another address',
    first: 'description-url = "u:1"',
    second: 'description-url = "u:2"',
    what: 'description',
    texts: ['(u:1)', '(u:2)'],
  },
  {
    case: 'other implications',
    first: 'description = "x"\nimplies = ["safe-to-run", "safe-to-deploy"]',
    second: 'description = "x"\nimplies = ["safe-to-deploy", "safe-to-run"]',
    what: 'implies',
    texts: ['safe-to-run, safe-to-deploy', 'safe-to-deploy, safe-to-run'],
  },
])('names both sides of $case', ({ first, second, what, texts }) => {
  const merged = aggregateAudits([source('u/a', nice(first)), source('u/b', nice(second))])
  expect(merged.ok ? null : merged.error).toEqual({
    code: 'aggregate-mismatch',
    mismatches: [
      { criteria: 'nice', what, first: { source: 'u/a', text: texts[0] }, second: { source: 'u/b', text: texts[1] } },
    ],
  })
})
