/** The overview's and the exports' calls of the contract, for the open workspace. */
import path from 'node:path'
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ExemptionTerms, ExportKind, Help, History } from '../../../shared/overview.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { addDays } from '../core/dates.ts'
import { dayOf } from '../core/overview-history.ts'
import { htmlOf, markdownOf } from '../export/markup.ts'
import { queueCsv, queueJson } from '../export/queue-table.ts'
import { reportTitle, weeklyReport } from '../export/weekly-report.ts'
import type { Jobs } from './jobs.ts'
import { branchOfAudits, patchesOfAudits, planAudits, publication } from './overview-audits.ts'
import { helpOf, historyOf, overviewStateOf, type OverviewSource } from './overview-source.ts'

export type OverviewHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `overview.${string}`>>

const WEEK_DAYS = 7
/** Git may be slow on a large history; below this nothing is shown as a job. */
const none = { code: 'no-workspace-open' } as const

export interface OverviewDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly source: () => OverviewSource | null
  /** What the team keeps of exemptions; null: not known. */
  readonly terms: () => Promise<readonly ExemptionTerms[] | null>
}

export function createOverview(deps: OverviewDeps): { readonly handlers: OverviewHandlers } {
  const { caps, jobs } = deps
  const withSource = async <T>(
    title: string,
    use: (source: OverviewSource, run: Run) => Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> => {
    const source = deps.source()
    return source === null ? fail(none) : jobs.run(title, run => use(source, run))
  }
  return {
    handlers: {
      'overview.get': async () => {
        const source = deps.source()
        return source === null ? fail(none) : overviewStateOf(source, caps.clock.nowMs())
      },
      'overview.history': () =>
        withSource<History>('Reading the history of the store', (source, run) => historyOf(caps, source, run)),
      'overview.help': () =>
        withSource<Help>('Looking for what would let exemptions go', (source, run) => helpOf(caps, source, run)),
      'overview.plan': ({ base }) =>
        withSource('Looking for new audits', (source, run) => planAudits(caps, source.workspace, base, run)),
      'overview.branch': wish =>
        withSource(`Making branch ${wish.branch}`, (source, run) => branchOfAudits(caps, source.workspace, wish, run)),
      'overview.export': ({ kind, folder, since, base }) =>
        withSource(`Exporting ${EXPORT_WORDS[kind]}`, async (source, run) => {
          const files = await filesOf(deps, source, kind, { since, base }, run)
          if (!files.ok) return files
          return writeFresh(caps, folder, `${EXPORT_FOLDERS[kind]}-${dayOf(caps.clock.nowMs())}`, files.value)
        }),
      'overview.chart': async ({ folder, name, base64 }) =>
        writeFresh(caps, folder, null, [{ name, content: new Uint8Array(Buffer.from(base64, 'base64')) }]),
    },
  }
}

export { queueCsv as queueCsvOf, queueJson as queueJsonOf } from '../export/queue-table.ts'

const EXPORT_WORDS: Readonly<Record<ExportKind, string>> = {
  patches: 'patches',
  aggregate: 'audits to publish',
  'queue-csv': 'the queue',
  'queue-json': 'the queue',
  'report-markdown': 'the report',
  'report-html': 'the report',
}
const EXPORT_FOLDERS: Readonly<Record<ExportKind, string>> = {
  patches: 'audit-patches',
  aggregate: 'published-audits',
  'queue-csv': 'queue',
  'queue-json': 'queue',
  'report-markdown': 'audit-report',
  'report-html': 'audit-report',
}

interface NewFile {
  readonly name: string
  readonly content: string | Uint8Array
}
type NewFiles =
  readonly NewFile[] | { readonly write: (folder: AbsolutePath) => Promise<Result<readonly string[], Failure>> }

async function filesOf(
  deps: OverviewDeps,
  source: OverviewSource,
  kind: ExportKind,
  wish: { readonly since: string | null; readonly base: string | null },
  run: Run,
): Promise<Result<NewFiles, Failure>> {
  const { caps } = deps
  switch (kind) {
    case 'patches':
      return ok({
        write: folder => patchesOfAudits(caps, source.workspace, { folder, base: wish.base }, run),
      })
    case 'aggregate': {
      const made = publication(source.workspace.loaded)
      return made.ok ? ok(made.value.files.map(({ name, text }) => ({ name, content: text }))) : made
    }
    case 'queue-csv':
      return ok([{ name: 'queue.csv', content: queueCsv(source.snapshot) }])
    case 'queue-json':
      return ok([{ name: 'queue.json', content: queueJson(source.snapshot) }])
    case 'report-markdown':
    case 'report-html': {
      const format = kind === 'report-html' ? 'html' : 'markdown'
      const text = await reportText(caps, source, { since: wish.since, format, terms: await deps.terms() }, run)
      return text.ok ? ok([{ name: format === 'html' ? 'report.html' : 'report.md', content: text.value }]) : text
    }
  }
}

/** The report of an answer; `since` null: the last seven days. @failure criteria-unknown, git-failed */
export async function reportText(
  caps: Capabilities,
  source: OverviewSource,
  wish: {
    readonly since: string | null
    readonly format: 'markdown' | 'html'
    readonly terms: readonly ExemptionTerms[] | null
  },
  run: Run,
): Promise<Result<string, Failure>> {
  const state = overviewStateOf(source, caps.clock.nowMs())
  if (!state.ok) return state
  const history = await historyOf(caps, source, run)
  if (!history.ok) return history
  const help = await helpOf(caps, source, run)
  if (!help.ok) return help
  const since = wish.since ?? addDays(state.value.today as never, -WEEK_DAYS)
  const input = { state: state.value, history: history.value, help: help.value, terms: wish.terms, since }
  const blocks = weeklyReport(input)
  return ok(wish.format === 'html' ? htmlOf(reportTitle(input), blocks) : markdownOf(blocks))
}

/**
 * Writes into a folder of its own that was not there, or with `name` null single files beside what is there, under a
 * name that is free. @failure cache-io
 */
export async function writeFresh(
  caps: Capabilities,
  folder: AbsolutePath,
  name: string | null,
  files: NewFiles,
): Promise<Result<{ path: AbsolutePath; files: string[] }, Failure>> {
  try {
    if ((await caps.files.stat(folder))?.kind !== 'directory')
      return fail({ code: 'cache-io', path: folder, reason: 'it is not a folder' })
    if (name === null) {
      const [file] = files as readonly NewFile[]
      if (file === undefined) return fail({ code: 'cache-io', path: folder, reason: 'there is nothing to write' })
      const { dir, name: stem, ext } = path.parse(path.join(folder, file.name))
      const at = await free(caps, n => path.join(dir, `${stem}${n}${ext}`) as AbsolutePath)
      await caps.files.writeAtomic(at, file.content)
      return ok({ path: at, files: [path.basename(at)] })
    }
    const at = await free(caps, n => path.join(folder, `${name}${n}`) as AbsolutePath)
    if ('write' in files) {
      await caps.files.makeFolder(at)
      const written = await files.write(at)
      if (!written.ok) {
        await caps.files.remove(at)
        return written
      }
      return ok({ path: at, files: [...written.value] })
    }
    for (const file of files) await caps.files.writeAtomic(path.join(at, file.name) as AbsolutePath, file.content)
    return ok({ path: at, files: files.map(file => file.name) })
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}

/** The first of `at('')`, `at('-2')` and so on where there is nothing. */
async function free(caps: Capabilities, at: (suffix: string) => AbsolutePath): Promise<AbsolutePath> {
  for (let n = 1; ; n++) {
    const place = at(n === 1 ? '' : `-${n}`)
    if ((await caps.files.stat(place)) === null) return place
  }
}
