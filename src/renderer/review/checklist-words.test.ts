import { expect, it } from 'vitest'
import { checklistItem } from '../../shared/review-checklist.ts'
import { newItemId } from './checklist-words.ts'

it.each<readonly [string, readonly string[], string]>([
  ['Is the build script harmless in CI?', [], 'is-the-build-script'],
  ['Is the build script new?', ['is-the-build-script'], 'is-the-build-script-2'],
  ['Is the build script new?', ['is-the-build-script', 'is-the-build-script-2'], 'is-the-build-script-3'],
  ['¿Überall?', [], 'berall'],
  ['…', [], 'item'],
  ['x'.repeat(90), [], 'x'.repeat(50)],
])('names %j', (question, taken, id) => {
  expect(newItemId(question, taken)).toBe(id)
  expect(checklistItem.shape.id.safeParse(id).success).toBe(true)
})
