/** The command table's laws, and how keys are read, found and written. */
import { describe, expect, it } from 'vitest'
import { commands, isRepeated, type CommandContext } from '../../shared/command-table.ts'
import { fuzzyMatch } from './fuzzy.ts'
import { isSingleKey, keyCaps, keyOf, type KeyPress } from './key-text.ts'
import { findCommand } from './find-command.ts'

/** The contexts that are active together beside `always` and `workspace`. */
const pages: readonly (readonly CommandContext[])[] = [
  ['queue', 'list'],
  ['provenance', 'list'],
  ['pair', 'review'],
  ['review'],
  ['certify'],
]

describe('command table', () => {
  it('has unique ids and a title for each', () => {
    expect(new Set(commands.map(c => c.id)).size).toBe(commands.length)
    for (const command of commands) expect(command.title, command.id).toMatch(/^[A-Z]/)
  })
  it.each(pages)('binds each key once on the %s page', page => {
    const active = commands.filter(c => c.when === 'always' || c.when === 'workspace' || page.includes(c.when))
    const keys = active.flatMap(c => c.keys)
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
    // The first key of a sequence must not be a command of its own, or the sequence could never be typed.
    const firsts = keys.filter(key => key.length > 1 && key.includes(' ')).map(key => key.split(' ')[0])
    expect(firsts.filter(first => keys.some(key => key === first))).toEqual([])
  })
  it('repeats what moves only', () => {
    const repeated = commands.filter(c => isRepeated(c.id))
    expect(repeated.map(c => c.id)).toContain('review.nextFile')
    for (const { id, title } of repeated) expect(title, id).toMatch(/^(Next|Previous|First|Last|Page|Select) /)
    const once = ['review.markNext', 'review.toggleRead', 'review.undoMark', 'review.unitOk', 'certify.write'] as const
    for (const id of once) expect(isRepeated(id), id).toBe(false)
  })
  it('writes keys in the notation that key presses are read into', () => {
    const notation = /^(Ctrl\+)?(Alt\+)?(Shift\+)?([^A-Z\s]|F\d+|[A-Z][a-z]+[A-Za-z]*| )( [^A-Z\s])?$/
    for (const command of commands) for (const key of command.keys) expect(key, command.id).toMatch(notation)
  })
})

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...change,
})

describe('keyOf', () => {
  it.each([
    ['a letter', press('j'), 'j'],
    ['a capital by Shift', press('M', { shiftKey: true }), 'Shift+m'],
    ['a capital by Caps Lock', press('M'), 'm'],
    ['a symbol, whatever makes it', press('?', { shiftKey: true }), '?'],
    ['Ctrl', press('k', { ctrlKey: true }), 'Ctrl+k'],
    ['Ctrl and Shift', press('P', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+p'],
    ['a named key', press('F6', { shiftKey: true }), 'Shift+F6'],
    ['Alt', press('ArrowLeft', { altKey: true }), 'Alt+ArrowLeft'],
    ['another alphabet', press('о', { code: 'KeyJ' }), 'j'],
    ['a modifier alone', press('Shift', { shiftKey: true }), null],
    ['the system key', press('k', { metaKey: true }), null],
  ])('%s', (_, event, wanted) => expect(keyOf(event, false)).toBe(wanted))
  it('reads Cmd as Ctrl on macOS', () => {
    expect(keyOf(press('k', { metaKey: true }), true)).toBe('Ctrl+k')
    expect(keyOf(press('k', { ctrlKey: true }), true)).toBe(null)
  })
})

describe('keys as text', () => {
  it.each([
    ['Ctrl+Shift+p', ['Ctrl', 'Shift', 'P']],
    ['g q', ['g', 'q']],
    ['Shift+m', ['Shift', 'M']],
    [' ', ['Space']],
    ['Ctrl+Enter', ['Ctrl', 'Enter']],
    ['Alt+ArrowLeft', ['Alt', '←']],
    ['F5', ['F5']],
  ])('%s', (keys, wanted) => expect(keyCaps(keys, false)).toEqual(wanted))
  it('tells typing keys from others', () => {
    expect(['j', 'Shift+m', '?', ' ', 'F5', 'Enter', 'Ctrl+k'].filter(isSingleKey)).toEqual(['j', 'Shift+m', '?', ' '])
  })
})

describe('findCommand', () => {
  it('finds commands and waits for the second key of a sequence', () => {
    expect(findCommand('g', commands)).toBe('prefix')
    const queue = findCommand('g q', commands)
    expect(queue !== null && queue !== 'prefix' && queue.id).toBe('go.queue')
    expect(findCommand('~', commands)).toBe(null)
  })
})

describe('fuzzyMatch', () => {
  it('wants the letters in order', () => {
    expect(fuzzyMatch('mrk', 'Mark read')?.at).toEqual([0, 2, 3])
    expect(fuzzyMatch('krm', 'Mark read')).toBe(null)
  })
  it('ranks a start over a word start over a run over scattered letters', () => {
    const score = (text: string) => fuzzyMatch('mark', text)?.score ?? -Infinity
    expect(score('mark group')).toBeGreaterThan(score('to mark up'))
    expect(score('to mark up')).toBeGreaterThan(score('benchmarks'))
    expect(score('benchmarks')).toBeGreaterThan(score('mean arks'))
  })
})
