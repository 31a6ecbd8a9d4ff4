/** Checklists over real files: the team's questions or ours, answers that survive a restart, edits of assay.toml. */
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AbsolutePath, CrateName, CriteriaName, VetVersion } from '../../../shared/domain.ts'
import type { Checklist } from '../../../shared/review-checklist.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { folderOf, testCaps } from '../review/testing.ts'
import { createReviewChecklist, type ReviewChecklist, type ReviewChecklistDeps } from './review-checklist.ts'

const DEPLOY = 'safe-to-deploy' as CriteriaName
const RUN = 'safe-to-run' as CriteriaName
const REVIEW = 'brine 1.0.0 -> 1.1.0'
const TEAM = `owner = "team"

[[checklist.safe-to-run]]
id = "ours"
question = "Ours?"
`
let folder: AbsolutePath
let list: ReviewChecklist
let who: string
let units: ReturnType<ReviewChecklistDeps['units']>
let read: ReturnType<ReviewChecklistDeps['read']>

function start(): ReviewChecklist {
  return createReviewChecklist({
    caps: {
      ...testCaps(folder),
      host: { ...testCaps(folder).host, dataDir: path.join(folder, 'data') as AbsolutePath },
    },
    review: id =>
      id === REVIEW
        ? ok({
            id,
            crate: 'brine' as CrateName,
            delta: { from: '1.0.0' as VetVersion, to: '1.1.0' as VetVersion },
            oldFolder: folder,
            newFolder: folder,
            files: [],
          })
        : fail({ code: 'review-unknown', review: id }),
    who: () => Promise.resolve(who),
    read: () => read,
    units: () => units,
    scope: (_, __, wanted) => ({
      storeDir: path.join(folder, 'supply-chain') as AbsolutePath,
      criteria: wanted.length > 0 ? wanted : [DEPLOY, RUN],
    }),
  })
}
beforeEach(async () => {
  folder = await folderOf({})
  await mkdir(path.join(folder, 'supply-chain'))
  who = 'Ada <a@b>'
  units = { total: 15, answered: 3, concerns: [], notParsed: [], isCut: false }
  read = { files: 31, filesTotal: 34 }
  list = start()
})
afterEach(async () => {
  await list.close()
  await rm(folder, { recursive: true, force: true })
})
const file = () => path.join(folder, 'supply-chain/assay.toml')
const taken = (result: Result<Checklist, unknown>): Checklist => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const ask = async (criteria: CriteriaName[] = []) =>
  taken(await list.handlers['review.checklist']({ review: REVIEW, criteria }))
const answer = (item: string, verdict: 'yes' | 'no' | 'not-applicable' | null, note = '', criterion = DEPLOY) =>
  list.handlers['review.answerChecklist']({
    ...{ review: REVIEW, criteria: [], criterion, item },
    answer: verdict === null ? null : { verdict, note },
  })
const rowOf = (of: Checklist, id: string) => of.groups.flatMap(group => group.rows).find(row => row.id === id)

test('without a file the built-in questions are asked, of implied criteria too', async () => {
  const got = await ask()
  expect(got.groups.map(group => [group.criteria, group.source, group.answered])).toEqual([
    [DEPLOY, 'built-in', 0],
    [RUN, 'built-in', 0],
  ])
  expect(got.file).toMatchObject({ sha256: null, problems: [] })
  expect(rowOf(got, 'units')?.counted).toEqual({ text: '3 of 15 units answered', isAnswer: false })
  expect(rowOf(got, 'read')?.counted).toEqual({ text: '31 of 34 files read', isAnswer: false })
  expect((await ask(['own' as CriteriaName])).groups[0]).toMatchObject({ source: 'none', rows: [] })
})

test.each<readonly [string, Partial<NonNullable<typeof units>> | null, string, boolean]>([
  ['all are answered', { answered: 15 }, 'all 15 units answered', true],
  ['there is a concern', { answered: 15, concerns: [{}] as never }, 'all 15 units answered, 1 concern', false],
  ['a file did not parse', { answered: 15, notParsed: ['a'] }, 'all 15 units answered, 1 file not fully parsed', false],
  ['not all are listed', { answered: 15, isCut: true }, 'all 15 units answered, more units than are listed', false],
  ['nobody looked', null, 'the units are not looked for yet', false],
])('the units answer their question only in full: %s', async (_, more, text, isAnswer) => {
  units = more === null || units === null ? null : { ...units, ...more }
  const got = await ask()
  expect(rowOf(got, 'units')?.counted).toEqual({ text, isAnswer })
  expect(got.groups[0]?.answered).toBe(isAnswer ? 1 : 0)
})

test("answers survive a restart, are each reviewer's own, and need a note for no", async () => {
  expect((await answer('powers', 'no', ' ')).ok).toBe(false)
  expect((await answer('gone', 'yes')).ok).toBe(false)
  await answer('powers', 'no', ' It reads HOME. ')
  await answer('discretion', 'not-applicable')
  await list.close()
  list = start()
  const got = await ask()
  expect(rowOf(got, 'powers')?.answer).toMatchObject({ verdict: 'no', note: 'It reads HOME.', who })
  expect(got.groups[0]?.answered).toBe(2)
  who = 'Mara <m@b>'
  expect((await ask()).groups[0]?.answered).toBe(0)
  who = 'Ada <a@b>'
  expect(taken(await answer('powers', null)).groups[0]?.answered).toBe(1)
})

test('another wording of a question is open again', async () => {
  await writeFile(file(), TEAM)
  await answer('ours', 'yes', '', RUN)
  expect(rowOf(await ask(), 'ours')?.answer?.verdict).toBe('yes')
  await writeFile(file(), TEAM.replace('Ours?', 'Ours, all of it?'))
  expect(rowOf(await ask(), 'ours')?.answer).toBeNull()
})

test('a list is saved beside what others keep there, unless the file changed meanwhile', async () => {
  await writeFile(file(), TEAM)
  const seen = await ask()
  const items = [
    { id: 'ours', question: 'Ours?', auto: null },
    { id: 'two', question: 'Two?', auto: 'read' as const },
  ]
  const save = (base: string | null) =>
    list.handlers['review.saveChecklist']({ review: REVIEW, criteria: [], criterion: RUN, items, base })
  expect(await save(null)).toMatchObject({ error: { code: 'store-changed' } })
  const saved = taken(await save(seen.file.sha256))
  expect(saved.groups[1]).toMatchObject({ source: 'file', rows: items })
  expect(await readFile(file(), 'utf8')).toBe(
    `${TEAM}\n[[checklist.safe-to-run]]\nid = "two"\nquestion = "Two?"\nauto = "read"\n`,
  )
  expect(await save(seen.file.sha256)).toMatchObject({ error: { code: 'store-changed' } })
})

test('what is wrong in the file is named, a broken file is never written, a link never followed', async () => {
  await writeFile(file(), `${TEAM}[[checklist.safe-to-run]]\nid = "x"\n`)
  expect((await ask()).file.problems).toEqual([{ line: 6, message: '`question` is missing' }])
  await writeFile(file(), 'a = = 1\n')
  const broken = await ask()
  expect(broken.file.problems[0]?.line).toBe(1)
  expect(broken.groups[0]?.source).toBe('built-in')
  const items = [{ id: 'a', question: 'A?', auto: null }]
  expect(
    await list.handlers['review.saveChecklist']({
      ...{ review: REVIEW, criteria: [], criterion: RUN, items },
      base: broken.file.sha256,
    }),
  ).toMatchObject({ error: { code: 'refused' } })
  await rm(file())
  await writeFile(path.join(folder, 'else.toml'), TEAM)
  await symlink(path.join(folder, 'else.toml'), file())
  expect(await list.handlers['review.checklist']({ review: REVIEW, criteria: [] })).toMatchObject({
    error: { code: 'store-io' },
  })
})

test('an unknown review has no checklist', async () => {
  expect(await list.handlers['review.checklist']({ review: 'x', criteria: [] })).toMatchObject({
    error: { code: 'review-unknown' },
  })
})
