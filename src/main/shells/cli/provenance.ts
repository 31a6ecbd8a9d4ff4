/**
 * `provenance` on the terminal. Lines for people and the JSON list come in the order asked for, ndjson as the checks end.
 * Progress goes to standard error, and only where somebody watches it.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { TELLING_OF_MATCH, type ProvenanceRecord } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { PreparedProvenance, ProvenanceTarget } from '../../engine/session/provenance-command.ts'
import type { Checked, RunSpeed } from '../../engine/session/provenance-run.ts'
import type { ProvenanceArgs } from './command-table.ts'
import { failedRecord, humanRecord, humanTotals, jsonRecord } from './provenance-text.ts'
import { EXIT, type CliContext } from './run.ts'

const SPEED_EVERY_MS = 200

/** @failure as prepareProvenance, store-io */
export async function provenanceInTerminal(
  args: ProvenanceArgs,
  context: CliContext,
): Promise<Result<number, Failure>> {
  const { prepareProvenance } = await import('../../engine/session/provenance-command.ts')
  const target: ProvenanceTarget =
    args.from !== null
      ? { kind: 'file', file: absolute(args.from, context) }
      : args.crate !== null
        ? { kind: 'crate', crate: args.crate, version: args.version }
        : { kind: 'workspace' }
  const { level, again, refresh, jobs: parallel } = args
  const offline = args.offline || context.global.frozen
  const wish = { target, level, again, refresh, offline, parallel }
  const prepared = await prepareProvenance(context.caps, context.options, wish, context.run)
  if (!prepared.ok) return prepared
  try {
    return await runPrepared(prepared.value, args, context)
  } finally {
    await prepared.value.close()
  }
}

const absolute = (given: string, { terminal }: CliContext) => path.resolve(terminal.cwd, given) as AbsolutePath

async function runPrepared(
  prepared: PreparedProvenance,
  args: ProvenanceArgs,
  context: CliContext,
): Promise<Result<number, Failure>> {
  const { global, terminal } = context
  const { wanted } = prepared
  const checked: (Checked | undefined)[] = wanted.map(() => undefined)
  let unwritten: Failure | null = null
  const print = (text: string) => {
    const written = context.report(text)
    if (!written.ok) unwritten ??= written.error
  }
  /** The record that was just made; others are read back when they are needed. */
  let fresh: { readonly at: number; readonly record: ProvenanceRecord } | null = null
  const recordOf = (at: number): ProvenanceRecord | null =>
    fresh?.at === at ? fresh.record : prepared.record(wanted[at]!)
  const jsonOf = (at: number): string => {
    const outcome = checked[at]!
    const record = outcome.ok ? recordOf(at) : null
    if (outcome.ok && record !== null) return jsonRecord(record, prepared.accepted.of(outcome.value))
    const failure: Failure = outcome.ok ? { code: 'cache-io', path: '', reason: 'the record was lost' } : outcome.error
    return failedRecord(wanted[at]!, failure)
  }
  const humanOf = (at: number): string => {
    const outcome = checked[at]!
    const record = outcome.ok && needsMore(outcome) ? recordOf(at) : null
    return humanRecord(wanted[at]!, outcome, record, outcome.ok ? prepared.accepted.of(outcome.value) : null)
  }
  const asList = global.outputFormat === 'json' && !global.asLines
  if (asList) print('[')
  const inOrder = createOrder(wanted.length, at => {
    if (global.outputFormat === 'human') print(humanOf(at))
    else if (asList) print(`${at === 0 ? '\n' : ',\n'}${jsonOf(at)}`)
  })
  const progress = createProgressLine(context)
  try {
    await prepared.check(
      {
        done(at, outcome, record) {
          checked[at] = outcome
          fresh = record === null ? null : { at, record }
          progress.hide()
          if (global.asLines) print(`${jsonOf(at)}\n`)
          inOrder(at)
          fresh = null
        },
        speed: progress.show,
      },
      context.run,
    )
  } finally {
    progress.hide()
  }
  const all = checked.filter(one => one !== undefined)
  if (asList) print('\n]\n')
  else if (global.outputFormat === 'human') print(humanTotals(all))
  if (unwritten !== null) return fail(unwritten)
  if (args.site !== null) {
    const { writeSite } = await import('../../engine/session/provenance-export.ts')
    const summaries = all.flatMap(one => (one.ok ? [one.value] : []))
    const written = await writeSite(context.caps, absolute(args.site, context), { summaries, ...prepared })
    if (!written.ok) return written
    if (global.outputFormat === 'human') terminal.err(`wrote ${path.join(args.site, 'index.html')}\n`)
  }
  const isAlarming = (one: Checked) =>
    !one.ok ||
    ((one.value.outcome === 'mismatch' || one.value.outcome === 'archive-anomaly') &&
      prepared.accepted.of(one.value) === null)
  return ok(all.some(isAlarming) ? EXIT.failed : EXIT.success)
}

/** A plain match needs no second line, so its record is not read. */
function needsMore({ value }: Checked & { ok: true }): boolean {
  const isTelling = TELLING_OF_MATCH.some(code => value.reasonCodes.includes(code))
  return value.outcome !== 'match' || value.anchor === 'outside-branches' || isTelling
}

/** Calls `emit` for 0, 1, 2 … as soon as all before are there. */
function createOrder(count: number, emit: (at: number) => void): (at: number) => void {
  const isThere = new Uint8Array(count)
  let next = 0
  return at => {
    isThere[at] = 1
    while (next < count && isThere[next] === 1) emit(next++)
  }
}

function createProgressLine({ terminal, caps, global }: CliContext) {
  const isShown = terminal.isInteractive && global.verbose !== 'off' && global.logFile === null
  let lastAt = 0
  let isThere = false
  return {
    show({ done, total, perSecond, secondsLeft }: RunSpeed) {
      const now = caps.clock.nowMs()
      if (!isShown || (now - lastAt < SPEED_EVERY_MS && done < total)) return
      lastAt = now
      isThere = true
      const rate = perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(1)
      const left = secondsLeft === null ? '' : `, ${timeText(secondsLeft)} left`
      terminal.err(`\r\u001b[K${done} of ${total} checked, ${rate} a second${left}`)
    },
    hide() {
      if (isThere) terminal.err('\r\u001b[K')
      isThere = false
    },
  }
}

function timeText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5_400 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`
}
