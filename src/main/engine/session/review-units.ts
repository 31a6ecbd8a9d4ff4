/**
 * Units of the open reviews: looked for once per review, in the background of the page, and shown with the answers as
 * they are stored. An answer is on disk before the page hears of it.
 */
import type { CallArgs, EngineHandlers } from '../../../shared/contract.ts'
import type { AbsolutePath, CrateName, Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { isOwed, type UnitList } from '../../../shared/review-units.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { openUnitAnswers, type UnitAnswers } from '../review/units/answers.ts'
import { crateUnits, type CrateUnits } from '../review/units/crate-units.ts'
import { openRustParser } from '../review/units/rust-parser.ts'
import type { TreeFile } from '../review/tree-diff.ts'

/** What units need of an open review. */
export interface ReviewSides {
  readonly id: string
  readonly crate: CrateName
  readonly delta: Delta
  readonly oldFolder: AbsolutePath | null
  readonly newFolder: AbsolutePath
  readonly files: readonly TreeFile[]
}

/** How many units of a review were answered, for the certify sheet; null when they were not looked for. */
export interface UnitCounts {
  readonly total: number
  readonly answered: number
  readonly concerns: readonly { readonly place: string; readonly note: string }[]
  readonly notParsed: readonly string[]
  /** There are more than were counted. */
  readonly isCut: boolean
}

/** The calls of units, and what other parts of a review ask about them. */
export interface ReviewUnits {
  readonly handlers: Pick<EngineHandlers, 'review.units' | 'review.answerUnits'>
  counts(review: string): UnitCounts | null
  /** Those found, with their answers; null when they were not looked for (yet). */
  known(review: string): UnitList | null
  close(): Promise<void>
}

/** What units ask of the open reviews. */
export interface ReviewUnitsDeps {
  readonly caps: Capabilities
  /** @failure review-unknown */
  readonly review: (id: string) => Result<ReviewSides, Failure>
  /** `Name <email>` as git says; `unknown` when it does not. */
  readonly who: () => Promise<string>
  readonly run: Run
}

interface Parts {
  readonly deps: ReviewUnitsDeps
  readonly answers: UnitAnswers
  readonly found: Found
}

/** Looks for units of no review before its page asks. */
export function createReviewUnits(deps: ReviewUnitsDeps): ReviewUnits {
  const answers = openUnitAnswers(deps.caps)
  const found = createFound(deps)
  const parts: Parts = { deps, answers, found }
  return {
    handlers: {
      'review.units': ({ review }) =>
        withReview(parts, review, async (sides, units) => ok(listed(answers, sides, units))),
      'review.answerUnits': ({ review, units: ids, answer }) =>
        withReview(parts, review, (sides, units) => answerUnits(parts, { sides, units }, ids, answer)),
    },
    counts(review) {
      const sides = deps.review(review)
      const units = found.settled(review)
      return !sides.ok || units === null ? null : countsOf(listed(answers, sides.value, units))
    },
    known(review) {
      const sides = deps.review(review)
      const units = found.settled(review)
      return !sides.ok || units === null ? null : listed(answers, sides.value, units)
    },
    close: () => answers.close(),
  }
}

interface Found {
  /** Once for each review, and again when its new side is in another folder by now. */
  look(sides: ReviewSides): Promise<CrateUnits>
  /** Null: they were not looked for, or are being looked for. */
  settled(review: string): CrateUnits | null
}

function createFound({ caps, run }: ReviewUnitsDeps): Found {
  const found = new Map<string, { readonly of: ReviewSides; readonly units: Promise<CrateUnits> }>()
  const settled = new Map<string, CrateUnits>()
  return {
    look(sides) {
      const known = found.get(sides.id)
      if (known !== undefined && known.of.newFolder === sides.newFolder) return known.units
      const units = openRustParser().then(parser => crateUnits(caps, parser, sides, run))
      found.set(sides.id, { of: sides, units })
      // Those of another folder are no answer any more, and an older look that ends late is none either.
      settled.delete(sides.id)
      const isLatest = () => found.get(sides.id)?.units === units
      units.then(
        value => isLatest() && settled.set(sides.id, value),
        () => isLatest() && found.delete(sides.id),
      )
      return units
    },
    settled: review => settled.get(review) ?? null,
  }
}

async function withReview(
  { deps, answers, found }: Parts,
  id: string,
  use: (sides: ReviewSides, units: CrateUnits) => Promise<Result<UnitList, Failure>>,
): Promise<Result<UnitList, Failure>> {
  const sides = deps.review(id)
  if (!sides.ok) return sides
  const [units] = await Promise.all([found.look(sides.value), answers.ready()])
  return use(sides.value, units)
}

/** With the answers as they are stored now. */
function listed(answers: UnitAnswers, sides: ReviewSides, units: CrateUnits): UnitList {
  const said = answers.of(sides.crate)
  return {
    review: sides.id,
    units: units.units.map(unit => ({ ...unit, answer: said.get(unit.id) ?? null })),
    files: [...units.files],
    isCut: units.isCut,
  }
}

/** All or none of `ids`; null takes their answers back. */
async function answerUnits(
  { deps, answers }: Parts,
  { sides, units }: { readonly sides: ReviewSides; readonly units: CrateUnits },
  ids: readonly string[],
  answer: CallArgs<'review.answerUnits'>['answer'],
): Promise<Result<UnitList, Failure>> {
  const known = new Set(units.units.map(unit => unit.id))
  const stranger = ids.find(id => !known.has(id))
  if (stranger !== undefined) return fail({ code: 'file-not-in-review', path: `unit ${stranger}` })
  if (answer?.verdict === 'concern' && answer.note.trim() === '')
    return fail({ code: 'refused', message: 'a concern needs a note', help: 'Say what is wrong, in a sentence.' })
  const who = await deps.who()
  const said =
    answer === null
      ? null
      : { ...answer, note: answer.note.trim(), who, at: deps.caps.clock.nowMs(), version: sides.delta.to }
  await answers.set(sides.crate, ids, said, who)
  return ok(listed(answers, sides, units))
}

function countsOf({ units, files, isCut }: UnitList): UnitCounts {
  // What stood in the base version unchanged, and what nobody builds, is nobody's duty.
  const all = units.filter(isOwed)
  const concerns = all.filter(unit => unit.answer?.verdict === 'concern')
  return {
    total: all.length,
    answered: all.filter(unit => unit.answer !== null).length,
    concerns: concerns.map(unit => ({ place: `${unit.path}:${unit.line}`, note: unit.answer?.note ?? '' })),
    notParsed: files.filter(file => file.state === 'partly' || file.state === 'unknown').map(file => file.path),
    isCut,
  }
}
