/**
 * Checklists of the open reviews: the questions from the team's assay.toml or Assay's own, the answers of whoever
 * reviews here. An answer is on disk before the page hears of it; the file is read anew for every answer to a page, so
 * what a page shows is what the file says.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { AbsolutePath, CrateName, CriteriaName, Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Checklist, ChecklistGroup, ChecklistItem } from '../../../shared/review-checklist.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { openChecklistAnswers, type ChecklistAnswers } from '../review/checklist/answers.ts'
import { seededChecklist } from '../review/checklist/seeds.ts'
import { checklistGroup, type Counted } from '../review/checklist/state.ts'
import { readChecklists, writeChecklist, type AssayChecklists } from '../store/assay-checklist.ts'
import { ASSAY_FILE } from '../store/assay-file.ts'
import { decodeUtf8 } from '../store/utf8.ts'
import type { ReviewSides } from './review-units.ts'

const MAX_FILE_BYTES = 4 << 20

export interface ChecklistScope {
  readonly storeDir: AbsolutePath
  /** Those to ask about, the wanted ones first. */
  readonly criteria: readonly CriteriaName[]
}

export interface ReviewChecklist {
  readonly handlers: Pick<EngineHandlers, 'review.checklist' | 'review.answerChecklist' | 'review.saveChecklist'>
  /** For the audit's notes; empty when the file cannot be read. */
  groups(sides: ReviewSides, wanted: readonly CriteriaName[]): Promise<readonly ChecklistGroup[]>
  close(): Promise<void>
}

export interface ReviewChecklistDeps {
  readonly caps: Capabilities
  /** @failure review-unknown */
  readonly review: (id: string) => Result<ReviewSides, Failure>
  /** `Name <email>` as git says; `unknown` when it does not. */
  readonly who: () => Promise<string>
  readonly read: (crate: CrateName, delta: Delta) => Counted['read']
  readonly units: (review: string) => Counted['units']
  /** Null when no workspace is open. */
  readonly scope: (crate: CrateName, delta: Delta, wanted: readonly CriteriaName[]) => ChecklistScope | null
}

interface OnDisk {
  readonly text: string
  readonly sha256: string | null
  readonly file: AssayChecklists
}

export function createReviewChecklist(deps: ReviewChecklistDeps): ReviewChecklist {
  const { caps } = deps
  const answers: ChecklistAnswers = openChecklistAnswers(caps)

  const itemsOf = (file: AssayChecklists, criterion: string): readonly ChecklistItem[] =>
    file.checklists.get(criterion) ?? seededChecklist(criterion)
  const listed = async (sides: ReviewSides, scope: ChecklistScope, disk: OnDisk): Promise<Checklist> => {
    await answers.ready()
    const who = await deps.who()
    const counted = { units: deps.units(sides.id), read: deps.read(sides.crate, sides.delta) }
    const groups = scope.criteria.map(criterion => {
      const items = itemsOf(disk.file, criterion)
      const source = disk.file.checklists.has(criterion) ? 'file' : items.length > 0 ? 'built-in' : 'none'
      const answerOf = ({ id, question }: ChecklistItem) =>
        answers.of({ review: sides.id, criterion, item: id, question }, who)
      return checklistGroup(criterion, source, items, answerOf, counted)
    })
    return {
      review: sides.id,
      groups,
      file: { path: fileOf(scope), sha256: disk.sha256, problems: [...disk.file.problems] },
    }
  }
  const withScope = async (
    review: string,
    wanted: readonly CriteriaName[],
    use: (sides: ReviewSides, scope: ChecklistScope, disk: OnDisk) => Promise<Result<Checklist, Failure>>,
  ): Promise<Result<Checklist, Failure>> => {
    const sides = deps.review(review)
    if (!sides.ok) return sides
    const { crate, delta } = sides.value
    const scope = deps.scope(crate, delta, wanted)
    if (scope === null) return fail({ code: 'no-workspace-open' })
    const disk = await readDisk(caps, fileOf(scope))
    return disk.ok ? use(sides.value, scope, disk.value) : disk
  }

  return {
    handlers: {
      'review.checklist': ({ review, criteria }) =>
        withScope(review, criteria, async (sides, scope, disk) => ok(await listed(sides, scope, disk))),
      'review.answerChecklist': ({ review, criteria, criterion, item, answer }) =>
        withScope(review, criteria, async (sides, scope, disk) => {
          const found = itemsOf(disk.file, criterion).find(other => other.id === item)
          if (found === undefined)
            return fail({ code: 'refused', message: 'the question is not in the checklist any more', help: null })
          if (answer?.verdict === 'no' && answer.note.trim() === '')
            return fail({ code: 'refused', message: 'a no needs a note', help: 'Say what is not so, in a sentence.' })
          await answers.ready()
          const who = await deps.who()
          const said = answer === null ? null : { ...answer, note: answer.note.trim(), who, at: caps.clock.nowMs() }
          await answers.set({ review: sides.id, criterion, item, question: found.question }, who, said)
          return ok(await listed(sides, scope, disk))
        }),
      'review.saveChecklist': ({ review, criteria, criterion, items, base }) =>
        withScope(review, criteria, async (sides, scope, disk) => {
          if (disk.sha256 !== base) return fail({ code: 'store-changed', files: [ASSAY_FILE] })
          const text = writeChecklist(disk.text, criterion, items)
          if (!text.ok) return fail({ code: 'refused', message: text.error, help: null })
          try {
            if (text.value !== disk.text) await caps.files.writeAtomic(fileOf(scope), text.value)
          } catch (error) {
            if (error instanceof FileError) return fail({ code: 'store-io', path: error.path, reason: error.message })
            throw error
          }
          const written = await readDisk(caps, fileOf(scope))
          return written.ok ? ok(await listed(sides, scope, written.value)) : written
        }),
    },
    async groups(sides, wanted) {
      const scope = deps.scope(sides.crate, sides.delta, wanted)
      const disk = scope === null ? null : await readDisk(caps, fileOf(scope))
      return scope === null || disk === null || !disk.ok ? [] : (await listed(sides, scope, disk.value)).groups
    },
    close: () => answers.close(),
  }
}

const fileOf = (scope: ChecklistScope) => path.join(scope.storeDir, ASSAY_FILE) as AbsolutePath

/** No file is an empty text. A link or folder in its place is not followed. */
async function readDisk(caps: Capabilities, file: AbsolutePath): Promise<Result<OnDisk, Failure>> {
  try {
    const stat = await caps.files.stat(file)
    if (stat === null) return ok({ text: '', sha256: null, file: readChecklists('') })
    if (stat.kind !== 'file') return fail({ code: 'store-io', path: file, reason: 'it is not a plain file' })
    const bytes = await caps.files.readBytes(file, MAX_FILE_BYTES)
    const text = decodeUtf8(bytes, file)
    if (!text.ok) return fail({ code: 'store-toml', file, problem: text.error })
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return ok({ text: text.value, sha256, file: readChecklists(text.value) })
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'store-io', path: error.path, reason: error.message })
    throw error
  }
}
