/** The filter of the provenance page. */
import { describe, expect, it } from 'vitest'
import { asksFor, matchesProvenance, parseProvenanceFilter, toggleOutcome } from './filter.ts'
import { bareRow, rowOf } from './test-rows.ts'

const rows = [
  rowOf('match', { crate: 'alder', anchor: 'outside-branches', publishedAt: '2024-02-01T00:00:00Z' }),
  rowOf('mismatch', {
    crate: 'brine-sys',
    reasonCodes: ['only-in-crate-code'],
    notablePaths: ['build.rs', 'src/Probe.rs'],
    repository: 'https://git.example/sea',
  }),
  rowOf('no-vcs-info', { crate: 'cedar', fallback: { how: 'tag', outcome: 'match', candidates: 1 }, stale: 'moved' }),
  bareRow('queued', 'dill'),
  bareRow('failed', 'elder', 'it broke'),
]
const found = (text: string) =>
  rows
    .filter(row => matchesProvenance(parseProvenanceFilter(text), row))
    .map(row => row.crate)
    .join(' ')

describe('provenance filter', () => {
  it.each([
    ['', 'alder brine-sys cedar dill elder'],
    ['brine', 'brine-sys'],
    ['PROBE.RS', 'brine-sys'],
    ['git.example/sea', 'brine-sys'],
    ['broke', 'elder'],
    ['crate:e', 'alder brine-sys cedar elder'],
    ['file:build.rs', 'brine-sys'],
    ['outcome:mismatch', 'brine-sys'],
    ['-outcome:mismatch', 'alder cedar dill elder'],
    ['outcome:not-run', 'dill'],
    ['outcome:failed', 'elder'],
    ['anchor:outside-branches', 'alder'],
    ['reason:only-in-crate', 'brine-sys'],
    ['year:2024', 'alder'],
    ['is:fallback is:stale', 'cedar'],
    ['outcome:match outcome:mismatch', ''],
  ])('%s finds %s', (text, wanted) => expect(found(text)).toBe(wanted))
  it.each(['outcome:fine', 'anchor:x', 'is:safe', 'colour:red'])('says that it does not know %s', text => {
    const { problems } = parseProvenanceFilter(`brine ${text}`)
    expect(problems).toHaveLength(1)
    expect(found(`brine ${text}`)).toBe('brine-sys')
  })
  it('presses and releases a bar, keeping the other terms', () => {
    expect(toggleOutcome('brine', 'mismatch')).toBe('outcome:mismatch brine')
    expect(toggleOutcome('outcome:mismatch brine', 'mismatch')).toBe('brine')
    expect(toggleOutcome('outcome:match brine', 'mismatch')).toBe('outcome:mismatch brine')
    expect(asksFor(parseProvenanceFilter('outcome:match'), 'match')).toBe(true)
    expect(asksFor(parseProvenanceFilter('-outcome:match'), 'match')).toBe(false)
  })
})
