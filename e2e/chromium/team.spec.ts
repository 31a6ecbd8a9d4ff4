/**
 * Two people in two windows, each with an engine, a clone and a data folder of their own, and nothing between them but a
 * git repository: they hand work to each other, claim, write notes, sign and certify with the keyboard alone, and each
 * sees after a sync what the other did. The remote goes away and comes back in between.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Browser } from '@playwright/test'
import { startBrowserDoor, type BrowserDoor } from '../fixtures/browser-door.ts'
import { makeTeamWorkspace, missingTools, type Person, type TeamWorkspace } from '../fixtures/team-workspace.ts'
import { expectAccessible } from '../pages/accessible.ts'
import { TeamPage } from '../pages/team.ts'
import { WelcomePage } from '../pages/welcome.ts'

const CRATES = 4

let folder: string
let workspace: TeamWorkspace
const doors: BrowserDoor[] = []

test.beforeEach(async () => {
  test.skip(missingTools !== null, missingTools ?? '')
  test.setTimeout(240_000)
  folder = mkdtempSync(path.join(os.tmpdir(), 'assay-e2e-team-'))
  workspace = await makeTeamWorkspace(folder, CRATES)
})
test.afterEach(async () => {
  for (const door of doors.splice(0)) await door.stop()
  await workspace?.dispose()
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
})

/** A window of this person with the queue on screen. */
async function openWindow(browser: Browser, person: Person, problems: string[]): Promise<TeamPage> {
  const door = await startBrowserDoor([], person.env)
  doors.push(door)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  page.on('pageerror', error => problems.push(`${person.name}: ${error.message}`))
  await page.goto(door.address)
  const welcome = new WelcomePage(page)
  await welcome.isShown()
  await welcome.openWithKeys(person.root)
  const queue = new TeamPage(page)
  await queue.isMeasured(CRATES)
  return queue
}

/** What git knows of a working tree: neither files nor index nor branches change by what the team writes. */
const treeOf = (person: Person): string =>
  [
    person.git('status', '--porcelain=v2', '--branch', '--untracked-files=all'),
    person.git('ls-files', '--stage'),
    person.git('for-each-ref'),
  ].join('\n')

test('two people work through a queue together, over git alone [needs git and cargo]', async ({ browser }) => {
  const [ada, ben] = workspace.people
  const problems: string[] = []
  const [one = '', two = '', three = ''] = workspace.crates
  const a = await openWindow(browser, ada, problems)
  const b = await openWindow(browser, ben, problems)
  const trees = workspace.people.map(treeOf)

  await test.step('nothing is asked or sent before joining', async () => {
    await expect(a.status).toHaveAccessibleName('Team: not joined')
    expect(ada.git('ls-remote', 'origin')).not.toContain('assay/team')
    await expectAccessible(a.page, 'queue, not joined')
    await a.joinWithKeys(workspace.remote)
    await b.joinWithKeys(workspace.remote)
  })

  await test.step('assign', async () => {
    await a.selectWithKeys(one)
    await a.page.keyboard.press('i')
    await expect(a.row(one).getByText('You', { exact: true })).toBeVisible()
    await a.selectWithKeys(two)
    await a.assignWithKeys(ben.who)
    await expect(a.row(two).getByText('Ben')).toBeVisible()
    await a.page.keyboard.press('d')
    await a.page.keyboard.type('+7d')
    await a.page.keyboard.press('Enter')
    await a.syncWithKeys()
    await b.syncWithKeys()
    await expect(b.row(two).getByText('You', { exact: true })).toBeVisible()
    await expect(b.row(one).getByText('Ada')).toBeVisible()
    await expect(b.view('Mine')).toHaveAccessibleName('Mine 1')
    await expect(a.view('Unassigned')).toHaveAccessibleName(`Unassigned ${CRATES - 2}`)
  })

  await test.step('what changed since one looked', async () => {
    await expect(b.page.getByRole('button', { name: /^3 changes/ })).toBeVisible()
    await b.page.keyboard.press('n')
    await expect(b.dialog.getByRole('listitem')).toHaveCount(3)
    await expect(b.dialog.getByText('Ada Auditor', { exact: true })).toHaveCount(3)
    // Who signs is shown as verified to whoever knows the key.
    await expect(b.dialog.getByText(workspace.signs ? 'verified' : 'not signed')).toHaveCount(3)
    await expectAccessible(b.page, 'what changed')
    await b.dialog.getByRole('button', { name: 'Mark as looked at' }).press('Enter')
    await expect(b.page.getByRole('button', { name: /^No news/ })).toBeVisible()
  })

  await test.step('claim', async () => {
    await b.selectWithKeys(two)
    await b.page.keyboard.press('r')
    await expect(b.row(two).getByText('In review')).toBeVisible()
    await b.syncWithKeys()
    await a.syncWithKeys()
    await expect(a.row(two).getByText('In review')).toBeVisible()
    await a.selectWithKeys(two)
    await expect(a.inspector.getByText(/^by Ben Beholder, 8 h left$/)).toBeVisible()
    // Held by somebody else: one is asked first.
    await a.page.keyboard.press('r')
    await expect(a.dialog.getByText(/Ben Beholder, 8 h left/)).toBeVisible()
    await a.page.keyboard.press('Escape')
    await expect(a.dialog).toHaveCount(0)
  })

  await test.step('note, reply, resolve', async () => {
    await b.noteWithKeys('The loop in `probe` may never end.')
    await b.page.keyboard.press('Escape')
    await b.syncWithKeys()
    await a.syncWithKeys()
    const note = a.note('may never end').first()
    await expect(note.getByText('Ben Beholder')).toBeVisible()
    await expect(note.getByText('Concern')).toBeVisible()
    await expect(note.getByText('not signed')).toBeVisible()
    await expect(a.row(two).getByText('1 open note')).toBeVisible()
    await note.getByRole('button', { name: 'Reply' }).press('Enter')
    await a.page.keyboard.type('It ends: the counter only grows.')
    await a.page.keyboard.press('Control+Enter')
    await expect(a.note('the counter only grows').first()).toBeVisible()
    await a.syncWithKeys()
    await b.syncWithKeys()
    await expect(b.note('the counter only grows').first()).toBeVisible()
    await b.note('may never end').first().getByRole('button', { name: 'Resolve' }).press('Enter')
    await expect(b.inspector.getByText('resolved by you')).toBeVisible()
    await b.syncWithKeys()
    await a.syncWithKeys()
    await expect(a.inspector.getByText('resolved by Ben Beholder')).toBeVisible()
    await expectAccessible(a.page, 'notes of the team')
  })

  await test.step('the remote goes away and comes back', async () => {
    workspace.unplug(true)
    await a.selectWithKeys(three)
    await a.assignWithKeys('Ben')
    await a.syncWithKeys()
    await expect(a.page.getByRole('button', { name: /^Team: sync failed.*1 not sent$/ })).toBeVisible()
    await a.page.getByRole('button', { name: /^Team: sync failed/ }).press('Enter')
    await expect(a.dialog.getByText('The last sync failed')).toBeVisible()
    await expect(a.dialog.getByText(/kept and is sent with the next sync/)).toBeVisible()
    await expectAccessible(a.page, 'a sync that failed')
    await a.page.keyboard.press('Escape')
    await expect(a.row(three).getByText('Ben'), 'work goes on').toBeVisible()
    workspace.unplug(false)
    await a.syncWithKeys()
    await a.isSynced()
    await b.syncWithKeys()
    await expect(b.row(three).getByText('You', { exact: true })).toBeVisible()
  })

  await test.step('undo', async () => {
    await a.page.keyboard.press('Control+z')
    await expect(a.row(three).getByText('Unassigned')).toBeVisible()
    await a.syncWithKeys()
    await b.syncWithKeys()
    await expect(b.row(three).getByText('Unassigned')).toBeVisible()
    await a.page.keyboard.press('Control+Shift+z')
    await expect(a.row(three).getByText('Ben')).toBeVisible()
  })

  expect(workspace.people.map(treeOf), 'working trees, indexes and branches are untouched').toEqual(trees)

  await test.step('sign, and hand over', async () => {
    await a.selectWithKeys(one)
    await a.page.keyboard.press('Shift+C')
    await expect(a.page.getByText(/^Nobody has signed this change/)).toBeVisible()
    // The team's rule asks for two, and says who has signed.
    await expect(
      a.page.getByText(/safe-to-deploy needs 2 sign-offs and has 1 \(Ada Auditor.*missing is one more/),
    ).toBeVisible()
    await expect(a.page.getByRole('button', { name: /^Write files/ })).toBeDisabled()
    await a.page.keyboard.press('Control+s')
    expect(ada.git('status', '--porcelain'), 'nothing is written').toBe('')
    await a.page.keyboard.press('Control+Shift+Enter')
    await a.dialog.getByRole('combobox').fill('Ben')
    await a.page.keyboard.press('Enter')
    await expect(a.row(one).getByText('Second sign-off')).toBeVisible()
    expect(ada.git('status', '--porcelain'), 'signing writes no file').toBe('')
    await a.page.keyboard.press('Control+5')
    await expect.poll(() => a.crates()).toEqual([one])
    await a.syncWithKeys()
  })

  await test.step('certify with both names', async () => {
    await b.syncWithKeys()
    await b.page.keyboard.press('Control+4')
    await expect.poll(() => b.crates()).toEqual([one])
    await expect(b.inspector.getByText('Your turn')).toBeVisible()
    await expect(b.inspector.getByRole('list', { name: 'Sign-offs' }).getByText('Ada Auditor')).toBeVisible()
    await b.page.keyboard.press('Shift+C')
    await expect(b.page.getByRole('textbox', { name: 'Who' })).toHaveValue(`${ada.who}\n${ben.who}`)
    await expect(
      b.page.getByRole('list', { name: 'Sign-offs for these criteria' }).getByText('Ada Auditor'),
    ).toBeVisible()
    await expect(b.page.getByRole('button', { name: /^Write files/ })).toBeEnabled({ timeout: 30_000 })
    await expectAccessible(b.page, 'certify with two names')
    await b.page.keyboard.press('Control+s')
    await expect(b.page.getByText(`Wrote ${one} 1.0.0 (full)`)).toBeVisible()
    expect(ben.store('audits.toml')).toContain(
      `[[audits.${one}]]\nwho = ["${ada.who}", "${ben.who}"]\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n`,
    )
    // The row leaves the view, and says so until the next act.
    await expect(b.row(one).getByText('Resolved by Ada Auditor and you')).toBeVisible()
    await b.syncWithKeys()
    await a.syncWithKeys()
    await a.page.keyboard.press('Control+8')
    await expect(a.row(one).getByText('Done')).toBeVisible()
  })
  expect(problems).toEqual([])
})
