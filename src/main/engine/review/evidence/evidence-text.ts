/**
 * The evidence file of one audit: what was read, by the hashes of the bytes, and what was said of it, so that somebody
 * else can look at the same. JSON in one fixed form: the same facts give the same bytes, and nothing of the moment of
 * writing is in it. Pure.
 */
import type { CriteriaName } from '../../../../shared/domain.ts'
import type { ChecklistGroup } from '../../../../shared/review-checklist.ts'
import type { UnitList } from '../../../../shared/review-units.ts'
import type { HashedReview } from '../tree-diff.ts'

/** Grows when a reader of the former form would misunderstand the new one. */
const EVIDENCE_FORMAT = 1

export interface EvidenceFacts {
  readonly review: HashedReview
  /** To be certified. */
  readonly criteria: readonly CriteriaName[]
  readonly who: string
  /** Null when units were not looked for. */
  readonly units: UnitList | null
  readonly checklists: readonly ChecklistGroup[]
  /** Ids of the published notes that are meant for the audit. */
  readonly notes: readonly string[]
  /** Null when the reviewer keeps it private. */
  readonly readingMs: number | null
  /** Null: not known. */
  readonly tools: Readonly<Record<string, string | null>>
}

export function evidenceText(facts: EvidenceFacts): string {
  const { review, units } = facts
  const time = (ms: number) => new Date(ms).toISOString()
  const body = {
    format: EVIDENCE_FORMAT,
    crate: review.crate,
    from: review.delta.from,
    to: review.delta.to,
    criteria: facts.criteria,
    reviewer: facts.who,
    tools: facts.tools,
    archives: {
      from: review.sourceOld === null ? null : archive(review.sourceOld),
      to: archive(review.sourceNew),
    },
    unchangedFiles: review.unchangedFiles,
    files: review.files.map(file => ({
      path: file.path,
      ...(file.oldPath === null ? {} : { oldPath: file.oldPath }),
      change: file.change,
      sha256From: file.hashOld,
      sha256To: file.hashNew,
      mark: file.mark,
      ...(file.earlier === undefined || file.earlier === null
        ? {}
        : { earlier: { version: file.earlier.version, covers: file.earlier.covers } }),
      isCounted: file.isCounted,
    })),
    units:
      units === null
        ? null
        : {
            isCut: units.isCut,
            notParsed: units.files
              .filter(file => file.state === 'partly' || file.state === 'unknown')
              .map(file => file.path),
            list: units.units.map(unit => ({
              ...{ id: unit.id, kind: unit.kind, path: unit.path, line: unit.line, change: unit.change },
              ...{ certainty: unit.certainty },
              answer: unit.answer === null ? null : { ...unit.answer, at: time(unit.answer.at) },
            })),
          },
    checklists: facts.checklists.map(({ criteria, source, rows }) => ({
      criteria,
      source,
      items: rows.map(({ id, question, counted, answer }) => ({
        id,
        question,
        counted: counted === null ? null : counted.text,
        answer: answer === null ? null : { ...answer, at: time(answer.at) },
      })),
    })),
    notes: facts.notes,
    readingMinutes: facts.readingMs === null ? null : Math.floor(facts.readingMs / 60_000),
  }
  return `${JSON.stringify(body, null, 2)}\n`
}

const archive = ({ checksum, verifiedBy }: HashedReview['sourceNew']) => ({ sha256: checksum, verifiedBy })

/** `CRATE-FROM_TO.json`, `full` for a whole crate; `_` stands in no version, so no two deltas share a name. */
export function evidenceName(review: Pick<HashedReview, 'crate' | 'delta'>): string {
  const { crate, delta } = review
  const plain = (text: string) => text.replace(/[^A-Za-z0-9.+-]/g, '~')
  return `${crate.replace(/[^A-Za-z0-9_-]/g, '~')}-${delta.from === null ? 'full' : plain(delta.from)}_${plain(delta.to)}.json`
}
