/** The provenance page with 5,000 results scrolls, moves and filters without a dropped frame over 50 ms. */
import { ProvenancePage } from '../e2e/pages/provenance.ts'
import { begin } from './harness.ts'
import { judgeFrames, moveByRowAndPage, turnWheel, typeFilter } from './page-frames.ts'

begin('provenance page with 5,000 results')
await judgeFrames({
  scenario: 'provenance-huge',
  open: page => new ProvenancePage(page).openWithKeys(),
  runs: 5,
  isClockJudged: true,
  acts: {
    'scroll with the wheel': turnWheel,
    'move by row and page': moveByRowAndPage,
    'filter while typing': typeFilter('outcome:no-vcs-info pine'),
  },
})
