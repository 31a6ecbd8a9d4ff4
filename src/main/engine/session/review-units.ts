/**
 * Units of the open reviews: looked for once per review, in the background of the page, and shown with the answers as
 * they are stored. An answer is on disk before the page hears of it.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
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

export interface ReviewUnits {
  readonly handlers: Pick<EngineHandlers, 'review.units' | 'review.answerUnits'>
  counts(review: string): UnitCounts | null
  /** Those found, with their answers; null when they were not looked for (yet). */
  known(review: string): UnitList | null
  close(): Promise<void>
}

export interface ReviewUnitsDeps {
  readonly caps: Capabilities
  readonly review: (id: string) => ReviewSides | null
  /** `Name <email>` as git says; `unknown` when it does not. */
  readonly who: () => Promise<string>
  readonly run: Run
}

export function createReviewUnits(deps: ReviewUnitsDeps): ReviewUnits {
  const answers: UnitAnswers = openUnitAnswers(deps.caps)
  const found = new Map<string, { readonly of: ReviewSides; readonly units: Promise<CrateUnits> }>()
  const settled = new Map<string, CrateUnits>()

  const look = (sides: ReviewSides): Promise<CrateUnits> => {
    const known = found.get(sides.id)
    if (known !== undefined && known.of.newFolder === sides.newFolder) return known.units
    const units = openRustParser().then(parser => crateUnits(deps.caps, parser, sides, deps.run))
    found.set(sides.id, { of: sides, units })
    void units.then(
      value => settled.set(sides.id, value),
      () => found.delete(sides.id),
    )
    return units
  }
  const listed = (sides: ReviewSides, units: CrateUnits): UnitList => {
    const said = answers.of(sides.crate)
    return {
      review: sides.id,
      units: units.units.map(unit => ({ ...unit, answer: said.get(unit.id) ?? null })),
      files: [...units.files],
      isCut: units.isCut,
    }
  }
  const withReview = async (
    id: string,
    use: (sides: ReviewSides, units: CrateUnits) => Promise<Result<UnitList, Failure>>,
  ): Promise<Result<UnitList, Failure>> => {
    const sides = deps.review(id)
    if (sides === null) return fail({ code: 'review-unknown', review: id })
    const [units] = await Promise.all([look(sides), answers.ready()])
    return use(sides, units)
  }

  return {
    handlers: {
      'review.units': ({ review }) => withReview(review, async (sides, units) => ok(listed(sides, units))),
      'review.answerUnits': ({ review, units: ids, answer }) =>
        withReview(review, async (sides, units) => {
          const known = new Set(units.units.map(unit => unit.id))
          const stranger = ids.find(id => !known.has(id))
          if (stranger !== undefined) return fail({ code: 'file-not-in-review', path: `unit ${stranger}` })
          if (answer?.verdict === 'concern' && answer.note.trim() === '')
            return fail({
              code: 'refused',
              message: 'a concern needs a note',
              help: 'Say what is wrong, in a sentence.',
            })
          const who = await deps.who()
          const said =
            answer === null
              ? null
              : { ...answer, note: answer.note.trim(), who, at: deps.caps.clock.nowMs(), version: sides.delta.to }
          await answers.set(sides.crate, ids, said, who)
          return ok(listed(sides, units))
        }),
    },
    counts(review) {
      const sides = deps.review(review)
      const units = settled.get(review)
      if (sides === null || units === undefined) return null
      // What stood in the base version unchanged, and what nobody builds, is nobody's duty.
      const all = listed(sides, units).units.filter(isOwed)
      const concerns = all.filter(unit => unit.answer?.verdict === 'concern')
      return {
        total: all.length,
        answered: all.filter(unit => unit.answer !== null).length,
        concerns: concerns.map(unit => ({ place: `${unit.path}:${unit.line}`, note: unit.answer?.note ?? '' })),
        notParsed: units.files
          .filter(file => file.state === 'partly' || file.state === 'unknown')
          .map(file => file.path),
        isCut: units.isCut,
      }
    },
    known(review) {
      const sides = deps.review(review)
      const units = settled.get(review)
      return sides === null || units === undefined ? null : listed(sides, units)
    },
    close: () => answers.close(),
  }
}
