/** How `report`, `queue` and `export` are read from the command line. Pure. */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { isIsoDate } from '../../engine/session/command-words.ts'
import type { Arity, Flags } from './command-table.ts'

export interface ReportArgs {
  /** `YYYY-MM-DD`; null: the last seven days. */
  readonly since: string | null
  readonly format: 'markdown' | 'html'
}

export interface ExportArgs {
  readonly what: 'branch' | 'patches' | 'aggregate'
  /** Null: a free name with the day. */
  readonly branch: string | null
  readonly base: string | null
  /** Null: the current one. */
  readonly folder: string | null
}

export const REPORT_FLAGS: Readonly<Record<string, Arity>> = { since: 'one', format: 'one' }
export const EXPORT_FLAGS: Readonly<Record<string, Arity>> = { branch: 'one', base: 'one', folder: 'one' }

const usage = (message: string): Result<never, Failure> => fail({ code: 'usage', message })
const one = (flags: Flags, name: string): string | null => flags.get(name)?.[0] ?? null

export function readReport(flags: Flags): Result<ReportArgs, Failure> {
  const since = one(flags, 'since')
  if (since !== null && !isIsoDate(since)) return usage(`--since is a date such as 2026-01-31, not '${since}'`)
  const format = one(flags, 'format') ?? 'markdown'
  if (format !== 'markdown' && format !== 'html') return usage(`--format is 'markdown' or 'html', not '${format}'`)
  return ok({ since, format })
}

const WHAT: readonly ExportArgs['what'][] = ['branch', 'patches', 'aggregate']

export function readExport([word = '']: readonly string[], flags: Flags): Result<ExportArgs, Failure> {
  const what = WHAT.find(known => known === word)
  if (what === undefined) return usage(`'assay export' is followed by one of ${WHAT.join(', ')}`)
  const [branch, base, folder] = [one(flags, 'branch'), one(flags, 'base'), one(flags, 'folder')]
  if (branch !== null && what !== 'branch') return usage(`--branch is for 'assay export branch'`)
  if (base !== null && what === 'aggregate') return usage(`--base is for a branch and for patches`)
  if (folder !== null && what === 'branch') return usage(`--folder is for patches and aggregate`)
  return ok({ what, branch, base, folder })
}
