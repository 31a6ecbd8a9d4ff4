/**
 * The queue of an invented team, with the keyboard alone: saved views and own filters, selecting and acting on many,
 * undo, rows that leave, what is new, states of sync; 10,000 rows; and axe-core in both themes. Takes pictures on the way.
 */
import { expect, test, type Page } from '@playwright/test'
import { startFakePages, type FakePages } from '../fixtures/fake-pages.ts'
import { checkThemes, picture } from '../pages/pictures.ts'
import { TeamPage } from '../pages/team.ts'

let pages: FakePages
test.beforeAll(async () => {
  test.setTimeout(120_000)
  pages = await startFakePages()
})
test.afterAll(() => pages.stop())

async function open(page: Page, scenario: string): Promise<TeamPage> {
  await page.goto(pages.address(scenario))
  const queue = new TeamPage(page)
  await expect(queue.grid).toBeFocused({ timeout: 15_000 })
  return queue
}

test('views, typed filters and own filters', async ({ page }) => {
  const queue = await open(page, 'queue')
  for (const [key, title, first] of [
    ['2', 'Mine', 'openssl-sys'],
    ['3', 'Unassigned', 'zstd-sys'],
    ['4', 'Needs second sign-off', 'openssl-sys'],
    ['5', 'Waiting for others', 'tokio'],
    ['7', 'Exemptions to burn down', 'ahash'],
    ['8', 'Done', 'h2'],
    ['1', 'Needs audit', 'zstd-sys'],
  ] as const) {
    await page.keyboard.press(`Control+${key}`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
    await expect.poll(async () => (await queue.crates())[0], { message: title }).toBe(first)
    const shown = (await queue.crates()).length
    await expect(queue.view(title)).toHaveAccessibleName(`${title} ${shown}`)
  }
  await page.keyboard.press('Control+6')
  await expect(page.getByText('No violations')).toBeVisible()
  await page.keyboard.press('Control+1')

  await page.keyboard.press('/')
  await page.keyboard.type('due<7d -is:overdue')
  await page.keyboard.press('Control+s')
  await expect(queue.dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await page.keyboard.type('Due this week')
  await page.keyboard.press('Enter')
  const saved = page.getByRole('navigation').getByRole('button', { name: /^Due this week \d/ })
  await expect(saved).toHaveAccessibleName('Due this week 3')
  expect(await queue.crates()).toEqual(['openssl', 'serde_derive', 'getrandom'])
  await page.keyboard.press('Control+3')
  await page.keyboard.press('Alt+1')
  await expect.poll(() => queue.crates()).toEqual(['openssl', 'serde_derive', 'getrandom'])
  await page.reload()
  await expect(saved, 'it is kept').toBeVisible()

  await page.keyboard.press('/')
  await page.keyboard.type('due<whenever')
  await expect(page.getByText(/^due< takes a day/)).toBeVisible()
})

test('selecting and acting on many, undone and done again', async ({ page }) => {
  const queue = await open(page, 'queue')
  const bar = page.getByRole('toolbar', { name: 'Selected rows' })
  await page.keyboard.press('x')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(bar.getByText('3 selected')).toBeVisible()
  await page.keyboard.press('Shift+ArrowUp')
  await expect(bar.getByText('2 selected')).toBeVisible()
  // Another order, and a filter that hides one of them.
  await page.keyboard.press('o')
  await expect(bar.getByText('2 selected')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('zstd')
  await page.keyboard.press('Enter')
  await expect(bar.getByText('2 selected, 1 not shown')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.setViewportSize({ width: 1100, height: 700 })
  await picture(page, 'team-selection')
  await page.setViewportSize({ width: 1440, height: 900 })

  await queue.assignWithKeys('priya')
  await expect(queue.row('zstd-sys').getByText('Priya')).toBeVisible()
  await expect(queue.row('brine-sys').getByText('Priya')).toBeVisible()
  await expect(page.getByText('Assigned 2 packages to Priya Raman')).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(queue.row('brine-sys').getByText('Unassigned')).toBeVisible()
  await page.keyboard.press('Control+Shift+z')
  await expect(queue.row('brine-sys').getByText('Priya')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).first().press('Enter')
  await page.keyboard.press('d')
  await page.keyboard.type('nonsense')
  await expect(queue.dialog.getByText(/no day Assay understands/)).toBeVisible()
  await expect(queue.dialog.getByRole('button', { name: /^Set date/ })).toBeDisabled()
  await page.getByRole('textbox', { name: 'Due date' }).fill('tomorrow')
  await page.keyboard.press('Enter')
  await expect(queue.row('brine-sys').getByText('Due tomorrow')).toBeVisible()

  await page.keyboard.press('s')
  await page.keyboard.press('6')
  await expect(queue.dialog.getByRole('button', { name: /^Set state/ }), 'blocked needs a reason').toBeDisabled()
  await queue.dialog.getByRole('textbox').fill('upstream does not answer')
  await page.keyboard.press('Enter')
  await expect(queue.row('brine-sys').getByText('Blocked')).toBeVisible()
  await page.keyboard.press('p')
  await checkThemes(page, 'priority')
  await page.keyboard.press('1')
  await expect(queue.dialog).toHaveCount(0)

  await page.keyboard.press('h')
  await page.keyboard.type('jonas')
  await page.keyboard.press('Enter')
  await page.keyboard.type('All but the tests is read.')
  await page.keyboard.press('Control+Enter')
  await expect(queue.row('brine-sys').getByText('Jonas')).toBeVisible()
  await page.keyboard.press('c')
  await page.keyboard.type('Look at the build script')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText('Noted on 2 packages')).toBeVisible()
  await page.keyboard.press('Shift+Enter')
  await expect(page.getByRole('list', { name: 'Open reviews' }).getByRole('listitem')).toHaveCount(2)
  await page.keyboard.press('Escape')
  await expect(bar).toHaveCount(0)
})

test('claims: released, renewed, and taken over only when asked', async ({ page }) => {
  const queue = await open(page, 'queue')
  await queue.selectWithKeys('hashbrown')
  await expect(queue.row('hashbrown').getByText(/^\d+ min left$/)).toBeVisible()
  await page.keyboard.press('r')
  await expect(queue.dialog.getByText(/^hashbrown 0.15.2: Tomás Ferreira/)).toBeVisible()
  await checkThemes(page, 'take over')
  await queue.dialog.getByRole('button', { name: 'Take over' }).press('Enter')
  await expect(queue.inspector.getByText(/^by you, 8 h left$/)).toBeVisible()
  await page.keyboard.press('r')
  await expect(queue.inspector.getByText(/^by you/)).toHaveCount(0)
})

test('a row that leaves stays until the next act', async ({ page }) => {
  const queue = await open(page, 'queue')
  await page.keyboard.press('Control+3')
  await queue.selectWithKeys('itoa')
  const before = await queue.crates()
  await page.keyboard.press('i')
  await expect(queue.row('itoa').getByText('Assigned by you')).toBeVisible()
  expect(await queue.crates(), 'no row moved').toEqual(before)
  await expect(queue.view('Unassigned')).toHaveAccessibleName(`Unassigned ${before.length - 1}`)
  await page.keyboard.press('j')
  await expect(queue.row('itoa')).toHaveCount(0)
  expect(await queue.selected()).toBe(before[before.indexOf('itoa') + 1])
})

test('people, notes, news and sync on the screen', async ({ page }) => {
  const queue = await open(page, 'queue')
  await queue.selectWithKeys('getrandom')
  const note = queue.note('futex wait').first()
  await expect(note.getByText('verified', { exact: true })).toBeVisible()
  await expect(queue.inspector.getByText('not signed')).toBeVisible()
  await expect(queue.inspector.getByText('signature does not hold')).toBeVisible()
  await picture(page, 'team-queue')
  await page.keyboard.press('n')
  await expect(queue.dialog.getByRole('listitem')).toHaveCount(5)
  await expect(queue.dialog.getByText(/no effect: held by Mara Okafor/)).toBeVisible()
  await picture(page, 'team-news')
  // An entry leads to its row.
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('ArrowUp')
  await queue.dialog.getByRole('button', { name: /^rustls/ }).press('Enter')
  expect(await queue.selected()).toBe('rustls')

  await open(page, 'team-new')
  await page.keyboard.press('Shift+F5')
  await expect(queue.dialog.getByText('https://git.example/helio/edge')).toBeVisible()
  await expect(queue.dialog.getByText(/3 entries you wrote before are sent as well/)).toBeVisible()
  await checkThemes(page, 'joining')
  await open(page, 'team-failed')
  await page.getByRole('button', { name: /^Team: sync failed, last synced 4 min ago, 4 not sent$/ }).press('Enter')
  await expect(queue.dialog.getByText('Could not resolve host: git.example')).toBeVisible()
  await checkThemes(page, 'a failed sync')
})

test('10,000 rows: select, filter and act', async ({ page }) => {
  const queue = await open(page, 'team-huge')
  await expect(queue.grid).toHaveAttribute('aria-rowcount', '10001')
  await page.keyboard.press('Control+a')
  const bar = page.getByRole('toolbar', { name: 'Selected rows' })
  await expect(bar.getByText('10,000 selected')).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('assignee:jonas is:overdue')
  await page.keyboard.press('Enter')
  await expect(bar.getByText(/^10,000 selected, [\d,]+ not shown$/)).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+a')
  const rows = Number(await queue.grid.getAttribute('aria-rowcount')) - 1
  expect(rows).toBeGreaterThan(100)
  await queue.assignWithKeys('tomas')
  await expect(page.getByText(/^Assigned [\d,]+ packages to Tomás Ferreira$/)).toBeVisible()
  // All of them left the list and say so.
  await expect(queue.grid.getByText('Assigned by you').first()).toBeVisible()
  await page.keyboard.press('Control+z')
  await expect(queue.grid.getByText('Assigned by you')).toHaveCount(0)
  await expect(queue.grid).toHaveAttribute('aria-rowcount', String(rows + 1))
})
