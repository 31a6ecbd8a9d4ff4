/** The provenance page with 5,000 results scrolls, moves and filters without a dropped frame over 50 ms. */
import { ProvenancePage } from '../e2e/pages/provenance.ts'
import { begin } from './harness.ts'
import { judgeFrames, pressKeys, times, turnWheel } from './page-frames.ts'

begin('provenance page with 5,000 results')
await judgeFrames({
  scenario: 'provenance-huge',
  open: page => new ProvenancePage(page).openWithKeys(),
  runs: 5,
  isClockJudged: true,
  acts: {
    'scroll with the wheel': turnWheel,
    'move by row and page': page => pressKeys(page, 'End', 'Home', ...times(20, 'j'), ...times(20, 'PageDown')),
    'filter while typing': async page => {
      await page.keyboard.press('/')
      await page.keyboard.type('outcome:no-vcs-info pine', { delay: 30 })
      await pressKeys(page, 'Escape', 'Escape')
    },
  },
})
