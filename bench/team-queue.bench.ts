/** The queue of a team with 10,000 rows, of which the team spoke of two in three: its frames while one works in it. */
import { begin } from './harness.ts'
import { judgeFrames, moveByRowAndPage, pressKeys, times, turnWheel, typeFilter } from './page-frames.ts'

begin('queue of a team with 10,000 rows')
await judgeFrames({
  scenario: 'team-huge',
  runs: 3,
  isClockJudged: false,
  acts: {
    'scroll with the wheel': turnWheel,
    'move by row and page': moveByRowAndPage,
    'filter while typing': typeFilter('assignee:priya due<7d state:second-sign-off'),
    'select with Shift': page => pressKeys(page, 'Home', 'x', ...times(30, 'Shift+ArrowDown'), 'Escape'),
    'select all and none': page => pressKeys(page, 'Control+a', 'Escape', 'Control+a', 'Escape'),
    'saved views': page => pressKeys(page, 'Control+2', 'Control+3', 'Control+4', 'Control+1'),
    'act on one row': page => pressKeys(page, 'i', 'j', 'i', 'Control+z'),
  },
})
