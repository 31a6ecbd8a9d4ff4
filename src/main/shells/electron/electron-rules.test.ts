/** The shell's decisions, row by row. That Electron asks them is shown by e2e/electron. */
import { describe, expect, it } from 'vitest'
import { commands } from '../../../shared/command-table.ts'
import { acceleratorOf, menuTemplate } from './menu-template.ts'
import { isAllowedPermission, isOwnRequest, pagePathOf, whyRefused } from './page-rules.ts'
import { readStartArguments } from './start-arguments.ts'
import { fitBounds } from './window-state.ts'

describe('messages', () => {
  const page = 'app://assay/index.html#x'
  it.each([
    ['our page', true, { isMainFrame: true, url: page }, null],
    ['another window', false, { isMainFrame: true, url: page }, 'not from our window'],
    ['a frame in our page', true, { isMainFrame: false, url: page }, 'not from the main frame'],
    ['a frame that is gone', true, null, 'its frame is gone'],
    ['our window elsewhere', true, { isMainFrame: true, url: 'https://assay/index.html' }, 'not from our page'],
    ['a longer host', true, { isMainFrame: true, url: 'app://assay.evil/index.html' }, 'not from our page'],
    ['an empty page', true, { isMainFrame: true, url: 'about:blank' }, 'not from our page'],
  ])('from %s', (_what, isOurs, origin, want) => {
    expect(whyRefused(isOurs, origin)).toBe(want)
  })
})

it.each([
  ['app://assay/a.js', true],
  ['blob:app://assay/1-2', true],
  ['data:image/png;base64,x', true],
  ['app://assayx/a.js', false],
  ['app://other/a.js', false],
  ['https://docs.rs/', false],
  ['http://127.0.0.1:8080/', false],
  ['ws://127.0.0.1/', false],
  ['file:///etc/passwd', false],
  ['blob:https://x/1', false],
  ['chrome://gpu', false],
  ['devtools://devtools/x.html', false],
])('request %s allowed: %s', (url, want) => {
  expect(isOwnRequest(url, false)).toBe(want)
})

it('gives our page the clipboard and nothing else, others nothing', () => {
  expect(isAllowedPermission('clipboard-sanitized-write', 'app://assay')).toBe(true)
  expect(isAllowedPermission('clipboard-read', 'app://assay')).toBe(false)
  expect(isAllowedPermission('geolocation', 'app://assay/')).toBe(false)
  expect(isAllowedPermission('clipboard-sanitized-write', 'https://x')).toBe(false)
})

it('reads paths of our own addresses as they are written', () => {
  expect(pagePathOf('app://assay/a/../b.js?x#y')).toBe('/a/../b.js')
  expect(pagePathOf('app://assay')).toBe('/')
  expect(pagePathOf('app://other/a.js')).toBeNull()
  expect(pagePathOf('app://assay@evil/a.js')).toBeNull()
})

describe('start arguments', () => {
  it.each([
    [['--workspace=sub'], true, { kind: 'workspace', path: '/home/me/sub' }],
    [['/w'], true, { kind: 'workspace', path: '/w' }],
    [['main.cjs'], false, null],
    [['--no-sandbox', '--inspect'], true, null],
    [['assay://crate/serde/1.0.0'], true, { kind: 'crate', crate: 'serde', delta: { from: null, to: '1.0.0' } }],
    [['assay://evil', '/w'], true, null],
    [['/app', '--sample'], false, { kind: 'last-or-sample' }],
    [['--sample', '--workspace=w'], false, { kind: 'workspace', path: '/home/me/w' }],
  ])('%j', (args, mayBeFolder, want) => {
    expect(readStartArguments(args, '/home/me', mayBeFolder)).toEqual(want)
  })
})

describe('the window', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 }
  it.each([
    ['starts at its first size', null, [screen], { width: 1440, height: 900 }],
    [
      'starts smaller on a small screen',
      null,
      [{ x: 0, y: 0, width: 1280, height: 720 }],
      { width: 1280, height: 720 },
    ],
    [
      'comes back to its place',
      { x: 50, y: 60, width: 1500, height: 800 },
      [screen],
      { x: 50, y: 60, width: 1500, height: 800 },
    ],
    [
      'leaves a screen that is gone',
      { x: 3000, y: 0, width: 1500, height: 800 },
      [screen],
      { width: 1440, height: 900 },
    ],
    [
      'never hides its title bar',
      { x: 0, y: -30, width: 1500, height: 800 },
      [screen],
      { x: 0, y: 0, width: 1500, height: 800 },
    ],
  ])('%s', (_what, saved, areas, want) => {
    expect(fitBounds(saved, areas)).toEqual(want)
  })
})

describe('the menu', () => {
  const labels = (items: readonly { label?: string }[]): string[] => items.flatMap(item => item.label ?? [])
  it('has every command of the table that names a menu, once', () => {
    const shown = menuTemplate('linux', false, () => undefined).flatMap(menu => labels(menu.submenu as never))
    expect(shown.sort()).toEqual(
      commands
        .filter(c => c.menu !== null)
        .map(c => c.title as string)
        .sort(),
    )
  })
  it('sends the id of what was clicked', () => {
    const sent: string[] = []
    const file = menuTemplate('linux', false, id => sent.push(id)).find(menu => menu.label === 'File')
    const open = (file?.submenu as { label?: string; click?: () => void }[]).find(item => item.label === 'Open folder')
    open?.click?.()
    expect(sent).toEqual(['app.open'])
  })
  it('never takes a key that can be typed', () => {
    for (const command of commands) {
      const key = acceleratorOf(command)
      if (key !== null) expect(key).toMatch(/(CmdOrCtrl|Alt|^(Shift\+)?F\d)/)
    }
    expect(acceleratorOf(commands.find(c => c.id === 'app.back') as never)).toBe('Alt+Left')
  })
  it('offers developer tools only where they are allowed', () => {
    expect(JSON.stringify(menuTemplate('linux', false, () => undefined))).not.toContain('toggleDevTools')
    expect(JSON.stringify(menuTemplate('linux', true, () => undefined))).toContain('toggleDevTools')
  })
})
