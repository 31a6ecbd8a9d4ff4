import { expect, test } from 'vitest'
import type { Findings, FoundPlace } from '../../shared/review-aids.ts'
import { definitionsText, findingsText, findRows, nextRow, notSearchedText } from './find-rows.ts'

const place = (line: number): FoundPlace => ({ line, column: 1, length: 1, text: 'x', at: 0, isDefinition: false })
const findings: Findings = {
  files: [
    { path: 'a.rs', isChanged: true, total: 3, places: [place(1), place(2)] },
    { path: 'b.rs', isChanged: false, total: 1, places: [place(7)] },
  ],
  total: 4,
  filesSearched: 1_200,
  notSearched: [
    { path: 'x.bin', reason: 'binary' },
    { path: 'y.bin', reason: 'binary' },
    { path: 'z', reason: 'a link, not followed' },
  ],
  notSearchedTotal: 5,
  cut: null,
  tookMs: 1,
}

test('rows are files, places and what is not listed', () => {
  const rows = findRows(findings)
  expect(rows.map(row => row.kind)).toEqual(['file', 'place', 'place', 'more', 'file', 'place'])
  expect(nextRow(rows, -1, 1)).toBe(1)
  expect(nextRow(rows, 2, 1)).toBe(5)
  expect(nextRow(rows, 5, 1)).toBe(5)
  expect(nextRow(rows, 5, -1)).toBe(2)
  expect(nextRow([], -1, 1)).toBe(-1)
})

test('counts are said with what was left out', () => {
  expect(findingsText(findings, 'match')).toBe('4 matches in 2 files, 1,200 files looked through')
  expect(findingsText({ ...findings, total: 0, files: [] }, 'place')).toBe('No place, 1,200 files looked through')
  expect(notSearchedText(findings.notSearched, 5)).toBe(
    '5 files not or only partly looked through: 2 binary, 1 a link, not followed, 2 more',
  )
  expect(notSearchedText([], 0)).toBeNull()
  expect(definitionsText('new', 3)).toBe('3 definitions named new')
  expect(definitionsText('new', 0)).toBe('No definition named new in this crate')
})
