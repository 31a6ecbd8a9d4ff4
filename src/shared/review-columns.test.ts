/** Files of a review as columns: what goes in comes out, and columns that do not fit each other are refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openedReview, reviewFiles } from './review-columns.ts'
import { fileGroup, readMark, type Review, type ReviewFile } from './wire.ts'

const count = fc.nat({ max: 3 })
/** Few values of each property, so that some are usual and some are not. */
const file: fc.Arbitrary<ReviewFile> = fc.record({
  path: fc.string(),
  oldPath: fc.option(fc.constantFrom('a', 'b')),
  change: fc.constantFrom('added', 'deleted', 'modified', 'renamed'),
  group: fc.constantFrom(...fileGroup.options),
  insertions: count,
  deletions: count,
  isBinary: fc.boolean(),
  sizeOld: fc.option(count),
  sizeNew: fc.option(count),
  mark: fc.constantFrom(...readMark.options),
  earlier: fc.option(
    fc.record({
      version: fc.option(fc.constantFrom('1.0.0', '1.1.0')),
      covers: fc.constantFrom('all', 'rest', 'part'),
      hasDiff: fc.boolean(),
    }),
  ),
  isCounted: fc.boolean(),
  suspicious: fc.option(count),
})
const travelled = (files: ReviewFile[]): unknown => JSON.parse(JSON.stringify(z.encode(reviewFiles, files)))

describe('the files of a review as columns', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 200 }), files => {
        expect(reviewFiles.parse(travelled(files))).toEqual(files)
      }),
    )
  })

  it('take the absence of earlier reading for none', () => {
    const without = row({})
    delete without.earlier
    expect(reviewFiles.parse(travelled([without]))).toEqual([{ ...without, earlier: null }])
  })

  it('name what is usual once', () => {
    const many = Array.from({ length: 1_000 }, (_, i) =>
      row({ path: `src/f${i}.rs`, group: i < 10 ? 'docs' : 'source' }),
    )
    const { group, mark } = z.encode(reviewFiles, many)
    expect(group).toEqual({ usual: 'source', others: Array.from({ length: 10 }, (_, i) => [i, 'docs']) })
    expect(mark).toEqual({ usual: 'unread', others: [] })
  })

  it('refuse rows that no file of a review can be', () => {
    expect(z.safeEncode(reviewFiles, [row({ insertions: -1 })]).success).toBe(false)
    expect(z.safeEncode(reviewFiles, [row({ group: 'other' as never })]).success).toBe(false)
    expect(z.safeEncode(reviewFiles, 'none' as never).success).toBe(false)
  })

  const good = z.encode(reviewFiles, [row({ path: 'a' }), row({ path: 'b' }), row({ path: 'c' })])
  const misfits = [
    { what: 'a column too short', table: { ...good, insertions: [1, 2] }, why: 'insertions has 2 values for 3 files' },
    { what: 'a column too long', table: { ...good, sizeOld: [1, 2, 3, 4] }, why: 'sizeOld has 4 values for 3 files' },
    { what: 'a row past the end', table: { ...good, mark: others(3) }, why: 'mark names row 3 of 3 after row -1' },
    { what: 'a row named twice', table: { ...good, mark: others(1, 1) }, why: 'mark names row 1 of 3 after row 1' },
    { what: 'rows out of order', table: { ...good, mark: others(2, 0) }, why: 'mark names row 0 of 3 after row 2' },
  ]
  it.each(misfits)('refuse $what', ({ table, why }) => {
    const parsed = reviewFiles.safeParse(table)
    expect(parsed.success ? null : parsed.error.issues.map(issue => issue.message)).toEqual([why])
  })
  it('are checked value by value', () => {
    expect(reviewFiles.safeParse({ ...good, deletions: [0, -1, 0] }).success).toBe(false)
    expect(reviewFiles.safeParse({ ...good, group: { usual: 'other', others: [] } }).success).toBe(false)
    expect(reviewFiles.safeParse({ ...good, mark: { usual: 'unread', others: [[1, 'gone']] } }).success).toBe(false)
  })

  it('travel within a review and nothing else of it changes', () => {
    const review: Review = {
      ...{ id: 'kept 1.0.0', crate: 'kept' as never, delta: { from: null, to: '1.0.0' as never } },
      ...{ files: [row({ path: 'src/lib.rs' })], unchangedFiles: 2 },
      stat: { insertions: 1, deletions: 0, filesChanged: 1 },
      ...{ sourceNew: { checksum: 'ab', verifiedBy: 'index' }, sourceOld: null, criteria: [], resume: null },
    }
    expect(openedReview.parse(JSON.parse(JSON.stringify(z.encode(openedReview, review))))).toEqual(review)
  })
})

function row(fields: Partial<ReviewFile>): ReviewFile {
  return {
    ...{ path: 'src/lib.rs', oldPath: null, change: 'added', group: 'source', insertions: 1, deletions: 0 },
    ...{ isBinary: false, sizeOld: null, sizeNew: 3, mark: 'unread', earlier: null, isCounted: true, suspicious: 0 },
    ...fields,
  }
}
function others(...rows: readonly number[]): unknown {
  return { usual: 'unread', others: rows.map(i => [i, 'read']) }
}
