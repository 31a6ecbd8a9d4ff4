import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChecklistItem } from '../../../shared/review-checklist.ts'
import { readChecklists, writeChecklist } from './assay-checklist.ts'

const item = (id: string, question = `What of ${id}?`, auto: ChecklistItem['auto'] = null): ChecklistItem => ({
  id,
  question,
  auto,
})
const FILE = `# ours
[weights] # of the team
unsafe = 3

# first
[[checklist.safe-to-deploy]]
id = "a"
question = "What of a?"   # kept
owner = "Mara"

[[checklist.safe-to-deploy]]
id = "b"
question = """What
of b?"""
auto = "units"

[[checklist."x y"]]
id = "z"
question = 'What of z?'
# the end
`

test('reads the items of each criterion', () => {
  const file = readChecklists(FILE)
  expect(file.problems).toEqual([])
  expect([...file.checklists]).toEqual([
    ['safe-to-deploy', [item('a'), item('b', 'What\nof b?', 'units')]],
    ['x y', [item('z')]],
  ])
  expect(readChecklists('')).toEqual({ checklists: new Map(), problems: [], isToml: true })
})

test.each<readonly [string, string, number | null, string, number]>([
  ['no TOML', 'a = 1\nb = = 2\n', 2, 'not valid TOML', 0],
  ['a checklist that is no table', 'x = 1\nchecklist = 3\n', 2, 'not a table', 0],
  ['a criterion that is no list', '[checklist.a]\nid = "x"\n', 1, 'is not a list', 0],
  ['an item without an id', '\n[[checklist.a]]\nquestion = "q"\n', 2, '`id` is missing', 0],
  ['an id that is none', '[[checklist.a]]\nid = "A b"\nquestion = "q"\n', 2, '`id` is lower-case', 0],
  ['an item without a question', '[[checklist.a]]\nid = "x"\n', 1, '`question` is missing', 0],
  ['an empty question', '[[checklist.a]]\nid = "x"\nquestion = " "\n', 3, '`question` is a text', 0],
  ['an unknown auto leaves the question', '[[checklist.a]]\nid = "x"\nquestion = "q"\nauto = 1\n', 4, '`auto` is', 1],
  [
    'an id that stands twice is taken once',
    '[[checklist.a]]\nid = "x"\nquestion = "q"\n[[checklist.a]]\nid = "x"\nquestion = "r"\n',
    5,
    'stands twice',
    1,
  ],
  ['an item that is no table', 'checklist.a = [1]\n', 1, 'is a table with', 0],
])('%s is named with its line', (_, text, line, message, left) => {
  const file = readChecklists(text)
  expect(file.problems).toHaveLength(1)
  expect(file.problems[0]).toMatchObject({ line, message: expect.stringContaining(message) as string })
  expect([...file.checklists.values()].flat()).toHaveLength(left)
})

const written = (text: string, criterion: string, items: readonly ChecklistItem[]): string => {
  const done = writeChecklist(text, criterion, items)
  if (!done.ok) throw new Error(done.error)
  return done.value
}

test('a list that stays writes the same bytes', () => {
  expect(written(FILE, 'safe-to-deploy', [item('a'), item('b', 'What\nof b?', 'units')])).toBe(FILE)
})

test('reworded, reordered, removed and added items leave the rest as it is', () => {
  const changed = written(FILE, 'safe-to-deploy', [item('b', 'New?', null), item('new', 'q "x"', 'read'), item('a')])
  expect(changed).toBe(`# ours
[weights] # of the team
unsafe = 3

[[checklist.safe-to-deploy]]
id = "b"
question = "New?"

[[checklist.safe-to-deploy]]
id = "new"
question = 'q "x"'
auto = "read"

# first
[[checklist.safe-to-deploy]]
id = "a"
question = "What of a?"   # kept
owner = "Mara"

[[checklist."x y"]]
id = "z"
question = 'What of z?'
# the end
`)
  expect(written(FILE, 'safe-to-deploy', [item('a', 'What of a?', 'units')])).toContain(
    'question = "What of a?"   # kept\nauto = "units"\nowner = "Mara"\n',
  )
})

test('a first checklist comes at the end, and below a heading into an empty file', () => {
  expect(written(FILE, 'safe-to-run', [item('r')])).toBe(
    `${FILE}\n[[checklist.safe-to-run]]\nid = "r"\nquestion = "What of r?"\n`,
  )
  const anew =
    '\n# Assay: what the team keeps beside cargo-vet’s files\n\n[[checklist.a]]\nid = "r"\nquestion = "What of r?"\n'
  expect(written('', 'a', [item('r')])).toBe(anew)
  expect(written('# ours\n', 'a', [item('r')])).toBe('# ours\n\n[[checklist.a]]\nid = "r"\nquestion = "What of r?"\n')
  expect(written('a = 1', 'a.b', [item('r')])).toBe('a = 1\n\n[[checklist."a.b"]]\nid = "r"\nquestion = "What of r?"\n')
})

test('an item that could not be read stays in the file', () => {
  const text = '[[checklist.a]]\nid = "x"\nquestion = "q"\n\n[[checklist.a]]\nid = "y"\n'
  expect(written(text, 'a', [item('z')])).toBe(
    '[[checklist.a]]\nid = "z"\nquestion = "What of z?"\n\n[[checklist.a]]\nid = "y"\n',
  )
})

test.each([
  ['no TOML', 'a = = 1\n'],
  ['items without headers of their own', 'checklist.a = [{ id = "x", question = "q" }]\n'],
  ['a criterion that is a table', '[checklist.a]\nid = "x"\n'],
  [
    'an item with the head of an earlier table below it',
    '[other.sub]\nx = 1\n[[checklist.a]]\nid = "x"\nquestion = "q"\n[other]\ny = 2\n',
  ],
])('%s is not written', (_, text) => {
  expect(writeChecklist(text, 'a', [item('z')]).ok).toBe(false)
})

test('whatever is written is read again, and other criteria keep their bytes', () => {
  const name = fc.constantFrom('safe-to-deploy', 'x y', 'ub-risk-1', 'new"one')
  const entry = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    question: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter(text => text.trim() !== ''),
    auto: fc.constantFrom(null, 'units', 'read'),
  })
  const list = fc.uniqueArray(entry, { selector: one => one.id, maxLength: 4 }) as fc.Arbitrary<ChecklistItem[]>
  fc.assert(
    fc.property(fc.array(fc.tuple(name, list), { maxLength: 5 }), steps => {
      let text = FILE
      for (const [criterion, items] of steps) {
        text = written(text, criterion, items)
        expect(readChecklists(text).checklists.get(criterion) ?? []).toEqual(items)
      }
      expect(text).toContain('[weights] # of the team\nunsafe = 3\n')
    }),
    { numRuns: 200 },
  )
})
